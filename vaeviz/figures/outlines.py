"""Lines over a map of people: contours of density, hull of those selected, rings of kept sets."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from vaeviz.data.selection import Selection
from vaeviz.escape import plain
from vaeviz.figures.chart import Chart
from vaeviz.figures.latent import SVG_POINTS
from vaeviz.figures.points import MANY
from vaeviz.figures.theme import INKS, label, rounded

CELLS = 90
LEVELS = (0.03, 0.08, 0.2, 0.4, 0.7)
"""Contours, as shares of the highest density."""

MIN_PEOPLE = 5
INNER_PX, WIDER_PX, SIZES = 10, 3, 5
"""Rings of kept selections: the innermost, the next one wider by so much, and how many sizes."""


def with_density(chart: Chart, points: ArrayLike) -> Chart:
    """A map with contours of the density of people, by a Gaussian kernel.

    Parameters
    ----------
    chart
        From `figures.latent.scatter_2d`.
    points
        Shape (n, 2), in the axes drawn. The kernel's width is a third of Scott's rule (1992,
        Multivariate Density Estimation), which is for one cluster and would blur several; nothing
        is drawn of fewer than 5 people or of people on one line.
    """
    from scipy.stats import gaussian_kde

    known = _finite(points)
    if len(known) < MIN_PEOPLE or np.linalg.matrix_rank(known - known.mean(axis=0)) < 2:
        return chart
    low, high = known.min(axis=0), known.max(axis=0)
    margin = 0.15 * (high - low)
    x, y = (np.linspace(a - m, b + m, CELLS) for a, b, m in zip(low, high, margin, strict=True))
    grid = np.array(np.meshgrid(x, y))
    kernel = gaussian_kde(known.T, bw_method=lambda k: k.scotts_factor() / 3)
    density = kernel(grid.reshape(2, -1)).reshape(CELLS, CELLS)
    figure = go.Figure(chart.figure)
    for level in LEVELS:
        figure.add_trace(
            go.Contour(
                x=rounded(x),
                y=rounded(y),
                z=rounded(density / density.max()),
                contours={"type": "constraint", "operation": "=", "value": level},
                line={"color": INKS[chart.theme].muted, "width": 1},
                opacity=0.8,
                showlegend=False,
                hoverinfo="skip",
            )
        )
    shares = ", ".join(f"{level:.0%}" for level in LEVELS)
    alt = f"{chart.alt} Contours join places of equal density: {shares} of the highest."
    return dataclasses.replace(chart, figure=figure, alt=alt)


def with_hull(chart: Chart, points: ArrayLike) -> Chart:
    """A map with the convex hull of the people selected; nothing is drawn of under 3 places.

    Parameters
    ----------
    points
        Of the people selected, shape (n, 2), in the axes drawn.
    """
    from scipy.spatial import ConvexHull, QhullError

    known = _finite(points)
    try:
        around = known[ConvexHull(known).vertices] if len(known) > 2 else known[:0]
    except QhullError:
        return chart
    if not len(around):
        return chart
    ring = np.concatenate([around, around[:1]])
    figure = go.Figure(chart.figure)
    figure.add_trace(
        go.Scatter(
            x=rounded(ring[:, 0]),
            y=rounded(ring[:, 1]),
            mode="lines",
            line={"color": INKS[chart.theme].text, "width": 1.6, "dash": "dot"},
            name="hull of the selection",
            hoverinfo="skip",
        )
    )
    alt = f"{chart.alt} The convex hull of the people selected is drawn."
    return dataclasses.replace(chart, figure=figure, alt=alt)


def with_kept(
    chart: Chart, samples: Sequence[str], points: ArrayLike, kept: Sequence[Selection]
) -> Chart:
    """A map with the people of every kept selection ringed in its colour.

    Parameters
    ----------
    chart
        From `figures.latent.scatter_2d`.
    samples
        IDs of the people.
    points
        Where they are in the axes drawn, shape (n, 2).
    kept
        Rings of later ones are wider, so that who is in several has several.
    """
    ids, places = np.asarray(samples, object), np.asarray(points, np.float64).reshape(-1, 2)
    figure, told = go.Figure(chart.figure), []
    point = go.Scatter if len(ids) <= SVG_POINTS else go.Scattergl
    for number, selection in enumerate(kept):
        inside = np.isin(ids.astype(str), selection.sample_ids)
        if inside.any():
            n_people = len(set(ids[inside]))
            told.append(f"{plain(selection.name, 40)} ({n_people:,})")
            ring = _ring(selection, number, n_people)
            x, y = rounded(places[inside]).T
            figure.add_trace(point(x=x, y=y, **ring))
    if not told:
        return chart
    return dataclasses.replace(chart, figure=figure, alt=chart.alt + told_kept(told))


def told_kept(names: Sequence[str]) -> str:
    """What a screen reader is told of rings: a sentence to append, or nothing."""
    return f" Rings mark kept selections: {', '.join(names)}." if names else ""


def ring_px(number: int) -> int:
    """How wide the rings of a kept selection are, by its place among them."""
    return INNER_PX + WIDER_PX * (number % SIZES)


def ring_pen(n_people: int) -> dict[str, float]:
    """Width and opacity of rings: many would hide the colours of the people they are around."""
    return {"width": 1.0, "opacity": 0.5} if n_people > MANY else {"width": 1.8, "opacity": 1.0}


def _ring(selection: Selection, number: int, n_people: int) -> dict[str, object]:
    pen = ring_pen(n_people)
    return {
        "mode": "markers",
        "marker": {
            "symbol": "circle-open",
            "size": ring_px(number),
            "color": selection.colour,
            "opacity": pen["opacity"],
            "line": {"width": pen["width"]},
        },
        "name": f"{label(selection.name, 40)} ({n_people:,})",
        "hoverinfo": "skip",
    }


def _finite(points: ArrayLike) -> np.ndarray:
    array = np.asarray(points, dtype=np.float64).reshape(-1, 2)
    return array[np.isfinite(array).all(axis=1)]
