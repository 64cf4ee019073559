"""Figures of the table of latent sizes: factors as a heat table, and against |z|."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from vaeviz.escape import plain
from vaeviz.figures.chart import Chart
from vaeviz.figures.groups import ALL, whiskers
from vaeviz.figures.palette import BACKGROUND, OKABE_ITO, Theme, colours, readable
from vaeviz.figures.theme import INKS, label, rounded, style

METHODS = ("PCA", "VAE", "Windowed VAE", "Windowed VQ")
"""Names of methods in the order in which each has a colour."""

FAMILY_METHODS = {"pca": "PCA", "vae": "VAE"}
"""Methods that the paper printed."""

PAPER = "paper"
FLOAT_BITS = 32
ROW_PX, MAX_HEIGHT = 24, 1_000
MAX_DOUBLINGS = 2.0
"""Colours are full at this many doublings of the factor, up or down, or further out."""

SIZE_TITLE = "|z|, in numbers of 32 bits"
FACTOR_TITLE = "raw bits / coded bits (1: no gain)"


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
    )
    twin = factors.rename_axis(index="method and |z|", columns=None).reset_index()
    return Chart(figure, twin, title, _table_alt(table, factors), caption, name, theme)


def factor_by_size(
    table: pd.DataFrame,
    method: str = "VAE",
    published: pd.DataFrame | None = None,
    *,
    samples: pd.DataFrame | None = None,
    theme: Theme = "light",
    caption: str = "",
    name: str = "factor_by_size",
) -> Chart:
    """Factor of one method against |z|, a line a group; the paper's dashed, where it has any.

    Parameters
    ----------
    table, published
        As for `factor_table`.
    method
        One of the names in the column method.
    samples
        Sample table, for the user's own colours.
    """
    used = table[table["method"] == method].reset_index(drop=True)
    groups = _by_factor(used)
    paper = _paper_of(published, [method], groups)
    palette = colours(groups, samples, theme) | {ALL: INKS[theme].text}
    figure = go.Figure()
    for group in groups:
        rows = used[used["group"] == group]
        figure.add_trace(_line(rows, group, palette[group], theme, group == ALL))
    for group, rows in paper.groupby("group", sort=False):
        figure.add_trace(_dashed(rows, str(group), palette[str(group)]))
    title = f"Factor of {method} by size of the latent"
    _finish(figure, [used, paper], title, caption, theme)
    twin = _twin(used, paper)
    alt = _curves_alt(f"Lines of the compression factor of {method}", used, "group", groups)
    return Chart(figure, twin, title, alt, caption, name, theme)


def factor_by_method(
    table: pd.DataFrame,
    group: str = ALL,
    published: pd.DataFrame | None = None,
    *,
    theme: Theme = "light",
    caption: str = "",
    name: str = "factor_by_method",
) -> Chart:
    """Factor of one group against |z|, a line a method with 95 % intervals."""
    used = table[table["group"] == group].reset_index(drop=True)
    methods = [m for m in METHODS if m in set(used["method"])]
    paper = _paper_of(published, methods, [group])
    palette = {m: readable(OKABE_ITO[i], theme) for i, m in enumerate(METHODS)}
    figure = go.Figure()
    for method in methods:
        rows = used[used["method"] == method]
        figure.add_trace(_line(rows, method, palette[method], theme, True))
    for method, rows in paper.groupby("method", sort=False):
        figure.add_trace(_dashed(rows, str(method), palette[str(method)]))
    who = "everybody" if group == ALL else label(group)
    title = f"Factor by method and size, {who}"
    _finish(figure, [used, paper], title, caption, theme)
    alt = _curves_alt(f"Lines of the compression factor of {plain(group)}", used, "method", methods)
    return Chart(figure, _twin(used, paper), title, alt, caption, name, theme)


def _cells(table: pd.DataFrame, published: pd.DataFrame | None) -> pd.DataFrame:
    """One row a cell, with the name of its line; lines in the order of the table."""
    own = table.assign(
        row=[f"{m} {s}" for m, s in zip(table["method"], table["size"], strict=True)]
    )
    own["printed"] = False
    if published is None:
        return own
    paper = _paper_of(published, METHODS, None)
    paper["row"] = [
        f"{PAPER}: {m} {s}" for m, s in zip(paper["method"], paper["size"], strict=True)
    ]
    both = pd.concat([own, paper.assign(printed=True)], ignore_index=True)
    order = both["method"].map({m: i for i, m in enumerate(METHODS)})
    keyed = both.assign(order=order).sort_values(["order", "size", "printed"], kind="stable")
    return keyed.drop(columns="order").reset_index(drop=True)


def _columns(table: pd.DataFrame, published: pd.DataFrame | None) -> list[str]:
    """Groups, best compressed first, then everybody, then groups that only the paper has."""
    own = _by_factor(table)
    printed = [] if published is None else list(dict.fromkeys(published["group"]))
    return own + [g for g in printed if g not in own]


def _by_factor(table: pd.DataFrame) -> list[str]:
    mean = table.groupby("group", sort=True)["factor"].mean().sort_values(ascending=False)
    groups = [str(g) for g in mean.index if g != ALL]
    return [*groups, ALL] if ALL in mean.index else groups


def _heat(factors: pd.DataFrame, cells: pd.DataFrame, theme: Theme) -> go.Heatmap:
    values = factors.to_numpy(float)
    doublings = np.log2(values)
    known = np.abs(doublings[np.isfinite(doublings)])
    end = max(MAX_DOUBLINGS, float(known.max(initial=0)))
    inks = INKS[theme]
    ticks = np.arange(-int(end), int(end) + 1)
    return go.Heatmap(
        z=rounded(doublings),
        zmin=-end,
        zmax=end,
        text=[[f"{v:.2f}" if np.isfinite(v) else "" for v in row] for row in values],
        texttemplate="%{text}",
        textfont={"size": 12},
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


def _paper_of(
    published: pd.DataFrame | None, methods: Sequence[str], groups: Sequence[str] | None
) -> pd.DataFrame:
    """The paper's rows of these methods and groups, with the columns that cells have."""
    columns = ["method", "size", "latent_bits", "group", "factor", "ci_low", "ci_high", "mean_runs"]
    if published is None:
        return pd.DataFrame(columns=columns)
    rows = published.assign(
        method=published["family"].map(FAMILY_METHODS),
        latent_bits=FLOAT_BITS * published["size"],
        ci_low=np.nan,
        ci_high=np.nan,
    )
    keep = rows["method"].isin(methods) & (groups is None or rows["group"].isin(groups or []))
    return rows.loc[keep, columns].reset_index(drop=True)


