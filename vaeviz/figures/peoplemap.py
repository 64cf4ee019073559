"""People, birds or dogs, each at its own coordinates."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from vaeviz.data.panel import UNLABELLED
from vaeviz.escape import plain
from vaeviz.figures.chart import Chart
from vaeviz.figures.mapground import (
    add_ground,
    colour_bar,
    fitting_height,
    frame,
    pixels_per_unit,
    value_text,
)
from vaeviz.figures.mapview import View, degrees, view_of
from vaeviz.figures.palette import Theme, colours, neutral, symbols
from vaeviz.figures.placing import fanned
from vaeviz.figures.points import is_number
from vaeviz.figures.theme import INKS, Legend, label, rounded, style

SIZES_PX = ((300, 9.0), (1500, 7.0), (100_000_000, 5.0))
"""Up to so many people a mark is so large."""

FAN_PX, SMALLEST_PX = 26.0, 3.5
"""People of one place stand within about this radius, unless they get too small to be seen."""

PLAIN_LEGEND = 30
MANY_RINGS = 60
VALUE_SCALE = "Viridis"


def people_map(
    people: pd.DataFrame,
    value: str,
    *,
    selected_ids: Collection[str] = (),
    samples: pd.DataFrame | None = None,
    theme: Theme = "light",
    caption: str = "",
    height: int | None = None,
    width_px: int = 1000,
) -> Chart:
    """Everybody at the coordinates of the sample sheet; those at one place stand around it.

    Parameters
    ----------
    people
        sample, population, superpopulation, latitude, longitude (degrees), and `value`. People
        without coordinates are left out and counted in the sentence.
    value
        Column to colour by: numbers on a scale, texts each in a colour.
    selected_ids
        Samples drawn with a ring.
    samples
        Sample table, for the user's own colours.
    width_px
        Width of the figure that marks are laid out for.

    Returns
    -------
    Chart
        Points carry the sample ID as `customdata`. Table: the people drawn.
    """
    table = people.dropna(subset=["latitude", "longitude"]).reset_index(drop=True)
    view = view_of(table["longitude"], table["latitude"], whole_world=False)
    height = height or fitting_height(view, width_px)
    figure = go.Figure()
    add_ground(figure, view, theme)
    size, apart = _size(table)
    drawn = _placed(table, view, apart, pixels_per_unit(view, width_px, height))
    numeric = is_number(table[value])
    if numeric:
        _add_scale(figure, view, drawn, value, size, theme)
    else:
        _add_labels(figure, drawn, value, size, samples, theme)
    _add_rings(figure, drawn[drawn["sample"].isin(set(selected_ids))], size, theme)
    n_labels = 0 if numeric else table[value].nunique()
    legend: Legend = "below" if 0 < n_labels <= PLAIN_LEGEND else "none"
    title = "People on the map"
    style(figure, theme, title=title, caption=caption, height=height, legend=legend)
    frame(figure, view, theme)
    alt = _alt(table, len(people) - len(table), value)
    return Chart(figure, table, title, alt, caption, "people_map", theme)


def _size(table: pd.DataFrame) -> tuple[float, float]:
    """Size of a mark, and how far those of one place stand apart, pixels."""
    most = table.groupby(["latitude", "longitude"]).size().max() if len(table) else 1
    size = next(px for n, px in SIZES_PX if len(table) <= n)
    apart = float(np.clip(FAN_PX / np.sqrt(most / np.pi), SMALLEST_PX, size + 1))
    return min(size, apart), apart


def _placed(table: pd.DataFrame, view: View, apart: float, scale: float) -> pd.DataFrame:
    points = np.column_stack(view.project(table["longitude"], table["latitude"])) * scale
    x, y = (fanned(points, apart) / scale).T
    return table.assign(x=x, y=y)


def _add_labels(
    figure: go.Figure,
    drawn: pd.DataFrame,
    value: str,
    size: float,
    samples: pd.DataFrame | None,
    theme: Theme,
) -> None:
    """One trace a label."""
    texts = drawn[value].astype(object)
    names = texts.where(texts.notna(), UNLABELLED).map(str)
    palette, marks = colours(names, samples, theme), symbols(names, samples)
    for name in sorted(palette):
        marker = {"color": palette[name], "symbol": marks[name], "size": size}
        figure.add_trace(_marks(drawn[names == name], label(name), marker, value, theme))


def _add_scale(
    figure: go.Figure, view: View, drawn: pd.DataFrame, value: str, size: float, theme: Theme
) -> None:
    """One trace on a continuous scale, and one of those without a value in grey."""
    known = drawn[value].notna()
    if (~known).any():
        marker: dict[str, object] = {"color": neutral(theme), "size": size}
        figure.add_trace(_marks(drawn[~known], "no value", marker, value, theme))
    if known.any():
        bar = colour_bar(view, value.replace("_", " "), theme)
        marker = {"size": size, "colorscale": VALUE_SCALE, "showscale": True, "colorbar": bar}
        marker["color"] = rounded(drawn.loc[known, value])
        figure.add_trace(_marks(drawn[known], label(value, 40), marker, value, theme))


def _marks(
    rows: pd.DataFrame, name: str, marker: dict[str, object], value: str, theme: Theme
) -> go.Scatter:
    edge = {"width": 0.6, "color": "#FFFFFF" if theme == "light" else "#171614"}
    return go.Scatter(
        x=rounded(rows["x"], 6),
        y=rounded(rows["y"], 6),
        mode="markers",
        marker=marker | {"line": edge, "opacity": 0.95},
        name=name,
        customdata=rows["sample"].map(str).tolist(),
        text=_hovers(rows, value),
        hoverinfo="text",
    )


def _add_rings(figure: go.Figure, rows: pd.DataFrame, size: float, theme: Theme) -> None:
    if not len(rows):
        return
    ink = INKS[theme].text
    few = len(rows) <= MANY_RINGS
    ring = {"symbol": "circle-open", "size": size + (4 if few else 2), "color": ink, "opacity": 1}
    figure.add_trace(
        go.Scatter(
            x=rounded(rows["x"], 6),
            y=rounded(rows["y"], 6),
            mode="markers",
            marker=ring | {"line": {"width": 1.4 if few else 0.8, "color": ink}},
            unselected={"marker": {"opacity": 1}},
            name="selected",
            hoverinfo="skip",
        )
    )


def _hovers(rows: pd.DataFrame, value: str) -> list[str]:
    """ID, labels, the value where it is another column, and the place."""
    texts = []
    for row in rows.to_dict("records"):
        lines = [f"<b>{label(row['sample'], 40)}</b>"]
        labels = [row.get("population"), row.get("superpopulation")]
        lines += [label(text, 40) for text in labels if isinstance(text, str)]
        if value not in ("population", "superpopulation") and pd.notna(row[value]):
            lines.append(f"{label(value.replace('_', ' '), 40)}: {value_text(row[value])}")
        lines.append(f"{degrees(row['latitude'], 'NS')}, {degrees(row['longitude'], 'EW')}")
        texts.append("<br>".join(lines))
    return texts


def _alt(table: pd.DataFrame, n_unplaced: int, value: str) -> str:
    n_places = len(table[["latitude", "longitude"]].drop_duplicates())
    text = f"Map of {len(table):,} people at {n_places:,} places, coloured by {plain(value, 40)}."
    if n_unplaced:
        text += f" {n_unplaced:,} people have no coordinates and are left out."
    return text
