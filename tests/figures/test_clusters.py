"""Regions over a map, and the curve of BIC."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2

from tests.figures.builders import embedding, mixture_fits
from vaeviz.analysis.clusters import Gaussian, gaussians
from vaeviz.figures.clusters import bic_curve, with_label_regions, with_mixture_regions
from vaeviz.figures.latent import scatter_2d, scatter_3d
from vaeviz.figures.palette import colours, rgba

X, Y, Z = "latent_1_mean", "latent_2_mean", "latent_3_mean"
TILTED = Gaussian("EUR", 50, np.array([3.0, -1.0]), np.array([[4.0, 1.5], [1.5, 1.0]]))


@pytest.mark.parametrize("d", [2, 3])
def test_region_is_where_95_percent_of_the_gaussian_lie(d: int) -> None:
    points = embedding()
    gaussian = gaussians(points[[X, Y, Z][:d]].to_numpy(), np.full(40, "EUR", object))[0]
    chart = scatter_2d(points, X, Y) if d == 2 else scatter_3d(points, X, Y, Z)
    line = with_label_regions(chart, [gaussian]).figure.data[-1]
    path = np.column_stack([line.x, line.y, line.z][:d] if d == 3 else [line.x, line.y])
    path = path[np.isfinite(path[:, 0])].astype(float)
    np.testing.assert_allclose(gaussian.squared_distances(path), chi2.ppf(0.95, d), rtol=1e-2)


def test_regions_have_the_colour_of_their_group_and_take_no_lasso() -> None:
    plain = scatter_2d(embedding(), X, Y)
    chart = with_label_regions(plain, [TILTED])
    assert len(chart.figure.data) == len(plain.figure.data) + 1
    line = chart.figure.data[-1]
    assert line.line.color == rgba(colours(["EUR"])["EUR"], 0.9)
    assert line.customdata is None
    assert line.hoverinfo == "skip"
    assert "95 % regions of 1 groups" in chart.alt
    assert chart.table.equals(plain.table)


def test_a_mixture_is_one_dashed_trace() -> None:
    chart = with_mixture_regions(scatter_2d(embedding(), X, Y), [TILTED, TILTED])
    line = chart.figure.data[-1]
    assert line.line.dash == "dash"
    assert line.name == "mixture (2)"
    assert np.isnan(line.x).sum() == 2


def test_nothing_to_draw_leaves_the_map_as_it_is() -> None:
    plain = scatter_2d(embedding(), X, Y)
    for chart in (with_label_regions(plain, []), with_mixture_regions(plain, [])):
        assert len(chart.figure.data) == len(plain.figure.data)
        assert chart.alt == plain.alt


def test_bic_has_a_line_a_kind_of_covariance() -> None:
    chart = bic_curve(mixture_fits())
    lines = {t.name: list(t.x) for t in chart.figure.data}
    assert lines == {
        "own shape each": [1, 2],
        "one shape for all": [2],
        "along the axes": [1],
    }
    assert "least with 2 (own shape each)" in chart.alt
