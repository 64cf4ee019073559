"""A map of points on land to pick a place from, with the groups that have one already."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from vaeviz.figures.chart import Chart
from vaeviz.figures.mapground import add_ground, frame
from vaeviz.figures.mapview import View, degrees, world_view
from vaeviz.figures.palette import Theme
from vaeviz.figures.theme import INKS, label, rounded, style

TITLE = "Pick a place"
FAINT = 0.35


def place_grid(
    cells: pd.DataFrame,
    places: pd.DataFrame,
    chosen: str,
    *,
    theme: Theme = "light",
    caption: str = "",
    name: str = "place_grid",
    height: int = 480,
) -> Chart:
    """Points on land that can be clicked, and where the groups are now.

    Parameters
    ----------
    cells
        latitude, longitude (degrees): what can be picked.
    places
        group, latitude, longitude; groups without a place are left out.
    chosen
        The group that a click gives a place to: drawn large.

    Returns
    -------
    Chart
        Points carry 'latitude,longitude' as `customdata`. Table: the groups drawn.
    """
    view = world_view()
    table = places[["group", "latitude", "longitude"]].dropna().reset_index(drop=True)
    figure = go.Figure()
    add_ground(figure, view, theme)
    figure.add_trace(_cells(view, cells, theme))
    is_chosen = table["group"] == chosen
    figure.add_trace(_groups(view, table[~is_chosen], INKS[theme].accent, 7))
    figure.add_trace(_groups(view, table[is_chosen], INKS[theme].contrary, 14))
    style(figure, theme, title=TITLE, caption=caption, height=height)
    frame(figure, view, theme)
    figure.update_layout(dragmode="pan", clickmode="event+select", uirevision="places")
    alt = f"World map of {len(cells)} points on land to pick from, and {len(table)} groups."
    return Chart(figure, table, TITLE, alt, caption, name, theme)


def _cells(view: View, cells: pd.DataFrame, theme: Theme) -> go.Scatter:
    x, y = view.project(cells["longitude"], cells["latitude"])
    pairs = list(zip(cells["latitude"], cells["longitude"], strict=True))
    marker = {"size": 6, "color": INKS[theme].muted, "opacity": FAINT}
    return go.Scatter(
        x=rounded(x),
        y=rounded(y),
        mode="markers",
        marker=marker,
        unselected={"marker": {"opacity": FAINT}},
        customdata=[f"{latitude:.2f},{longitude:.2f}" for latitude, longitude in pairs],
        text=[f"{degrees(a, 'NS')}, {degrees(o, 'EW')}" for a, o in pairs],
        hoverinfo="text",
        showlegend=False,
    )


def _groups(view: View, table: pd.DataFrame, colour: str, size: int) -> go.Scatter:
    x, y = view.project(table["longitude"], table["latitude"])
    return go.Scatter(
        x=rounded(x),
        y=rounded(y),
        mode="markers",
        marker={"size": size, "color": colour, "line": {"width": 1.5, "color": "#FFFFFF"}},
        unselected={"marker": {"opacity": 1}},
        text=[f"<b>{label(group, 40)}</b>" for group in table["group"]],
        hoverinfo="text",
        showlegend=False,
    )
