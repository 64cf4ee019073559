"""Traces of people as points: one a label, rings, ellipses and synthetic people over them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from vaeviz.data.panel import UNLABELLED
from vaeviz.figures.palette import (
    BACKGROUND,
    Theme,
    colours,
    neutral,
    rgba,
    superpopulation_of,
    symbols,
)
from vaeviz.figures.theme import INKS, label, rounded

PLAIN_LEGEND = 12
"""Labels up to which the legend is a plain list; above, it is grouped by superpopulation."""

FULL_HOVER_POINTS = 20_000
"""Points up to which hover texts tell labels and coordinates; above, the ID alone."""

FADED = 0.4
"""Opacity of people outside the selection, as a share of what it was."""

MANY = 30
"""Rings or synthetic people above which they are drawn faintly: dense ones would hide the rest."""

ELLIPSE_CORNERS = 20
COLOUR_SCALE = "Viridis"
LABEL = "coloured_by"
"""Column of a point table that holds the value to colour by."""


def axis_label(column: str) -> str:
    """Axis title of an embedding's column: 'latent_1_mean' becomes 'latent 1'."""
    return label(column.removesuffix("_mean").replace("_", " "), 40)


def point_table(
    embedding: pd.DataFrame,
    columns: list[str],
    colour_by: str,
    labels: Sequence[object] | pd.Series | None,
) -> pd.DataFrame:
    """Rows to draw: identifiers, coordinates rounded as drawn, and the value to colour by."""
    kept = ("sample", "haplotype", "population", "superpopulation", "split")
    table = embedding[[c for c in kept if c in embedding]].reset_index(drop=True)
    for column in columns:
        table[column] = rounded(embedding[column])
    values = pd.Series(embedding[colour_by] if labels is None else labels).reset_index(drop=True)
    if not is_number(values):
        values = values.astype(object).where(values.notna(), UNLABELLED).map(str)
    return table.assign(**{LABEL: values})


def is_number(values: pd.Series) -> bool:
    """Whether values get a continuous scale rather than one colour each."""
    return pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)


def label_traces(
    table: pd.DataFrame,
    columns: list[str],
    colour_by: str,
    samples: pd.DataFrame | None,
    highlight: Collection[str],
    theme: Theme,
) -> list[dict]:
    """Arguments of one trace a label, or of one trace on a continuous scale.

    Parameters
    ----------
    table
        From `point_table`.
    columns
        Two or three columns to draw.
    colour_by
        Name of what is coloured by.
    samples
        Sample table with the user's colours and families, or None.
    highlight
        Labels that keep their colour; empty: all.
    """
    if is_number(table[LABEL]):
        return _number_traces(table, columns, colour_by, theme)
    known = table if samples is None else samples
    names = sorted(table[LABEL].unique())
    palette, marks = colours(names, known, theme), symbols(names, known)
    groups = superpopulation_of(known)
    grouped = len(names) > PLAIN_LEGEND and len({groups.get(n) for n in names}) > 1
    names.sort(key=lambda n: (groups.get(n, "~") if grouped else "", n))
    traces, brief = [], len(table) > FULL_HOVER_POINTS
    for value in names:
        rows = table[table[LABEL] == value]
        lit = not highlight or value in highlight
        trace = _trace(rows, columns, label(value), brief)
        trace["marker"] = {
            "color": palette[value] if lit else neutral(theme),
            "symbol": marks[value],
            "size": 7,
            "opacity": 0.85 if lit else 0.25,
            "line": {"width": 0.5, "color": rgba(BACKGROUND[theme], 0.7)},
        }
        if grouped:
            group = groups.get(value, "other")
            trace |= {"legendgroup": label(group), "legendgrouptitle": {"text": label(group)}}
        traces.append(trace)
    return traces


def _number_traces(
    table: pd.DataFrame, columns: list[str], colour_by: str, theme: Theme
) -> list[dict]:
    known = table[LABEL].notna()
    traces, brief = [], len(table) > FULL_HOVER_POINTS
    if (~known).any():
        trace = _trace(table[~known], columns, label(UNLABELLED), brief)
        traces.append(trace | {"marker": {"color": neutral(theme), "size": 6, "opacity": 0.6}})
    if known.any():
        trace = _trace(table[known], columns, label(colour_by), brief)
        trace["marker"] = {
            "color": rounded(table.loc[known, LABEL]),
            "colorscale": COLOUR_SCALE,
            "size": 7,
            "opacity": 0.9,
            "showscale": True,
            "colorbar": {
                "title": {"text": label(colour_by), "side": "right"},
                "thickness": 12,
                "outlinewidth": 0,
                "tickfont": {"size": 11, "color": INKS[theme].muted},
            },
            "line": {"width": 0.5, "color": rgba(INKS[theme].muted, 0.6)},
        }
        trace["showlegend"] = False
        traces.append(trace)
    return traces


