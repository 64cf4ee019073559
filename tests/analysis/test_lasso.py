from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vaeviz.analysis.lasso import ends, in_cube, inside, seen
from vaeviz.data.selection_rule import View3D
from vaeviz.errors import ConfigError

SQUARE = [(0, 0), (2, 0), (2, 2), (0, 2)]


def test_a_square_holds_what_is_in_it() -> None:
    points = [(1, 1), (3, 1), (-1, 1), (1, 3), (1, -1), (np.nan, 1)]
    assert inside(points, SQUARE).tolist() == [True, *[False] * 5]


@pytest.mark.parametrize("corners", [[], SQUARE[:1], SQUARE[:2]])
def test_a_line_that_closes_nothing_holds_nobody(corners: list[tuple[int, int]]) -> None:
    assert not inside([(0, 0), (1, 0)], corners).any()


def test_what_a_line_goes_round_twice_is_outside() -> None:
    twice = [*SQUARE, (0, 0), (2, 0), (2, 2), (0, 2)]
    assert not inside([(1, 1)], twice).any()


@given(st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), min_size=3, max_size=12))
def test_direction_and_start_of_a_line_do_not_matter(corners: list[tuple[int, int]]) -> None:
    points = np.random.default_rng(1).uniform(-10, 10, (50, 2))
    found = inside(points, corners)
    assert np.array_equal(found, inside(points, corners[::-1]))
    assert np.array_equal(found, inside(points, corners[2:] + corners[:2]))


def test_known_views() -> None:
    east, north, top = np.eye(3)
    front = View3D(yaw=0, pitch=0, zoom=1)
    assert seen([top], front) == pytest.approx(np.array([[0, 1]]))
    assert seen([east], front) == pytest.approx(np.array([[1, 0]]))
    assert seen([north], front) == pytest.approx(np.array([[0, 0]]))
    above = View3D(yaw=0, pitch=np.pi / 2, zoom=2, pan_x=0.5)
    assert seen([north], above) == pytest.approx(np.array([[0.5, 2]]), abs=1e-6)
    near = seen([[1, -1, 0]], front)[0, 0]
    far = seen([[1, 1, 0]], front)[0, 0]
    assert near == pytest.approx(4 / 3)
    assert far == pytest.approx(4 / 5)


def test_axes_fill_the_cube_and_flat_ones_lie_in_its_middle() -> None:
    points = np.array([[0, 5, 7], [10, 9, 7], [np.nan, 50, 60]])
    low, high = ends(points)
    assert (low, high) == ((0, 5, 6), (10, 9, 8))
    assert in_cube(points[:2], low, high).tolist() == [[-1, -1, 0], [1, 1, 0]]
    assert ends(np.full((2, 3), np.nan)) == ((-1, -1, -1), (1, 1, 1))


@pytest.mark.parametrize("bad", [{"zoom": 0}, {"yaw": float("nan")}, {"low": (1, 2)}])
def test_a_view_is_checked(bad: dict[str, object]) -> None:
    with pytest.raises(ConfigError):
        View3D.make(**({"yaw": 0, "pitch": 0, "zoom": 1} | bad))
