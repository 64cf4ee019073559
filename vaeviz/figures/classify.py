"""Figures of calls against reported labels: what was called what, how right, how sure."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from vaeviz.escape import plain
from vaeviz.figures.chart import Chart
from vaeviz.figures.groups import FEW_PEOPLE, hollow, whiskers
from vaeviz.figures.palette import BACKGROUND, Theme, colours
from vaeviz.figures.theme import INKS, label, rounded, style

COUNTS_AT_MOST = 30
"""Labels up to which a confusion matrix holds its numbers as text."""

NAMES_AT_MOST = 20
"""Labels that are named along the bottom of a confusion matrix; of more, every so-manyth is."""


def confusion(
    counts: pd.DataFrame,
    *,
    theme: Theme = "light",
    caption: str = "",
    name: str = "confusion",
) -> Chart:
    """Heat map of reported (rows) against predicted label (columns); shades are shares of a row.

    Parameters
    ----------
    counts
        People, labels x labels, as `analysis.calls.CallReport.confusion`.
    """
    values = counts.to_numpy(int)
    totals = values.sum(axis=1, keepdims=True)
    shares = values / np.maximum(totals, 1)
    rows, columns = [label(x) for x in counts.index], [label(x) for x in counts.columns]
    hover = [
        [
            f"reported {row}<br>predicted {column}<br>{n:,} of {total:,} ({n / max(total, 1):.0%})"
            for column, n in zip(columns, line, strict=True)
        ]
        for row, line, total in zip(rows, values, totals[:, 0], strict=True)
    ]
    inks, ground = INKS[theme], BACKGROUND[theme]
    figure = go.Figure(
        go.Heatmap(
            z=rounded(shares),
            zmin=0,
            zmax=1,
            hovertext=hover,
            hoverinfo="text",
            colorscale=[[0, ground], [1, inks.accent]],
            xgap=1,
            ygap=1,
            colorbar={
                "title": {"text": "share of row", "side": "right"},
                "tickformat": ".0%",
                "thickness": 10,
            },
        )
    )
    if max(values.shape) <= COUNTS_AT_MOST:
        _write_counts(figure, values, shares, theme)
    title = "Reported and predicted labels"
    row_px = 28 if len(rows) <= COUNTS_AT_MOST else 14
    height = min(230 + row_px * max(len(rows), 4), 1000)
    style(
        figure,
        theme,
        title=title,
        caption=caption,
        height=height,
        x_title="predicted",
        y_title="reported",
    )
    # Places rather than names: two labels may look the same once they are cut.
    step = -(-len(columns) // NAMES_AT_MOST)
    figure.update_xaxes(
        tickvals=np.arange(0, len(columns), step), ticktext=columns[::step], showgrid=False
    )
    figure.update_yaxes(
        tickvals=np.arange(len(rows)), ticktext=rows, autorange="reversed", showgrid=False
    )
    table = counts.rename_axis("reported").reset_index()
    right = int(sum(int(counts.loc[x, x]) for x in counts.index if x in counts.columns))
    alt = (
        f"Confusion matrix of {len(rows)} reported labels: {right:,} of {int(values.sum()):,} "
        "people are predicted as they report."
    )
    return Chart(figure, table, title, alt, caption, name, theme)


def _write_counts(figure: go.Figure, values: np.ndarray, shares: np.ndarray, theme: Theme) -> None:
    """Counts in their cells, in the ink that stands out from the shade."""
    inks, ground = INKS[theme], BACKGROUND[theme]
    strong = shares > 0.6
    for where, ink in ((~strong, inks.text), (strong, ground)):
        y, x = np.nonzero(where & (values > 0))
        figure.add_trace(
            go.Scatter(
                x=x,
                y=y,
                mode="text",
                text=[f"{n:,}" for n in values[y, x]],
                textfont={"size": 12, "color": ink},
                hoverinfo="skip",
                showlegend=False,
            )
        )


def accuracy_by_label(
    labels: pd.DataFrame,
    *,
    samples: pd.DataFrame | None = None,
    theme: Theme = "light",
    caption: str = "",
    name: str = "accuracy_by_label",
) -> Chart:
    """Share called as reported, each label with its 95 % Wilson interval, worst first.

    Parameters
    ----------
    labels
        label, n, accuracy, ci_low, ci_high, accepted_accuracy, n_flagged.
    samples
        Sample table, for the user's own colours.
    """
    table = labels.sort_values("accuracy", kind="stable", ignore_index=True)
    names = table["label"].map(str)
    palette, inks = colours(names, samples, theme), INKS[theme]
    places = np.arange(len(table))
    figure = go.Figure(
        [
            go.Scatter(
                x=rounded(table["accepted_accuracy"]),
                y=places,
                mode="markers",
                name="people without a flag",
                marker={
                    "symbol": "line-ns-open",
                    "size": 12,
                    "color": inks.muted,
                    "line": {"width": 2},
                },
                hovertemplate="without a flag: %{x:.1%}<extra></extra>",
            ),
            go.Scatter(
                x=rounded(table["accuracy"]),
                y=places,
                mode="markers",
                name="everybody",
                error_x=whiskers(table["accuracy"], table["ci_low"], table["ci_high"], inks.muted),
                marker={
                    "symbol": [hollow("circle", n) for n in table["n"]],
                    "size": 11,
                    "color": [palette[x] for x in names],
                    "line": {"width": 1.5, "color": [palette[x] for x in names]},
                },
                hovertext=[
                    f"<b>{label(r.label, 40)}</b><br>{r.right:,} of {r.n:,} as reported"
                    f"<br>{r.n_flagged:,} flagged"
                    for r in table.itertuples()
                ],
                hoverinfo="text",
            ),
        ]
    )
    title = "Accuracy by reported label"
    style(
        figure,
        theme,
        title=title,
        caption=caption,
        height=170 + 28 * max(len(table), 4),
        legend="below",
        x_title="share predicted as reported (hollow: fewer than 5 people)",
    )
    figure.update_xaxes(range=[-0.02, 1.02], tickformat=".0%")
    figure.update_yaxes(
        tickvals=places,
        ticktext=[f"{label(r.label)} ({r.n:,})" for r in table.itertuples()],
        range=[len(table) - 0.4, -0.6],
        showline=False,
        ticks="",
    )
    worst = table.iloc[0]
    alt = (
        f"Dot plot of accuracy for {len(table)} labels: lowest {plain(worst['label'])} with "
        f"{worst['accuracy']:.0%} of {int(worst['n']):,}."
    )
    return Chart(figure, table, title, alt, caption, name, theme)


def calibration(
    bins: pd.DataFrame,
    *,
    theme: Theme = "light",
    caption: str = "",
    name: str = "calibration",
) -> Chart:
    """Accuracy against probability, in bins: on the diagonal a probability means what it says.

    Parameters
    ----------
    bins
        low, high, n, probability, accuracy, ci_low, ci_high.
    """
    inks = INKS[theme]
    diagonal = go.Scatter(
        x=[0, 1],
        y=[0, 1],
        mode="lines",
        line={"color": inks.muted, "width": 1.4, "dash": "dash"},
        hoverinfo="skip",
        showlegend=False,
    )
    dots = go.Scatter(
        x=rounded(bins["probability"]),
        y=rounded(bins["accuracy"]),
        error_y=whiskers(bins["accuracy"], bins["ci_low"], bins["ci_high"], inks.muted),
        mode="markers",
        marker={
            "size": rounded(7 + 11 * np.sqrt(bins["n"] / max(bins["n"].max(), 1))),
            "color": inks.accent,
            "symbol": [hollow("circle", n) for n in bins["n"]],
            "line": {"width": 1.6, "color": inks.accent},
        },
        hovertext=[
            f"{r.n:,} people<br>mean probability {r.probability:.2f}"
            f"<br>as reported {r.accuracy:.2f}"
            for r in bins.itertuples()
        ],
        hoverinfo="text",
        showlegend=False,
    )
    figure = go.Figure([diagonal, dots])
    title = "Do probabilities mean what they say?"
    style(
        figure,
        theme,
        title=title,
        caption=caption,
        height=440,
        x_title="mean probability of the predicted label",
        y_title="share predicted as reported",
    )
    figure.update_xaxes(range=[-0.02, 1.04])
    figure.update_yaxes(range=[-0.04, 1.04])
    alt = (
        f"Accuracy against probability in {len(bins)} bins of {int(bins['n'].sum()):,} people; "
        f"bins of fewer than {FEW_PEOPLE} are hollow."
    )
    return Chart(figure, bins, title, alt, caption, name, theme)
