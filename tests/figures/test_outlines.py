from __future__ import annotations

import numpy as np
import pytest

from tests.figures.test_scene3d import people
from vaeviz.data.selection import Selection
from vaeviz.figures.chart import Chart
from vaeviz.figures.latent import scatter_2d
from vaeviz.figures.outlines import LEVELS, with_density, with_hull, with_kept


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


def test_kept_selections_are_ringed_in_their_colours(chart: Chart) -> None:
    kept = [
        Selection(name="<b>one</b>", colour="#112233", sample_ids=("a", "c", "elsewhere")),
        Selection(name="nobody here", colour="#445566", sample_ids=("elsewhere",)),
        Selection(name="two", colour="#778899", sample_ids=("c",)),
    ]
    drawn = with_kept(chart, ["a", "b", "c"], [(1, 2), (3, 4), (5, 6)], kept)
    one, two = drawn.figure.data[len(chart.figure.data) :]
    assert (one.marker.color, two.marker.color) == ("#112233", "#778899")
    assert (one.x.tolist(), one.y.tolist()) == ([1, 5], [2, 6])
    assert two.marker.size > one.marker.size
    assert "<b>" not in one.name
    assert one.name.endswith("(2)")
    assert one.customdata is None
    assert "two (1)" in drawn.alt
    assert with_kept(chart, ["a"], [(1, 2)], kept[1:2]) is chart
