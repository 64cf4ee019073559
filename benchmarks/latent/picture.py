"""The picture of the benchmark: panels down, methods across, the same people everywhere."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots
from scipy.linalg import orthogonal_procrustes

from benchmarks.common import number
from benchmarks.latent.plan import DRAWN, PLACES, Record
from benchmarks.latent.results import Results
from vaeviz.analysis.map_metrics import flat_places
from vaeviz.data.panel import Panel
from vaeviz.figures.chart import Chart
from vaeviz.figures.points import label_traces, point_table
from vaeviz.figures.theme import INKS, label, style

WIDTH_PX, ROW_PX, HEAD_PX = 1000, 300, 124
TITLES = {"vae-2": "VAE map", "pca-2": "PCA", "umap": "UMAP, cross-fitted components"}
UPRIGHT = "pca-2"
"""The method that the others are turned onto where people have no places of their own."""
TRAIN_LOOK = {"size": 4.5, "opacity": 0.28}
TEST_LOOK = {"size": 6.0, "opacity": 1.0}
XY = ["x", "y"]
COLOUR = "superpopulation"
MARGIN = 1.08
TITLE = "The same people on three maps"
CAPTION = "Strong: test people · faint: training people · figures: test people, mean of 3 seeds"

Points = NDArray[np.float64]


def map_grid(results: Results, panels: dict[str, Panel]) -> Chart:
    """Maps of the first seed, one row a panel; the numbers over them are means over all seeds.

    Parameters
    ----------
    results
        With the points of `DRAWN` for every panel.
    panels
        Those that were measured, by name.
    """
    shape = {"rows": len(panels), "cols": len(DRAWN)}
    heads = [_numbers(results, panel, method) for panel in panels for method in DRAWN]
    figure = make_subplots(
        **shape, subplot_titles=heads, horizontal_spacing=0.02, vertical_spacing=0.045
    )
    drawn = []
    for row, (name, panel) in enumerate(panels.items(), start=1):
        upright = _upright(results, name, panel)
        held_out = results.of(name, UPRIGHT)[0].held_out
        for column, method in enumerate(DRAWN, start=1):
            points = turned(_points(results.of(name, method)[0]), upright)
            table = _table(points, panel, held_out)
            for trace in _traces(table, panel, row):
                trace["showlegend"] = trace["showlegend"] and column == 1
                figure.add_trace(go.Scatter(**trace), row=row, col=column)
            _frame(figure, points, row, column)
            drawn.append(table.assign(panel=name, method=method))
    _look(figure, list(panels))
    alt = f"Grid of scatter plots: {', '.join(panels)} by {', '.join(TITLES.values())}."
    return Chart(figure, pd.concat(drawn), TITLE, alt, CAPTION, "latent_maps")


def _upright(results: Results, name: str, panel: Panel) -> Points:
    """What maps are turned onto: the places where people come from, or PCA."""
    if name == PLACES:
        places = flat_places(panel.samples["latitude"], panel.samples["longitude"])
        return places - places.mean(0)
    return _points(results.of(name, UPRIGHT)[0])


def _points(record: Record) -> Points:
    points = np.array(record.points, float)
    return points - points.mean(0)


def turned(points: Points, upright: Points) -> Points:
    """Points turned and mirrored, never stretched, onto other ones: a map has no north."""
    turn, _ = orthogonal_procrustes(points, upright)
    found: Points = points @ turn
    return found


def _frame(figure: go.Figure, points: Points, row: int, column: int) -> None:
    """A square around all points: equal scales, and boxes of one size."""
    low, high = points.min(0), points.max(0)
    half = MARGIN * (high - low).max() / 2
    ranges = [[float(c - half), float(c + half)] for c in (low + high) / 2]
    figure.update_xaxes(range=ranges[0], row=row, col=column)
    figure.update_yaxes(range=ranges[1], row=row, col=column)


def _table(points: Points, panel: Panel, held_out: list[int]) -> pd.DataFrame:
    people = panel.samples[["sample", "population", "superpopulation"]]
    return people.assign(
        test=np.isin(np.arange(len(people)), held_out), x=points[:, 0], y=points[:, 1]
    )


def _traces(table: pd.DataFrame, panel: Panel, row: int) -> list[dict]:
    """Training people faintly, test people over them."""
    found = []
    for test, look in ((False, TRAIN_LOOK), (True, TEST_LOOK)):
        people = point_table(table[table["test"] == test], XY, COLOUR, None)
        for trace in label_traces(people, XY, COLOUR, panel.samples, (), "light"):
            trace["marker"] |= look
            trace |= {"showlegend": test, "legend": f"legend{row if row > 1 else ''}"}
            found.append(trace)
    return found


def _numbers(results: Results, panel: str, method: str) -> str:
    second = ("r2_places", "R2") if panel == PLACES else ("rho", "rho")
    parts = [
        f"{title} {number(value, 2)}"
        for figure, title in (("knn_population", "5-NN"), second)
        if (value := results.mean(panel, method, figure)) is not None
    ]
    return " · ".join(parts)


def _look(figure: go.Figure, panels: list[str]) -> None:
    n_rows = len(panels)
    height = HEAD_PX + ROW_PX * n_rows
    style(figure, "light", title=TITLE, caption=CAPTION, height=height, legend="right")
    figure.update_layout(height=height, margin={"l": 40, "r": 120, "t": HEAD_PX, "b": 8})
    figure.update_annotations(font={"size": 12.5, "color": INKS["light"].muted})
    figure.update_xaxes(showticklabels=False, ticks="", showgrid=False, mirror=True)
    figure.update_yaxes(showticklabels=False, ticks="", showgrid=False, mirror=True)
    for axis in figure.select_yaxes():
        axis.update(scaleanchor=axis.anchor, constrain="domain")
    figure.update_xaxes(constrain="domain")
    ink = {"size": 15, "color": INKS["light"].text, "weight": 600}
    for column, method in enumerate(DRAWN, start=1):
        left, right = figure.get_subplot(1, column).xaxis.domain
        _write(figure, TITLES[method], (left + right) / 2, 1.0, ink, yshift=22)
    for row, panel in enumerate(panels, start=1):
        low, high = figure.get_subplot(row, 1).yaxis.domain
        _write(figure, label(panel), 0, (low + high) / 2, ink, textangle=-90, xshift=-28)
        key = {"x": 1.01, "xanchor": "left", "y": high, "yanchor": "top", "orientation": "v"}
        size = {"font": {"size": 12}, "itemsizing": "constant"}
        figure.update_layout({f"legend{row if row > 1 else ''}": key | size})


def _write(
    figure: go.Figure, text: str, x: float, y: float, font: dict[str, object], **more: float
) -> None:
    place = {"x": x, "y": y, "xref": "paper", "yref": "paper", "showarrow": False}
    anchors = {"yanchor": "bottom"} if "yshift" in more else {"yanchor": "middle"}
    figure.add_annotation(text=text, font=font, xanchor="center", **place, **anchors, **more)
