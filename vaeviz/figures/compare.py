"""Figures that compare methods: their maps of the same people, and what each is good at."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from vaeviz.escape import plain
from vaeviz.figures.chart import Chart
from vaeviz.figures.groups import PLOT_PX, whiskers
from vaeviz.figures.latent import scatter_2d
from vaeviz.figures.palette import Theme, colours, symbols
from vaeviz.figures.placing import name_positions
from vaeviz.figures.theme import INKS, label, rounded, style

OURS = "VAE"
"""Start of the title of the model's own map."""

MAP_HEIGHT = 460
NAME_ROOM = 0.25
"""Free width on both sides of the trade-off, as a share of what is drawn."""

FULL_LEGEND = 12
"""Labels up to which each map has a legend of its own; `colour_key` serves for more."""

_GLYPHS = {
    "circle": "●",
    "square": "■",
    "diamond": "◆",
    "triangle-up": "▲",
    "triangle-down": "▼",
    "cross": "✚",
    "x": "✖",
    "pentagon": "⬟",
    "star": "★",
    "hexagram": "✶",
    "hourglass": "⧗",
    "bowtie": "⧓",
}


def method_map(
    coordinates: pd.DataFrame,
    method: str,
    title: str,
    labels: pd.Series,
    colour_by: str,
    *,
    samples: pd.DataFrame | None = None,
    selected_ids: Collection[str] = (),
    theme: Theme = "light",
    caption: str = "",
) -> Chart:
    """Where one method puts everybody: one of several maps side by side.

    Parameters
    ----------
    coordinates
        One row a person: sample, population, superpopulation, split, and METHOD_1, METHOD_2, ...
        The first two are drawn; a method of one dimension is drawn on a diagonal.
    method, title
        Start of the columns' names, and the name for people.
    labels, colour_by
        One value a row, and what they are.
    samples, selected_ids
        As in `latent.scatter_2d`.
    """
    x = f"{method}_1"
    y = f"{method}_2" if f"{method}_2" in coordinates else x
    head = title.rsplit(" ", 1)[0]
    chart = scatter_2d(
        coordinates,
        x,
        y,
        colour_by,
        labels=labels,
        samples=samples,
        selected_ids=selected_ids,
        theme=theme,
        caption=caption,
        title=title,
        name=f"compare_{method}",
        axis_titles=(f"{head} {x[-1]}", f"{head} {y[-1]}"),
        height=MAP_HEIGHT,
    )
    chart.figure.update_layout(showlegend=labels.nunique(dropna=False) <= FULL_LEGEND)
    return chart


def colour_key(
    labels: pd.Series,
    samples: pd.DataFrame | None = None,
    theme: Theme = "light",
    shapes: bool = True,
) -> str:
    """HTML legend for many labels: one coloured mark and name a label, all escaped.

    Without `shapes` every mark is a dot.
    """
    names = sorted({str(x) for x in labels.dropna()})
    palette = colours(names, samples, theme)
    marks = symbols(names, samples) if shapes else dict.fromkeys(names, "circle")
    entries = [
        f'<span style="white-space:nowrap"><span style="color:{palette[name]}">'
        f"{_GLYPHS[marks[name]]}</span>&nbsp;{label(name)}</span>"
        for name in names
    ]
    style_ = "display:flex;flex-wrap:wrap;gap:2px 14px;font-size:.85rem"
    return f'<div style="{style_}">{"".join(entries)}</div>'


