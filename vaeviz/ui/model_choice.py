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
