"""How the world was peopled, step by step: routes grow along their way-points, places light up.

Everything is in the figure (Plotly frames, slider, buttons), so that it plays without a server,
in a saved HTML page too. Nothing moves before somebody presses Play.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from vaeviz.data.assets import Route
from vaeviz.data.panel import UNLABELLED
from vaeviz.escape import escape
from vaeviz.figures.chart import Chart
from vaeviz.figures.mapground import (
    NARROW_PX,
    add_ground,
    fitting_height,
    frame,
    pixels_per_unit,
    silent,
)
from vaeviz.figures.mapview import Floats, View, degrees, world_view
from vaeviz.figures.palette import Theme, colours, neutral, symbols
from vaeviz.figures.placing import spread
from vaeviz.figures.routes import KINDS, kind_colour, route_table, smooth
from vaeviz.figures.theme import INKS, label, rounded, style

TIMES_KA = np.concatenate([np.arange(65.0, 5.0, -1.0), np.arange(5.0, -0.25, -0.5)])
"""Moments shown, thousand years before present, oldest first."""

FRAME_MS = 220
CONTROLS_PX, NARROW_CONTROLS_PX = 70, 170
"""Height of slider and buttons, which stand above each other in a narrow figure."""

DATE_PX, EVENT_PX = (26, 15), (12, 9.5)
"""Sizes of the date and of what happens then, in a wide figure and in a narrow one."""

POINTS_A_ROUTE = 30
LIT_PX, UNLIT_PX, MOVING_PX = 11.0, 6.0, 5.0
TEXT_PLACE = (-135.0, -38.0)
"""Longitude and latitude of the date: open sea, where no route runs."""

EVENTS_AT_ONCE = 3


def peopling(
    populations: pd.DataFrame,
    routes: Sequence[Route],
    at_ka: float = 0.0,
    *,
    samples: pd.DataFrame | None = None,
    theme: Theme = "light",
    caption: str = "",
    width_px: int = 1000,
) -> Chart:
    """The curated routes drawn in their order, with a slider of time and a play button.

    Parameters
    ----------
    populations
        group, superpopulation, latitude, longitude (degrees), admixed (bool). A population
        lights up when a first-peopling route to its superpopulation passes nearest to it, a
        recently admixed one with the mixture; those to which no route leads stay grey.
    routes
        Curated routes, at least one.
    at_ka
        Moment that the figure shows before it is played, thousand years before present.
    samples
        Sample table, for the user's own colours.
    width_px
        Width of the figure that marks are spread for.

    Returns
    -------
    Chart
        Table: the routes with dates and citations.
    """
    view, figure = world_view(), go.Figure()
    add_ground(figure, view, theme)
    n_ground = len(figure.data)
    height = fitting_height(view, width_px)
    scale = pixels_per_unit(view, width_px, height)
    narrow = width_px < NARROW_PX
    height += NARROW_CONTROLS_PX if narrow else CONTROLS_PX
    drawn = _placed(populations, routes, view, scale)
    start = int(np.argmin(np.abs(TIMES_KA - at_ka)))
    for trace in _first_traces(drawn, samples, view, routes, TIMES_KA[start], theme):
        figure.add_trace(trace)
    moving = list(range(n_ground, len(figure.data)))
    figure.frames = [
        go.Frame(
            name=_frame_name(ka),
            data=_changes(drawn, samples, view, routes, ka, theme),
            traces=moving,
        )
        for ka in TIMES_KA
    ]
    title = "The peopling of the world"
    style(figure, theme, title=title, caption=caption, height=height, legend="below")
    frame(figure, view, theme)
    _size_words(figure, narrow)
    _add_controls(figure, start, narrow, theme)
    return Chart(figure, route_table(routes), title, _alt(routes), caption, "peopling", theme)


def _placed(
    populations: pd.DataFrame, routes: Sequence[Route], view: View, scale: float
) -> pd.DataFrame:
    table = populations.dropna(subset=["latitude", "longitude"]).sort_values("group")
    names = table["superpopulation"].astype(object)
    x, y = view.project(table["longitude"], table["latitude"])
    moved = spread(np.column_stack([x, y]) * scale, np.full(len(table), LIT_PX)) / scale
    return table.assign(
        x=moved[:, 0],
        y=moved[:, 1],
        superpopulation=names.where(names.notna(), UNLABELLED).map(str),
        reached_ka=[reached_ka(row, routes) for _, row in table.iterrows()],
    ).reset_index(drop=True)


def reached_ka(population: pd.Series, routes: Sequence[Route]) -> float:
    """When a route passes nearest to a population, thousand years ago; NaN when none leads there.

    Parameters
    ----------
    population
        superpopulation, latitude, longitude, admixed.
    routes
        Those drawn. A superpopulation from which routes start and to which none of them leads is
        there from the beginning.
    """
    kind = "admixture" if population["admixed"] else "first-peopling"
    of_kind = [r for r in routes if r.kind == kind]
    home = population["superpopulation"]
    if population["admixed"]:
        return min((r.ka_end for r in of_kind), default=float("nan"))
    leading = [r for r in of_kind if r.target == home]
    if not leading:
        return float("inf") if any(home in r.sources for r in of_kind) else float("nan")
    passed = [_nearest_pass(route, population) for route in leading]
    return min(passed)[1]


def _nearest_pass(route: Route, population: pd.Series) -> tuple[float, float]:
    """Distance of a route from a population (radians), and when it is nearest, ka."""
    lon, lat = (np.radians(v) for v in smooth(route))
    place_lon, place_lat = np.radians([population["longitude"], population["latitude"]])
    cosine = np.sin(lat) * np.sin(place_lat)
    cosine += np.cos(lat) * np.cos(place_lat) * np.cos(lon - place_lon)
    k = int(np.argmax(cosine))
    share = k / (len(lon) - 1)
    distance = float(np.arccos(np.clip(cosine[k], -1, 1)))
    return distance, route.ka_start + share * (route.ka_end - route.ka_start)


def progress(route: Route, ka: float) -> float:
    """How far along a route people are at a moment, 0 to 1."""
    return float(np.clip((route.ka_start - ka) / (route.ka_start - route.ka_end), 0.0, 1.0))


def _first_traces(
    drawn: pd.DataFrame,
    samples: pd.DataFrame | None,
    view: View,
    routes: Sequence[Route],
    ka: float,
    theme: Theme,
) -> list[go.Scatter]:
    """What changes from frame to frame, as it is at one moment; `_changes` has the same order."""
    changes = _changes(drawn, samples, view, routes, ka, theme)
    looks: list[dict[str, object]] = [
        {
            "mode": "lines",
            "line": {"color": kind_colour(kind, theme), "width": width, "dash": dash},
            "name": name,
            "hoverinfo": "skip",
        }
        for kind, (name, dash, width) in _kinds(routes).items()
    ]
    inks = INKS[theme]
    moving = {"color": inks.contrary, "width": MOVING_PX}
    looks.append({"mode": "lines", "line": moving, "opacity": 0.6, **silent()})
    head = {"symbol": "arrow", "size": 13, "color": inks.contrary, "line": {"width": 0}}
    looks.append({"mode": "markers", "marker": head, **silent()})
    marks = symbols(drawn["superpopulation"], samples)
    for name in sorted(set(drawn["superpopulation"])):
        rows = drawn[drawn["superpopulation"] == name]
        look: dict[str, object] = {
            "mode": "markers",
            "x": rounded(rows["x"], 5),
            "y": rounded(rows["y"], 5),
            "name": label(name),
            "text": [_hover(row) for _, row in rows.iterrows()],
            "hoverinfo": "text",
        }
        looks.append(look | {"marker": {"symbol": marks[name]}})
    date = {"color": inks.text}
    looks.append({"mode": "text", "textfont": date, "textposition": "top center", **silent()})
    event = {"color": inks.text}
    looks.append({"mode": "text", "textfont": event, "textposition": "bottom center", **silent()})
    traces = [go.Scatter(**look) for look in looks]
    for trace, change in zip(traces, changes, strict=True):
        trace.update(change)
    return traces


def _changes(
    drawn: pd.DataFrame,
    samples: pd.DataFrame | None,
    view: View,
    routes: Sequence[Route],
    ka: float,
    theme: Theme,
) -> list[go.Scatter]:
    """What is different at a moment: lines, moving parts, heads, populations, words."""
    changes = []
    for kind in _kinds(routes):
        x, y = _joined([_walked(view, r, ka) for r in routes if r.kind == kind])
        changes.append(go.Scatter(x=x, y=y))
    now = [r for r in routes if 0 < progress(r, ka) < 1]
    x, y = _joined([_walked(view, r, ka) for r in now])
    changes += [go.Scatter(x=x, y=y), _heads(view, routes, ka)]
    palette = colours(drawn["superpopulation"], _known(drawn, samples), theme)
    for name in sorted(set(drawn["superpopulation"])):
        lit = (drawn.loc[drawn["superpopulation"] == name, "reached_ka"] >= ka).to_numpy()
        colour = np.where(lit, palette[name], neutral(theme)).tolist()
        opacity, size = np.where(lit, 1.0, 0.55), np.where(lit, LIT_PX, UNLIT_PX)
        marker = {"color": colour, "size": size.tolist(), "opacity": opacity.tolist()}
        changes.append(go.Scatter(marker=marker))
    place_x, place_y = (rounded(v) for v in view.project([TEXT_PLACE[0]], [TEXT_PLACE[1]]))
    for text in (_date(ka), _events(now)):
        changes.append(go.Scatter(x=place_x, y=place_y, text=[text]))
    return changes


def _known(drawn: pd.DataFrame, samples: pd.DataFrame | None) -> pd.DataFrame:
    return drawn.rename(columns={"group": "population"}) if samples is None else samples


def _kinds(routes: Sequence[Route]) -> dict[str, tuple[str, str, float]]:
    return {k: v for k, v in KINDS.items() if any(r.kind == k for r in routes)}


def _walked(view: View, route: Route, ka: float) -> tuple[Floats, Floats]:
    """The part of a route behind people at a moment, in the plane."""
    share = progress(route, ka)
    if share == 0:
        return np.empty(0), np.empty(0)
    lon, lat = smooth(route)
    along = np.linspace(0, 1, len(lon))
    at = np.linspace(0, share, max(int(np.ceil(POINTS_A_ROUTE * share)), 2))
    return view.line(np.interp(at, along, lon), np.interp(at, along, lat))


def _joined(
    lines: list[tuple[Floats, Floats]],
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Lines as one with gaps; never empty, since Plotly keeps the old line for an empty one."""
    gap = [np.nan]
    x, y = (np.concatenate([gap, *(p for line in lines for p in (line[i], gap))]) for i in (0, 1))
    return rounded(x, 4), rounded(y, 4)


