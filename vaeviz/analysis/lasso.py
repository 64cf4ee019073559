"""Points inside a line drawn by hand around them, on a plane or on a view of three dimensions."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vaeviz.data.selection_rule import ByPolygon, Triple, View3D

EYE = 4.0
"""Distance of the eye from the middle of the cube, whose half edge is 1."""


def ends(points: ArrayLike) -> tuple[Triple, Triple]:
    """Least and largest finite coordinate of each of three axes; never the same number twice."""
    known = np.asarray(points, dtype=np.float64)
    known = known[np.isfinite(known).all(axis=1)]
    if not len(known):
        return (-1.0, -1.0, -1.0), (1.0, 1.0, 1.0)
    low, high = known.min(axis=0), known.max(axis=0)
    flat = high <= low
    low, high = np.where(flat, low - 1, low), np.where(flat, high + 1, high)
    return _triple(low), _triple(high)


def in_cube(points: ArrayLike, low: Triple, high: Triple) -> NDArray[np.float32]:
    """Coordinates as drawn, -1 to 1 between the ends of each axis, shape (n, 3)."""
    array, start = np.asarray(points, dtype=np.float64), np.asarray(low)
    return (2 * (array - start) / (np.asarray(high) - start) - 1).astype(np.float32)


def seen(points: ArrayLike, view: View3D) -> NDArray[np.float64]:
    """Where points appear on the screen: right and up, in half edges of the cube, shape (n, 2).

    Parameters
    ----------
    points
        Coordinates on the three axes, shape (n, 3).
    view
        A view in perspective; `lasso3d_data.js` draws by the same formula.
    """
    x, y, z = in_cube(points, view.low, view.high).astype(np.float64).T
    right = np.cos(view.yaw) * x - np.sin(view.yaw) * y
    ahead = np.sin(view.yaw) * x + np.cos(view.yaw) * y
    up = np.cos(view.pitch) * z + np.sin(view.pitch) * ahead
    away = np.cos(view.pitch) * ahead - np.sin(view.pitch) * z
    scale = view.zoom * EYE / (EYE + away)
    return np.column_stack([scale * right + view.pan_x, scale * up + view.pan_y])


def inside(points: ArrayLike, corners: ArrayLike) -> NDArray[np.bool_]:
    """Which points are inside a closed line, by the even-odd rule.

    Parameters
    ----------
    points
        Shape (n, 2); a point that is not finite is outside.
    corners
        Shape (m, 2), the last joined to the first; under 3 corners hold nothing. The line may
        cross itself: what it goes round twice is outside, as the browser paints it.
    """
    x, y = np.asarray(points, dtype=np.float64).reshape(-1, 2).T
    ends_here = np.asarray(corners, dtype=np.float64).reshape(-1, 2)
    odd = np.zeros(len(x), dtype=bool)
    if len(ends_here) < 3:
        return odd
    for (x0, y0), (x1, y1) in zip(ends_here, np.roll(ends_here, -1, axis=0), strict=True):
        if y0 == y1:
            continue
        crossing = x0 + (y - y0) * (x1 - x0) / (y1 - y0)
        odd ^= ((y0 > y) != (y1 > y)) & (x < crossing)
    return odd


def within(points: ArrayLike, rule: ByPolygon) -> NDArray[np.bool_]:
    """Which points a drawn line holds; `points` has a column for each of the rule's axes."""
    array = np.asarray(points, dtype=np.float64)
    flat = array if rule.view is None else seen(array, rule.view)
    return inside(flat, rule.corners)


def _triple(values: NDArray[np.float64]) -> Triple:
    return float(values[0]), float(values[1]), float(values[2])
