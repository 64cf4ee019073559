"""Figures of embeddings: people as points in two or three dimensions, and what was selected."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from vaeviz.data.panel import Panel
from vaeviz.escape import plain
from vaeviz.figures.chart import Chart
from vaeviz.figures.palette import Theme, colours, rgba, symbol_3d
from vaeviz.figures.points import (
    LABEL,
    add_ellipses,
    add_rings,
    add_synthetic,
    axis_label,
    coordinates,
    fade_others,
    is_number,
    label_traces,
    point_table,
)
from vaeviz.figures.theme import INKS, label, rounded, style

SVG_POINTS = 5_000
"""Points up to which traces are SVG; above, WebGL."""


CAMERA = {"eye": {"x": 1.85, "y": 1.85, "z": 1.05}, "center": {"z": -0.12}}
"""As near as leaves the z axis its numbers in a figure 470 px wide."""


def scatter_2d(
    embedding: pd.DataFrame,
    x: str,
    y: str,
    colour_by: str = "superpopulation",
    *,
    labels: Sequence[object] | pd.Series | None = None,
    samples: pd.DataFrame | None = None,
    selected_ids: Collection[str] = (),
    highlight: Collection[str] = (),
    show_sd: bool = False,
    synthetic: pd.DataFrame | None = None,
    theme: Theme = "light",
    caption: str = "",
    title: str = "",
    name: str = "latent_map",
    axis_titles: tuple[str, str] | None = None,
    height: int = 620,
) -> Chart:
    """People in two dimensions, one trace a label; the lasso returns `customdata`.

    Parameters
    ----------
    embedding
        One row a person or haplotype: sample, population, superpopulation, split (where known),
        the columns `x` and `y`, and 'latent_i_sd' beside 'latent_i_mean'.
    x, y
        Columns to draw.
    colour_by
        Column to colour by; the name of `labels` where these are given.
    labels
        One value a row of `embedding`. Numbers get a continuous scale; absent ones are grey.
    samples
        Sample table of the panel, for the user's own colours and families of shades.
    selected_ids
        Samples drawn with a ring.
    highlight
        Labels to keep in colour, all others grey; empty: all.
    show_sd
        Ellipses of one posterior sd.
    synthetic
        Synthetic people with the same columns, drawn over the real ones as open diamonds.
    axis_titles
        Titles instead of the columns' names, such as 'PC 1 (7.2 %)'.

    Returns
    -------
    Chart
        Table: sample, the label, x, y, their sds where drawn, split, kind (real or synthetic),
        selected.
    """
    table = point_table(embedding, [x, y], colour_by, labels)
    table["selected"] = table["sample"].isin(set(selected_ids))
    point = go.Scatter if len(table) <= SVG_POINTS else go.Scattergl
    figure = go.Figure()
    if show_sd:
        add_ellipses(figure, embedding, x, y, point, theme)
    for trace in label_traces(table, [x, y], colour_by, samples, highlight, theme):
        fade_others(trace, set(selected_ids))
        figure.add_trace(point(**trace))
    add_synthetic(figure, synthetic, [x, y], point, theme)
    add_rings(figure, table, x, y, point, theme)
    titles = axis_titles or (axis_label(x), axis_label(y))
    title = title or _capital(f"{titles[0]} and {titles[1]}")
    style(
        figure,
        theme,
        title=title,
        caption=caption,
        height=height,
        legend="below",
        x_title=titles[0],
        y_title=titles[1],
    )
    figure.update_layout(dragmode="lasso", uirevision=f"{x}|{y}", legend_groupclick="toggleitem")
    return Chart(
        figure,
        _twin(table, embedding, synthetic, [x, y], show_sd),
        title,
        _alt("Scatter plot", table, synthetic, colour_by, titles),
        caption,
        name,
        theme,
    )


def scatter_3d(
    embedding: pd.DataFrame,
    x: str,
    y: str,
    z: str,
    colour_by: str = "superpopulation",
    *,
    labels: Sequence[object] | pd.Series | None = None,
    samples: pd.DataFrame | None = None,
    selected_ids: Collection[str] = (),
    highlight: Collection[str] = (),
    synthetic: pd.DataFrame | None = None,
    theme: Theme = "light",
    caption: str = "",
    title: str = "",
    name: str = "latent_map_3d",
    height: int = 640,
) -> Chart:
    """People in three dimensions; parameters as in `scatter_2d`.

    Plotly selects nothing in 3-D: selected people are shown larger, and chosen elsewhere.
    """
    columns = [x, y, z]
    table = point_table(embedding, columns, colour_by, labels)
    table["selected"] = table["sample"].isin(set(selected_ids))
    figure = go.Figure()
    for trace in label_traces(table, columns, colour_by, samples, highlight, theme):
        marker = trace["marker"]
        marker |= {"symbol": symbol_3d(marker.get("symbol", "circle")), "size": 4}
        marker["line"] = {"width": 0}
        figure.add_trace(go.Scatter3d(**trace))
    add_synthetic(figure, synthetic, columns, go.Scatter3d, theme)
    chosen = table[table["selected"]]
    if len(chosen):
        rings = {"symbol": "circle-open", "size": 8, "color": INKS[theme].text}
        figure.add_trace(
            go.Scatter3d(
                **coordinates(chosen, columns),
                mode="markers",
                marker=rings,
                name=f"selected ({len(chosen):,})",
                hoverinfo="skip",
            )
        )
    titles, own_title, alt = words_3d(table, columns, colour_by, synthetic)
    title = title or own_title
    style(figure, theme, title=title, caption=caption, height=height, legend="below")
    figure.update_layout(
        uirevision="|".join(columns),
        legend_groupclick="toggleitem",
        scene={
            "aspectmode": "cube",
            "camera": CAMERA,
            **{
                f"{axis}axis": {"title": {"text": t}} for axis, t in zip("xyz", titles, strict=True)
            },
        },
    )
    return Chart(
        figure,
        _twin(table, embedding, synthetic, columns, False),
        title,
        alt,
        caption,
        name,
        theme,
    )


def words_3d(
    table: pd.DataFrame,
    columns: Sequence[str],
    colour_by: str,
    synthetic: pd.DataFrame | None = None,
) -> tuple[tuple[str, ...], str, str]:
    """Titles of the axes, title, and what a screen reader is told of people in 3-D.

    Parameters
    ----------
    table
        From `figures.points.point_table`, with the column selected.
    """
    titles = tuple(axis_label(c) for c in columns)
    alt = _alt("3-D scatter plot", table, synthetic, colour_by, titles)
    return titles, _capital(" · ".join(titles)), alt


def composition(
    panel: Panel,
    index: ArrayLike,
    level: str = "population",
    *,
    theme: Theme = "light",
    caption: str = "",
    name: str = "selection_composition",
) -> Chart:
    """How many of each label are selected, beside how many there are.

    Parameters
    ----------
    panel
        The panel that the selection was made in.
    index
        Integer index of the selected samples.
    level
        Sample column whose labels are counted.
    """
    labels = panel.labels(level)
    chosen = np.isin(np.arange(panel.n_samples), np.asarray(index, dtype=np.int64))
    counts = pd.DataFrame({level: labels, "selected": chosen})
    table = counts.groupby(level)["selected"].agg(n_selected="sum", n_people="size").reset_index()
    table = table[table["n_selected"] > 0].sort_values(
        ["n_selected", level], ascending=[True, False], ignore_index=True
    )
    table["share_percent"] = 100 * table["n_selected"] / table["n_people"]
    palette = colours(labels, panel.samples, theme)
    figure = go.Figure()
    for column, alpha in (("n_people", 0.25), ("n_selected", 1.0)):
        shades = [rgba(palette[v], alpha) for v in table[level]]
        figure.add_trace(_composition_bar(table, level, column, shades))
    title = "Who is selected"
    height = 140 + 26 * max(len(table), 4)
    style(figure, theme, title=title, caption=caption, height=height, x_title="people")
    figure.update_layout(barmode="overlay")
    figure.update_yaxes(
        tickvals=list(range(len(table))), ticktext=[label(v) for v in table[level]], showgrid=False
    )
    alt = f"Bar chart: {int(chosen.sum()):,} people selected from {len(table)} labels"
    alt += _largest(table, level) + "."
    return Chart(figure, table.iloc[::-1].reset_index(drop=True), title, alt, caption, name, theme)


def _composition_bar(table: pd.DataFrame, level: str, column: str, shades: list[str]) -> go.Bar:
    hover = [
        f"{label(v)}<br>{s:,} of {n:,} selected"
        for v, s, n in table[[level, "n_selected", "n_people"]].itertuples(index=False)
    ]
    return go.Bar(
        x=table[column].to_numpy(),
        y=np.arange(len(table)),
        orientation="h",
        name="all" if column == "n_people" else "selected",
        marker={"color": shades, "line": {"width": 0}},
        text=[f"{n:,}" for n in table[column]] if column == "n_people" else None,
        textposition="outside",
        cliponaxis=False,
        hovertext=hover,
        hoverinfo="text",
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _largest(table: pd.DataFrame, level: str) -> str:
    if not len(table):
        return ""
    top = table.iloc[-1]
    return (
        f", most of them {plain(top[level])} ({int(top['n_selected'])} of {int(top['n_people'])})"
    )


def _twin(
    table: pd.DataFrame,
    embedding: pd.DataFrame,
    synthetic: pd.DataFrame | None,
    columns: list[str],
    show_sd: bool,
) -> pd.DataFrame:
    twin = table.assign(kind="real")
    for column in columns if show_sd else ():
        sd = column.removesuffix("_mean") + "_sd"
        if sd in embedding:
            twin[sd] = embedding[sd].to_numpy()
    if synthetic is not None and len(synthetic):
        drawn = synthetic[["sample"]].reset_index(drop=True)
        for column in columns:
            drawn[column] = rounded(synthetic[column])
        twin = pd.concat([twin, drawn.assign(kind="synthetic", selected=False)], ignore_index=True)
    return twin


def _alt(
    what: str,
    table: pd.DataFrame,
    synthetic: pd.DataFrame | None,
    colour_by: str,
    titles: Sequence[str],
) -> str:
    text = f"{what} of {table['sample'].nunique():,} people by {', '.join(titles)}"
    if is_number(table[LABEL]):
        values = table[LABEL]
        text += f", coloured by {plain(colour_by)} from {values.min():.4g} to {values.max():.4g}."
    else:
        sizes = table[LABEL].value_counts()
        text += f", coloured by {plain(colour_by)}: {len(sizes)} labels, "
        text += f"the largest {plain(sizes.index[0])} with {sizes.iloc[0]:,} points."
    chosen = int(table.loc[table["selected"], "sample"].nunique())
    text += f" {chosen:,} people are selected." if chosen else ""
    drawn = 0 if synthetic is None else len(synthetic)
    return text + (f" {drawn:,} synthetic people are drawn over them." if drawn else "")
