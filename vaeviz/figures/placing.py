"""Where marks and names go on a crowded map: apart, and with free space around."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

CHARACTER_PX, LINE_PX = 6.2, 13.0
"""Size of a character of a map's names."""

GOLDEN_ANGLE = float(np.pi * (3 - np.sqrt(5)))

POSITIONS = {
    "middle right": (1.0, 0.0),
    "middle left": (-1.0, 0.0),
    "top center": (0.0, 1.0),
    "bottom center": (0.0, -1.0),
    "top right": (0.8, 0.8),
    "bottom right": (0.8, -0.8),
    "top left": (-0.8, 0.8),
    "bottom left": (-0.8, -0.8),
}


def spread(points: Floats, diameters: Floats, rounds: int = 200) -> Floats:
    """Move discs apart until they do not overlap, each as little as it takes.

    Parameters
    ----------
    points
        Shape (n, 2), pixels.
    diameters
        Shape (n,), pixels.

    Returns
    -------
    float64 array, shape (n, 2)
        New places; discs that touched nobody stay where they were.
    """
    places = points.astype(float).copy()
    need = (diameters[:, None] + diameters[None, :]) / 2 + 1.0
    angle = np.arange(len(points)) * GOLDEN_ANGLE  # Coincident discs part evenly.
    tiny = 1e-3 * np.column_stack([np.cos(angle), np.sin(angle)])
    for _ in range(rounds):
        apart = (places + tiny)[:, None, :] - (places + tiny)[None, :, :]
        distance = np.maximum(np.hypot(apart[..., 0], apart[..., 1]), 1e-9)
        overlap = np.maximum(need - distance, 0.0)
        np.fill_diagonal(overlap, 0.0)
        if overlap.max(initial=0.0) < 0.25:
            break
        push = apart / distance[..., None] * (overlap / 2)[..., None]
        places += 0.5 * push.sum(axis=1)
    return places


def fanned(points: Floats, diameter: float) -> Floats:
    """Discs of one size that share a place, laid around it like the seeds of a sunflower.

    Discs alone at their place stay there. After Vogel 1979, Mathematical Biosciences 44:179.

    Parameters
    ----------
    points
        Shape (n, 2), pixels.
    diameter
        Of every disc, pixels.
    """
    if not len(points):
        return points.astype(float)
    _, place = np.unique(points.round(3), axis=0, return_inverse=True)
    place = place.ravel()
    order = np.argsort(place, kind="stable")
    starts = np.flatnonzero(np.diff(place[order], prepend=-1))
    sizes = np.diff(np.append(starts, len(points)))
    rank = np.empty(len(points))
    rank[order] = np.arange(len(points)) - np.repeat(starts, sizes)
    # Seed k covers one disc's square around the centre, so the area grows with k.
    alone = np.repeat(sizes, sizes)[np.argsort(order, kind="stable")] == 1
    radius = 1.05 * diameter * np.sqrt(np.where(alone, 0, rank + 0.5) / np.pi)
    angle = rank * GOLDEN_ANGLE
    return points + np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])


def name_positions(
    points: Floats, diameters: Floats, names: Sequence[str], boxes: Sequence[Floats] = ()
) -> list[str]:
    """Plotly's `textposition` for every name, '' where there is no room.

    Parameters
    ----------
    points
        Shape (n, 2), pixels, y upwards.
    diameters
        Of the marks, pixels.
    names
        Text as it will be read (unescaped).
    boxes
        Other places that are taken: west, south, east, north, pixels.
    """
    marks = mark_boxes(points, diameters)
    taken = list(boxes)
    chosen = []
    for i, (point, diameter, name) in enumerate(zip(points, diameters, names, strict=True)):
        others = [*taken, *marks[:i], *marks[i + 1 :]]
        position, box = _first_free(point, diameter, name, np.array(others).reshape(-1, 4))
        chosen.append(position)
        if position:
            taken.append(box)
    return chosen


def mark_boxes(points: Floats, diameters: Floats) -> list[Floats]:
    """Places that marks take: west, south, east, north, pixels."""
    return [_box(p, d, d) for p, d in zip(points, diameters, strict=True)]


def text_box(centre: Floats, text: str) -> Floats:
    """Place that a text takes: west, south, east, north, pixels."""
    return _box(centre, CHARACTER_PX * len(text), LINE_PX)


def _first_free(point: Floats, diameter: float, name: str, others: Floats) -> tuple[str, Floats]:
    width = CHARACTER_PX * len(name)
    for position, (right, up) in POSITIONS.items():
        shift = np.array([right * (diameter + width) / 2, up * (diameter + LINE_PX) / 2])
        box = _box(point + shift, width, LINE_PX)
        if not overlaps(box, others):
            return position, box
    return "", np.empty(0)


def _box(centre: Floats, width: float, height: float) -> Floats:
    """West, south, east, north."""
    x, y = centre
    return np.array([x - width / 2, y - height / 2, x + width / 2, y + height / 2])


def overlaps(box: Floats, others: Floats) -> bool:
    """Whether a box overlaps any of the others, shape (n, 4)."""
    across = (others[:, 0] < box[2]) & (box[0] < others[:, 2])
    along = (others[:, 1] < box[3]) & (box[1] < others[:, 3])
    return bool((across & along).any())
