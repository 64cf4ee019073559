"""Curated migration routes as smooth arrows on a map."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from scipy.interpolate import CubicSpline

from vaeviz.data.assets import Route
from vaeviz.escape import escape
from vaeviz.figures.mapview import Floats, View
from vaeviz.figures.palette import BACKGROUND, Theme, rgba
from vaeviz.figures.placing import mark_boxes, overlaps, text_box
from vaeviz.figures.theme import INKS, rounded

POINTS_A_ROUTE = 60
DATE_PLACES = (0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74, 0.18, 0.82)
"""Where along a route its dates may stand, best first."""

HOVER_WRAP = 64
LINE_BOX_PX = 7.0
KINDS = {
    "first-peopling": ("first peopling", "solid", 2.6),
    "later": ("later movements", "dash", 1.8),
    "admixture": ("recent admixture", "dot", 1.8),
}
"""Name in the legend, dash and width of every kind of route."""


def add_routes(figure: go.Figure, view: View, routes: Sequence[Route], theme: Theme) -> None:
    """Draw arrows, oldest first; one legend entry a kind."""
    told: set[str] = set()
    for route in sorted(routes, key=lambda r: (-r.ka_start, r.id)):
        x, y = view.line(*smooth(route))
        figure.add_trace(_line(route, x, y, route.kind not in told, theme))
        figure.add_trace(_head(route, x[-2:], y[-2:], theme))
        told.add(route.kind)


def add_dates(
    figure: go.Figure,
    view: View,
    routes: Sequence[Route],
    boxes: list[Floats],
    scale: float,
    theme: Theme,
) -> None:
    """Write dates on the routes where they cover no mark; `boxes` gains the places taken.

    Parameters
    ----------
    boxes
        What must stay visible: west, south, east, north, pixels.
    scale
        Pixels per unit of the map.
    """
    for route in routes:
        text = f"{route.ka_start:g}–{route.ka_end:g} ka"
        lon, lat = smooth(route)
        at = [int(share * len(lon)) for share in DATE_PLACES]
        x, y = view.project(lon[at], lat[at])
        for centre in np.column_stack([x, y]):
            place = text_box(centre * scale, text)
            if not overlaps(place, np.array(boxes).reshape(-1, 4)):
                boxes.append(place)
                figure.add_annotation(_date(text, centre, theme))
                break


def route_boxes(view: View, routes: Sequence[Route], scale: float) -> list[Floats]:
    """Places that the routes' lines take: west, south, east, north, pixels."""
    places: list[Floats] = []
    for route in routes:
        x, y = view.project(*smooth(route))
        places += mark_boxes(np.column_stack([x, y]) * scale, np.full(len(x), LINE_BOX_PX))
    return places


def route_table(routes: Sequence[Route]) -> pd.DataFrame:
    """What the arrows say: one row a route, with dates in thousand years before present."""
    return pd.DataFrame(
        [
            {
                "route": route.label,
                "kind": KINDS[route.kind][0],
                "from": ", ".join(route.sources),
                "to": route.target,
                "ka_start": route.ka_start,
                "ka_end": route.ka_end,
                "dates_from": route.date_source,
                "note": route.note,
                "citations": "; ".join(route.citations),
            }
            for route in routes
        ]
    )


def smooth(route: Route) -> tuple[Floats, Floats]:
    """Longitude and latitude of a smooth curve through the way-points, degrees."""
    points = np.array(route.waypoints, dtype=float)
    steps = np.hypot(*np.diff(points, axis=0).T)
    # Centripetal parameters keep a spline from looping between unevenly spaced points.
    knots = np.concatenate([[0.0], np.cumsum(np.sqrt(steps))])
    at = np.linspace(0.0, knots[-1], POINTS_A_ROUTE)
    lat, lon = CubicSpline(knots, points, bc_type="natural")(at).T
    return lon, lat


def route_hover(route: Route) -> str:
    """Name, dates and where they come from, wrapped and inert."""
    about = [route.source_text, route.note]
    lines = [escape(w, 200) for text in about for w in textwrap.wrap(text, HOVER_WRAP)]
    return "<br>".join([f"<b>{escape(route.label)}</b>", escape(route.dates), *lines])


def _line(route: Route, x: Floats, y: Floats, in_legend: bool, theme: Theme) -> go.Scatter:
    kind, dash, width = KINDS[route.kind]
    return go.Scatter(
        x=rounded(x, 5),
        y=rounded(y, 5),
        mode="lines",
        line={"color": kind_colour(route.kind, theme), "width": width, "dash": dash},
        name=kind,
        legendgroup=kind,
        showlegend=in_legend,
        hovertext=route_hover(route),
        hoverinfo="text",
    )


def _head(route: Route, x: Floats, y: Floats, theme: Theme) -> go.Scatter:
    """Arrow head on the last of two points, turned away from the first."""
    return go.Scatter(
        x=rounded(x, 6),
        y=rounded(y, 6),
        mode="markers",
        marker={
            "symbol": "arrow",
            "angleref": "previous",
            "size": [0, 13],
            "color": kind_colour(route.kind, theme),
            "opacity": 1,
            "line": {"width": 0},
        },
        unselected={"marker": {"opacity": 1}},  # A lasso around populations leaves routes alone.
        legendgroup=KINDS[route.kind][0],
        showlegend=False,
        hoverinfo="skip",
    )


def kind_colour(kind: str, theme: Theme) -> str:
    """Colour of a kind of route."""
    inks = INKS[theme]
    return inks.contrary if kind == "first-peopling" else inks.muted


def _date(text: str, centre: Floats, theme: Theme) -> go.layout.Annotation:
    x, y = rounded(centre)
    return go.layout.Annotation(
        x=float(x),
        y=float(y),
        text=text,
        showarrow=False,
        font={"size": 10, "color": INKS[theme].text},
        bgcolor=rgba(BACKGROUND[theme], 0.8),
        borderpad=1,
    )
