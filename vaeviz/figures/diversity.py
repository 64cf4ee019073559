"""Figures of diversity: one statistic of every group, and people's runs of homozygosity."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from vaeviz.analysis.diversity import Statistic
from vaeviz.escape import plain
from vaeviz.figures.chart import Chart
from vaeviz.figures.groups import hollow, whiskers
from vaeviz.figures.palette import Theme, colours, symbols
from vaeviz.figures.theme import INKS, label, rounded, style

SIGNED = ("inbreeding_coefficient", "tajima_d")
"""Statistics to be read against 0."""

ADMIXED_GAP = 0.6
ROW_PX, AROUND_PX = 28, 170


def diversity_dots(
    table: pd.DataFrame,
    statistic: Statistic,
    *,
    samples: pd.DataFrame | None = None,
    theme: Theme = "light",
    caption: str = "",
    name: str = "",
) -> Chart:
    """A statistic of every group with its interval, highest first, admixed groups apart below.

    Parameters
    ----------
    table
        `analysis.diversity.diversity_table`.
    statistic
        One of its statistics; groups without a value are left out of the figure.
    samples
        Sample table, for the user's own colours.
    """
    column = statistic.name
    used = table[table[column].notna()].sort_values(
        ["admixed", column], ascending=[True, False], kind="stable", ignore_index=True
    )
    admixed = used["admixed"].to_numpy(bool)
    gap = ADMIXED_GAP if admixed.any() and not admixed.all() else 0.0
    places = np.arange(len(used)) + gap * admixed
    figure = go.Figure(_dots(used, places, statistic, samples, theme))
    style(
        figure,
        theme,
        title=statistic.title,
        caption=caption,
        height=AROUND_PX + ROW_PX * max(len(used), 4),
        x_title=statistic.axis,
    )
    figure.update_yaxes(
        tickvals=places,
        ticktext=[
            f"{label(g)} ({n:,})" for g, n in zip(used["group"], used["n_samples"], strict=True)
        ],
        range=[places[-1] + 0.6 if len(places) else 1.0, -0.6],
        showline=False,
        ticks="",
        ticklabelstandoff=8,
    )
    if column in SIGNED:
        line = {"color": INKS[theme].muted, "width": 1.4, "dash": "dash"}
        figure.add_vline(x=0, line=line)
    columns = ["group", "n_samples", "n_sites", column, f"{column}_low", f"{column}_high"]
    extra = ["rarefied_haplotypes"] if column.startswith("rarefied") else []
    shown = table[[*columns, *extra, "admixed"]].reset_index(drop=True)
    alt = _alt(used, statistic)
    return Chart(figure, shown, statistic.title, alt, caption, name or f"diversity_{column}", theme)


def roh_scatter(
    people: pd.DataFrame,
    *,
    samples: pd.DataFrame | None = None,
    theme: Theme = "light",
    caption: str = "",
    name: str = "roh_people",
    height: int = 480,
) -> Chart:
    """Number of runs of homozygosity of every person against their sum.

    Parameters
    ----------
    people
        sample, group, n_runs, total_mb, longest_mb, f_roh (`analysis.roh.RohResult.people`).
    """
    names = list(dict.fromkeys(people["group"].map(str)))
    palette, marks = colours(names, samples, theme), symbols(names, samples)
    figure = go.Figure(
        [
            _people(people[people["group"].map(str) == group], group, palette[group], marks[group])
            for group in names
        ]
    )
    title = "Runs of homozygosity"
    style(
        figure,
        theme,
        title=title,
        caption=caption,
        height=height,
        legend="below" if len(names) > 1 else "none",
        x_title="sum of runs (Mb)",
        y_title="number of runs",
    )
    figure.update_xaxes(rangemode="tozero")
    figure.update_yaxes(rangemode="tozero")
    most = people.loc[people["f_roh"].idxmax()] if len(people) else None
    alt = f"Scatter plot of {len(people)} people by the sum and the number of their runs of "
    alt += "homozygosity"
    if most is not None:
        alt += f"; the most is {most['total_mb']:.1f} Mb in {most['n_runs']} runs, of a person of "
        alt += plain(most["group"])
    table = people.reset_index(drop=True)
    return Chart(figure, table, title, f"{alt}.", caption, name, theme)


def _dots(
    used: pd.DataFrame,
    places: NDArray[np.float64],
    statistic: Statistic,
    samples: pd.DataFrame | None,
    theme: Theme,
) -> go.Scatter:
    names, column = used["group"].map(str), statistic.name
    palette = colours(names, samples, theme)
    shades = [palette[g] for g in names]
    ends = (used[f"{column}_low"], used[f"{column}_high"])
    return go.Scatter(
        x=rounded(used[column]),
        y=places,
        mode="markers",
        error_x=whiskers(used[column], *ends, INKS[theme].muted),
        marker={
            "symbol": [
                hollow("diamond" if a else "circle", n)
                for a, n in zip(used["admixed"], used["n_samples"], strict=True)
            ],
            "size": 11,
            "color": shades,
            "line": {"width": 1.6, "color": shades},
        },
        showlegend=False,
        hovertext=[_hover(row, statistic) for _, row in used.iterrows()],
        hoverinfo="text",
    )


def _hover(row: pd.Series, statistic: Statistic) -> str:
    low, high = row[f"{statistic.name}_low"], row[f"{statistic.name}_high"]
    lines = [
        f"<b>{label(row['group'], 40)}</b>",
        f"{int(row['n_samples']):,} people, {int(row['n_sites']):,} sites",
        f"{statistic.title}: {number(row[statistic.name])}",
        f"95 % interval over sites {number(low)} to {number(high)}",
    ]
    return "<br>".join([*lines, "recently admixed"] if row["admixed"] else lines)


def number(value: float) -> str:
    """Four digits; whole numbers of a thousand and more without a fraction."""
    return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:.4g}"


def _people(rows: pd.DataFrame, group: str, colour: str, symbol: str) -> go.Scatter:
    return go.Scatter(
        x=rounded(rows["total_mb"]),
        y=rows["n_runs"].to_numpy(np.int32),
        mode="markers",
        name=label(group),
        marker={"size": 8, "color": colour, "symbol": symbol, "opacity": 0.8},
        customdata=rows["sample"].to_numpy(object),
        hovertext=[
            f"<b>{label(s, 40)}</b><br>{label(group, 40)}<br>{n} runs, {total:.1f} Mb"
            f"<br>longest {longest:.1f} Mb<br>F(ROH) {f:.4f}"
            for s, n, total, longest, f in rows[
                ["sample", "n_runs", "total_mb", "longest_mb", "f_roh"]
            ].itertuples(index=False)
        ],
        hoverinfo="text",
    )


def _alt(used: pd.DataFrame, statistic: Statistic) -> str:
    what = f"Dot plot of {statistic.title} for {len(used)} groups"
    if used.empty:
        return f"{what}: no group is large enough."
    values = used[statistic.name]
    high, low = used.loc[values.idxmax()], used.loc[values.idxmin()]
    return (
        f"{what}: highest {plain(high['group'])} with {number(high[statistic.name])}, lowest "
        f"{plain(low['group'])} with {number(low[statistic.name])}."
    )
