"""People in three dimensions for the canvas with the lasso: numbers as base64, texts inert."""

from __future__ import annotations

import base64
import dataclasses
from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from plotly.colors import sample_colorscale

from vaeviz.analysis.clusters import Gaussian
from vaeviz.analysis.lasso import ends, in_cube
from vaeviz.data.selection import Selection
from vaeviz.data.selection_rule import Triple
from vaeviz.escape import plain
from vaeviz.figures.clusters import surface
from vaeviz.figures.latent import words_3d
from vaeviz.figures.outlines import ring_pen, ring_px, told_kept
from vaeviz.figures.palette import BACKGROUND, Theme, colours, neutral, symbols
from vaeviz.figures.points import COLOUR_SCALE, FULL_HOVER_POINTS, LABEL, is_number, point_table
from vaeviz.figures.theme import FONT, INKS, LABEL_CHARACTERS

SHADES = 64
"""Steps of a continuous scale."""

THEMES: tuple[Theme, Theme] = ("light", "dark")
_TOLD = ("population", "superpopulation", "split")


@dataclasses.dataclass(frozen=True, eq=False)
class Scene:
    """A picture for the canvas.

    Attributes
    ----------
    data : dict
        What the browser gets.
    low, high : tuple of float
        Ends of the three axes.
    table : DataFrame
        Twin of the picture, as of `figures.latent.scatter_3d`.
    """

    data: dict[str, object]
    low: Triple
    high: Triple
    table: pd.DataFrame


def scene_3d(
    embedding: pd.DataFrame,
    axes: Sequence[str],
    colour_by: str,
    *,
    labels: Sequence[object] | pd.Series | None = None,
    samples: pd.DataFrame | None = None,
    selected_ids: Collection[str] = (),
    regions: Sequence[Gaussian] = (),
    own_ink: bool = False,
    kept: Sequence[Selection] = (),
) -> Scene:
    """All that the browser needs to draw people, to turn them and to find who is circled.

    Parameters
    ----------
    embedding, colour_by, labels, samples, selected_ids
        As in `figures.latent.scatter_2d`.
    axes
        Three columns of the embedding.
    regions
        Gaussians in these axes, whose 95 % ellipsoids are drawn as wires in their label's colour.
    own_ink
        Draw the wires in one ink: their labels are not people's.
    kept
        Selections whose people get a ring in its colour, as in `figures.outlines.with_kept`.
    """
    table = point_table(embedding, list(axes), colour_by, labels)
    points = embedding[list(axes)].to_numpy(dtype=np.float64)
    low, high = ends(points)
    number, marks, legend = _marks(table, samples)
    table["selected"] = table["sample"].isin(set(selected_ids))
    titles, title, alt = words_3d(table, axes, colour_by)
    rings = _rings(kept, table["sample"].map(str).to_numpy(object))
    data = {
        "xyz": _packed(in_cube(points, low, high), "<f4"),
        "low": list(low),
        "high": list(high),
        "mark": _packed(number, "<u2"),
        "marks": marks,
        "legend": legend,
        "rings": rings,
        "ids": table["sample"].map(str).tolist(),
        "texts": _texts(table),
        "selected": _packed(np.flatnonzero(table["selected"]), "<i4"),
        "wires": _wires(regions, low, high, samples, own_ink),
        "grounds": {theme: _ground(theme) for theme in THEMES},
        "titles": titles,
        "title": title,
        "alt": alt + told_kept([str(ring["name"]) for ring in rings]),
    }
    return Scene(data, low, high, table)


def _marks(
    table: pd.DataFrame, samples: pd.DataFrame | None
) -> tuple[np.ndarray, list[dict[str, str]], list[dict[str, object]]]:
    """Number of each point's mark; the marks; and what the legend says of them."""
    values = table[LABEL]
    if is_number(values):
        return _shades(values)
    known = _labels_once(table if samples is None else samples)
    names = sorted(values.unique())
    palettes = {theme: colours(names, known, theme) for theme in THEMES}
    shapes = symbols(names, known)
    marks = [{"symbol": shapes[n]} | {t: palettes[t][n] for t in THEMES} for n in names]
    sizes = values.value_counts()
    legend = [
        {"name": plain(n, LABEL_CHARACTERS), "mark": i, "n": int(sizes[n])}
        for i, n in enumerate(names)
    ]
    return np.searchsorted(np.array(names, dtype=object), values), marks, legend


