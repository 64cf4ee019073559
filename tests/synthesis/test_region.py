from __future__ import annotations

import numpy as np
import pytest

from tests.panels import HOSTILE, hostile_panel, random_panel
from vaeviz.data.selection import Selection
from vaeviz.errors import RegionError
from vaeviz.synthesis.inside import RegionCheck
from vaeviz.synthesis.region import (
    Part,
    Region,
    check_size,
    ellipsoid_region,
    mixture_region,
    path_region,
    point_region,
    population_region,
    selection_region,
)


def region_of(n: int) -> Region:
    return Region("r", "population", np.arange(n))


def test_label_of_either_level() -> None:
    panel = random_panel(n_samples=60, n_populations=3)
    assert population_region(panel, "POP3").members.tolist() == list(range(40, 60))
    assert population_region(panel, "SUP1").members.tolist() == list(range(40))


def test_unknown_label_names_the_known_ones() -> None:
    with pytest.raises(RegionError, match="POP9") as error:
        population_region(random_panel(), "POP9")
    assert "POP1" in error.value.hint
    assert "SUP2" in error.value.hint


def test_hostile_label_is_found_and_an_unlabelled_panel_says_so() -> None:
    panel = hostile_panel()
    assert len(population_region(panel, HOSTILE[3]).members) > 0
    with pytest.raises(RegionError) as error:
        population_region(panel, "no such")
    assert len(error.value.hint) < 2_000
    bare = random_panel().with_samples(random_panel().samples[["sample"]])
    with pytest.raises(RegionError, match="label") as error:
        population_region(bare, "(no label)")
    assert "no labels" in error.value.hint


def test_selection_region_takes_people_once_in_panel_order() -> None:
    panel = random_panel()
    selection = Selection(name="mine", sample_ids=("ID0005", "ID0002", "ID0005"))
    assert selection_region(panel, selection).members.tolist() == [2, 5]
    with pytest.raises(RegionError):
        selection_region(panel, Selection(sample_ids=("nobody",)))


def test_path_has_two_different_ends() -> None:
    panel = random_panel(n_samples=60)
    path = path_region(panel, "POP1", population_region(panel, "POP3"))
    assert path.name == "POP1 to POP3"
    assert path.members.tolist() == [*range(20), *range(40, 60)]
    assert path.n_smallest == 20
    with pytest.raises(RegionError, match="same people"):
        path_region(panel, "POP1", "POP1")
    with pytest.raises(RegionError, match="path itself"):
        path_region(panel, path, "POP1")


@pytest.mark.parametrize(
    ("n", "allow_small", "outcome"),
    [
        (9, True, "refused"),
        (10, True, "warned"),
        (10, False, "refused"),
        (49, False, "refused"),
        (49, True, "warned"),
        (50, False, "warned"),
        (99, False, "warned"),
        (100, False, "silent"),
    ],
)
def test_sizes(n: int, allow_small: bool, outcome: str) -> None:
    if outcome == "refused":
        with pytest.raises(RegionError, match=f"{n} people"):
            check_size(region_of(n), allow_small)
    else:
        assert len(check_size(region_of(n), allow_small)) == (outcome == "warned")


def test_a_path_is_as_small_as_its_smaller_end() -> None:
    path = Region(
        "a to b",
        "path",
        np.arange(209),
        (Part("a", 0.5, np.arange(200)), Part("b", 0.5, np.arange(200, 209))),
    )
    with pytest.raises(RegionError, match="9 people"):
        check_size(path, allow_small=True)


def test_mixture_shares_add_up_and_need_two_simple_sources() -> None:
    panel = random_panel(n_samples=60)
    mixture = mixture_region(panel, {"POP1": 3, population_region(panel, "POP2"): 1})
    assert [(p.name, p.proportion) for p in mixture.parts] == [("POP1", 0.75), ("POP2", 0.25)]
    assert mixture.members.tolist() == list(range(40))
    assert mixture.n_smallest == 20
    for shares, said in (({"POP1": 1}, "two sources"), ({"POP1": 1, "POP2": 0}, "above 0")):
        with pytest.raises(RegionError, match=said):
            mixture_region(panel, shares)
    with pytest.raises(RegionError, match="mixture itself"):
        mixture_region(panel, {mixture: 1, "POP3": 1})
    with pytest.raises(RegionError, match="share of 0; at least 1e-12"):
        mixture_region(panel, {"POP1": 1e300, "POP2": 1e-300})
    huge = mixture_region(panel, {"POP1": 1e308, "POP2": 1e308})
    assert [part.proportion for part in huge.parts] == [0.5, 0.5]


def test_ellipsoid_holds_whoever_is_within_the_radius_axis_by_axis() -> None:
    positions = np.random.default_rng(0).normal(size=(500, 2)) * [10.0, 0.1]
    region = ellipsoid_region(positions, positions[7], 0.5)
    scaled = (positions - positions[7]) / positions.std(0)
    assert region.members.tolist() == np.flatnonzero((scaled**2).sum(1) <= 0.25).tolist()
    assert 7 in region.members
    with pytest.raises(RegionError, match="1 coordinates"):
        ellipsoid_region(positions, [0.0], 1)
    with pytest.raises(RegionError, match="radius"):
        ellipsoid_region(positions, positions[0], 0)


def test_point_has_the_nearest_people_and_an_ellipsoid_that_just_holds_them() -> None:
    positions = np.random.default_rng(0).normal(size=(500, 2)) * [10.0, 0.1]
    region = point_region(positions, [3.0, 0.05], 30)
    assert len(region.members) == 30
    check = RegionCheck(region, positions)
    inside = np.flatnonzero(check.inside(positions, np.zeros(500)))
    np.testing.assert_array_equal(inside, region.members)


def test_without_takes_from_every_part_or_from_none() -> None:
    panel = random_panel(n_samples=60)
    region = mixture_region(panel, {"POP1": 1, "POP2": 1})
    excluded = np.arange(60) < 5
    assert [len(p.members) for p in region.without(excluded).parts] == [15, 20]
    assert region.without(np.arange(60) < 15) is region
