"""Places of populations: known by label, on land, and doubts about coordinates."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.panels import random_panel
from vaeviz.analysis import places
from vaeviz.data.assets import gazetteer
from vaeviz.data.catalogue import load_builtin
from vaeviz.data.panel import Panel


def moved(panel: Panel, latitude: object, longitude: object) -> Panel:
    return panel.with_samples(panel.samples.assign(latitude=latitude, longitude=longitude))


@pytest.fixture(scope="module")
def people() -> Panel:
    """A panel with the places of six real populations, all west of 90 degrees East."""
    panel = random_panel(n_samples=60, n_populations=6)
    codes = dict(zip([f"POP{i}" for i in range(1, 7)], CODES, strict=True))
    labels = panel.samples["population"].map(codes)
    known = gazetteer().drop_duplicates("population").set_index("population")
    samples = panel.samples.assign(
        population=labels,
        latitude=labels.map(known["latitude"]),
        longitude=labels.map(known["longitude"]),
    )
    return panel.with_samples(samples)


CODES = ("YRI", "LWK", "GBR", "FIN", "PJL", "STU")


def test_gazetteer_is_sound() -> None:
    known = gazetteer()
    assert set(CODES) <= set(known["population"])
    assert known["latitude"].between(-90, 90).all()
    assert known["longitude"].between(-180, 180).all()
    assert (known["source"].str.len() > 10).all()
    assert not known.duplicated(["population", "source"]).any()


def test_every_real_population_is_on_land_or_near_a_coast() -> None:
    known = gazetteer()
    real = known[~known["population"].str.match(r"g\d\d$")]
    assert not places.far_from_land(real["latitude"], real["longitude"]).any()


def test_labels_are_matched_whatever_their_case_dashes_and_aliases() -> None:
    found = places.known_places(np.array(["yri", "Bantu_N.E.", "French-Basque", "nobody"], object))
    assert found["name"].tolist()[1:] == ["Bantu Kenya", "Basque", ""]
    assert found["latitude"].tolist()[:1] == [7.4]
    assert np.isnan(found["latitude"].iloc[3])
    assert found["source"].iloc[3] == ""


@pytest.mark.parametrize(
    ("latitude", "longitude", "land"),
    [
        (9.03, 38.74, True),  # Addis Ababa
        (48.85, 2.35, True),  # Paris
        (64.0, 177.0, True),  # Anadyr
        (-15.0, -55.0, True),  # Brazil, west of the cut of the outline
        (-15.0, 305.0, True),  # the same place
        (30.0, -40.0, False),  # Atlantic
        (42.0, 50.5, False),  # Caspian Sea
        (0.0, 0.0, False),  # Gulf of Guinea
    ],
)
def test_points_are_on_land_or_not(latitude: float, longitude: float, land: bool) -> None:
    assert places.on_land([latitude], [longitude])[0] == land


def test_inside_a_square() -> None:
    ring = np.array([(0, 0), (2, 0), (2, 2), (0, 2), (0, 0)], float)
    inside = places.inside_ring(np.array([1.0, 3.0, 1.0]), np.array([1.0, 1.0, -1.0]), ring)
    assert inside.tolist() == [True, False, False]


def test_separation_of_poles_and_quarter_of_the_equator() -> None:
    assert places.separation_km([90.0], [0.0], [-90.0], [0.0])[0] == pytest.approx(20003.93, abs=1)
    assert places.separation_km([0.0], [0.0], [0.0], [90.0])[0] == pytest.approx(10018.75, abs=1)


def test_good_places_raise_no_doubt(people: Panel) -> None:
    assert places.doubts(people) == []
    assert places.doubts(load_builtin("grid")) == []
    assert places.doubts(moved(people, np.nan, np.nan)) == []


def test_swapped_coordinates_are_doubted(people: Panel) -> None:
    swapped = moved(people, people.samples["longitude"], people.samples["latitude"])
    assert any("look swapped" in doubt for doubt in places.doubts(swapped))


def test_swapped_coordinates_of_unknown_labels_are_told_by_land() -> None:
    at = {"group": ["a", "b", "c"], "latitude": [-50.0, -47.0, 10.0]}
    # 50 S, 15 W is sea, and 15 S, 50 W is Brazil; 10 N, 20 E and 20 N, 10 E are land.
    swapped = doubts_of(at | {"longitude": [-15.0, -10.0, 20.0]}, True)
    assert any("look swapped" in doubt for doubt in swapped)
    # 175 is no latitude, so these cannot be swapped.
    sea = doubts_of(at | {"latitude": [-50.0, -47.0, -40.0], "longitude": [-15, -10, 175]}, True)
    assert any("2 of 3 populations have a place at sea" in doubt for doubt in sea)
    assert not any("look swapped" in doubt for doubt in sea)


def test_points_at_zero_are_doubted(people: Panel) -> None:
    unknown = people.samples["population"] == "YRI"
    latitude = people.samples["latitude"].mask(unknown, 0.0)
    found = places.doubts(moved(people, latitude, people.samples["longitude"].mask(unknown, 0.0)))
    assert any("1 of 6 populations has the place 0° N, 0° E" in doubt for doubt in found)


def test_one_place_for_all_is_doubted(people: Panel) -> None:
    assert places.doubts(moved(people, 48.0, 2.0)) == ["All 6 populations have the same place."]


def test_people_at_sea_are_doubted_but_not_whales(people: Panel) -> None:
    rest = {
        "group": ["a", "b", "c"],
        "latitude": [30.0, 48.0, 5.0],
        "longitude": [-40.0, 2.0, 10.0],
    }
    assert any("1 of 3 populations has a place at sea" in d for d in doubts_of(rest, True))
    assert doubts_of(rest, False) == []


def test_places_off_the_globe_are_doubted() -> None:
    found = doubts_of({"group": ["a"], "latitude": [95.0], "longitude": [10.0]}, True)
    assert len(found) == 1
    assert "beyond 90" in found[0]


def doubts_of(columns: dict[str, list], of_people: bool) -> list[str]:
    return places.place_doubts(pd.DataFrame(columns), of_people)