def _trace(rows: pd.DataFrame, columns: list[str], trace_name: str, brief: bool) -> dict:
    return {
        **coordinates(rows, columns),
        "mode": "markers",
        "name": trace_name,
        "customdata": rows["sample"].map(str).tolist(),
        "text": _hover(rows, columns, brief),
        "hoverinfo": "text",
    }


def coordinates(rows: pd.DataFrame, columns: list[str]) -> dict[str, NDArray[np.float32]]:
    """x, y (and z) of a trace, rounded."""
    return {axis: rounded(rows[c]) for axis, c in zip("xyz"[: len(columns)], columns, strict=True)}


def _hover(rows: pd.DataFrame, columns: list[str], brief: bool) -> list[str]:
    if brief:
        return [label(s, 40) for s in rows["sample"]]
    heads = [f"<b>{label(s, 40)}</b>" for s in rows["sample"]]
    if "haplotype" in rows:
        heads = [f"{h} haplotype {k}" for h, k in zip(heads, rows["haplotype"], strict=True)]
    for level in ("population", "superpopulation", "split", LABEL):
        if level in rows and not is_number(rows[level]):
            heads = _append_labels(heads, rows[level])
    values = [
        " · ".join(f"{axis_label(c)} {v:.4g}" for c, v in zip(columns, point, strict=True))
        for point in rows[columns].itertuples(index=False)
    ]
    return [f"{head}<br>{value}" for head, value in zip(heads, values, strict=True)]


def _append_labels(heads: list[str], column: pd.Series) -> list[str]:
    """Add a line a label, unless it is absent or stands there already."""
    shown = {v: f"<br>{label(v, 40)}" for v in column.dropna().unique()}
    lines = [shown.get(v, "") for v in column]
    return [
        h if line in ("", *("<br>" + part for part in h.split("<br>"))) else h + line
        for h, line in zip(heads, lines, strict=True)
    ]


def add_ellipses(
    figure: go.Figure, embedding: pd.DataFrame, x: str, y: str, point: type, theme: Theme
) -> None:
    """One line trace of ellipses with half-axes of one posterior sd."""
    sds = [c.removesuffix("_mean") + "_sd" for c in (x, y)]
    if not set(sds) <= set(embedding.columns):
        return
    angle = np.append(np.linspace(0, 2 * np.pi, ELLIPSE_CORNERS), np.nan)
    turn = (np.cos(angle), np.sin(angle))
    paths = [
        (embedding[c].to_numpy()[:, None] + embedding[sd].to_numpy()[:, None] * t).ravel()
        for c, sd, t in zip((x, y), sds, turn, strict=True)
    ]
    figure.add_trace(
        point(
            x=rounded(paths[0]),
            y=rounded(paths[1]),
            mode="lines",
            line={"width": 0.7, "color": rgba(INKS[theme].muted, 0.45)},
            name="posterior sd",
            hoverinfo="skip",
        )
    )


def add_synthetic(
    figure: go.Figure,
    synthetic: pd.DataFrame | None,
    columns: list[str],
    point: type,
    theme: Theme,
) -> None:
    """Synthetic people as open diamonds; without `customdata`, so that no lasso takes them."""
    if synthetic is None or not len(synthetic):
        return
    line = {} if point is go.Scatter3d else {"line": {"width": 1.2}}
    figure.add_trace(
        point(
            **coordinates(synthetic, columns),
            mode="markers",
            marker={
                "symbol": "diamond-open",
                "size": 4 if point is go.Scatter3d else 8,
                "color": INKS[theme].text,
                "opacity": 1.0 if len(synthetic) <= MANY else 0.5,
                **line,
            },
            name=f"synthetic ({len(synthetic):,})",
            text=[f"synthetic<br>{label(s, 40)}" for s in synthetic["sample"]],
            hoverinfo="text",
        )
    )


def fade_others(trace: dict, selected: Collection[str]) -> None:
    """Fade the points of a trace that are not selected; nothing changes without a selection."""
    if selected:
        lit = trace["marker"].get("opacity", 1)
        trace["marker"]["opacity"] = [
            lit if sample in selected else lit * FADED for sample in trace["customdata"]
        ]


def add_rings(
    figure: go.Figure, table: pd.DataFrame, x: str, y: str, point: type, theme: Theme
) -> None:
    """One trace of rings around the selected people."""
    chosen = table[table["selected"]]
    if not len(chosen):
        return
    figure.add_trace(
        point(
            x=rounded(chosen[x]),
            y=rounded(chosen[y]),
            mode="markers",
            marker={
                "symbol": "circle-open",
                "size": 11,
                "color": INKS[theme].text,
                "line": {"width": 1},
                "opacity": 1.0 if len(chosen) <= MANY else 0.3,
            },
            name=f"selected ({chosen['sample'].nunique():,})",
            hoverinfo="skip",
        )
    )
