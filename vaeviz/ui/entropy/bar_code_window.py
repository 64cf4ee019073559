"""The window of the genome that a visitor looks at, between reruns."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping

import streamlit as st

from vaeviz.analysis.genome_axis import GenomeAxis, Unit
from vaeviz.analysis.strips import Strips

_KEY = "vaeviz_barcode_window"
FIRST_WIDTH = 1200
LEAST_WIDTH, MOST_WIDTH = 100, 4000
MOST_REQUESTS = 2**53
"""Whole numbers up to this one are exact in a browser."""


@dataclasses.dataclass(frozen=True)
class Window:
    """A piece of the axis, and how many pixels it has on the visitor's screen.

    Attributes
    ----------
    digest : str
        Of the panel; a window is of one panel.
    unit : 'bp' or 'site'
        Of the axis that start and end lie on.
    start, end : float
    width : int
        Pixels, which is bins.
    command : int
        Grows when the server and not the visitor's hand has moved the window.
    answer : int
        Number of the browser's request that this window came with.
    """

    digest: str
    unit: Unit
    start: float
    end: float
    width: int = FIRST_WIDTH
    command: int = 0
    answer: int = 0


def current(digest: str, strips: Strips, unit: Unit) -> Window:
    """The window on this axis: where the visitor was, on either axis, else everything."""
    axis = strips.axes[unit]
    window = st.session_state.get(_KEY)
    if not isinstance(window, Window) or window.digest != digest:
        width = window.width if isinstance(window, Window) else FIRST_WIDTH
        command = window.command + 1 if isinstance(window, Window) else 0
        window = Window(digest, unit, *axis.whole, width, command)
    elif window.unit != unit:
        window = _on_other_axis(window, strips.axes.get(window.unit), axis)
    st.session_state[_KEY] = window
    return window


def _on_other_axis(window: Window, old: GenomeAxis | None, new: GenomeAxis) -> Window:
    """The same sites on another axis."""
    whole = old is None or (window.start, window.end) == old.whole
    ends = new.whole if whole or old is None else new.around(old.sites_in(window.start, window.end))
    return dataclasses.replace(
        window, unit=new.unit, start=ends[0], end=ends[1], command=window.command + 1
    )


def move(ends: tuple[float, float]) -> None:
    """Send the visitor to another window on the axis of the present one."""
    window = st.session_state.get(_KEY)
    if isinstance(window, Window):
        st.session_state[_KEY] = dataclasses.replace(
            window, start=ends[0], end=ends[1], command=window.command + 1
        )


def follow(view: Mapping[str, object], axis: GenomeAxis) -> None:
    """Take over the window that the browser reports; what makes no sense is left alone."""
    window = st.session_state.get(_KEY)
    if not isinstance(window, Window) or window.unit != axis.unit:
        return
    try:
        start, end, width, number = (float(str(view[k])) for k in ("a", "b", "width", "number"))
    except (KeyError, ValueError):
        return
    if not all(map(math.isfinite, (start, end, width))) or not 0 <= number < MOST_REQUESTS:
        return
    start, end = axis.clip(start, end)
    width = min(max(width, LEAST_WIDTH), MOST_WIDTH)
    st.session_state[_KEY] = dataclasses.replace(
        window, start=start, end=end, width=int(width), answer=int(number)
    )
