"""Curved arrows between the bars of a chart."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from vaeviz.escape import escape
from vaeviz.figures.palette import BACKGROUND, Theme, rgba
from vaeviz.figures.theme import INKS, rounded

HOVER_WRAP = 64
POINTS_AN_ARC = 40
ASIDE = 0.16
"""Arcs leave a bar on one side of its middle and arrive on the other."""


def add_arcs(
    figure: go.Figure,
    arcs: pd.DataFrame,
    where: Mapping[str, tuple[float, float]],
    theme: Theme,
) -> bool:
    """Draw arcs from bar to bar, with dates; whether there were any.

    Parameters
    ----------
    arcs
        label, source, target, ka_start, ka_end, citation; date_source and note where known.
    where
        Place of every bar and the height of its top.
    """
    known = arcs[arcs["source"].isin(list(where)) & arcs["target"].isin(list(where))]
    highest = max((top for _, top in where.values()), default=0.0)
    for number, (_, arc) in enumerate(known.iterrows()):
        x, y = _curve(where[arc["source"]], where[arc["target"]], where, highest)
        figure.add_trace(_line(arc, x, y, number == 0, theme))
        figure.add_trace(_head(x[-2:], y[-2:], theme))
        peak = int(np.argmax(y))
        figure.add_annotation(
            x=float(x[peak]),
            y=float(y[peak]),
            text=f"{arc['ka_start']:g}–{arc['ka_end']:g} ka",
            showarrow=False,
            font={"size": 10, "color": INKS[theme].text},
            bgcolor=rgba(BACKGROUND[theme], 0.85),
            borderpad=1,
        )
    return bool(len(known))


def _curve(
    start: tuple[float, float],
    end: tuple[float, float],
    where: Mapping[str, tuple[float, float]],
    highest: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """A Bezier curve that leaves upwards and comes down, over all bars between."""
    low, high = sorted((start[0], end[0]))
    side = np.sign(end[0] - start[0])
    between = max(top for place, top in where.values() if low <= place <= high)
    pad = 0.03 * highest
    peak = between + highest * (0.1 + 0.16 * (high - low))
    x = np.array([start[0] + side * ASIDE, start[0] + side * ASIDE, 0, 0])
    x[2:] = end[0] - side * ASIDE
    y = np.array([start[1] + pad, peak, peak, end[1] + pad])
    t = np.linspace(0, 1, POINTS_AN_ARC)
    weights = np.stack([(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3])
    return x @ weights, y @ weights


def _line(arc: pd.Series, x: NDArray, y: NDArray, in_legend: bool, theme: Theme) -> go.Scatter:
    return go.Scatter(
        x=rounded(x),
        y=rounded(y),
        mode="lines",
        line={"color": INKS[theme].contrary, "width": 2},
        name="first peopling",
        legendgroup="arcs",
        showlegend=in_legend,
        hovertext=_hover(arc),
        hoverinfo="text",
    )


def _head(x: NDArray, y: NDArray, theme: Theme) -> go.Scatter:
    return go.Scatter(
        x=rounded(x, 6),
        y=rounded(y, 6),
        mode="markers",
        marker={
            "symbol": "arrow",
            "angleref": "previous",
            "size": [0, 11],
            "color": INKS[theme].contrary,
            "opacity": 1,
            "line": {"width": 0},
        },
        legendgroup="arcs",
        showlegend=False,
        hoverinfo="skip",
    )


def _hover(arc: pd.Series) -> str:
    head = f"<b>{escape(arc['label'])}</b>"
    dates = f"{escape(arc['source'])} to {escape(arc['target'])}, "
    dates += f"{arc['ka_start']:g}–{arc['ka_end']:g} thousand years ago"
    about = [str(arc.get(column) or "") for column in ("date_source", "citation", "note")]
    lines = [escape(w, 200) for text in about for w in textwrap.wrap(text, HOVER_WRAP)]
    return "<br>".join([head, dates, *lines])
