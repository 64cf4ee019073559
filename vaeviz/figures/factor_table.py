"""The paper's Table 1 as a heat table: factors by method, size and group."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.colors import hex_to_rgb

from vaeviz.figures.chart import Chart
from vaeviz.figures.groups import ALL
from vaeviz.figures.latent_sizes import METHODS, PAPER, by_factor, paper_rows
from vaeviz.figures.palette import BACKGROUND, Theme, contrast
from vaeviz.figures.theme import INKS, label, rounded, style

ROW_PX, MAX_HEIGHT = 24, 1_000
MAX_DOUBLINGS = 2.0
"""Colours are full at this many doublings of the factor, up or down, or further out."""


def factor_table(
    table: pd.DataFrame,
    published: pd.DataFrame | None = None,
    *,
    theme: Theme = "light",
    caption: str = "",
    name: str = "latent_size_table",
) -> Chart:
    """The paper's Table 1 as a heat table: a row a method and size, a column a group.

    Parameters
    ----------
    table
        `compression.latent_sizes.LatentSizes.table`.
    published
        `compression.published.published_table()`: rows of the paper under those of the same
        method; groups that only the paper has become columns.
    """
    cells = _cells(table, published)
    groups = _columns(table, published)
    factors = cells.pivot_table(
        index="row", columns="group", values="factor", sort=False, dropna=False
    ).reindex(columns=groups)
    figure = go.Figure(_heat(factors, cells, theme))
    _write_factors(figure, factors, theme)
    title = "Compression factor by size of the latent"
    height = min(MAX_HEIGHT, 200 + ROW_PX * max(len(factors), 4))
    style(figure, theme, title=title, caption=caption, height=height)
    figure.update_xaxes(
        tickvals=np.arange(len(groups)),
        ticktext=[label(g, 12) for g in groups],
        side="top",
        showgrid=False,
        showline=False,
        ticks="",
    )
    figure.update_yaxes(
        tickvals=np.arange(len(factors)),
        ticktext=[label(row, 40) for row in factors.index],
        range=[len(factors) - 0.5, -0.5],
        showgrid=False,
        showline=False,
        ticks="",
        ticklabelstandoff=6,
    )
    twin = factors.rename_axis(index="method and |z|", columns=None).reset_index()
    return Chart(figure, twin, title, _table_alt(table, factors), caption, name, theme)


def _cells(table: pd.DataFrame, published: pd.DataFrame | None) -> pd.DataFrame:
    """One row a cell, with the name of its line; lines in the order of the table."""
    own = table.assign(
        row=[f"{m} {s}" for m, s in zip(table["method"], table["size"], strict=True)]
    )
    own["printed"] = False
    if published is None:
        return own
    paper = paper_rows(published, METHODS, None)
    paper["row"] = [
        f"{PAPER}: {m} {s}" for m, s in zip(paper["method"], paper["size"], strict=True)
    ]
    both = pd.concat([own, paper.assign(printed=True)], ignore_index=True)
    order = both["method"].map({m: i for i, m in enumerate(METHODS)})
    keyed = both.assign(order=order).sort_values(["order", "size", "printed"], kind="stable")
    return keyed.drop(columns="order").reset_index(drop=True)


def _columns(table: pd.DataFrame, published: pd.DataFrame | None) -> list[str]:
    """Groups, best compressed first, then everybody, then groups that only the paper has."""
    own = by_factor(table)
    printed = [] if published is None else list(dict.fromkeys(published["group"]))
    return own + [g for g in printed if g not in own]


def _heat(factors: pd.DataFrame, cells: pd.DataFrame, theme: Theme) -> go.Heatmap:
    doublings = np.log2(factors.to_numpy(float))
    end = _end(doublings)
    inks = INKS[theme]
    ticks = np.arange(-int(end), int(end) + 1)
    return go.Heatmap(
        z=rounded(doublings),
        zmin=-end,
        zmax=end,
        hovertext=_hover(factors, cells),
        hoverinfo="text",
        hoverongaps=False,
        colorscale=[[0, inks.contrary], [0.5, BACKGROUND[theme]], [1, inks.accent]],
        xgap=1,
        ygap=1,
        colorbar={
            "title": {"text": "factor", "side": "right"},
            "tickvals": ticks,
            "ticktext": [f"x{2.0**t:g}" for t in ticks],
            "thickness": 10,
            "outlinewidth": 0,
            "lenmode": "pixels",
            "len": 180,
            "y": 1,
            "yanchor": "top",
            "tickfont": {"size": 11, "color": inks.muted},
        },
    )


def _end(doublings: NDArray[np.float64]) -> float:
    """Doublings at which the colour is full."""
    known = np.abs(doublings[np.isfinite(doublings)])
    return max(MAX_DOUBLINGS, float(known.max(initial=0)))


def _write_factors(figure: go.Figure, factors: pd.DataFrame, theme: Theme) -> None:
    """Factors in their cells, in the ink that stands out from the shade."""
    values = factors.to_numpy(float)
    y, x = np.nonzero(np.isfinite(values))
    grounds = _shades(np.log2(values[y, x]), theme)
    inks = ("#000000", "#FFFFFF")  # one of them has a contrast of 4.5 with any colour
    best = np.array([max(inks, key=lambda ink: contrast(ink, g)) for g in grounds], object)
    for ink in inks:
        mine = best == ink
        figure.add_trace(
            go.Scatter(
                x=x[mine],
                y=y[mine],
                mode="text",
                text=[f"{v:.2f}" for v in values[y[mine], x[mine]]],
                textfont={"size": 12, "color": ink},
                hoverinfo="skip",
                showlegend=False,
            )
        )


def _shades(doublings: NDArray[np.float64], theme: Theme) -> list[str]:
    """Colour of every cell, as the heat map draws it."""
    inks = INKS[theme]
    middle = np.array(hex_to_rgb(BACKGROUND[theme]), float)
    ends = np.where(doublings[:, None] < 0, hex_to_rgb(inks.contrary), hex_to_rgb(inks.accent))
    share = np.abs(doublings)[:, None] / _end(doublings)
    mixed = np.rint(middle + share * (ends - middle)).astype(int)
    return ["#{:02X}{:02X}{:02X}".format(*channels) for channels in mixed]


def _hover(factors: pd.DataFrame, cells: pd.DataFrame) -> list[list[str]]:
    found = {(c["row"], c["group"]): _cell_text(c) for _, c in cells.iterrows()}
    return [[found.get((row, g), "") for g in factors.columns] for row in factors.index]


def _cell_text(cell: pd.Series) -> str:
    lines = [
        f"<b>{label(cell['row'], 40)}</b>, {label(cell['group'])}",
        f"factor {cell['factor']:.3f}",
    ]
    low, high = cell["ci_low"], cell["ci_high"]
    if pd.notna(low) and pd.notna(high):
        lines[-1] += f" ({low:.3f} to {high:.3f})"
    lines.append(f"{cell['mean_runs']:,.0f} runs")
    lines.append(f"{cell['latent_bits']:,.0f} bits of latent")
    return "<br>".join(lines)


def _table_alt(table: pd.DataFrame, factors: pd.DataFrame) -> str:
    what = f"Heat table of compression factors, {len(factors)} rows by {factors.shape[1]} groups"
    everybody = table[table["group"] == ALL]
    if everybody.empty:
        return f"{what}."
    best = everybody.loc[everybody["factor"].idxmax()]
    return (
        f"{what}: the best for everybody is {best['method']} at |z| = {int(best['size'])} with "
        f"x{best['factor']:.2f}."
    )
