"""Figures of the people of a query: where they lie, and how likely each label is for one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from vaeviz.escape import plain
from vaeviz.figures.chart import Chart
from vaeviz.figures.compare import FULL_LEGEND
from vaeviz.figures.latent import SVG_POINTS
from vaeviz.figures.palette import BACKGROUND, Theme, colours, rgba
from vaeviz.figures.points import axis_label
from vaeviz.figures.theme import INKS, label, rounded, style


def query_map(
    reference: pd.DataFrame,
    query: pd.DataFrame,
    x: str,
    y: str,
    *,
    samples: pd.DataFrame | None = None,
    theme: Theme = "light",
    caption: str = "",
    name: str = "query_map",
) -> Chart:
    """People of a query over the training people, on two axes of latent space.

    Parameters
    ----------
    reference
        `x`, `y`, label: small pale dots; over `FULL_LEGEND` labels are not in the legend.
    query
        sample, `x`, `y`, predicted, probability, flag: diamonds in the colour of the predicted
        label, crosses where flagged.
    """
    names = [*dict.fromkeys([*reference["label"].map(str), *query["predicted"].map(str)])]
    palette = colours(names, samples, theme)
    point = go.Scatter if len(reference) + len(query) <= SVG_POINTS else go.Scattergl
    figure = go.Figure()
    for group, rows in reference.groupby("label", sort=True):
        figure.add_trace(
            point(
                x=rounded(rows[x]),
                y=rounded(rows[y]),
                mode="markers",
                name=label(group),
                marker={"size": 5, "color": rgba(palette[str(group)], 0.45), "line": {"width": 0}},
                hovertext=f"reference: {label(group, 40)}",
                hoverinfo="text",
            )
        )
    if reference["label"].nunique() > FULL_LEGEND:
        figure.update_traces(showlegend=False)
    flagged = query["flag"] != ""
    for rows, what, symbol in (
        (query[~flagged], "query", "diamond"),
        (query[flagged], "query, flagged", "x"),
    ):
        if len(rows):
            figure.add_trace(point(**_query_trace(rows, x, y, symbol, palette, theme)))
            figure.add_trace(_key(what, symbol, theme))
    titles = axis_label(x), axis_label(y)
    title = "The query over the reference people (pale dots)"
    style(
        figure,
        theme,
        title=title,
        caption=caption,
        height=600,
        legend="below",
        x_title=titles[0],
        y_title=titles[1],
    )
    alt = (
        f"Scatter plot of {len(query):,} people of the query over {len(reference):,} reference "
        f"people by {titles[0]} and {titles[1]}; {int(flagged.sum()):,} are flagged."
    )
    columns = list(dict.fromkeys(["sample", "predicted", "probability", "flag", x, y]))
    return Chart(figure, query[columns].reset_index(drop=True), title, alt, caption, name, theme)


def _key(what: str, symbol: str, theme: Theme) -> go.Scatter:
    """Legend entry of the query, whose marks have the colours of the predicted labels."""
    marker = {"symbol": symbol, "size": 9, "color": INKS[theme].text}
    return go.Scatter(x=[None], y=[None], mode="markers", name=what, marker=marker)


def _query_trace(
    rows: pd.DataFrame,
    x: str,
    y: str,
    symbol: str,
    palette: dict[str, str],
    theme: Theme,
) -> dict[str, object]:
    return {
        "x": rounded(rows[x]),
        "y": rounded(rows[y]),
        "mode": "markers",
        "name": "people",
        "showlegend": False,
        "customdata": rows["sample"].to_numpy(object),
        "marker": {
            "size": 9,
            "symbol": symbol,
            "color": [palette[str(p)] for p in rows["predicted"]],
            "line": {"width": 1, "color": BACKGROUND[theme]},
        },
        "hovertext": [
            f"<b>{label(r.sample, 40)}</b><br>{label(r.predicted, 40)} {r.probability:.0%}"
            + (f"<br>{r.flag}" if r.flag else "")
            for r in rows.itertuples()
        ],
        "hoverinfo": "text",
    }


def label_probabilities(
    probabilities: pd.Series,
    *,
    samples: pd.DataFrame | None = None,
    theme: Theme = "light",
    caption: str = "",
    title: str = "Probability of each label",
    name: str = "label_probabilities",
    at_most: int = 15,
) -> Chart:
    """Bars of one person's probabilities, likeliest first.

    Parameters
    ----------
    probabilities
        Label to probability.
    at_most
        Bars drawn; the table holds all.
    """
    ordered = probabilities.sort_values(ascending=False, kind="stable")
    shown = ordered.head(at_most)
    palette = colours([str(x) for x in probabilities.index], samples, theme)
    figure = go.Figure(
        go.Bar(
            x=rounded(shown),
            y=np.arange(len(shown)),
            orientation="h",
            marker={"color": [palette[str(x)] for x in shown.index]},
            text=[f"{v:.1%}" for v in shown],
            textposition="outside",
            cliponaxis=False,
            hoverinfo="skip",
        )
    )
    height = 170 + 26 * max(len(shown), 3)
    style(figure, theme, title=title, caption=caption, height=height, x_title="probability")
    figure.update_xaxes(range=[0, 1.12], tickvals=[0, 0.25, 0.5, 0.75, 1], tickformat=".0%")
    figure.update_yaxes(
        tickvals=np.arange(len(shown)),
        ticktext=[label(x) for x in shown.index],
        autorange="reversed",
        ticks="",
    )
    first = ordered.index[0]
    alt = f"Bars of {len(ordered)} labels: likeliest {plain(first)} with {ordered.iloc[0]:.0%}."
    table = ordered.rename("probability").rename_axis("label").reset_index()
    return Chart(figure, table, title, alt, caption, name, theme)
