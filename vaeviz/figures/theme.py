"""One look for all figures: fonts, grid, margins, legends, for light and dark grounds."""

from __future__ import annotations

import dataclasses
import textwrap
from functools import cache
from typing import Literal

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike, NDArray

from vaeviz.escape import escape
from vaeviz.figures.palette import Theme

FONT = '"Source Sans", "Source Sans 3", "Helvetica Neue", Helvetica, Arial, sans-serif'
MODE_BAR_PX = 40
"""Free height above the plot: Plotly's buttons appear there."""

LABEL_CHARACTERS = 24
"""Characters of a user's label on an axis or in a legend."""

CAPTION_WRAP = 66
"""Characters a line of the caption inside a figure: fits a figure 400 px wide."""

CAPTION_LINE_PX = 15

Legend = Literal["none", "below", "right"]


@dataclasses.dataclass(frozen=True)
class Inks:
    """Colours of everything that is not data."""

    text: str
    muted: str
    axis: str
    grid: str
    accent: str
    contrary: str


INKS: dict[Theme, Inks] = {
    "light": Inks("#1F2933", "#5A6572", "#AEB7C2", "#E8EBEF", "#0072B2", "#D55E00"),
    "dark": Inks("#F1F4F8", "#A6B0BD", "#4B5665", "#222A35", "#56B4E9", "#FF8A3D"),
}
"""accent is the one colour of plain figures; contrary is its opposite (synthetic data)."""


def label(text: object, limit: int = LABEL_CHARACTERS) -> str:
    """A user's text, inert and short, for axes, legends and hover text."""
    return escape(text, limit)


def rounded(values: ArrayLike, digits: int = 4) -> NDArray[np.float32]:
    """Values to so many significant digits as float32: small, deterministic JSON."""
    array = np.asarray(values, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = 10.0 ** (digits - 1 - np.floor(np.log10(np.abs(array))))
        short = np.round(array * scale) / scale
    return np.where(np.isfinite(short), short, array).astype(np.float32)


def style(
    figure: go.Figure,
    theme: Theme,
    *,
    title: str,
    caption: str = "",
    height: int = 460,
    legend: Legend = "none",
    x_title: str = "",
    y_title: str = "",
) -> go.Figure:
    """Give a figure the project's look; changes and returns it.

    Parameters
    ----------
    figure
        Figure with its traces.
    theme
        Ground on which it will stand; the ground itself stays transparent on screen.
    title, caption, x_title, y_title
        Plain text of our own. The caption is drawn small under the title, so that an image
        saved from the browser still says what it shows and whether the data are simulated.
    height
        Pixels, with a caption of one line; the width is that of the place where it is shown
        (400 to 1,400).
    legend
        'below' wraps with the width of the figure; 'right' is for short lists; or 'none'.
    """
    inks = INKS[theme]
    lines = [escape(line, CAPTION_WRAP) for line in _caption_lines(caption)]
    figure.update_layout(
        template=_template(theme),
        height=height + CAPTION_LINE_PX * max(len(lines) - 1, 0),
        margin={
            "l": 12,
            "r": 16,
            "t": MODE_BAR_PX + 24 + CAPTION_LINE_PX * len(lines),
            "b": 12,
        },
        title={
            "text": title,
            "subtitle": {"text": "<br>".join(lines), "font": {"size": 11.5, "color": inks.muted}},
            "x": 0,
            "xref": "container",
            "xanchor": "left",
            "pad": {"l": 14, "t": 16},
            "y": 1,
            "yref": "container",
            "yanchor": "top",
        },
        showlegend=legend != "none",
        legend=_legend(legend),
    )
    if x_title:
        figure.update_xaxes(title_text=x_title)
    if y_title:
        figure.update_yaxes(title_text=y_title)
    return figure


def _caption_lines(caption: str) -> list[str]:
    """Lines of a caption, broken between its parts; within a part only where one is too long."""
    bound = "\N{NO-BREAK SPACE}"
    parts = caption.split(" · ")
    whole = [p.replace(" ", bound) if len(p) < CAPTION_WRAP else p for p in parts]
    return [
        x.replace(bound, " ")
        for x in textwrap.wrap(" · ".join(whole), CAPTION_WRAP, break_on_hyphens=False)
    ]


def _legend(kind: Legend) -> dict[str, object]:
    common: dict[str, object] = {"itemsizing": "constant", "bgcolor": "rgba(0,0,0,0)"}
    if kind == "right":
        return common | {"orientation": "v", "x": 1.01, "y": 1, "xanchor": "left"}
    return common | {
        "orientation": "h",
        "x": 0,
        "xref": "container",
        "y": 0,
        "yref": "container",
        "xanchor": "left",
        "yanchor": "bottom",
    }


def _axis(theme: Theme) -> dict[str, object]:
    inks = INKS[theme]
    return {
        "gridcolor": inks.grid,
        "linecolor": inks.axis,
        "tickcolor": inks.axis,
        "zeroline": False,
        "showline": True,
        "ticks": "outside",
        "ticklen": 4,
        "automargin": True,
        "tickfont": {"size": 12, "color": inks.muted},
        "title": {"font": {"size": 13, "color": inks.text}, "standoff": 8},
    }


def _axis_3d(theme: Theme) -> dict[str, object]:
    inks = INKS[theme]
    return {
        "gridcolor": inks.grid if theme == "light" else inks.axis,
        "linecolor": inks.axis,
        "zeroline": False,
        "showbackground": False,
        "tickfont": {"size": 11, "color": inks.muted},
        "title": {"font": {"size": 13, "color": inks.text}},
    }


@cache
def _template(theme: Theme) -> go.layout.Template:
    inks, axis, scene = INKS[theme], _axis(theme), _axis_3d(theme)
    layout = go.Layout(
        font={"family": FONT, "size": 13, "color": inks.text},
        title={"font": {"size": 16, "weight": 600, "color": inks.text}},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        xaxis=axis,
        yaxis=axis,
        scene={"xaxis": scene, "yaxis": scene, "zaxis": scene},
        legend={
            "font": {"size": 12, "color": inks.text},
            "title": {"font": {"size": 12, "color": inks.muted}},
            "grouptitlefont": {"size": 12, "color": inks.muted},
        },
        hoverlabel={
            "bgcolor": "#FFFFFF" if theme == "light" else "#1B232E",
            "bordercolor": inks.axis,
            "align": "left",
            "font": {"family": FONT, "size": 12.5, "color": inks.text},
        },
        modebar={
            "bgcolor": "rgba(0,0,0,0)",
            "color": inks.axis,
            "activecolor": inks.accent,
            "remove": [
                "autoScale2d",
                "zoomIn2d",
                "zoomOut2d",
                "toggleSpikelines",
                "sendChartToCloud",
            ],
        },
        colorway=[inks.accent, inks.contrary],
        bargap=0.25,
        hovermode="closest",
    )
    return go.layout.Template(layout=layout)
