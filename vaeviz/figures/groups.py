"""Shared figures of groups: one point a group with its name and interval."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from vaeviz.escape import plain
from vaeviz.figures.chart import Chart
from vaeviz.figures.palette import Theme, colours, symbols
from vaeviz.figures.placing import name_positions
from vaeviz.figures.theme import INKS, label, rounded, style

FEW_PEOPLE = 5
"""Groups with fewer people are drawn hollow: their figures say little."""

ALL = "all"
PLOT_PX = (800.0, 280.0)
"""Size of the plot for which names are placed."""

NAMES_AT_MOST = 40
_INTERVALS = {
    "bits_per_allele": ("ci_low", "ci_high"),
    "ratio_frequencies": ("ratio_frequencies_low", "ratio_frequencies_high"),
}


def interval(groups: pd.DataFrame, measure: str) -> tuple[pd.Series, pd.Series] | None:
    """Low and high end of a measure's 95 % interval, where the table has one."""
    low, high = _INTERVALS.get(measure, ("", ""))
    return (groups[low], groups[high]) if {low, high} <= set(groups.columns) else None


def error_bars(groups: pd.DataFrame, measure: str, theme: Theme) -> dict[str, object] | None:
    """Plotly's asymmetric error bars of a measure's interval; None without one."""
    ends = interval(groups, measure)
    if ends is None:
        return None
    return whiskers(groups[measure], *ends, INKS[theme].muted)


def whiskers(values: pd.Series, low: pd.Series, high: pd.Series, ink: str) -> dict[str, object]:
    """Plotly's asymmetric error bars from a value to the ends of its interval."""
    return {
        "type": "data",
        "symmetric": False,
        "array": rounded(high - values),
        "arrayminus": rounded(values - low),
        "color": ink,
        "thickness": 1.4,
        "width": 4,
    }


def hollow(symbol: str, n_samples: int) -> str:
    """The symbol, open where the group is too small to trust."""
    return f"{symbol}-open" if n_samples < FEW_PEOPLE else symbol


def group_scatter(
    groups: pd.DataFrame,
    x: str,
    y: str,
    *,
    titles: tuple[str, str],
    title: str,
    samples: pd.DataFrame | None,
    theme: Theme,
    caption: str,
    name: str,
    height: int = 420,
) -> Chart:
    """One named point a group, hollow under five people, with intervals of y.

    Parameters
    ----------
    groups
        group, n_samples, `x`, `y` and the interval columns of `y`; the row 'all' is left out.
    titles
        Axis titles with units.
    """
    used = groups[(groups["group"] != ALL) & groups[x].notna() & groups[y].notna()]
    keep = ["group", "n_samples", x, y]
    ends = interval(used, y)
    keep += [] if ends is None else [end.name for end in ends]
    table = used[list(dict.fromkeys(keep))].reset_index(drop=True)
    figure = go.Figure(_named_points(table, x, y, titles, samples, theme))
    style(
        figure,
        theme,
        title=title,
        caption=caption,
        height=height,
        x_title=titles[0],
        y_title=titles[1],
    )
    alt = (
        f"Scatter plot of {len(table)} groups by {titles[0]} and {titles[1]}{_trend(table, x, y)}."
    )
    return Chart(figure, table, title, alt, caption, name, theme)


def _named_points(
    table: pd.DataFrame,
    x: str,
    y: str,
    titles: tuple[str, str],
    samples: pd.DataFrame | None,
    theme: Theme,
) -> go.Scatter:
    names = table["group"].map(str)
    palette, marks = colours(names, samples, theme), symbols(names, samples)
    shades = [palette[g] for g in names]
    shapes = [hollow(marks[g], n) for g, n in zip(names, table["n_samples"], strict=True)]
    return go.Scatter(
        x=rounded(table[x]),
        y=rounded(table[y]),
        error_y=error_bars(table, y, theme),
        mode="markers+text" if len(table) <= NAMES_AT_MOST else "markers",
        marker={
            "size": 11,
            "color": shades,
            "symbol": shapes,
            "line": {"width": 1.5, "color": shades},
        },
        text=[label(g, 14) for g in names],
        textposition=_name_positions(table, x, y),
        textfont={"size": 11.5, "color": INKS[theme].text},
        cliponaxis=False,
        hovertext=[_hover(row, x, y, titles) for _, row in table.iterrows()],
        hoverinfo="text",
    )


def _name_positions(table: pd.DataFrame, x: str, y: str) -> list[str]:
    """Places of names beside their points; over the point where no place is free."""
    points = table[[x, y]].to_numpy(float)
    span = np.ptp(points, axis=0) if len(points) else np.ones(2)
    scaled = (points - points.min(axis=0, initial=0)) / np.where(span > 0, span, 1) * PLOT_PX
    names = [plain(g, 14) for g in table["group"]]
    found = name_positions(scaled, np.full(len(points), 13.0), names)
    return [place or "top center" for place in found]


def _hover(row: pd.Series, x: str, y: str, titles: tuple[str, str]) -> str:
    lines = [f"<b>{label(row['group'], 40)}</b>", f"{int(row['n_samples']):,} people"]
    lines += [f"{t}: {row[c]:.4g}" for t, c in zip(titles, (x, y), strict=True)]
    return "<br>".join(lines)


def _trend(table: pd.DataFrame, x: str, y: str) -> str:
    if len(table) < 3 or table[x].nunique() < 2 or table[y].nunique() < 2:
        return ""
    return f"; their rank correlation is {table[x].corr(table[y], method='spearman'):.2f}"
