"""The canvas with people in three dimensions: turned, zoomed and circled in the browser."""

from __future__ import annotations

from collections.abc import Callable

from vaeviz.ui.components.packing import component

SCRIPTS = (
    "canvas.js",
    "lasso3d_data.js",
    "lasso3d_draw.js",
    "lasso3d_hands.js",
    "lasso3d_keys.js",
    "lasso3d.js",
)
STYLES = ("canvas.css", "lasso3d.css")


def lasso3d(
    data: dict[str, object],
    key: str,
    on_drawn_change: Callable[[], None],
    on_picked_change: Callable[[], None],
) -> None:
    """Show people in three dimensions, and hear whom the visitor circled or clicked.

    Parameters
    ----------
    data : dict
        As `figures.scene3d.scene_3d` packs it, with titles (of the axes), title, caption, alt,
        file and round (a new number takes a drawn line away).
    key : str
        Session state holds under it `drawn` with ids, corners (on the screen, as
        `analysis.lasso.seen`), view (yaw, pitch, zoom, pan_x, pan_y) and number; and `picked`
        with id and number.
    on_drawn_change, on_picked_change : callable
        Called when somebody was circled, or clicked.
    """
    component("lasso3d", SCRIPTS, STYLES)(
        key=key, data=data, on_drawn_change=on_drawn_change, on_picked_change=on_picked_change
    )
