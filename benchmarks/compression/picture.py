"""The picture of the benchmark: one bar a method, one column a panel."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from benchmarks.compression.plan import DATA
from benchmarks.compression.results import BITS, Results
from vaeviz.compression.codec_methods import METHODS, OWN
from vaeviz.figures.chart import Chart
from vaeviz.figures.theme import INKS, label, style

WIDTH_PX, ROW_PX, HEAD_PX = 1100, 26, 150
TITLE = "Bits per allele of held-out people"
CAPTION = "Genotypes alone: neither model nor panel counted · mean of the splits · less is better"
TITLE_CHARACTERS = 40
ROOM = 1.3
"""Axis beyond the longest bar, where the figures are written."""


def bars(results: Results) -> Chart:
    """All methods on all panels, in the order of the first panel."""
    panels = results.data
    order = results.methods(panels[0])
    figure = make_subplots(
        cols=len(panels),
        shared_yaxes=True,
        horizontal_spacing=0.03,
        subplot_titles=[label(DATA[p].title, 60) for p in panels],
    )
    found = pd.concat([_column(results, p, order) for p in panels], ignore_index=True)
    for column, panel in enumerate(panels, start=1):
        part = found[found["data"] == panel]
        figure.add_trace(_trace(part), row=1, col=column)
        figure.update_xaxes(range=[0, ROOM * part[BITS].max()], row=1, col=column)
    height = HEAD_PX + ROW_PX * len(order)
    style(figure, "light", title=TITLE, caption=CAPTION, height=height)
    figure.update_layout(height=height, margin={"t": HEAD_PX - 40}, bargap=0.3)
    figure.update_annotations(font={"size": 13, "color": INKS["light"].text})
    titles = [label(METHODS[m].title, TITLE_CHARACTERS) for m in order]
    figure.update_yaxes(categoryorder="array", categoryarray=titles[::-1], showgrid=False)
    figure.update_yaxes(showline=False, ticks="")
    alt = f"Bar charts of {len(order)} methods on {len(panels)} panels."
    return Chart(figure, found, TITLE, alt, CAPTION, "compression")


def _column(results: Results, data: str, order: list[str]) -> pd.DataFrame:
    rows = [
        {"data": data, "method": m, "title": METHODS[m].title, BITS: results.mean(data, m, BITS)}
        for m in order
    ]
    return pd.DataFrame(rows)


def _trace(part: pd.DataFrame) -> go.Bar:
    inks = INKS["light"]
    return go.Bar(
        x=part[BITS],
        y=[label(title, TITLE_CHARACTERS) for title in part["title"]],
        orientation="h",
        marker={"color": [inks.accent if m in OWN else inks.axis for m in part["method"]]},
        text=[f"{bits:.4f}" for bits in part[BITS]],
        textposition="outside",
        textfont={"size": 12, "color": inks.text},
        cliponaxis=False,
    )
