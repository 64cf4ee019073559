"""How wide the page is in the visitor's browser, for figures whose words must not overlap."""

from __future__ import annotations

import streamlit as st

from vaeviz.ui.components.answers import said
from vaeviz.ui.components.packing import component

STEPS_PX = (440, 560, 700, 850, 1000)
"""Widths that figures are laid out for: the widest that fits."""

ASSUMED_PX = 1000
"""Before the browser has answered."""

_WIDTH = "vaeviz_page_width"
_KEY = "vaeviz_room"


def width_px() -> int:
    """Width of the content of the page, one of `STEPS_PX`; a narrower page runs once more."""
    component("room", ("room.js",))(
        key=_KEY,
        data={"steps": list(STEPS_PX), "assumed": _known()},
        on_width_change=_remember,
        height=1,
    )
    return _known()


def _known() -> int:
    found = st.session_state.get(_WIDTH)
    return found if found in STEPS_PX else ASSUMED_PX


def _remember() -> None:
    width = said(_KEY, "width")
    found = next((step for step in STEPS_PX if step == width), None)
    if found is not None:
        st.session_state[_WIDTH] = found
