"""Figures of compression: what people of each group cost, against the baselines."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from vaeviz.escape import plain
from vaeviz.figures.chart import Chart
from vaeviz.figures.groups import ALL, error_bars, group_scatter, hollow
from vaeviz.figures.palette import Theme, colours
from vaeviz.figures.theme import INKS, label, rounded, style

Baseline = Literal["frequencies", "superpopulation"]

BASELINES = {
    "frequencies_bits_per_allele": ("training frequencies", "line-ns-open"),
    "superpopulation_bits_per_allele": ("superpopulation frequencies", "diamond-open"),
    "pca_bits_per_allele": ("PCA of equal size", "square-open"),
}
"""Name and symbol of what a model is compared with."""

AXIS_TITLES = {
    "bits_per_allele": "bits per allele",
    "heterozygosity": "mean heterozygosity",
    "mean_entropy_bits": "mean entropy (bits per site)",
    "ratio_frequencies": "times fewer bits than training frequencies",
    "paper_factor": "compression factor",
    "n_samples": "people",
}


def bits_by_group(
    groups: pd.DataFrame,
    *,
    samples: pd.DataFrame | None = None,
    theme: Theme = "light",
    caption: str = "",
    name: str = "bits_by_group",
) -> Chart:
    """Bits per allele under the model with intervals, beside three baselines.

    Parameters
    ----------
    groups
        `compression.table.CompressionResult.groups`: one row a group and a last row 'all'.
    samples
        Sample table, for the user's own colours.
    """
    figure = go.Figure(_key(theme))
    places = _places(groups)
    for column, (what, symbol) in BASELINES.items():
        if column in groups and groups[column].notna().any():
            marker = {"symbol": symbol, "size": 11, "color": INKS[theme].muted}
            figure.add_trace(_dots(groups, places, column, what, marker))
    figure.add_trace(_model_dots(groups, places, "bits_per_allele", samples, theme))
    title = "Bits per allele by group"
    _finish(figure, groups, places, title, caption, "bits per allele", theme)
    columns = ["group", "n_samples", "bits_per_allele", "ci_low", "ci_high", *BASELINES]
    alt = _ends("Dot plot of bits per allele under the model", groups, "bits_per_allele")
    return Chart(figure, _table(groups, columns), title, alt, caption, name, theme)


def ratio_by_group(
    groups: pd.DataFrame,
    baseline: Baseline = "frequencies",
    *,
    samples: pd.DataFrame | None = None,
    theme: Theme = "light",
    caption: str = "",
    name: str = "ratio_by_group",
) -> Chart:
    """How many times fewer bits the model needs than a baseline; 1 is no gain."""
    measure = f"ratio_{baseline}"
    places = _places(groups)
    figure = go.Figure(_model_dots(groups, places, measure, samples, theme))
    what = "training" if baseline == "frequencies" else "superpopulation"
    title = f"Gain over {what} frequencies"
    axis = "baseline bits / model bits (1: no gain)"
    _finish(figure, groups, places, title, caption, axis, theme, legend=False)
    _add_one(figure, theme)
    columns = ["group", "n_samples", measure, f"{measure}_low", f"{measure}_high"]
    alt = _ends(
        f"Dot plot of the ratio of bits under {what} frequencies to bits under the model",
        groups,
        measure,
    )
    return Chart(figure, _table(groups, columns), title, alt, caption, name, theme)


def paper_factor(
    groups: pd.DataFrame,
    *,
    samples: pd.DataFrame | None = None,
    theme: Theme = "light",
    caption: str = "",
    name: str = "paper_factor",
) -> Chart:
    """The paper's compression factor (its Table 1) of the model and of PCA; 1 is no gain."""
    places = _places(groups)
    figure = go.Figure(_key(theme))
    if "paper_factor_pca" in groups and groups["paper_factor_pca"].notna().any():
        marker = {"symbol": "square-open", "size": 11, "color": INKS[theme].muted}
        what = "PCA of equal size"
        figure.add_trace(_dots(groups, places, "paper_factor_pca", what, marker))
    figure.add_trace(_model_dots(groups, places, "paper_factor", samples, theme))
    title = "Compression factor of the paper"
    _finish(figure, groups, places, title, caption, "raw bits / coded bits (1: no gain)", theme)
    _add_one(figure, theme)
    columns = ["group", "n_samples", "paper_factor", "paper_factor_pca"]
    alt = _ends("Dot plot of the paper's compression factor", groups, "paper_factor")
    return Chart(figure, _table(groups, columns), title, alt, caption, name, theme)


