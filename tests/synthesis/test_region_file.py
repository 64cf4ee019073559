from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.panels import HOSTILE, random_panel
from vaeviz.data.selection import Selection
from vaeviz.errors import ConfigError, RegionError
from vaeviz.synthesis.region import (
    Region,
    ellipsoid_region,
    mixture_region,
    path_region,
    point_region,
    population_region,
    selection_region,
)
from vaeviz.synthesis.region_file import read_region, region_from_json, to_json

PANEL = random_panel(n_samples=60)
POSITIONS = np.random.default_rng(0).normal(size=(60, 3)) * [3.0, 1.0, 0.1]
SELECTED = Selection(name=HOSTILE[5], sample_ids=("ID0005", "ID0007"))
REGIONS = {
    "population": population_region(PANEL, "POP1"),
    "selection": selection_region(PANEL, SELECTED),
    "ellipsoid": ellipsoid_region(POSITIONS, POSITIONS[0], 1.5),
    "point": point_region(POSITIONS, [0.5, 0.0, 0.0], 12),
    "path": path_region(PANEL, "POP1", selection_region(PANEL, SELECTED)),
    "mixture": mixture_region(PANEL, {"POP1": 2.0, "POP2": 1.0, "POP3": 1.0}),
}


@pytest.mark.parametrize("kind", list(REGIONS))
def test_regions_come_back_whole(kind: str) -> None:
    region = REGIONS[kind]
    back = region_from_json(to_json(region, PANEL), PANEL)
    assert (back.name, back.kind, back.centre) == (region.name, region.kind, region.centre)
    assert back.half_axes == region.half_axes
    np.testing.assert_array_equal(back.members, region.members)
    for a, b in zip(back.parts, region.parts, strict=True):
        assert (a.name, a.proportion) == (b.name, pytest.approx(b.proportion))
        np.testing.assert_array_equal(a.members, b.members)


def read(value: dict[str, object], positions: np.ndarray | None = None) -> Region:
    return region_from_json(json.dumps(value), PANEL, positions)


def test_files_by_hand() -> None:
    assert read({"kind": "population", "name": "POP2"}).members.tolist() == list(range(20, 40))
    parts = [{"name": "POP1", "proportion": 3}, {"name": "POP3", "proportion": 1}]
    assert [p.proportion for p in read({"kind": "mixture", "parts": parts}).parts] == [0.75, 0.25]
    centre = POSITIONS[0].tolist()
    made = read({"kind": "ellipsoid", "centre": centre, "radius": 1.5}, POSITIONS)
    np.testing.assert_array_equal(made.members, REGIONS["ellipsoid"].members)
    point = read({"kind": "point", "centre": [0.5, 0, 0], "nearest": 12}, POSITIONS)
    assert len(point.members) == 12


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"kind": "ellipsoid", "centre": [0, 0, 0], "radius": 1}, "no map"),
        ({"kind": "selection", "name": "x"}, "names nobody"),
        ({"kind": "selection", "sample_ids": ["nobody"]}, "not in this"),
        ({"kind": "selection", "sample_ids": ["ID0001"], "centre": [1.0]}, "half axes"),
        ({"kind": "point", "sample_ids": ["ID0001"]}, "need them"),
        ({"kind": "ellipsoid", "sample_ids": ["ID0001"]}, "need them"),
        ({"kind": "path", "parts": [{"name": "POP1"}]}, "two ends"),
        ({"kind": "mixture", "parts": [{"name": "POP1"}]}, "two sources"),
    ],
)
def test_regions_that_cannot_be(value: dict[str, object], said: str) -> None:
    with pytest.raises(RegionError, match=said):
        read(value)


@pytest.mark.parametrize("text", ["", "[]", '{"kind": "sphere"}', '{"kind": "path", "x": 1}'])
def test_no_region(text: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        region_from_json(text, PANEL)
    (tmp_path / "r.json").write_text(text)
    with pytest.raises(RegionError, match=r"r\.json"):
        read_region(tmp_path / "r.json")
    with pytest.raises(RegionError):
        read_region(tmp_path / "absent.json")
