"""The first line of a first visit: what this is, and where to begin."""

from __future__ import annotations

import streamlit as st

from vaeviz.ui import navigation, state, steps
from vaeviz.ui.explain import TEACHING, teaching


def welcome() -> None:
    """Offer the tour and one's own data while the demo is untouched; nothing later."""
    if teaching() or state.get() != state.demo():
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("**New here?** VAEviz places people by their genotypes.", width="content")
        st.button(
            "Take the tour",
            key="welcome_tour",
            type="tertiary",
            icon=":material/explore:",
            on_click=_start_tour,
        )
        if st.button(
            "Bring your own data", key="welcome_data", type="tertiary", icon=":material/upload:"
        ):
            steps.lead_to(steps.PANEL, steps.UPLOAD)
            navigation.go_to("pages/panel.py")


def _start_tour() -> None:
    st.session_state[TEACHING] = True
