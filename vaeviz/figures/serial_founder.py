"""Figures of the serial founder effect: the line on distance, and the map of origins."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from vaeviz.analysis.journeys import WAY_POINTS
from vaeviz.analysis.serial_founder import ADDIS_ABABA, Line
from vaeviz.escape import plain
from vaeviz.figures.chart import Chart
from vaeviz.figures.groups import group_scatter
from vaeviz.figures.mapground import (
    NARROW_PX,
    add_ground,
    colour_bar,
    fitting_height,
    frame,
    pixels_per_unit,
    silent,
)
from vaeviz.figures.mapview import EARTH_RADIUS_MM, View, degrees, world_view
from vaeviz.figures.palette import BACKGROUND, Theme, neutral, rgba
from vaeviz.figures.placing import name_positions
from vaeviz.figures.theme import INKS, rounded, style

CELL_SHARE = 0.98
"""Side of a drawn cell as a share of the distance between cells."""

R2_SCALE = "Viridis"
NAMES_PX = (480.0, 230.0)
"""Size of the points' area on a page 800 px wide, for which names are placed."""

DISTANCE_TITLE = "distance from the origin along land (1,000 km)"


def founder_line(
    table: pd.DataFrame,
    line: Line,
    band: pd.DataFrame,
    value_title: str,
    *,
    unit: str = "",
    samples: pd.DataFrame | None = None,
    theme: Theme = "light",
    caption: str = "",
    name: str = "serial_founder",
    height: int = 500,
    width_px: int = 1000,
) -> Chart:
    """Value of each population against its distance from the origin, with the fitted line.

    Parameters
    ----------
    table
        group, superpopulation, n_samples, continent, path, distance_km, value, fitted, used
        (`analysis.serial_founder.SerialFounder.table`); populations not used are hollow.
    line
        The fit, told in the figure.
    band
        distance_km, fitted, low, high (`analysis.serial_founder.line_band`).
    value_title, unit
        Of the value; the unit also of the slope, per 1,000 km.
    width_px
        Of the page that the figure is laid out for: on a narrow one its words take three lines.
    """
    drawn = table.assign(distance_1000_km=table["distance_km"] / 1000)
    title = "Diversity and distance"
    titles = (DISTANCE_TITLE, f"{value_title} ({unit})" if unit else value_title)
    points = group_scatter(
        drawn,
        "distance_1000_km",
        "value",
        titles=titles,
        title=title,
        samples=samples,
        theme=theme,
        caption=caption,
        name=name,
        height=height,
    )
    words = line_words(line, unit, narrow=width_px < NARROW_PX)
    figure = go.Figure([*_fit(band, theme), *points.figure.data], points.figure.layout)
    _hollow(figure.data[-1], table["used"].to_numpy(bool), theme)
    _thin_names(figure.data[-1], table)
    figure.add_annotation(
        text="<br>".join(words),
        x=1 if line.slope_per_1000_km <= 0 else 0,
        y=1,
        xref="paper",
        yref="paper",
        xanchor="right" if line.slope_per_1000_km <= 0 else "left",
        yanchor="top",
        align="right" if line.slope_per_1000_km <= 0 else "left",
        showarrow=False,
        font={"size": 13, "color": INKS[theme].text},
        bgcolor=rgba(BACKGROUND[theme], 0.9),
    )
    figure.update_xaxes(rangemode="tozero")
    values = pd.concat([table["value"], band["fitted"]])
    figure.update_yaxes(range=_with_headroom(values, len(words)))
    alt = (
        f"Scatter plot of {len(table)} populations: {value_title} against distance from the "
        f"origin. The line through {line.n_populations} of them changes by "
        f"{line.slope_per_1000_km:.3g} per 1,000 km and explains {line.r2:.0%} of the variance."
    )
    return dataclasses.replace(points, figure=figure, table=table, alt=alt)


def _with_headroom(values: pd.Series, n_lines: int) -> list[float]:
    """Range of the values with room above them for lines of words."""
    low, high = float(values.min()), float(values.max())
    span = (high - low) or abs(high) or 1.0
    return [low - 0.08 * span, high + (0.06 + 0.09 * n_lines) * span]


def line_words(line: Line, unit: str = "", narrow: bool = False) -> list[str]:
    """Slope, interval and R2 as lines of a figure, two or, where it is narrow, three."""
    slope = f"{_signed(line.slope_per_1000_km)} {unit} per 1,000 km".replace("  ", " ")
    first = f"slope <b>{slope}</b> · R² <b>{line.r2:.2f}</b>"
    if not np.isfinite(line.slope_low):
        return [first, f"{line.n_populations} populations: too few for an interval"]
    slopes = f"95 % of resamples: {_signed(line.slope_low)} to {_signed(line.slope_high)}"
    fits = f"R² {line.r2_low:.2f} to {line.r2_high:.2f} ({line.n_populations} populations)"
    return [first, f"{slopes},", fits] if narrow else [first, f"{slopes}, {fits}"]


