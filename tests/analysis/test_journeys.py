"""Land routes: continents by coordinates, way-points, distances."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from vaeviz.analysis import journeys
from vaeviz.data.assets import gazetteer

ADDIS = (9.03, 38.74)


@pytest.mark.parametrize(
    ("name", "latitude", "longitude", "continent"),
    [
        ("Reykjavik", 64, -22, "Europe"),
        ("Crete", 35.2, 25, "Europe"),
        ("Malta", 35.9, 14.5, "Europe"),
        ("Almeria", 36.8, -2.5, "Europe"),
        ("Tangier", 35.77, -5.8, "Africa"),
        ("Tunis", 36.8, 10.2, "Africa"),
        ("Djibouti", 11.6, 43.1, "Africa"),
        ("Sanaa", 15.3, 44.2, "Asia"),
        ("Sinai", 29, 34, "Asia"),
        ("Cyprus", 35, 33, "Asia"),
        ("Tbilisi", 41.7, 44.8, "Asia"),
        ("Uelen", 66, -170, "Asia"),
        ("Anchorage", 61, -150, "Americas"),
        ("Nuuk", 64, -51, "Americas"),
        ("Hawaii", 20, -156, "Oceania"),
        ("Perth", -32, 116, "Oceania"),
        ("Okinawa", 26.3, 127.8, "Asia"),
        ("Lima from the other side", -12, 283, "Americas"),
    ],
)
def test_continents(name: str, latitude: float, longitude: float, continent: str) -> None:
    assert journeys.continents([latitude], [longitude])[0] == continent


def test_superpopulations_of_the_gazetteer_lie_on_their_continents() -> None:
    known = gazetteer()
    human = known[known["superpopulation"].isin(["AFR", "EUR", "EAS", "SAS", "OCE", "WAS"])]
    home = human[~human["population"].isin(["ACB", "ASW"])]
    expected = {"AFR": "Africa", "EUR": "Europe", "OCE": "Oceania"}
    found = journeys.continents(home["latitude"], home["longitude"])
    assert (home["superpopulation"].map(expected).fillna("Asia").to_numpy() == found).all()


@pytest.mark.parametrize(
    ("start", "end", "path"),
    [
        ("Africa", "Africa", ()),
        ("Africa", "Asia", ("Cairo",)),
        ("Africa", "Europe", ("Cairo", "Istanbul")),
        ("Africa", "Oceania", ("Cairo", "Phnom Penh")),
        ("Africa", "Americas", ("Cairo", "Anadyr", "Prince Rupert")),
        ("Americas", "Europe", ("Prince Rupert", "Anadyr", "Istanbul")),
        ("Asia", "Oceania", ("Phnom Penh",)),
    ],
)
def test_gates_are_those_of_ramachandran(start: str, end: str, path: tuple[str, ...]) -> None:
    assert journeys.gates(start, end) == path


def test_distance_to_the_karitiana_adds_up_leg_by_leg() -> None:
    legs = [ADDIS, (30, 31), (64, 177), (54, -130), (-10, -63)]
    geod = Geod(ellps="WGS84")
    km = sum(
        geod.inv(a[1], a[0], b[1], b[0])[2] / 1000 for a, b in zip(legs, legs[1:], strict=False)
    )
    found = journeys.journey_km([ADDIS[0]], [ADDIS[1]], [-10], [-63])
    assert found[0, 0] == pytest.approx(km)
    assert 24_000 < km < 24_500


@given(
    a=st.tuples(st.floats(-60, 80), st.floats(-180, 180)),
    b=st.tuples(st.floats(-60, 80), st.floats(-180, 180)),
)
def test_the_way_back_is_as_long_and_none_is_shorter_than_straight(
    a: tuple[float, float], b: tuple[float, float]
) -> None:
    there = journeys.journey_km([a[0]], [a[1]], [b[0]], [b[1]])[0, 0]
    back = journeys.journey_km([b[0]], [b[1]], [a[0]], [a[1]])[0, 0]
    straight = Geod(ellps="WGS84").inv(a[1], a[0], b[1], b[0])[2] / 1000
    assert there == pytest.approx(back, abs=1e-3)
    assert there >= straight - 1e-3


def test_distances_come_as_a_matrix() -> None:
    lat, lon = [9.0, 50.0, -10.0], [38.0, 10.0, -63.0]
    matrix = journeys.journey_km(lat, lon, lat, lon)
    assert matrix.shape == (3, 3)
    assert np.diag(matrix) == pytest.approx([0, 0, 0])
