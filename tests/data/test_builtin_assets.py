"""Population table, routes and land outline."""

from __future__ import annotations

import numpy as np
import pytest

from vaeviz.data.assets import (
    MAP_EAST,
    MAP_WEST,
    general_citation,
    land_polygons,
    migration_routes,
    population_table,
)


def inside(lon: float, lat: float) -> bool:
    """Even-odd rule over all rings, independent of the script that made them."""
    crossings = 0
    for polygon in land_polygons():
        for ring in polygon:
            x0, y0 = ring[:-1].T
            x1, y1 = ring[1:].T
            spans = (y0 > lat) != (y1 > lat)
            at = x0[spans] + (lat - y0[spans]) / (y1[spans] - y0[spans]) * (x1 - x0)[spans]
            crossings += int((at > lon).sum())
    return crossings % 2 == 1


PLACES = {
    "Nairobi": (36.8, -1.3, True),
    "Paris": (2.3, 48.9, True),
    "Alice Springs": (133.9, -23.7, True),
    "Chukotka, west of 180": (178.0, 67.0, True),
    "Chukotka, on 180": (180.0, 67.5, True),
    "Chukotka, east of 180": (184.0, 66.5, True),
    "Denver": (255.0, 39.7, True),
    "Brasilia": (312.1, -15.8, True),
    "Greenland west of the cut": (320.0, 72.0, True),
    "Greenland east of the cut": (-28.0, 72.0, True),
    "South Pole": (100.0, -89.0, True),
    "Caspian Sea": (50.5, 42.0, False),
    "Pacific at 180": (180.0, 0.0, False),
    "Atlantic": (-25.0, 0.0, False),
    "Indian Ocean": (75.0, -30.0, False),
}


@pytest.mark.parametrize("place", PLACES)
def test_land_and_sea_are_where_they_should_be(place):
    lon, lat, land = PLACES[place]
    assert inside(lon, lat) is land


def test_rings_are_closed_and_within_the_map():
    for polygon in land_polygons():
        for ring in polygon:
            assert (ring[0] == ring[-1]).all()
            assert ring[:, 0].min() >= MAP_WEST
            assert ring[:, 0].max() <= MAP_EAST
            assert np.abs(ring[:, 1]).max() <= 90
            assert np.abs(np.diff(ring[:, 0])).max() <= 360


def test_no_seam_is_left_at_the_antimeridian():
    for polygon in land_polygons():
        for ring in polygon:
            along = (ring[:-1, 0] == 180) & (ring[1:, 0] == 180)
            assert not along.any()


def test_routes_are_typed_dated_and_cited():
    routes = {r.id: r for r in migration_routes()}
    assert len(routes) == 10
    assert routes["atlantic_admixture"].sources == ("AFR", "EUR")
    assert routes["atlantic_admixture"].kind == "admixture"
    assert sum(r.kind == "first-peopling" for r in routes.values()) == 7
    assert routes["into_americas"].ka_start == 17.5
    assert routes["into_americas"].dates == "17.5\u201314.6 thousand years ago"
    assert all(r.ka_start > r.ka_end for r in routes.values())
    assert all(r.citations for r in routes.values() if r.kind != "admixture")
    assert "Bacho Kiro" in routes["into_europe"].source_text
    assert "doi:10.1038/s41586-020-2259-z" in routes["into_europe"].source_text
    assert "doi:10." in general_citation()


def test_population_table_is_a_fresh_copy():
    table = population_table()
    assert table.groupby("panel")["default_n"].sum().to_dict() == {
        "human": 1_235,
        "canid": 530,
        "grid": 360,
    }
    table.loc[0, "population"] = "changed"
    assert population_table().loc[0, "population"] == "sYRI"
