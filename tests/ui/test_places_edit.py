"""Editing places: matching, swapping, and the panel that comes of it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.panels import hostile_panel, random_panel
from vaeviz.analysis.populations import population_summary
from vaeviz.data.panel import Panel
from vaeviz.errors import PanelError
from vaeviz.ui.entropy import places_edit


def edited(panel: Panel, **changes: tuple[float, float]) -> pd.DataFrame:
    """Places of the panel's groups with some of them changed."""
    table = population_summary(panel).assign(source="")
    for group, place in changes.items():
        table.loc[table["group"] == group, places_edit.COLUMNS] = place
    return table


def test_only_changed_groups_move_and_the_rest_keep_their_own_places() -> None:
    panel = random_panel()
    own = panel.samples["latitude"] + np.linspace(0, 1, panel.n_samples)
    panel = panel.with_samples(panel.samples.assign(latitude=own))
    moved = places_edit.with_places(panel, "population", edited(panel, POP2=(10.0, 20.0)))
    second = panel.samples["population"] == "POP2"
    assert (moved.samples.loc[second, "latitude"] == 10.0).all()
    assert (moved.samples.loc[second, "longitude"] == 20.0).all()
    assert moved.samples.loc[~second, "latitude"].tolist() == own[~second].tolist()
    assert moved.counts is panel.counts or (moved.counts == panel.counts).all()
    assert moved.sites_digest == panel.sites_digest
    assert moved.digest != panel.digest
    assert moved.info.steps[-1].what == "places of 1 group edited (20 samples)"


def test_editing_twice_says_so_once_in_the_name() -> None:
    panel = random_panel()
    once = places_edit.with_places(panel, "population", edited(panel, POP1=(1.0, 2.0)))
    twice = places_edit.with_places(once, "population", edited(once, POP1=(3.0, 4.0)))
    assert twice.info.name == f"random{places_edit.EDITED}"
    assert len(twice.info.steps) == 2


def test_a_place_can_be_taken_away() -> None:
    panel = random_panel()
    gone = places_edit.with_places(panel, "population", edited(panel, POP1=(np.nan, np.nan)))
    assert gone.samples["latitude"].isna().sum() == 20


@pytest.mark.parametrize(
    ("place", "words"),
    [((np.nan, 5.0), "alone"), ((95.0, 5.0), "beyond 90"), ((-30.0, -100.0), "No place")],
)
def test_what_cannot_be_applied_is_told(place: tuple[float, float], words: str) -> None:
    panel = random_panel()
    with pytest.raises(PanelError, match=words):
        places_edit.with_places(panel, "population", edited(panel, POP1=place))


def test_matching_fills_gaps_and_replaces_only_on_request() -> None:
    table = pd.DataFrame(
        {
            "group": ["YRI", "Basque", "nobody"],
            "latitude": [1.0, np.nan, np.nan],
            "longitude": [1.0, np.nan, np.nan],
            "source": ["the panel", "", ""],
        }
    )
    filled, n_found = places_edit.matched(table, overwrite=False)
    assert n_found == 1
    assert filled["latitude"].tolist()[:2] == [1.0, 43.0]
    assert filled["source"].tolist()[0] == "the panel"
    replaced, n_found = places_edit.matched(table, overwrite=True)
    assert n_found == 2
    assert replaced["latitude"].tolist()[0] == 7.4
    assert np.isnan(replaced["latitude"].iloc[2])


def test_swapping_twice_gives_back_what_was_there() -> None:
    table = pd.DataFrame({"latitude": [5.0, np.nan], "longitude": [70.0, np.nan]})
    there = places_edit.swapped(table)
    assert there["latitude"].tolist()[0] == 70.0
    pd.testing.assert_frame_equal(
        places_edit.swapped(there)[places_edit.COLUMNS], table[places_edit.COLUMNS]
    )
    with pytest.raises(PanelError, match=r"no latitudes .1 found"):
        places_edit.swapped(table.assign(longitude=[140.0, np.nan]))


def test_typed_places_are_marked() -> None:
    before = pd.DataFrame(
        {"latitude": [1.0, 2.0], "longitude": [1.0, np.nan], "source": ["the panel", ""]}
    )
    after = before.assign(latitude=[1.0, 3.0])
    assert places_edit.marked(before, after)["source"].tolist() == ["the panel", "typed"]


def test_hostile_labels_get_places() -> None:
    panel = hostile_panel()
    table = population_summary(panel).assign(latitude=1.0, longitude=2.0, source="")
    moved = places_edit.with_places(panel, "population", table)
    assert (moved.samples["latitude"] == 1.0).all()
    assert moved.samples["population"].tolist() == panel.samples["population"].tolist()
