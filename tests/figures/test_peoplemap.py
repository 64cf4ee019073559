"""People at their own places: nobody hides, everybody can be selected."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tests.figures.builders import people
from vaeviz.data.panel import UNLABELLED
from vaeviz.figures.peoplemap import people_map
from vaeviz.figures.placing import fanned
from vaeviz.figures.theme import label
from vaeviz.figures.worldmap import world_map


def drawn(chart) -> dict[str, tuple[float, float]]:
    return {
        c: (float(x), float(y))
        for t in chart.figure.data
        for c, x, y in zip(t.customdata or (), t.x if t.customdata else (), t.y, strict=False)
    }


def test_everybody_with_coordinates_is_a_point_of_their_own() -> None:
    table = people()
    table.loc[0, "latitude"] = np.nan
    chart = people_map(table, "population")
    found = drawn(chart)
    assert set(found) == set(table["sample"][1:])
    assert len(set(found.values())) == len(found)
    assert "1 people have no coordinates" in chart.alt


def test_numbers_get_a_scale_and_the_absent_ones_grey() -> None:
    table = people()
    table.loc[:4, "wing_mm"] = np.nan
    traces = [t for t in people_map(table, "wing_mm").figure.data if t.customdata]
    assert [bool(t.marker.showscale) for t in traces] == [False, True]
    assert [len(t.customdata) for t in traces] == [5, 35]


def test_selected_people_are_ringed_at_their_marks() -> None:
    chart = people_map(people(), "population", selected_ids=["ID003"])
    ring = chart.figure.data[-1]
    assert (float(ring.x[0]), float(ring.y[0])) == drawn(chart)["ID003"]
    assert not ring.customdata


def test_fanned_discs_stay_near_and_apart() -> None:
    points = np.array([[0.0, 0.0]] * 50 + [[500.0, 0.0]])
    places = fanned(points, 5.0)
    apart = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1))
    np.fill_diagonal(apart, np.inf)
    assert apart.min() > 4.0
    assert np.hypot(*places[:50].T).max() < 5.0 * np.sqrt(50)
    assert tuple(places[50]) == (500.0, 0.0)
    assert fanned(np.empty((0, 2)), 5.0).shape == (0, 2)


def test_groups_are_ringed_by_the_share_that_is_selected() -> None:
    table = pd.DataFrame(
        {
            "group": ["A", "B", "C"],
            "superpopulation": "S",
            "n_samples": 10,
            "latitude": [0.0, 10, 20],
            "longitude": [0.0, 10, 20],
            "season": ["wet", "dry", None],
        }
    )
    chart = world_map(table, selected={"A": 1.0, "B": 0.2})
    rings = {t.name: t for t in chart.figure.data if t.name and "selected" in t.name}
    assert {name: len(t.x) for name, t in rings.items()} == {"selected": 1, "partly selected": 1}
    assert rings["selected"].marker.line.width > rings["partly selected"].marker.line.width
    labelled = world_map(table, "season")
    names = [t.name for t in labelled.figure.data if t.customdata]
    assert sorted(names) == [label(UNLABELLED), "dry", "wet"]
