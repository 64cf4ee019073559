"""What a page needs before it can draw: the panel and a model, or one button to get them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from vaeviz.config import Purpose
from vaeviz.data.panel import Panel, PanelInfo
from vaeviz.errors import VaevizError
from vaeviz.ui import cache, navigation, state, steps
from vaeviz.ui.errors import show_error

if TYPE_CHECKING:
    from vaeviz.training.model import TrainedModel

_PANEL_FACTS = "vaeviz_panel_facts"
_MODEL_FACTS: dict[Purpose, str] = {
    "map": "vaeviz_map_facts",
    "sequence": "vaeviz_sequence_facts",
}


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
    """What the sidebar tells about a current model."""

    ref: str
    name: str
    n_codes: int
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
    """The current map, or None; a model that cannot be loaded is told and counts as none."""
    return find_model_for("map")


def find_sequence_model() -> TrainedModel | None:
    """The current sequence model, or None; like `find_model`."""
    return find_model_for("sequence")


def find_model_for(purpose: Purpose) -> TrainedModel | None:
    """The current model of a purpose, or None; like `find_model`."""
    ref = state.get().model_for(purpose)
    if ref is None:
        return None
    try:
        with st.spinner("Loading the model…"):
            model = cache.model(ref)
    except VaevizError as error:
        show_error(error)
        return None
    is_for: Purpose = "map" if model.is_map else "sequence"
    if is_for != purpose:
        state.move_model(ref, is_for)
        return None
    st.session_state[_MODEL_FACTS[purpose]] = _facts_of_model(ref, model)
    return model


def need_model() -> TrainedModel:
    """The current map; without one the page shows the way to the Train page and ends here."""
    model = find_model()
    if model is None:
        if state.get().sequence_ref is not None:
            need = "This page needs a map, and the model in use is a sequence model."
            st.caption(
                "A sequence model has a latent of its own for every window of sites, so a person "
                "has no single place on a map."
            )
        else:
            need = "This page needs a model of the panel."
        empty_state(need, "Train or load one", "pages/train.py", lambda: steps.to_new_model("map"))
        raise AssertionError("empty_state ends the script")
    return model


def empty_state(
    message: str, label: str, page: str, prepare: Callable[[], None] | None = None
) -> None:
    """Say what is missing, offer the one step that brings it, and end the page.

    `prepare` makes the other page open where that step is.
    """
    with st.container(border=True):
        st.markdown(f"**{message}**")
        if st.button(label, type="primary", key="empty_state_go", on_click=prepare):
            navigation.go_to(page)
    st.stop()


def made_badge(info: PanelInfo) -> str:
    """Markdown badge that says simulated or synthetic, unless the name says so already."""
    made = "synthetic" if info.synthetic else "simulated" if info.simulated else ""
    return f" :orange-badge[{made}]" if made and made not in info.name.lower() else ""


def panel_facts() -> PanelFacts | None:
    """Facts of the open panel, once a page has opened it."""
    facts: PanelFacts | None = st.session_state.get(_PANEL_FACTS)
    return facts if facts is not None and facts.ref == state.get().panel_ref else None


def model_facts(purpose: Purpose) -> ModelFacts | None:
    """Facts of the current model of a purpose, once a page has loaded it."""
    facts: ModelFacts | None = st.session_state.get(_MODEL_FACTS[purpose])
    current = state.get().model_for(purpose)
    return facts if facts is not None and facts.ref == current else None


def _facts_of_panel(ref: str, panel: Panel) -> PanelFacts:
    badge = made_badge(panel.info)
    build = "" if panel.info.build in ("simulated", "synthetic") else panel.info.build
    return PanelFacts(
        ref, panel.info.name, badge, panel.n_samples, panel.n_sites, build, panel.digest
    )


def _facts_of_model(ref: str, model: TrainedModel) -> ModelFacts:
    bits = model.metrics.get("test_bits_per_allele")
    held_out = float(bits) if isinstance(bits, (int, float)) else None
    return ModelFacts(ref, model.name, model.config.n_codes, held_out)
