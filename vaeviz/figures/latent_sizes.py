"""Figures of compression factors against the size of the latent, the paper's dashed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from vaeviz.escape import plain
from vaeviz.figures.chart import Chart
from vaeviz.figures.groups import ALL, whiskers
from vaeviz.figures.palette import OKABE_ITO, Theme, colours, readable
from vaeviz.figures.theme import INKS, label, rounded, style

METHODS = ("PCA", "VAE", "Windowed VAE", "Windowed VQ")
"""Names of methods in the order in which each has a colour."""

FAMILY_METHODS = {"pca": "PCA", "vae": "VAE"}
"""Methods that the paper printed."""

PAPER = "paper"
FLOAT_BITS = 32
SIZE_TITLE = "|z|, in numbers of 32 bits"
FACTOR_TITLE = "raw bits / coded bits (1: no gain)"


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
    table
        `compression.latent_sizes.LatentSizes.table`.
    published
        `compression.published.published_table()`: drawn for groups of the same name.
    method
        One of the names in the column method.
    samples
        Sample table, for the user's own colours.
    """
    used = table[table["method"] == method].reset_index(drop=True)
    groups = by_factor(used)
    paper = paper_rows(published, [method], groups)
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
    paper = paper_rows(published, methods, [group])
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


def by_factor(table: pd.DataFrame) -> list[str]:
    """Groups, best compressed on average first; everybody last."""
    mean = table.groupby("group", sort=True)["factor"].mean().sort_values(ascending=False)
    groups = [str(g) for g in mean.index if g != ALL]
    return [*groups, ALL] if ALL in mean.index else groups


def paper_rows(
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
