from __future__ import annotations

import numpy as np
import pytest

from tests.figures.test_scene3d import people
from vaeviz.figures.chart import Chart
from vaeviz.figures.latent import scatter_2d
from vaeviz.figures.outlines import LEVELS, with_density, with_hull


@pytest.fixture
def chart() -> Chart:
    return scatter_2d(people(), "PC1", "PC2", "population")


def test_the_hull_holds_the_selected_and_touches_the_outermost(chart: Chart) -> None:
    points = [(0, 0), (4, 0), (4, 4), (0, 4), (2, 2), (np.nan, 9)]
    ring = with_hull(chart, points).figure.data[-1]
    corners = set(zip(ring.x.tolist(), ring.y.tolist(), strict=True))
    assert corners == {(0, 0), (4, 0), (4, 4), (0, 4)}
    assert (ring.x[0], ring.y[0]) == (ring.x[-1], ring.y[-1])


def test_density_is_highest_where_people_are(chart: Chart) -> None:
    points = np.random.default_rng(1).normal([3, -2], 0.5, (200, 2))
    drawn = with_density(chart, points)
    contours = drawn.figure.data[len(chart.figure.data) :]
    assert len(contours) == len(LEVELS)
    z = np.array(contours[0].z)
    row, column = np.unravel_index(z.argmax(), z.shape)
    assert contours[0].x[column] == pytest.approx(3, abs=0.4)
    assert contours[0].y[row] == pytest.approx(-2, abs=0.4)


@pytest.mark.parametrize("points", [[], [(0, 0)], [(0, 0), (1, 1)], [(i, i) for i in range(9)]])
def test_too_few_places_draw_nothing(chart: Chart, points: list[tuple[int, int]]) -> None:
    assert with_hull(chart, points) is chart
    assert with_density(chart, points) is chart
