"""Latent space: see the clusters, pick people, name the selection."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from vaeviz.data.panel import Panel
from vaeviz.ui import explain, guards, state
from vaeviz.ui.errors import shown_errors
from vaeviz.ui.latent import clusters_view, kept_view, latent_view, person_view, selection_view
from vaeviz.ui.latent.coordinates import (
    LATENT,
    Coordinates,
    latent_coordinates,
    pca_coordinates,
)
from vaeviz.ui.welcome import welcome
from vaeviz.ui.widgets import loading

if TYPE_CHECKING:
    from vaeviz.training.model import TrainedModel

CHART_HEIGHT = 620


@st.fragment
@shown_errors()
def explore() -> None:
    """Chart, ways to select, and the selection; redrawn without the rest of the page."""
    if state.take_frame_stale():
        st.rerun()
    panel = guards.need_panel()
    with st.container():  # Whatever comes and goes in it, the settings below stay in their place.
        model, coordinates = found(panel)
    view = latent_view.controls(panel, coordinates, has_split="split" in coordinates.table)
    latent_view.charts(panel, coordinates, view)
    person_view.card(panel, coordinates, view, model if coordinates.name == LATENT else None)
    clusters_view.section(panel, coordinates, view)
    st.subheader("Selection", anchor=False)
    selection_view.mode_switch()
    grid = st.grid(3, min_column_width=260)
    with grid.cell():
        selection_view.pickers(panel)
        kept_view.section(panel)
    with grid.cell(column_span=2):
        selection_view.selection_summary(panel, coordinates.table)


def found(panel: Panel) -> tuple[TrainedModel | None, Coordinates]:
    """The map and where it puts everybody; PCA stands in where it cannot, and the page says so."""
    with loading("latent", CHART_HEIGHT, "Placing everybody…"):
        model = guards.find_model()
        flat = model is not None and latent_view.too_flat(model)
        if model is None or flat:
            coordinates = pca_coordinates(panel)
        else:
            coordinates = latent_coordinates(model, panel)
    if model is None:
        offer_training()
    elif flat:
        st.info(
            f"This model has {model.config.n_latent} latent dimensions: 3-D shows principal "
            "components instead. Train with 3 or more for a latent space in 3-D.",
            icon=":material/3d_rotation:",
        )
    return model, coordinates


def offer_training() -> None:
    """Say that PCA stands in for the model, and lead to the Train page."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.info(
            "There is no map of this panel yet: you see principal components (PCA).",
            icon=":material/info:",
        )
        st.page_link("pages/train.py", label="Train a model", icon=":material/model_training:")


explain.open_page("latent")
welcome()
explore()
