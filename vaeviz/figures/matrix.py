"""A corner of the SNP matrix: a few people by a few sites."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from vaeviz.data.panel import Panel
from vaeviz.figures.chart import Chart
from vaeviz.figures.palette import Theme, neutral
from vaeviz.figures.theme import INKS, label, style

N_PEOPLE, N_SITES = 24, 60
COPIES = ("0 copies of ALT", "1 copy", "2 copies", "missing")
_NONE: dict[Theme, str] = {"light": "#E8EEF3", "dark": "#22303C"}
_ONE: dict[Theme, str] = {"light": "#8CC0E0", "dark": "#2B6E9C"}


def snp_matrix(
    panel: Panel,
    *,
    n_people: int = N_PEOPLE,
    n_sites: int = N_SITES,
    theme: Theme = "light",
    caption: str = "",
    name: str = "snp_matrix",
) -> Chart:
    """Copies of ALT of people spread over the panel, at its first sites.

    Parameters
    ----------
    panel
        People are taken at equal steps through the rows, so that several groups are among them.
    n_people, n_sites
        At most so many.
    """
    dosages = panel.as_dosages()
    people = np.unique(np.linspace(0, panel.n_samples - 1, n_people).astype(int))
    counts = dosages.counts[people, :n_sites]
    groups = panel.samples["population"].iloc[people].fillna("").map(str)
    figure = go.Figure(_cells(counts, theme))
    _legend(figure, theme)
    style(
        figure,
        theme,
        title="A corner of the matrix",
        caption=caption,
        height=430,
        legend="below",
        x_title=f"sites 1 to {counts.shape[1]} of {panel.n_sites:,}",
        y_title="people",
    )
    figure.update_xaxes(showticklabels=False, ticks="", showgrid=False)
    rows = np.arange(len(people))
    names = [label(group, 10) for group in groups]
    figure.update_yaxes(
        tickvals=rows, ticktext=names, autorange="reversed", showgrid=False, tickfont={"size": 10}
    )
    table = pd.DataFrame(counts, columns=[f"site_{i + 1}" for i in range(counts.shape[1])])
    table.insert(0, "population", groups.to_numpy())
    alt = (
        f"Heat map of genotypes: {len(people)} people by {counts.shape[1]} sites; "
        f"{(counts == 0).mean():.0%} of cells hold no copy of ALT, {(counts == 2).mean():.0%} two."
    )
    return Chart(figure, table, "A corner of the matrix", alt, caption, name, theme)


def _cells(counts: np.ndarray, theme: Theme) -> go.Heatmap:
    """One shade for each of 0, 1 and 2; missing cells are grey."""
    shades = _shades(theme)
    edges = [0, 1 / 4, 1 / 4, 2 / 4, 2 / 4, 3 / 4, 3 / 4, 1]
    order = [3, 3, 0, 0, 1, 1, 2, 2]
    return go.Heatmap(
        z=counts,
        zmin=-1.5,
        zmax=2.5,
        colorscale=[[edge, shades[i]] for edge, i in zip(edges, order, strict=True)],
        showscale=False,
        xgap=1,
        ygap=1,
        hovertemplate="site %{x}, row %{y}: %{z}<extra></extra>",
    )


def _legend(figure: go.Figure, theme: Theme) -> None:
    for shade, words in zip(_shades(theme), COPIES, strict=True):
        line = {"width": 1, "color": INKS[theme].axis}
        marker = {"symbol": "square", "size": 12, "color": shade, "line": line}
        figure.add_trace(go.Scatter(x=[None], y=[None], mode="markers", marker=marker, name=words))


def _shades(theme: Theme) -> tuple[str, str, str, str]:

    return _NONE[theme], _ONE[theme], INKS[theme].accent, neutral(theme)
