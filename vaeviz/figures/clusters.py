"""Gaussians drawn over a map of people, and how many of them a mixture needs."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from vaeviz.analysis.clusters import Floats, Gaussian
from vaeviz.figures.chart import Chart
from vaeviz.figures.palette import Theme, colours, rgba
from vaeviz.figures.theme import INKS, label, rounded, style

REGION = 0.95
CORNERS = 48
CIRCLES_3D = 4
"""Parallels, and meridians, of an ellipsoid's wire."""

_DASHES = {"full": "solid", "tied": "dash", "diag": "dot"}
_WORDS = {
    "full": "own shape each",
    "tied": "one shape for all",
    "diag": "along the axes",
}


def with_label_regions(
    chart: Chart, gaussians: Sequence[Gaussian], samples: pd.DataFrame | None = None
) -> Chart:
    """A map with the 95 % region of every group, in the group's colour.

    Parameters
    ----------
    chart
        From `figures.latent.scatter_2d` or `scatter_3d`.
    gaussians
        In the two or three dimensions drawn (`analysis.clusters.gaussians`).
    samples
        Sample table of the panel, for the user's own colours.
    """
    palette = colours([g.label for g in gaussians], samples, chart.theme)
    figure = go.Figure(chart.figure)
    for gaussian in gaussians:
        line = {"color": rgba(palette[gaussian.label], 0.9), "width": 1.6}
        name = f"{label(gaussian.label)}: 95 % region"
        figure.add_trace(_outline([gaussian], name, line, in_legend=False))
    return _with(chart, figure, len(gaussians), "groups")


def with_mixture_regions(chart: Chart, gaussians: Sequence[Gaussian]) -> Chart:
    """A map with the 95 % regions of a mixture's components, in one dashed ink."""
    figure = go.Figure(chart.figure)
    if gaussians:
        line = {"color": INKS[chart.theme].text, "width": 1.6, "dash": "dash"}
        name = f"mixture ({len(gaussians)})"
        figure.add_trace(_outline(gaussians, name, line, in_legend=True))
    return _with(chart, figure, len(gaussians), "components of a mixture")


def bic_curve(
    fits: pd.DataFrame,
    *,
    theme: Theme = "light",
    caption: str = "",
    name: str = "mixture_bic",
    height: int = 340,
) -> Chart:
    """BIC of Gaussian mixtures against their number of components.

    Parameters
    ----------
    fits
        covariance, n_components, bic, converged, bic_above_best, the best first
        (`analysis.mixtures.fit_mixture`).
    """
    figure = go.Figure()
    inks = INKS[theme]
    shades = {"full": inks.accent, "tied": inks.contrary, "diag": inks.muted}
    for kind, rows in fits.sort_values("n_components").groupby("covariance", sort=False):
        figure.add_trace(
            go.Scatter(
                x=rows["n_components"].to_numpy(),
                y=rounded(rows["bic_above_best"]),
                mode="lines+markers",
                name=_WORDS[str(kind)],
                line={"color": shades[str(kind)], "width": 1.8, "dash": _DASHES[str(kind)]},
                marker={"size": 5},
                hovertemplate="%{x} components: %{y:.4g} above the best<extra></extra>",
            )
        )
    title = "How many Gaussians"
    style(
        figure,
        theme,
        title=title,
        caption=caption,
        height=height,
        legend="below",
        x_title="components",
        y_title="BIC above the best",
    )
    figure.update_xaxes(dtick=1 if fits["n_components"].max() <= 20 else None)
    best = fits.iloc[0]
    alt = f"Line chart of BIC for 1 to {fits['n_components'].max()} components: least with "
    alt += f"{best['n_components']} ({_WORDS[best['covariance']]})."
    return Chart(figure, fits, title, alt, caption, name, theme)


def _with(chart: Chart, figure: go.Figure, n: int, of: str) -> Chart:
    if not n:
        return chart
    alt = f"{chart.alt} The 95 % regions of {n} {of} are drawn over them."
    return dataclasses.replace(chart, figure=figure, alt=alt)


def _outline(
    gaussians: Sequence[Gaussian], name: str, line: dict[str, object], in_legend: bool
) -> go.Scatter | go.Scatter3d:
    """One trace of closed curves with gaps between them; no lasso takes it."""
    d = len(gaussians[0].mean)
    path = np.concatenate([surface(g) for g in gaussians])
    kind = go.Scatter if d == 2 else go.Scatter3d
    if d == 3:
        line = line | {"width": 2}
    return kind(
        **{axis: rounded(path[:, i]) for i, axis in enumerate("xyz"[:d])},
        mode="lines",
        line=line,
        opacity=1.0 if d == 2 else 0.45,
        name=name,
        showlegend=in_legend,
        hoverinfo="skip",
    )


def surface(gaussian: Gaussian) -> Floats:
    """The 95 % region's outline (2-D) or wire (3-D): points, with NaN rows as gaps."""
    from scipy.stats import chi2

    d = len(gaussian.mean)
    unit = _circle() if d == 2 else _sphere()
    radius = np.sqrt(chi2.ppf(REGION, d))
    path: Floats = gaussian.mean + radius * unit @ _root(gaussian.covariance).T
    return path


def _root(covariance: Floats) -> Floats:
    """A matrix whose product with its transpose is the covariance."""
    values, vectors = np.linalg.eigh(covariance)
    root: Floats = vectors * np.sqrt(np.maximum(values, 0))
    return root


def _circle() -> NDArray[np.float64]:
    angle = np.append(np.linspace(0, 2 * np.pi, CORNERS), np.nan)
    return np.column_stack([np.cos(angle), np.sin(angle)])


def _sphere() -> NDArray[np.float64]:
    """Parallels and meridians of the unit sphere, with gaps between them."""
    circle = _circle()
    heights = np.linspace(-1, 1, CIRCLES_3D + 2)[1:-1]
    rings = [
        np.column_stack([np.sqrt(1 - h**2) * circle, np.where(np.isnan(circle[:, 0]), np.nan, h)])
        for h in heights
    ]
    for turn in np.linspace(0, np.pi, CIRCLES_3D, endpoint=False):
        across, up = circle.T
        rings.append(np.column_stack([across * np.cos(turn), across * np.sin(turn), up]))
    return np.concatenate(rings)