def _line(rows: pd.DataFrame, what: str, colour: str, theme: Theme, spread: bool) -> go.Scatter:
    ink = INKS[theme].muted
    bars = whiskers(rows["factor"], rows["ci_low"], rows["ci_high"], ink) if spread else None
    return go.Scatter(
        x=rounded(rows["latent_bits"] / FLOAT_BITS),
        y=rounded(rows["factor"]),
        error_y=bars,
        mode="lines+markers",
        name=label(what),
        line={"color": colour, "width": 3 if what == ALL else 2},
        marker={"color": colour, "size": 7},
        hovertext=[
            f"<b>{label(what, 40)}</b><br>|z| = {r.size}, {r.latent_bits:,.0f} bits<br>"
            f"factor {r.factor:.3f}, {r.mean_runs:,.0f} runs"
            for r in rows.itertuples(index=False)
        ],
        hoverinfo="text",
    )


def _dashed(rows: pd.DataFrame, what: str, colour: str) -> go.Scatter:
    return go.Scatter(
        x=rounded(rows["latent_bits"] / FLOAT_BITS),
        y=rounded(rows["factor"]),
        mode="lines+markers",
        name=f"{PAPER}: {label(what)}",
        line={"color": colour, "width": 1.4, "dash": "dash"},
        marker={"color": colour, "size": 7, "symbol": "circle-open"},
        hovertext=[
            f"<b>{PAPER}: {label(what, 40)}</b><br>|z| = {r.size}<br>factor {r.factor:.2f}"
            for r in rows.itertuples(index=False)
        ],
        hoverinfo="text",
    )


def _finish(
    figure: go.Figure, tables: Sequence[pd.DataFrame], title: str, caption: str, theme: Theme
) -> None:
    style(
        figure,
        theme,
        title=title,
        caption=caption,
        height=480,
        legend="below",
        x_title=SIZE_TITLE,
        y_title=FACTOR_TITLE,
    )
    sizes = sorted({int(2 ** round(np.log2(s))) for t in tables for s in t["size"].astype(int)})
    figure.update_xaxes(type="log", tickvals=sizes, ticktext=[f"{s:,}" for s in sizes])
    figure.update_yaxes(rangemode="tozero")
    figure.add_hline(y=1, line={"color": INKS[theme].muted, "width": 1.4, "dash": "dot"})


def _twin(used: pd.DataFrame, paper: pd.DataFrame) -> pd.DataFrame:
    keep = [*paper.columns, "n_samples"]
    own = used[keep].assign(source="here")
    if paper.empty:
        return own
    return pd.concat([own, paper.assign(source=PAPER)], ignore_index=True)


def _ends(rows: pd.DataFrame) -> str:
    best = rows.loc[rows["factor"].idxmax()]
    return f"best x{best['factor']:.2f} at |z| = {int(best['size'])}"


def _each(used: pd.DataFrame, column: str, names: Sequence[str]) -> Iterator[str]:
    for name in names:
        rows = used[used[column] == name]
        yield f"{plain(name)} {_ends(rows)}"


def _curves_alt(what: str, used: pd.DataFrame, column: str, names: Sequence[str]) -> str:
    if used.empty:
        return f"{what} against the size of the latent: 0 lines."
    parts = "; ".join(_each(used, column, names))
    return f"{what} against the size of the latent, {len(names)} lines: {parts}."


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