def bits_against(
    groups: pd.DataFrame,
    x: str = "heterozygosity",
    measure: str = "bits_per_allele",
    *,
    samples: pd.DataFrame | None = None,
    theme: Theme = "light",
    caption: str = "",
    name: str = "",
) -> Chart:
    """A measure of compression against a property of the groups, such as heterozygosity."""
    titles = tuple(AXIS_TITLES.get(c, c.replace("_", " ")) for c in (x, measure))
    head = titles[1].split(" (")[0]
    return group_scatter(
        groups,
        x,
        measure,
        titles=(titles[0], titles[1]),
        title=f"{head[:1].upper()}{head[1:]} and {titles[0].split(' (')[0]}",
        samples=samples,
        theme=theme,
        caption=caption,
        name=name or f"{measure}_against_{x}",
    )


def _places(groups: pd.DataFrame) -> np.ndarray:
    """Row of every group, best first; 'all' stands apart below."""
    everybody = groups["group"].to_numpy(object) == ALL
    return np.arange(len(groups)) + 0.5 * (everybody & (len(groups) > 1))


def _dots(
    groups: pd.DataFrame, places: np.ndarray, column: str, what: str, marker: dict[str, object]
) -> go.Scatter:
    return go.Scatter(
        x=rounded(groups[column]),
        y=places,
        mode="markers",
        name=what,
        marker={**marker, "line": {"width": 1.6, "color": marker["color"]}},
        hovertext=[
            f"<b>{label(g, 40)}</b><br>{what}: {v:.4f}"
            for g, v in zip(groups["group"], groups[column], strict=True)
        ],
        hoverinfo="text",
    )


def _model_dots(
    groups: pd.DataFrame,
    places: np.ndarray,
    measure: str,
    samples: pd.DataFrame | None,
    theme: Theme,
) -> go.Scatter:
    names = groups["group"].map(str)
    palette = colours(names, samples, theme) | {ALL: INKS[theme].text}
    marker = {
        "symbol": [hollow("circle", n) for n in groups["n_samples"]],
        "size": 11,
        "color": [palette[g] for g in names],
    }
    trace = _dots(groups, places, measure, "model", marker)
    return trace.update(error_x=error_bars(groups, measure, theme), showlegend=False)


def _key(theme: Theme) -> go.Scatter:
    """Legend entry of the model, whose dots have the colours of the groups."""
    marker = {"symbol": "circle", "size": 11, "color": INKS[theme].text}
    return go.Scatter(x=[None], y=[None], mode="markers", name="model", marker=marker)


def _finish(
    figure: go.Figure,
    groups: pd.DataFrame,
    places: np.ndarray,
    title: str,
    caption: str,
    axis: str,
    theme: Theme,
    legend: bool = True,
) -> None:
    style(
        figure,
        theme,
        title=title,
        caption=caption,
        height=160 + 28 * max(len(groups), 4),
        legend="below" if legend else "none",
        x_title=axis,
    )
    figure.update_yaxes(
        tickvals=places,
        ticktext=[
            f"{label(g)} ({n:,})" for g, n in zip(groups["group"], groups["n_samples"], strict=True)
        ],
        range=[places[-1] + 0.6, -0.6],
        showline=False,
        ticks="",
        ticklabelstandoff=8,
    )


def _add_one(figure: go.Figure, theme: Theme) -> None:
    figure.add_vline(x=1, line={"color": INKS[theme].muted, "width": 1.4, "dash": "dash"})


def _table(groups: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    return groups[[c for c in columns if c in groups]].reset_index(drop=True)


def _ends(what: str, groups: pd.DataFrame, measure: str) -> str:
    single = groups[groups["group"] != ALL]
    single = single if len(single) else groups
    values = single[measure]
    if not values.notna().any():
        return f"{what}: no figures."
    low, high = single.loc[values.idxmin()], single.loc[values.idxmax()]
    return (
        f"{what} for {len(single)} groups: lowest {plain(low['group'])} with {low[measure]:.3f}, "
        f"highest {plain(high['group'])} with {high[measure]:.3f}."
    )
