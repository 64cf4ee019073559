"""Populations and migration routes on a map drawn from bundled outlines: nothing is fetched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from vaeviz.data.assets import Route
from vaeviz.data.panel import UNLABELLED
from vaeviz.escape import plain
from vaeviz.figures.chart import Chart
from vaeviz.figures.links import LinkLayer, add_links
from vaeviz.figures.mapground import (
    NARROW_PX,
    add_ground,
    colour_bar,
    fitting_height,
    frame,
    pixels_per_unit,
    silent,
    value_text,
)
from vaeviz.figures.mapview import View, degrees, view_of
from vaeviz.figures.palette import BACKGROUND, Theme, colours, neutral, symbols
from vaeviz.figures.placing import mark_boxes, name_positions, spread
from vaeviz.figures.points import is_number
from vaeviz.figures.routes import add_dates, add_routes, route_boxes
from vaeviz.figures.theme import INKS, Legend, label, rounded, style

SMALLEST_PX, LARGEST_PX = 8.0, 14.0
NARROW_SIZE = 0.7
EDGE_PX, RING_PX = 3.0, 8.0
"""What the edge of a mark, and a ring around it, add to its diameter."""

NAME_CHARACTERS = 14
VALUE_SCALE = "Viridis"


def world_map(
    populations: pd.DataFrame,
    value: str | None = None,
    routes: Sequence[Route] = (),
    *,
    links: LinkLayer | None = None,
    selected: Mapping[str, float] | None = None,
    value_title: str = "",
    samples: pd.DataFrame | None = None,
    show_names: bool = True,
    theme: Theme = "light",
    caption: str = "",
    title: str = "Populations on the map",
    name: str = "world_map",
    height: int | None = None,
    width_px: int = 1000,
) -> Chart:
    """Populations at their places; the region alone when they lie close together.

    Parameters
    ----------
    populations
        group, superpopulation, n_samples, latitude, longitude (degrees), and `value`. Groups
        without coordinates are left out and counted in the sentence.
    value
        Column to colour by, of numbers or of texts; None colours by superpopulation.
    routes
        Curated routes to draw as arrows, with dates and citations in the hover text.
    links
        Computed links to draw under the marks, which say that they are no migrations.
    selected
        Share of every group that is selected, 0 to 1: ringed, faintly where it is a part.
    value_title
        Title of the colour bar, with the unit.
    samples
        Sample table, for the user's own colours.
    width_px
        Width of the figure that marks are spread and words are placed for.
    show_names
        Write the groups' names where there is room.

    Returns
    -------
    Chart
        Points carry the group as `customdata`. Table: the populations drawn.
    """
    columns = ["group", "superpopulation", "n_samples", "latitude", "longitude"]
    table = populations[[*columns, *([value] if value else [])]].copy()
    table = table.dropna(subset=["latitude", "longitude"]).sort_values("group", ignore_index=True)
    view = view_of(table["longitude"], table["latitude"], whole_world=bool(routes))
    height = height or fitting_height(view, width_px)
    figure = go.Figure()
    add_ground(figure, view, theme)
    add_routes(figure, view, routes, theme)
    scale = pixels_per_unit(view, width_px, height)
    shrunk = 1.0 if width_px >= NARROW_PX else NARROW_SIZE
    drawn = _placed(table, view, scale, shrunk)
    if links is not None:
        add_links(figure, view, links, drawn, theme)
    _add_leaders(figure, drawn, scale, theme)
    numbers = value if value is not None and is_number(table[value]) else None
    if numbers is None:
        _add_groups(figure, drawn, value, samples, theme)
    else:
        bar = value_title or numbers.replace("_", " ")
        _add_values(figure, view, drawn, numbers, bar, samples, theme)
    around = RING_PX if selected else EDGE_PX
    _add_words(
        figure, view, drawn.assign(size=drawn["size"] + around), routes, scale, show_names, theme
    )
    _add_rings(figure, drawn, selected or {}, theme)
    legend: Legend = "below" if numbers is None or routes or links else "none"
    style(figure, theme, title=title, caption=caption, height=height, legend=legend)
    frame(figure, view, theme)
    alt = _alt(table, len(populations) - len(table), numbers, value_title, routes)
    if links is not None:
        alt += f" {len(links.table)} dashed lines show {links.title}."
    return Chart(figure, table, title, alt, caption, name, theme)


def _placed(table: pd.DataFrame, view: View, scale: float, shrunk: float) -> pd.DataFrame:
    """Add size and place in the plane, true (x_true, y_true) and spread apart (x, y)."""
    placed = table.copy()
    n = placed["n_samples"].to_numpy(float)
    largest = max(n.max(initial=1.0), 1.0)
    placed["size"] = shrunk * np.maximum(LARGEST_PX * np.sqrt(n / largest), SMALLEST_PX)
    x, y = view.project(placed["longitude"], placed["latitude"])
    moved = spread(np.column_stack([x, y]) * scale, placed["size"].to_numpy()) / scale
    return placed.assign(x_true=x, y_true=y, x=moved[:, 0], y=moved[:, 1])


def _add_leaders(figure: go.Figure, drawn: pd.DataFrame, scale: float, theme: Theme) -> None:
    """Lines from marks that were moved to their true places."""
    far = np.hypot(drawn["x"] - drawn["x_true"], drawn["y"] - drawn["y_true"]) * scale
    moved = drawn[far > drawn["size"] / 2]
    if not len(moved):
        return
    gaps = np.full(len(moved), np.nan)
    x = np.column_stack([moved["x_true"], moved["x"], gaps]).ravel()
    y = np.column_stack([moved["y_true"], moved["y"], gaps]).ravel()
    figure.add_trace(
        go.Scatter(
            x=rounded(x),
            y=rounded(y),
            mode="lines",
            line={"color": INKS[theme].muted, "width": 1},
            **silent(),
        )
    )


def _add_groups(
    figure: go.Figure,
    drawn: pd.DataFrame,
    value: str | None,
    samples: pd.DataFrame | None,
    theme: Theme,
) -> None:
    """One trace a superpopulation, or one a text of the column `value`."""
    names = _group_names(drawn, value or "superpopulation")
    known = drawn.rename(columns={"group": "population"}) if samples is None else samples
    palette, marks = colours(names, known, theme), symbols(names, known)
    for group in sorted(palette):
        rows = drawn[names == group]
        marker: dict[str, object] = {"color": palette[group], "symbol": marks[group]}
        figure.add_trace(_marks(rows, label(group), marker, None, value, theme))


def _add_values(
    figure: go.Figure,
    view: View,
    drawn: pd.DataFrame,
    value: str,
    value_title: str,
    samples: pd.DataFrame | None,
    theme: Theme,
) -> None:
    """One trace on a continuous scale, grey where there is no value; symbols tell the groups."""
    names = _group_names(drawn)
    marks = symbols(names, samples)
    known = drawn[value].notna()
    for has_value in (False, True):
        rows = drawn[known == has_value]
        if not len(rows):
            continue
        marker: dict[str, object] = {"symbol": [marks[g] for g in names[known == has_value]]}
        if has_value:
            marker |= {"color": rounded(rows[value]), "colorscale": VALUE_SCALE}
            marker |= {"showscale": True, "colorbar": colour_bar(view, value_title, theme)}
        else:
            marker["color"] = neutral(theme)
        title = label(value_title, 40) if has_value else "no value"
        figure.add_trace(_marks(rows, title, marker, value, value, theme, legend=False))


def _group_names(drawn: pd.DataFrame, column: str = "superpopulation") -> pd.Series:
    groups = drawn[column].astype(object)
    return groups.where(groups.notna(), UNLABELLED).map(str)


def _marks(
    rows: pd.DataFrame,
    trace_name: str,
    marker: dict[str, object],
    scale_of: str | None,
    value: str | None,
    theme: Theme,
    legend: bool = True,
) -> go.Scatter:
    line = {"width": 1.2, "color": "#FFFFFF" if scale_of is None or theme == "dark" else "#3B4652"}
    common = {"size": rounded(rows["size"]), "opacity": 1, "line": line}
    return go.Scatter(
        x=rounded(rows["x"]),
        y=rounded(rows["y"]),
        mode="markers",
        marker=marker | common,
        name=trace_name,
        showlegend=legend,
        customdata=rows["group"].map(str).tolist(),
        text=[_hover(row, value) for _, row in rows.iterrows()],
        hoverinfo="text",
    )


def _hover(row: pd.Series, value: str | None) -> str:
    lines = [f"<b>{label(row['group'], 40)}</b>"]
    if isinstance(row["superpopulation"], str):
        lines.append(label(row["superpopulation"], 40))
    lines.append(f"{int(row['n_samples']):,} people")
    if value is not None and pd.notna(row[value]):
        lines.append(f"{label(value.replace('_', ' '), 40)}: {value_text(row[value])}")
    lines.append(f"{degrees(row['latitude'], 'NS')}, {degrees(row['longitude'], 'EW')}")
    return "<br>".join(lines)


def _add_rings(
    figure: go.Figure, drawn: pd.DataFrame, selected: Mapping[str, float], theme: Theme
) -> None:
    """Rings around groups with selected people; hovering still finds the mark inside."""
    share = drawn["group"].map(selected).fillna(0.0)
    for whole in (True, False):
        rows = drawn[(share >= 1) if whole else (share > 0) & (share < 1)]
        if not len(rows):
            continue
        line = {"color": INKS[theme].text, "width": 2.4 if whole else 1.2}
        marker = {
            "symbol": "circle-open",
            "size": rounded(rows["size"] + RING_PX - 1),
            "line": line,
        }
        figure.add_trace(
            go.Scatter(
                x=rounded(rows["x"]),
                y=rounded(rows["y"]),
                mode="markers",
                marker=marker | {"color": INKS[theme].text, "opacity": 1},
                unselected={"marker": {"opacity": 1}},
                name="selected" if whole else "partly selected",
                hoverinfo="skip",
            )
        )


def _add_words(
    figure: go.Figure,
    view: View,
    drawn: pd.DataFrame,
    routes: Sequence[Route],
    scale: float,
    show_names: bool,
    theme: Theme,
) -> None:
    """Dates and names where there is room; the hover texts and the tables have them all."""
    points, diameters = drawn[["x", "y"]].to_numpy() * scale, drawn["size"].to_numpy()
    boxes = mark_boxes(points, diameters)
    n_marks = len(boxes)
    boxes += _edges(view, scale)
    add_dates(figure, view, routes, boxes, scale, theme)
    boxes += route_boxes(view, routes, scale)
    if not show_names or not len(drawn):
        return
    names = [plain(g, NAME_CHARACTERS) for g in drawn["group"]]
    positions = name_positions(points, diameters, names, boxes[n_marks:])
    shown = drawn[[bool(p) for p in positions]]
    figure.add_trace(
        go.Scatter(
            x=rounded(shown["x"]),
            y=rounded(shown["y"]),
            mode="markers+text",
            marker={"size": rounded(shown["size"]), "opacity": 0},
            text=[label(g, NAME_CHARACTERS) for g in shown["group"]],
            textposition=[p for p in positions if p],
            textfont={"size": 10.5, "color": INKS[theme].text, "shadow": _halo(theme)},
            **silent(),
        )
    )


def _edges(view: View, scale: float) -> list[NDArray[np.float64]]:
    """What lies west and east of the map, where words would be cut off: boxes in pixels."""
    west, east = (x * scale for x in view.x_range)
    far = 1e6
    return [np.array([-far, -far, west, far]), np.array([east, -far, far, far])]


def _halo(theme: Theme) -> str:
    """CSS shadow that keeps names readable over lines."""
    return ", ".join([f"0 0 2px {BACKGROUND[theme]}"] * 4)


def _alt(
    table: pd.DataFrame,
    n_unplaced: int,
    value: str | None,
    value_title: str,
    routes: Sequence[Route],
) -> str:
    text = f"Map of {len(table)} populations with {int(table['n_samples'].sum()):,} people"
    if value is not None and table[value].notna().any():
        low, high = table.loc[table[value].idxmin()], table.loc[table[value].idxmax()]
        text += f", coloured by {plain(value_title or value)}: lowest {plain(low['group'])} "
        text += f"({low[value]:.4g}), highest {plain(high['group'])} ({high[value]:.4g})"
    text += "."
    if routes:
        text += f" Arrows show {len(routes)} curated migration routes."
    if n_unplaced:
        text += f" {n_unplaced} populations have no coordinates and are left out."
    return text