def _labels_once(samples: pd.DataFrame) -> pd.DataFrame:
    """The rows that colours are chosen by, each once: thousands of people have few labels."""
    kept = ("population", "superpopulation", "colour")
    return samples[[c for c in kept if c in samples]].drop_duplicates()


def _shades(
    values: pd.Series,
) -> tuple[np.ndarray, list[dict[str, str]], list[dict[str, object]]]:
    scale = sample_colorscale(COLOUR_SCALE, list(np.linspace(0, 1, SHADES)))
    marks = [{"symbol": "circle", "light": shade, "dark": shade} for shade in scale]
    marks.append({"symbol": "circle"} | {theme: neutral(theme) for theme in THEMES})
    array = values.to_numpy(dtype=np.float64)
    low, high = (
        (float(np.nanmin(array)), float(np.nanmax(array))) if values.notna().any() else (0, 0)
    )
    share = (array - low) / (high - low) if high > low else array * 0
    step = np.where(np.isnan(share), SHADES, np.nan_to_num(share) * (SHADES - 1)).round()
    ends_told = [(f"{low:.4g}", 0), (f"{high:.4g}", SHADES - 1)]
    legend: list[dict[str, object]] = [{"name": name, "mark": mark} for name, mark in ends_told]
    if values.isna().any():
        legend.append({"name": "unlabelled", "mark": SHADES})
    return step.astype(np.int64), marks, legend


def _texts(table: pd.DataFrame) -> list[str]:
    """What is told about each person under its ID, lines parted by a line feed."""
    if len(table) > FULL_HOVER_POINTS:
        return []
    told = [c for c in _TOLD if c in table]
    if not is_number(table[LABEL]):
        told.append(LABEL)
    texts = np.full(len(table), "", dtype=object)
    for column in told:
        shown = {v: plain(v, 40) for v in table[column].dropna().unique()}
        for i, value in enumerate(table[column]):
            line = shown.get(value, "")
            if line and line not in texts[i].split("\n"):
                texts[i] += f"\n{line}" if texts[i] else line
    return [str(text) for text in texts]


def _wires(
    regions: Sequence[Gaussian],
    low: Triple,
    high: Triple,
    samples: pd.DataFrame | None,
    own_ink: bool,
) -> list[dict[str, str]]:
    if not regions:
        return []
    names = [gaussian.label for gaussian in regions]
    inks: list[dict[str, str]] = [{t: INKS[t].text for t in THEMES}] * len(names)
    if not own_ink:
        palettes = {
            theme: colours(names, None if samples is None else _labels_once(samples), theme)
            for theme in THEMES
        }
        inks = [{t: palettes[t][name] for t in THEMES} for name in names]
    return [
        {"xyz": _packed(in_cube(surface(gaussian), low, high), "<f4")} | ink
        for gaussian, ink in zip(regions, inks, strict=True)
    ]


def _rings(kept: Sequence[Selection], ids: NDArray[np.object_]) -> list[dict[str, object]]:
    """Name, colour, radius and people of every kept selection that has somebody here."""
    found: list[dict[str, object]] = []
    for number, selection in enumerate(kept):
        inside = np.flatnonzero(np.isin(ids, selection.sample_ids))
        if len(inside):
            found.append(
                {
                    "name": f"{plain(selection.name, LABEL_CHARACTERS)} ({len(inside):,})",
                    "colour": selection.colour,
                    "radius": ring_px(number) / 2,
                    "people": _packed(inside, "<i4"),
                }
                | ring_pen(len(inside))
            )
    return found


def _ground(theme: Theme) -> dict[str, str]:
    inks = INKS[theme]
    return {
        "text": inks.text,
        "muted": inks.muted,
        "axis": inks.axis,
        "accent": inks.accent,
        "ground": BACKGROUND[theme],
        "font": FONT,
    }


def _packed(values: ArrayLike, kind: str) -> str:
    return base64.b64encode(np.asarray(values).astype(kind).tobytes()).decode("ascii")
