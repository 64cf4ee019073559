"""What a page needs before it can draw: the panel and the model, or one button to get them."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import streamlit as st

from vaeviz.data.panel import Panel, PanelInfo
from vaeviz.errors import VaevizError
from vaeviz.ui import cache, state
from vaeviz.ui.errors import show_error

if TYPE_CHECKING:
    from vaeviz.training.model import TrainedModel

_PANEL_FACTS = "vaeviz_panel_facts"
_MODEL_FACTS = "vaeviz_model_facts"


@dataclasses.dataclass(frozen=True)
class PanelFacts:
    """What the sidebar tells about the open panel without opening it again."""

    ref: str
    name: str
    badge: str
    n_samples: int
    n_sites: int
    build: str
    digest: str


@dataclasses.dataclass(frozen=True)
class ModelFacts:
    """What the sidebar tells about the model in use."""

    ref: str
    name: str
    rows: str
    n_latent: int
    test_bits_per_allele: float | None


def need_panel() -> Panel:
    """The open panel; without one the page shows the way to the Panel page and ends here."""
    ref = state.get().panel_ref
    if ref is None:
        empty_state("No panel is open yet.", "Choose a panel", "pages/panel.py")
    try:
        with st.spinner("Opening the panel…"):
            panel = cache.panel(str(ref))
    except VaevizError as error:
        show_error(error)
        st.page_link("pages/panel.py", label="Choose another panel", icon=":material/dataset:")
        st.stop()
    st.session_state[_PANEL_FACTS] = _facts_of_panel(str(ref), panel)
    return panel


def find_model() -> TrainedModel | None:
    """The model in use, or None; a model that cannot be loaded is told and counts as none."""
    ref = state.get().model_ref
    if ref is None:
        return None
    try:
        with st.spinner("Loading the model…"):
            model = cache.model(ref)
    except VaevizError as error:
        show_error(error)
        return None
    st.session_state[_MODEL_FACTS] = _facts_of_model(ref, model)
    return model


def need_model() -> TrainedModel:
    """The model in use; without one the page shows the way to the Train page and ends here."""
    model = find_model()
    if model is None:
        empty_state("This page needs a model of the panel.", "Train or load one", "pages/train.py")
        raise AssertionError("empty_state ends the script")
    return model


def empty_state(message: str, label: str, page: str) -> None:
    """Say what is missing, offer the one step that brings it, and end the page."""
    with st.container(border=True):
        st.markdown(f"**{message}**")
        if st.button(label, type="primary", key="empty_state_go"):
            st.switch_page(page)
    st.stop()


def made_badge(info: PanelInfo) -> str:
    """Markdown badge that says simulated or synthetic, unless the name says so already."""
    made = "synthetic" if info.synthetic else "simulated" if info.simulated else ""
    return f" :orange-badge[{made}]" if made and made not in info.name.lower() else ""


def panel_facts() -> PanelFacts | None:
    """Facts of the open panel, once a page has opened it."""
    facts: PanelFacts | None = st.session_state.get(_PANEL_FACTS)
    return facts if facts is not None and facts.ref == state.get().panel_ref else None


def model_facts() -> ModelFacts | None:
    """Facts of the model in use, once a page has loaded it."""
    facts: ModelFacts | None = st.session_state.get(_MODEL_FACTS)
    return facts if facts is not None and facts.ref == state.get().model_ref else None


def _facts_of_panel(ref: str, panel: Panel) -> PanelFacts:
    badge = made_badge(panel.info)
    build = "" if panel.info.build in ("simulated", "synthetic") else panel.info.build
    return PanelFacts(
        ref, panel.info.name, badge, panel.n_samples, panel.n_sites, build, panel.digest
    )


def _facts_of_model(ref: str, model: TrainedModel) -> ModelFacts:
    bits = model.metrics.get("test_bits_per_allele")
    held_out = float(bits) if isinstance(bits, (int, float)) else None
    return ModelFacts(ref, model.name, model.config.rows, model.config.n_latent, held_out)
