"""How much each site moves with a latent axis, along the genome."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from vaeviz.data.chromosomes import natural_key
from vaeviz.escape import plain
from vaeviz.figures.bar_code import MOST_CHROMOSOME_NAMES
from vaeviz.figures.chart import Chart
from vaeviz.figures.latent import SVG_POINTS
from vaeviz.figures.palette import Theme, neutral
from vaeviz.figures.theme import INKS, label, rounded, style

MOST_SITES = 20_000
"""Sites up to which all are drawn; above, the largest half of so many and a regular sample."""

CHANGE = "change of ALT frequency over one sd"


def sites_along_genome(
    effects: pd.DataFrame,
    axis_name: str,
    n_marked: int = 20,
    *,
    theme: Theme = "light",
    caption: str = "",
    name: str = "axis_along_genome",
    height: int = 440,
) -> Chart:
    """How much each site moves with a latent axis, chromosomes side by side.

    Parameters
    ----------
    effects
        chrom, pos, id, frequency, change_over_sd (`analysis.axes.site_effects`).
    axis_name
        Name of the axis, such as 'latent 1'.
    n_marked
        The so many largest are ringed.

    Returns
    -------
    Chart
        Its table holds the sites drawn.
    """
    return values_along_genome(
        effects,
        "change_over_sd",
        _site_hover,
        title=f"Sites that move with {axis_name}",
        y_title=CHANGE,
        n_marked=n_marked,
        theme=theme,
        caption=caption,
        name=name,
        height=height,
    )


def values_along_genome(
    sites: pd.DataFrame,
    value: str,
    hover: Callable[[pd.DataFrame], list[str]],
    *,
    title: str,
    y_title: str,
    n_marked: int = 20,
    theme: Theme = "light",
    caption: str = "",
    name: str = "along_genome",
    height: int = 440,
) -> Chart:
    """Size of a number of each site, chromosomes side by side.

    Parameters
    ----------
    sites
        chrom, pos, id and the column `value`, whose absolute value is drawn.
    hover
        Texts of rows of that table.
    n_marked
        The so many largest are ringed.

    Returns
    -------
    Chart
        Its table holds the sites drawn.
    """
    table, thinned = thinned_sites(sites, value)
    chromosomes = sorted(table["chrom"].unique(), key=natural_key)
    starts = _starts(table, chromosomes)
    table["x"] = (table["pos"] + table["chrom"].map(starts)) / 1e6
    table["size"] = table[value].abs()
    figure = go.Figure()
    point = go.Scatter if len(table) <= SVG_POINTS else go.Scattergl
    shades = (INKS[theme].accent, neutral(theme))
    for i, shade in enumerate(shades):
        rows = table[table["chrom"].isin(chromosomes[i::2])]
        if len(rows):
            figure.add_trace(_site_points(rows, point, shade, hover(rows)))
    _mark(figure, table.nlargest(n_marked, "size"), point, theme)
    if thinned:
        caption = f"{caption} · {len(table):,} of {len(sites):,} sites drawn: the largest all"
    style(
        figure,
        theme,
        title=title,
        caption=caption,
        height=height,
        legend="below",
        y_title=y_title,
    )
    name_chromosomes(figure, chromosomes, table)
    low, high = table["x"].min(), table["x"].max()
    margin = 0.02 * (high - low) or 1e-3
    figure.update_xaxes(range=[low - margin, high + margin])
    figure.update_yaxes(rangemode="tozero")
    top = table.loc[table["size"].idxmax()]
    alt = f"{title}: absolute {y_title} at {len(table):,} sites on {len(chromosomes)} "
    alt += f"chromosomes; the largest, {top['size']:.3g}, is {plain(top['id'])}."
    drawn = table.drop(columns=["x", "size"])
    return Chart(figure, drawn, title, alt, caption, name, theme)


def thinned_sites(
    effects: pd.DataFrame, value: str = "change_over_sd"
) -> tuple[pd.DataFrame, bool]:
    """Few enough sites to draw: the largest values all, of the others every so-manyth."""
    if len(effects) <= MOST_SITES:
        return effects.copy(), False
    order = np.argsort(-effects[value].abs().to_numpy(), kind="stable")
    half = MOST_SITES // 2
    others = np.sort(order[half:])
    kept = np.concatenate([order[:half], others[:: -(-len(others) // half)]])
    return effects.iloc[np.sort(kept)].copy(), True


def _site_points(
    rows: pd.DataFrame, point: type, shade: str, texts: list[str]
) -> go.Scatter | go.Scattergl:
    return point(
        x=rounded(rows["x"], 7),
        y=rounded(rows["size"]),
        mode="markers",
        marker={"size": 4, "color": shade, "opacity": 0.75},
        text=texts,
        hoverinfo="text",
        showlegend=False,
    )


def _site_hover(rows: pd.DataFrame) -> list[str]:
    names = {c: label(c, 12) for c in rows["chrom"].unique()}
    return [
        f"{label(i, 30)} · chr {names[c]}:{pos:,}<br>p {p:.2f}, {change:+.3f} over one sd"
        for i, c, pos, p, change in rows[
            ["id", "chrom", "pos", "frequency", "change_over_sd"]
        ].itertuples(index=False)
    ]


def _mark(figure: go.Figure, top: pd.DataFrame, point: type, theme: Theme) -> None:
    figure.add_trace(
        point(
            x=rounded(top["x"], 7),
            y=rounded(top["size"]),
            mode="markers",
            marker={
                "symbol": "circle-open",
                "size": 9,
                "color": INKS[theme].contrary,
                "line": {"width": 1.4},
            },
            name=f"the {len(top)} largest",
            hoverinfo="skip",
        )
    )


def _starts(table: pd.DataFrame, chromosomes: list[str]) -> dict[str, float]:
    """What to add to positions on each chromosome, bp, so that they lie side by side."""
    ends = table.groupby("chrom")["pos"].max()
    firsts = table.groupby("chrom")["pos"].min()
    gap = 0.01 * float((ends - firsts + 1).sum())
    if len(chromosomes) == 1:
        return {chromosomes[0]: 0.0}
    starts, at = {}, 0.0
    for name in chromosomes:
        starts[name] = at - float(firsts[name])
        at += float(ends[name] - firsts[name] + 1) + gap
    return starts


def name_chromosomes(figure: go.Figure, chromosomes: list[str], table: pd.DataFrame) -> None:
    """Chromosome names at their middles; megabases where there is but one chromosome."""
    if len(chromosomes) == 1:
        figure.update_xaxes(title_text=f"chromosome {label(chromosomes[0], 12)}, Mb")
        return
    middles = table.groupby("chrom")["x"].agg(lambda x: (x.min() + x.max()) / 2)
    shown = chromosomes[:: -(-len(chromosomes) // MOST_CHROMOSOME_NAMES)]
    figure.update_xaxes(
        tickvals=[middles[c] for c in shown],
        ticktext=[label(c, 6) for c in shown],
        title_text="chromosome",
        tickangle=0,
        showgrid=False,
        tickfont_size=10 if len(shown) > 12 else 12,
    )