def origin_map(
    grid: pd.DataFrame,
    places: pd.DataFrame,
    origin: tuple[float, float],
    best: pd.Series | None,
    *,
    falls: bool = True,
    step_deg: float = 4.0,
    theme: Theme = "light",
    caption: str = "",
    name: str = "serial_founder_origins",
    height: int | None = None,
    width_px: int = 1000,
) -> Chart:
    """R2 of the line for an origin in each cell of land; the chosen and the best one marked.

    Parameters
    ----------
    grid
        latitude, longitude, continent, r2, slope_per_1000_km (`origin_grid`).
    places
        group, latitude, longitude: drawn as dots.
    origin
        Latitude and longitude of the origin in use.
    best
        Row of `grid` (`best_origin`), or None.
    falls
        Whether the value is expected to fall with distance; cells where it does not are grey.
    step_deg
        Of the grid.
    height, width_px
        Without a height, that which leaves no empty bands on a page of this width.

    Returns
    -------
    Chart
        Cells carry 'latitude,longitude' as `customdata`. Table: the grid.
    """
    view = world_view()
    height = height or fitting_height(view, width_px)
    figure = go.Figure()
    add_ground(figure, view, theme)
    side = np.radians(step_deg) * EARTH_RADIUS_MM * pixels_per_unit(view, width_px, height)
    right = (grid["slope_per_1000_km"] < 0) == falls
    right &= grid["r2"].notna()
    _add_cells(figure, view, grid[~right], None, side * CELL_SHARE, theme)
    _add_cells(figure, view, grid[right], "r2", side * CELL_SHARE, theme)
    _add_dots(figure, view, places, theme)
    _add_way_points(figure, view, theme)
    _add_star(figure, view, ADDIS_ABABA, "Addis Ababa", "circle-open", theme)
    if best is not None:
        at = (float(best["latitude"]), float(best["longitude"]))
        _add_star(figure, view, at, f"best cell (R² {best['r2']:.2f})", "diamond-open", theme)
    _add_star(figure, view, origin, "origin in use", "x-thin", theme)
    title = "Where would the origin fit best?"
    style(figure, theme, title=title, caption=caption, height=height, legend="below")
    frame(figure, view, theme)
    figure.update_layout(dragmode="pan", clickmode="event+select", uirevision="origins")
    return Chart(figure, grid, title, _map_alt(grid, right, best), caption, name, theme)


def _fit(band: pd.DataFrame, theme: Theme) -> list[go.Scatter]:
    """The band of resampled lines, where there is one, and the line."""
    x, ink = rounded(band["distance_km"] / 1000), INKS[theme].muted
    traces = []
    if band["low"].notna().all():
        ends = np.concatenate([band["high"], band["low"][::-1]])
        traces.append(
            go.Scatter(
                x=np.concatenate([x, x[::-1]]),
                y=rounded(ends),
                mode="lines",
                fill="toself",
                fillcolor=rgba(INKS[theme].muted, 0.14),
                line={"width": 0},
                **silent(),
            )
        )
    line = {"color": ink, "width": 2}
    traces.append(go.Scatter(x=x, y=rounded(band["fitted"]), mode="lines", line=line, **silent()))
    return traces


def _hollow(points: go.Scatter, used: np.ndarray, theme: Theme) -> None:
    """Draw populations that do not count as open grey marks."""
    marker = points.marker
    symbols = [
        s if u or str(s).endswith("-open") else f"{s}-open"
        for s, u in zip(marker.symbol, used, strict=True)
    ]
    shades = [c if u else neutral(theme) for c, u in zip(marker.color, used, strict=True)]
    points.update(marker={"symbol": symbols, "color": shades, "line": {"color": shades}})
    words = ["" if u else "<br>not in the line: recently admixed" for u in used]
    points.hovertext = [t + w for t, w in zip(points.hovertext, words, strict=True)]


def _thin_names(points: go.Scatter, table: pd.DataFrame) -> None:
    """Leave out names without room on a narrow page; hover texts and the table have them all."""
    if points.text is None:
        return
    places = table[["distance_km", "value"]].to_numpy(float)
    span = np.ptp(places, axis=0)
    scaled = (places - places.min(axis=0)) / np.where(span > 0, span, 1) * NAMES_PX
    names = [plain(group, 14) for group in table["group"]]
    positions = name_positions(scaled, np.full(len(table), 12.0), names)
    points.text = [t if p else "" for t, p in zip(points.text, positions, strict=True)]
    points.textposition = [p or "top center" for p in positions]


