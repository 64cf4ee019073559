"""The canvas with the strips of the bar code: zoomed in the browser, binned on the server."""

from __future__ import annotations

from collections.abc import Callable

from vaeviz.ui.components.packing import component

SCRIPTS = ("canvas.js", "strips_data.js", "strips_draw.js", "strips_hands.js", "strips.js")
STYLES = ("canvas.css", "strips.css")


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
    component("strips", SCRIPTS, STYLES)(key=key, data=data, on_view_change=on_view_change)
