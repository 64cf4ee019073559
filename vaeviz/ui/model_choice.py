"""The choice between the current models of a panel, on pages that can use either."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from vaeviz.config import Purpose
from vaeviz.escape import escape
from vaeviz.ui import guards, navigation, state, steps
from vaeviz.ui.steps import NAMES
from vaeviz.ui.widgets import segments

if TYPE_CHECKING:
    from vaeviz.training.model import TrainedModel

BETTER = (
    "Files become smallest with a **Sequence** model trained for **Compression**, which reads "
    "haplotypes where the panel is phased."
)
TRAIN = "Train a model for compression"
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
        "This needs a model of the panel: best a Sequence model trained for Compression.",
        TRAIN,
        "pages/train.py",
        lambda: steps.to_new_model("sequence"),
    )


def codec_hint(model: TrainedModel) -> None:
    """Where a model serves the codec badly or not at all: why, and the way to a better one."""
    if model.latent_code is None:
        gaussian = model.config.bottleneck == "gaussian"
        why = (
            "it was trained by an earlier version"
            if gaussian
            else f"its bottleneck is {model.config.bottleneck}, and the codec needs a Gaussian one"
        )
        advise(f"**This model cannot drive the codec**: {why}. {BETTER}", "codec_train")
    elif not model.config.autoregressive:
        advise(f"This model was not made for compression. {BETTER}", "codec_train")


def advise(text: str, key: str) -> None:
    """A line on what another model would bring, and the button that leads to its training."""
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(text, width="stretch")
        if st.button(
            TRAIN,
            key=key,
            icon=":material/model_training:",
            on_click=steps.to_new_model,
            args=("sequence",),
        ):
            navigation.go_to("pages/train.py")


def reference_of(model: TrainedModel) -> str:
    """Reference, as in `vaeviz.ui.workspace`, of a model that `coding_model` returned."""
    return str(state.get().model_for("map" if model.is_map else "sequence"))