def _add_cells(
    figure: go.Figure,
    view: View,
    cells: pd.DataFrame,
    value: str | None,
    side_px: float,
    theme: Theme,
) -> None:
    x, y = view.project(cells["longitude"], cells["latitude"])
    marker: dict[str, object] = {"symbol": "square", "size": side_px, "line": {"width": 0}}
    if value is None:
        marker |= {"color": neutral(theme), "opacity": 0.35}
    else:
        marker |= {"color": rounded(cells[value]), "colorscale": R2_SCALE, "cmin": 0}
        marker |= {"colorbar": colour_bar(view, "R² of the line from here", theme)}
    figure.add_trace(
        go.Scatter(
            x=rounded(x),
            y=rounded(y),
            mode="markers",
            marker=marker,
            selected={"marker": {"opacity": 1 if value else 0.35}},
            unselected={"marker": {"opacity": 1 if value else 0.35}},
            name="no such fall" if value is None else "cells",
            showlegend=False,
            customdata=[_place_text(a, o) for a, o in _pairs(cells)],
            text=[_cell_hover(row, value is not None) for _, row in cells.iterrows()],
            hoverinfo="text",
        )
    )


def _add_dots(figure: go.Figure, view: View, places: pd.DataFrame, theme: Theme) -> None:
    x, y = view.project(places["longitude"], places["latitude"])
    marker = {"size": 5, "color": INKS[theme].text, "line": {"width": 1, "color": "#FFFFFF"}}
    figure.add_trace(
        go.Scatter(
            x=rounded(x),
            y=rounded(y),
            mode="markers",
            marker=marker,
            name="populations",
            hoverinfo="skip",
        )
    )


def _add_way_points(figure: go.Figure, view: View, theme: Theme) -> None:
    lat, lon = np.array(list(WAY_POINTS.values())).T
    x, y = view.project(lon, lat)
    ink = INKS[theme].text
    marker = {"symbol": "triangle-up-open", "size": 9, "color": ink, "line": {"width": 1.5}}
    figure.add_trace(
        go.Scatter(
            x=rounded(x),
            y=rounded(y),
            mode="markers+text",
            marker=marker,
            text=list(WAY_POINTS),
            textposition="top center",
            textfont={"size": 10.5, "color": ink, "shadow": _halo(theme)},
            name="way-points",
            hoverinfo="skip",
        )
    )


def _add_star(
    figure: go.Figure,
    view: View,
    at: tuple[float, float],
    name: str,
    symbol: str,
    theme: Theme,
) -> None:
    """A place that stands out from any colour of cells."""
    x, y = view.project([at[1]], [at[0]])
    colour = INKS[theme].contrary
    marker = {"symbol": symbol, "size": 15, "color": colour, "line": {"width": 3, "color": colour}}
    figure.add_trace(
        go.Scatter(
            x=rounded(x),
            y=rounded(y),
            mode="markers",
            marker=marker,
            name=name,
            hoverinfo="skip",
        )
    )


def _halo(theme: Theme) -> str:
    """CSS shadow of the ground's colour that keeps words readable on any cell."""
    return ", ".join([f"0 0 3px {BACKGROUND[theme]}"] * 4)


def _pairs(cells: pd.DataFrame) -> list[tuple[float, float]]:
    return list(zip(cells["latitude"].tolist(), cells["longitude"].tolist(), strict=True))


def _place_text(latitude: float, longitude: float) -> str:
    return f"{latitude:.2f},{longitude:.2f}"


def _cell_hover(row: pd.Series, right: bool) -> str:
    place = f"{degrees(row['latitude'], 'NS')}, {degrees(row['longitude'], 'EW')}"
    lines = [f"<b>{place}</b>", str(row["continent"])]
    if pd.notna(row["r2"]):
        lines.append(f"R² {row['r2']:.3f}, slope {_signed(row['slope_per_1000_km'])} per 1,000 km")
    if not right:
        lines.append("from here the slope has the other sign")
    return "<br>".join(lines)


def _signed(value: float) -> str:
    return f"{value:.3g}".replace("-", "−")


def _map_alt(grid: pd.DataFrame, right: pd.Series, best: pd.Series | None) -> str:
    text = f"World map of {len(grid)} cells of land, coloured by R² of a line from each"
    if best is None:
        return f"{text}; no cell has a slope of the expected sign."
    place = f"{degrees(best['latitude'], 'NS')}, {degrees(best['longitude'], 'EW')}"
    low = grid.loc[right, "r2"].min()
    return f"{text}: from {low:.2f} to {best['r2']:.2f}, highest at {place} in {best['continent']}."
