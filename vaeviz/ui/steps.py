"""Steps of the pages that have several, and how another part of the program leads to one."""

from __future__ import annotations

import streamlit as st

from vaeviz.config import Purpose
from vaeviz.ui.widgets import segments

PANEL, TRAIN, COMPRESSION = "panel_step", "train_step", "compression_tab"
SIMULATE = "simulate_step"
LOOK, CHOOSE, UPLOAD, FILTER = "Open panel", "Choose a panel", "Bring your own", "Filter"
IN_USE, FIT, LOAD = "Model in use", "Train a model", "Load a model"
TRAIN_PURPOSE = "train_purpose"
"""Key of the form's choice of what a model is for."""
SEQUENCE_USE = "train_sequence_use"
"""Key of the form's choice of what a sequence model serves best."""
COHORT, ADMIXTURE = "Synthetic people", "Admixture"
COMPRESS, FILL_IN = "Compression", "Filling gaps"
SHOWN_MODEL = "train_shown_model"
"""Key of the choice between the current models."""
NAMES: dict[Purpose, str] = {"map": "Map", "sequence": "Sequence"}


def switch(page: str, steps: list[str]) -> str:
    """Draw the switch of a page and return the step to show."""
    led_to = st.session_state.pop(f"{page}_next", None)
    if led_to is not None:
        st.session_state[page] = led_to
    return segments("Step", steps, page, hide_label=True)


def show_model(purpose: Purpose) -> None:
    """Show this one of the current models on the Train page."""
    st.session_state[SHOWN_MODEL] = NAMES[purpose]


def to_new_model(purpose: Purpose, use: str = COMPRESS) -> None:
    """Open the form of the Train page for a map, or for a sequence model of some use."""
    lead_to(TRAIN, FIT)
    st.session_state[TRAIN_PURPOSE] = NAMES[purpose]
    st.session_state[SEQUENCE_USE] = use


def lead_to(page: str, step: str) -> None:
    """Show this step when the page draws its switch the next time."""
    st.session_state[f"{page}_next"] = step