def _heads(view: View, routes: Sequence[Route], ka: float) -> go.Scatter:
    """Arrow heads turned along their routes."""
    ends = [
        (x[-1], y[-1], np.degrees(np.arctan2(x[-1] - x[-2], y[-1] - y[-2])))
        for x, y in (_walked(view, r, ka) for r in routes)
        if len(x) > 1
    ]
    x, y, angle = np.array([(np.nan, np.nan, 0.0), *ends]).T
    return go.Scatter(x=rounded(x, 5), y=rounded(y, 5), marker={"angle": rounded(angle, 3)})


def _hover(row: pd.Series) -> str:
    lines = [f"<b>{label(row['group'], 40)}</b>", label(row["superpopulation"], 40)]
    if np.isfinite(row["reached_ka"]):
        lines.append(f"lights up at about {row['reached_ka']:.2g} ka")
    lines.append(f"{degrees(row['latitude'], 'NS')}, {degrees(row['longitude'], 'EW')}")
    return "<br>".join(lines)


def _date(ka: float) -> str:
    return f"{1000 * ka:,.0f} years ago" if ka else "today"


def _events(now: Sequence[Route]) -> str:
    lines = [
        f"<b>{escape(r.label, 40)}</b>, {r.ka_start:g}–{r.ka_end:g} ka{_source(r)}"
        for r in sorted(now, key=lambda r: -r.ka_start)[:EVENTS_AT_ONCE]
    ]
    return "<br>".join(lines)


