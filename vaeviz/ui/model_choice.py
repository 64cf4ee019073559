"""The choice between the current models of a panel, on pages that can use either."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from vaeviz.config import Purpose
from vaeviz.escape import escape
from vaeviz.ui import guards, state
from vaeviz.ui.steps import NAMES
from vaeviz.ui.widgets import segments

if TYPE_CHECKING:
    from vaeviz.training.model import TrainedModel

BETTER = (
    "Files become smallest with a **Sequence** model whose rows are haplotypes, trained with "
    "**Autoregressive (to compress)**."
)
CODERS: list[Purpose] = ["sequence", "map"]


def coding_model() -> TrainedModel | None:
    """The model that codes genotypes: the sequence model where there is one, else the map.

    With both there is a switch; the page says in a line which it is.
    """
    found = [purpose for purpose in CODERS if purpose in state.get().purposes]
    if not found:
        return None
    purpose = found[0]
    if len(found) > 1:
        chosen = segments("Model", [NAMES[p] for p in found], "compression_model")
        purpose = next(p for p in found if NAMES[p] == chosen)
    model = guards.find_model_for(purpose)
    if model is not None:
        from vaeviz.reports.model_words import rows_word, size_words

        st.caption(
            f"{NAMES[purpose]} model **{escape(model.name)}**: {size_words(model.config)}, "
            f"{rows_word(model.config)} as rows."
        )
    return model


def none_yet() -> None:
    """Say that a model is missing, lead to the Train page, and end the page here."""
    guards.empty_state(
        "This page needs a model of the panel.", "Train or load one", "pages/train.py"
    )


def codec_hint(model: TrainedModel) -> None:
    """Where a model serves the codec badly or not at all: why, and the way to one that does."""
    if model.latent_code is None:
        gaussian = model.config.bottleneck == "gaussian"
        why = (
            "it was trained by an earlier version"
            if gaussian
            else f"its bottleneck is {model.config.bottleneck}, and the codec needs a Gaussian one"
        )
        st.warning(f"This model cannot drive the codec: {why}.", icon=":material/info:")
    elif not model.config.autoregressive:
        st.caption("This model can drive the codec, but it was not made for that.")
    else:
        return
    left, right = st.columns([5, 1], vertical_alignment="center")
    left.caption(BETTER)
    right.page_link("pages/train.py", label="Train", icon=":material/model_training:")


def reference_of(model: TrainedModel) -> str:
    """Reference, as in `vaeviz.ui.workspace`, of a model that `coding_model` returned."""
    return str(state.get().model_for("map" if model.is_map else "sequence"))
