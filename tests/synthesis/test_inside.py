from __future__ import annotations

import numpy as np
import pytest

from vaeviz.errors import RegionError
from vaeviz.synthesis.inside import RegionCheck
from vaeviz.synthesis.region import Part, Region, ellipsoid_region

MEMBERS = np.random.default_rng(0).normal(size=(500, 3)) * [5, 1, 0.2]
NOWHERE = np.zeros(500)


def test_the_radius_holds_99_percent_of_the_members() -> None:
    check = RegionCheck(Region("all", "population", np.arange(500)), MEMBERS)
    assert check.inside(MEMBERS, NOWHERE).mean() == pytest.approx(0.99, abs=0.003)
    assert not check.inside(MEMBERS + [0, 0, 5], NOWHERE).any()
    assert check.inside(MEMBERS.mean(0, keepdims=True), NOWHERE[:1]).all()


def test_a_path_has_its_own_middle_for_everybody() -> None:
    positions = np.concatenate([MEMBERS, MEMBERS + [100, 0, 0]])
    ends = (np.arange(500), np.arange(500, 1000))
    parts = tuple(Part(str(k), 0.5, end) for k, end in enumerate(ends))
    check = RegionCheck(Region("a to b", "path", np.arange(1000), parts), positions)
    places = np.linspace(0, 1, 500)
    along = MEMBERS + places[:, None] * [100, 0, 0]
    assert check.inside(along, places).mean() == pytest.approx(0.99, abs=0.01)
    assert check.inside(along, places[::-1]).mean() < 0.5


def test_an_ellipsoid_needs_a_map_of_its_dimensions() -> None:
    region = ellipsoid_region(MEMBERS, MEMBERS[0], 1)
    with pytest.raises(RegionError, match="3 dimensions; the map has 2"):
        RegionCheck(region, MEMBERS[:, :2])