def _source(route: Route) -> str:
    """Author and year of the first reference."""
    first = next((c.split(",")[0] for c in route.citations), "")
    return f" ({escape(first, 30)})" if first else ""


def _frame_name(ka: float) -> str:
    return f"{ka:g} ka"


def _size_words(figure: go.Figure, narrow: bool) -> None:
    """Date and events as large as the figure allows: they are its last two traces."""
    for trace, sizes in zip(figure.data[-2:], (DATE_PX, EVENT_PX), strict=True):
        trace.textfont.size = sizes[narrow]


def _add_controls(figure: go.Figure, start: int, narrow: bool, theme: Theme) -> None:
    """Play, pause and a slider of time: all in the figure."""
    inks = INKS[theme]
    still = {"mode": "immediate", "frame": {"duration": 0, "redraw": True}}
    still["transition"] = {"duration": 0}
    going = {"frame": {"duration": FRAME_MS, "redraw": True}, "fromcurrent": True}
    going["transition"] = {"duration": 0}
    steps = [
        {"label": _frame_name(ka), "method": "animate", "args": [[_frame_name(ka)], still]}
        for ka in TIMES_KA
    ]
    slider = {
        "steps": steps,
        "active": start,
        "x": 0 if narrow else 0.2,
        "len": 1 if narrow else 0.8,
        "y": 0,
        "pad": {"t": 48 if narrow else 8, "b": 8},
        "font": {"size": 10.5, "color": inks.muted},
        "currentvalue": {"prefix": "", "font": {"size": 13, "color": inks.text}},
        "bgcolor": inks.axis,
        "activebgcolor": inks.contrary,
        "bordercolor": inks.axis,
        "tickcolor": inks.axis,
        "ticklen": 4,
    }
    # Plotly paints a button under the mouse in a light colour, so its text is dark in both themes.
    buttons = {
        "type": "buttons",
        "direction": "left",
        "showactive": False,
        "x": 0,
        "xanchor": "left",
        "y": 0,
        "yanchor": "top",
        "pad": {"t": 8 if narrow else 26, "r": 8},
        "bgcolor": "#F4F6F8",
        "bordercolor": inks.axis,
        "font": {"size": 13, "color": "#1F2933"},
        "buttons": [
            {"label": "▶ Play", "method": "animate", "args": [None, going]},
            {"label": "❚❚ Pause", "method": "animate", "args": [[None], still]},
        ],
    }
    figure.update_layout(sliders=[slider], updatemenus=[buttons])


def _alt(routes: Sequence[Route]) -> str:
    first, last = max(r.ka_start for r in routes), min(r.ka_end for r in routes)
    return (
        f"World map on which {len(routes)} curated migration routes are drawn one after the "
        f"other, from {first:g} to {last:g} thousand years ago, with a slider and a play button."
    )
