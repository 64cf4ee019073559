"""Figures of what a latent axis means: groups along it, and a walk on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from vaeviz.analysis.axes import OBSERVED
from vaeviz.escape import plain
from vaeviz.figures.chart import Chart
from vaeviz.figures.groups import hollow
from vaeviz.figures.palette import BACKGROUND, Theme, colours, symbols
from vaeviz.figures.theme import INKS, label, rounded, style


def groups_along_axis(
    positions: pd.DataFrame,
    axis_name: str,
    *,
    samples: pd.DataFrame | None = None,
    theme: Theme = "light",
    caption: str = "",
    name: str = "groups_along_axis",
) -> Chart:
    """Groups in the order of their means along an axis, with their spread.

    Parameters
    ----------
    positions
        order, group, n_rows, mean, sd, low, high (`analysis.axes.axis_positions`).
    axis_name
        Name of the axis, such as 'latent 1'.
    samples
        Sample table, for the user's own colours.
    """
    names = positions["group"].map(str)
    palette, marks = colours(names, samples, theme), symbols(names, samples)
    shades = [palette[g] for g in names]
    shapes = [hollow(marks[g], n) for g, n in zip(names, positions["n_rows"], strict=True)]
    figure = go.Figure(list(_spreads(positions, shades)))
    figure.add_trace(
        go.Scatter(
            x=rounded(positions["mean"]),
            y=np.arange(len(positions)),
            mode="markers",
            marker={
                "size": 12,
                "color": shades,
                "symbol": shapes,
                "line": {"width": 1.5, "color": BACKGROUND[theme]},
            },
            hovertext=[_position_hover(row) for _, row in positions.iterrows()],
            hoverinfo="text",
        )
    )
    title = f"Groups along {axis_name}"
    height = 150 + max(24 * len(positions), 110)
    style(figure, theme, title=title, caption=caption, height=height, x_title=f"{axis_name}  →")
    figure.update_yaxes(
        tickvals=list(range(len(positions))),
        ticktext=[label(g) for g in names],
        range=[-0.6, len(positions) - 0.4],
    )
    first, last = positions.iloc[0], positions.iloc[-1]
    alt = f"{len(positions)} groups in order along {axis_name}, from {plain(first['group'])} "
    alt += f"({first['mean']:.3g}) to {plain(last['group'])} ({last['mean']:.3g})."
    return Chart(figure, positions, title, alt, caption, name, theme)


def walk_frequencies(
    sites: pd.DataFrame,
    expected: NDArray[np.float64],
    groups: Sequence[str],
    *,
    samples: pd.DataFrame | None = None,
    theme: Theme = "light",
    caption: str = "",
    name: str = "axis_walk",
) -> Chart:
    """Expected ALT frequency of the sites that move most, against what the groups have.

    Parameters
    ----------
    sites
        id, frequency (expected at the start) and 'ALT frequency GROUP'
        (`analysis.axes.top_sites`).
    expected
        Expected ALT frequency at the point reached, one a site.
    groups
        Whose observed frequencies to draw.
    samples
        Sample table, for the user's own colours.
    """
    table = sites[["chrom", "pos", "id", "ref", "alt"]].reset_index(drop=True)
    table["expected_at_start"] = sites["frequency"].to_numpy()
    table["expected_here"] = expected
    places = np.arange(len(table))
    figure = go.Figure(_steps(table, places, theme))
    palette, marks = colours(groups, samples, theme), symbols(groups, samples)
    for group in groups:
        observed = sites[OBSERVED + group].to_numpy(float)
        table[f"observed {group}"] = observed
        figure.add_trace(_observed(observed, places, label(group), palette[group], marks[group]))
    figure.add_trace(_expected(table, places, theme))
    title = "ALT frequency of the sites that move most"
    style(
        figure,
        theme,
        title=title,
        caption=caption,
        height=230 + 26 * max(len(table), 4),
        legend="below",
        x_title="ALT frequency",
    )
    figure.update_xaxes(range=[-0.02, 1.02])
    texts = [label(f"{i} {r}>{a}", 30) for i, r, a in table[["id", "ref", "alt"]].to_numpy()]
    figure.update_yaxes(tickvals=places.tolist(), ticktext=texts, range=[len(table) - 0.5, -0.5])
    figure.update_layout(uirevision="walk")
    moved = np.abs(table["expected_here"] - table["expected_at_start"]).mean()
    alt = f"Expected ALT frequencies of {len(table)} sites, {moved:.2f} from those at the start "
    alt += f"on the mean, beside the observed ones of {len(groups)} groups."
    return Chart(figure, table, title, alt, caption, name, theme)


def _spreads(positions: pd.DataFrame, shades: list[str]) -> Iterator[go.Scatter]:
    """Thin from 5 % to 95 % of a group, thick one sd to both sides of its mean."""
    sd = positions["sd"].fillna(0)
    mean = positions["mean"]
    ends = ((positions["low"], positions["high"], 1.2), (mean - sd, mean + sd, 4.0))
    for low, high, width in ends:
        for place, shade in enumerate(shades):
            yield go.Scatter(
                x=rounded([low.iloc[place], high.iloc[place]]),
                y=[place, place],
                mode="lines",
                line={"color": shade, "width": width},
                hoverinfo="skip",
            )


def _position_hover(row: pd.Series) -> str:
    return (
        f"<b>{label(row['group'], 40)}</b><br>{int(row['n_rows']):,} rows<br>mean "
        f"{row['mean']:.3g}, sd {row['sd']:.3g}<br>90 % between {row['low']:.3g} and "
        f"{row['high']:.3g}"
    )


def _steps(table: pd.DataFrame, places: NDArray[np.int64], theme: Theme) -> go.Scatter:
    """Lines from the frequency at the start to the one here."""
    gaps = np.full(len(table), np.nan)
    x = np.column_stack([table["expected_at_start"], table["expected_here"], gaps])
    return go.Scatter(
        x=rounded(x.ravel()),
        y=np.repeat(places, 3),
        mode="lines",
        line={"color": INKS[theme].muted, "width": 2},
        name="from the start",
        hoverinfo="skip",
    )


def _observed(
    observed: NDArray[np.float64], places: NDArray[np.int64], name: str, shade: str, symbol: str
) -> go.Scatter:
    return go.Scatter(
        x=rounded(observed),
        y=places,
        mode="markers",
        marker={"size": 8, "color": shade, "symbol": symbol, "opacity": 0.75},
        name=name,
        text=[f"{name}: {p:.2f} observed" for p in observed],
        hoverinfo="text",
    )


def _expected(table: pd.DataFrame, places: NDArray[np.int64], theme: Theme) -> go.Scatter:
    return go.Scatter(
        x=rounded(table["expected_here"]),
        y=places,
        mode="markers",
        marker={
            "symbol": "diamond",
            "size": 13,
            "color": INKS[theme].text,
            "line": {"width": 1, "color": INKS[theme].grid},
        },
        name="expected here",
        text=[f"expected {p:.2f}" for p in table["expected_here"]],
        hoverinfo="text",
    )
