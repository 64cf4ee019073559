"""What every map stands on: sea, land and graticule, equal axes, and its colour bar."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from vaeviz.figures.mapview import View, globe, graticule, land_outline, region_ticks
from vaeviz.figures.palette import BACKGROUND, Theme
from vaeviz.figures.theme import INKS, label, rounded

AROUND_PX = (40, 210)
"""Width and height of a figure that are not map."""

HEIGHTS_PX = (330, 620)
NARROW_PX = 700
"""Below this width words and marks are smaller."""

GRATICULE_DEG = 30.0
SEA: dict[Theme, str] = {"light": "#EDF2F6", "dark": "#141C26"}
LAND: dict[Theme, str] = {"light": "#D3D9DF", "dark": "#323E4C"}
COAST = BACKGROUND
LINES: dict[Theme, str] = {"light": "#DEE5EB", "dark": "#1D2733"}


def add_ground(figure: go.Figure, view: View, theme: Theme) -> None:
    """Sea, graticule, land."""
    if not view.region:
        _add_area(figure, globe(view), SEA[theme], SEA[theme])
        x, y = graticule(view, GRATICULE_DEG)
        line = {"color": LINES[theme], "width": 0.8}
        figure.add_trace(
            go.Scatter(x=rounded(x), y=rounded(y), mode="lines", line=line, **silent())
        )
    _add_area(figure, land_outline(view), LAND[theme], COAST[theme])


def _add_area(figure: go.Figure, outline: tuple[NDArray, NDArray], fill: str, edge: str) -> None:
    figure.add_trace(
        go.Scatter(
            x=rounded(outline[0]),
            y=rounded(outline[1]),
            mode="lines",
            fill="toself",
            fillcolor=fill,
            line={"color": edge, "width": 0.7},
            **silent(),
        )
    )


def silent() -> dict[str, object]:
    """Of a trace that neither tells nor is in the legend."""
    return {"hoverinfo": "skip", "showlegend": False}


def pixels_per_unit(view: View, width_px: int, height_px: int) -> float:
    """Pixels per thousand km in a figure of this size."""
    wide = (width_px - AROUND_PX[0]) / (view.x_range[1] - view.x_range[0])
    return min(wide, (height_px - AROUND_PX[1]) / (view.y_range[1] - view.y_range[0]))


def fitting_height(view: View, width_px: int) -> int:
    """Height of a figure of this width without empty bands above and below the map."""
    shape = (view.y_range[1] - view.y_range[0]) / (view.x_range[1] - view.x_range[0])
    around_x, around_y = AROUND_PX
    return int(np.clip((width_px - around_x) * shape + around_y, *HEIGHTS_PX))


def frame(figure: go.Figure, view: View, theme: Theme) -> None:
    """Equal scale on both axes; the world has none, a region tells its degrees."""
    keep = {"constrain": "range" if view.region else "domain", "visible": view.region}
    figure.update_xaxes(range=list(view.x_range), showline=False, **keep)
    figure.update_yaxes(
        range=list(view.y_range), scaleanchor="x", scaleratio=1, showline=False, **keep
    )
    figure.update_layout(dragmode="lasso", uirevision="map")
    if view.region:
        figure.update_layout(plot_bgcolor=SEA[theme])
        at_x, text_x, at_y, text_y = region_ticks(view)
        figure.update_xaxes(tickvals=at_x, ticktext=text_x, gridcolor=LINES[theme])
        figure.update_yaxes(tickvals=at_y, ticktext=text_y, gridcolor=LINES[theme])


def colour_bar(view: View, value_title: str, theme: Theme) -> dict[str, object]:
    """Under the world; beside a region, under which degrees are written."""
    common: dict[str, object] = {
        "title": {"text": label(value_title, 40), "side": "right" if view.region else "top"},
        "outlinewidth": 0,
        "tickfont": {"size": 11, "color": INKS[theme].muted},
    }
    if view.region:
        return common | {"thickness": 12}
    place = {"orientation": "h", "len": 0.6, "x": 0.5, "y": -0.02, "yanchor": "top"}
    return common | place | {"thickness": 10, "ypad": 4}


def value_text(value: object) -> str:
    """A value for hover text: a number short, a user's text inert."""
    if isinstance(value, float | np.floating):
        return f"{value:.4g}"
    return label(value, 40)