def trade_off(
    table: pd.DataFrame,
    level: str,
    *,
    theme: Theme = "light",
    caption: str = "",
    name: str = "compare_trade_off",
) -> Chart:
    """What each map keeps: labels of neighbours (up) against distances of populations (right).

    Parameters
    ----------
    table
        One row a method: method, n_dimensions, rho, rho_low, rho_high, accuracy, accuracy_low,
        accuracy_high (ends NaN where unknown), as `Evaluation.trade_off` gives it.
    level
        Whose labels the votes find.
    """
    used = table.reset_index(drop=True)
    inks = INKS[theme]
    shades = [inks.contrary if str(m).startswith(OURS) else inks.accent for m in used["method"]]
    titles = ("rho with Fst (distances true)", f"5-NN accuracy, {label(level)} (neighbours alike)")
    points = go.Scatter(
        x=rounded(used["rho"]),
        y=rounded(used["accuracy"]),
        error_x=whiskers(used["rho"], used["rho_low"], used["rho_high"], inks.axis),
        error_y=whiskers(used["accuracy"], used["accuracy_low"], used["accuracy_high"], inks.axis),
        mode="markers+text",
        marker={"size": 13, "color": shades, "line": {"width": 1, "color": inks.text}},
        text=[label(m, 20) for m in used["method"]],
        textposition=_free_places(used),
        textfont={"size": 12.5, "color": inks.text},
        cliponaxis=False,
        hovertext=[_hover(row) for _, row in used.iterrows()],
        hoverinfo="text",
    )
    title = "Neighbours alike and distances true"
    figure = style(
        go.Figure(points),
        theme,
        title=title,
        caption=caption,
        height=440,
        x_title=titles[0],
        y_title=titles[1],
    )
    figure.update_xaxes(range=_with_room(used))
    return Chart(figure, used, title, _alt(used, level), caption, name, theme)


def _free_places(table: pd.DataFrame) -> list[str]:
    """Places of the methods' names: off the whiskers where all have room, else off each other."""
    ends = [
        table[[f"{c}_low", c, f"{c}_high"]].astype(float).bfill(axis=1).ffill(axis=1).to_numpy()
        for c in ("rho", "accuracy")
    ]
    (west, x, east), (south, y, north) = (
        _pixels(e, size).T for e, size in zip(ends, PLOT_PX, strict=True)
    )
    boxes = [*np.column_stack([west, y - 2, east, y + 2])]
    boxes += [*np.column_stack([x - 2, south, x + 2, north])]
    marks = np.full(len(x), 13.0)
    named = np.column_stack([x, y]), marks, list(table["method"].map(str))
    found = name_positions(*named, boxes)
    if "" in found:
        found = name_positions(*named)  # a name across a whisker can be read, two names cannot
    return [place or "bottom right" for place in found]


def _with_room(table: pd.DataFrame) -> list[float] | None:
    """Range of the axis that leaves a name beside the outermost points uncut."""
    ends = table[["rho_low", "rho", "rho_high"]].astype(float)
    if ends.empty:
        return None
    low, high = ends.min().min(), ends.max().max()
    room = NAME_ROOM * max(high - low, 0.1)
    return [float(low - room), float(high + room)]


def _pixels(ends: NDArray[np.float64], size: float) -> NDArray[np.float64]:
    low, high = (ends.min(), ends.max()) if len(ends) else (0.0, 1.0)
    return (ends - low) / ((high - low) or 1.0) * size


def _hover(row: pd.Series) -> str:
    lines = [f"<b>{label(row['method'], 40)}</b>"]
    for what, column in (("rho", "rho"), ("5-NN", "accuracy")):
        low, high = row[f"{column}_low"], row[f"{column}_high"]
        ends = f" ({low:.3f} to {high:.3f})" if pd.notna(low) and pd.notna(high) else ""
        lines.append(f"{what}: {row[column]:.3f}{ends}")
    return "<br>".join(lines)


def _alt(table: pd.DataFrame, level: str) -> str:
    parts = [
        f"{plain(row.method)} {row.accuracy:.2f} at rho {row.rho:.2f}"
        for row in table.itertuples(index=False)
    ]
    return (
        f"Scatter plot of {len(table)} methods by 5-NN accuracy of {plain(level)} and rho with "
        f"Fst: {'; '.join(parts)}."
    )
