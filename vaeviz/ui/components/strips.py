"""The canvas with the strips of the bar code: zoomed in the browser, binned on the server."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.resources import files

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

SCRIPTS = ("strips_data.js", "strips_draw.js", "strips_hands.js", "strips.js")
"""Parts of one module, in an order in which each may use the ones before."""


def strips(data: dict[str, object], key: str, on_view_change: Callable[[], None]) -> None:
    """Show strips, and hear of every new window.

    Parameters
    ----------
    data : dict
        As `ui.bar_code_payload.payload` packs it.
    key : str
        Session state holds the window under it: `view` with a, b (on the axis), width (pixels)
        and number (of the request).
    on_view_change : callable
        Called when the visitor has moved the window.
    """
    _component()(key=key, data=data, on_view_change=on_view_change)


@cache
def _component() -> ComponentRenderer:
    folder = files(__package__)
    script = "\n".join((folder / name).read_text("utf-8") for name in SCRIPTS)
    style = (folder / "strips.css").read_text("utf-8")
    return st.components.v2.component("vaeviz_strips", css=style, js=script)
