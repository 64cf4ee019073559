"""One line a group over a few ordered places: shared by curves of cuts and of contexts."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from vaeviz.figures.palette import Theme, colours, neutral, symbols
from vaeviz.figures.theme import label, rounded

MANY = 12
"""More groups than this get thin lines without markers."""


def group_line(
    rows: pd.DataFrame,
    x: str,
    y: str,
    hover: list[str],
    colour: str,
    symbol: str,
    *,
    dash: str = "solid",
    in_legend: bool = True,
    thin: bool = False,
) -> go.Scatter:
    """Line of one group with markers; a dashed one has no markers and no hover text.

    Parameters
    ----------
    rows
        group (of one value), `x`, `y`.
    hover
        Text of each point, escaped.
    """
    plain_line = dash != "solid"
    group = rows["group"].iloc[0]
    return go.Scatter(
        x=rows[x],
        y=rounded(rows[y]),
        mode="lines" if plain_line or thin else "lines+markers",
        line={"color": colour, "width": 1.3 if plain_line or thin else 2, "dash": dash},
        marker={"symbol": symbol, "size": 7, "color": colour},
        name=label(group),
        legendgroup=label(group),
        showlegend=in_legend,
        hovertext=None if plain_line else hover,
        hoverinfo="skip" if plain_line else "text",
    )


def looks(
    groups: list[str], admixed: set[str], samples: pd.DataFrame | None, theme: Theme
) -> dict[str, tuple[str, str]]:
    """Colour and symbol of every group; admixed ones are grey, as among the bars."""
    palette, marks = colours(groups, samples, theme), symbols(groups, samples)
    grey = neutral(theme)
    return {g: (grey if g in admixed else palette[g], marks[g]) for g in groups}
