"""The serial founder line: known slope, known origin, groups that do not count, bad input."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import linregress

from tests.panels import random_panel
from vaeviz.analysis import serial_founder as founder
from vaeviz.analysis.journeys import continents, journey_km
from vaeviz.analysis.populations import population_summary
from vaeviz.data.assets import gazetteer
from vaeviz.data.panel import Panel
from vaeviz.errors import PanelError

ORIGIN = founder.ADDIS_ABABA


@pytest.fixture(scope="module")
def panel() -> Panel:
    return random_panel()


@pytest.fixture(scope="module")
def world() -> pd.DataFrame:
    """Places of 1000 Genomes, with the admixed ones."""
    known = gazetteer().iloc[:29]
    return pd.DataFrame(
        {
            "group": known["population"],
            "superpopulation": known["superpopulation"],
            "n_samples": 10,
            "latitude": known["latitude"],
            "longitude": known["longitude"],
            "continent": continents(known["latitude"], known["longitude"]),
            "admixed": known["population"].isin(["ASW", "ACB", "MXL", "MEX", "PUR", "CLM", "PEL"]),
        }
    ).reset_index(drop=True)


def falling(world: pd.DataFrame, origin: tuple[float, float], noise: float = 0.0) -> pd.Series:
    """A value of .25 that falls by .004 per 1,000 km from this origin."""
    km = journey_km([origin[0]], [origin[1]], world["latitude"], world["longitude"])[0]
    rng = np.random.default_rng(0)
    value = 0.25 - 0.004 * km / 1000 + noise * rng.normal(size=len(km))
    return pd.Series(value, index=world["group"])


def test_known_slope_comes_out(panel: Panel, world: pd.DataFrame) -> None:
    found = founder.serial_founder(panel, world, falling(world, ORIGIN))
    assert found.line.slope_per_1000_km == pytest.approx(-0.004)
    assert found.line.intercept == pytest.approx(0.25)
    assert found.line.r2 == pytest.approx(1)
    assert found.line.n_populations == 22
    assert found.table["distance_km"].is_monotonic_increasing


def test_line_is_that_of_scipy(panel: Panel, world: pd.DataFrame) -> None:
    found = founder.serial_founder(panel, world, falling(world, ORIGIN, noise=0.01))
    used = found.table[found.table["used"]]
    expected = linregress(used["distance_km"] / 1000, used["value"])
    assert found.line.slope_per_1000_km == pytest.approx(expected.slope)
    assert found.line.r2 == pytest.approx(expected.rvalue**2)
    assert found.line.slope_low < expected.slope < found.line.slope_high
    assert found.line.r2_low < found.line.r2 < found.line.r2_high


def test_admixed_populations_count_on_request_only(panel: Panel, world: pd.DataFrame) -> None:
    values = falling(world, ORIGIN)
    values[world.loc[world["admixed"], "group"]] = 0.3
    without = founder.serial_founder(panel, world, values)
    assert without.line.r2 == pytest.approx(1)
    assert founder.ADMIXED_OUT in without.notes
    with_them = founder.serial_founder(panel, world, values, include_admixed=True)
    assert with_them.line.n_populations == len(world)
    assert with_them.line.r2 < 0.9
    assert founder.ADMIXED_OUT not in with_them.notes


def test_simulated_panels_are_by_construction(panel: Panel, world: pd.DataFrame) -> None:
    values = falling(world, ORIGIN)
    assert founder.BY_CONSTRUCTION in founder.serial_founder(panel, world, values).notes
    real = panel.with_info(simulated=False)
    assert founder.BY_CONSTRUCTION not in founder.serial_founder(real, world, values).notes


def test_line_without_each_superpopulation(panel: Panel, world: pd.DataFrame) -> None:
    found = founder.serial_founder(panel, world, falling(world, ORIGIN, noise=0.01))
    assert set(found.left_out["superpopulation"]) == {"AFR", "EUR", "SAS", "EAS"}
    rest = found.table[found.table["used"] & (found.table["superpopulation"] != "AFR")]
    expected = linregress(rest["distance_km"] / 1000, rest["value"]).slope
    row = found.left_out.set_index("superpopulation").loc["AFR"]
    assert row["slope_per_1000_km"] == pytest.approx(expected)


@pytest.mark.parametrize("origin", [(-2.0, 38.0), (34.0, 66.0)])
def test_grid_finds_the_origin_that_was_put_in(
    world: pd.DataFrame, origin: tuple[float, float]
) -> None:
    grid = founder.origin_grid(world, falling(world, origin))
    best = founder.best_origin(grid)
    assert best is not None
    away = journey_km([origin[0]], [origin[1]], [best["latitude"]], [best["longitude"]])[0, 0]
    assert away < 500
    assert best["r2"] > 0.98


def test_value_that_rises_has_its_best_origin_on_the_other_side(world: pd.DataFrame) -> None:
    grid = founder.origin_grid(world, -falling(world, ORIGIN))
    rises = founder.best_origin(grid, falls=False)
    assert rises is not None
    assert rises["continent"] == "Africa"
    constant = founder.origin_grid(world, falling(world, ORIGIN) * 0)
    assert founder.best_origin(constant) is None


def test_cells_are_on_land_and_about_equally_apart() -> None:
    lat, lon = founder.land_cells(4.0)
    assert 500 < len(lat) < 900
    assert founder.on_land(lat, lon).all()
    row = np.sort(lon[lat == 50.0])
    assert np.diff(row).min() * np.cos(np.radians(50)) == pytest.approx(4, rel=0.05)


def test_band_runs_around_the_line(panel: Panel, world: pd.DataFrame) -> None:
    found = founder.serial_founder(panel, world, falling(world, ORIGIN, noise=0.01))
    band = founder.line_band(found)
    assert (band["low"] < band["fitted"]).all()
    assert (band["fitted"] < band["high"]).all()


def test_three_populations_have_a_line_and_no_interval(panel: Panel, world: pd.DataFrame) -> None:
    few = world.iloc[[8, 11, 25]].assign(admixed=False)
    found = founder.serial_founder(panel, few, falling(few, ORIGIN, noise=0.01))
    assert found.line.n_populations == 3
    assert np.isnan(found.line.slope_low)
    assert founder.line_band(found)["low"].isna().all()


def test_equal_values_have_a_flat_line_and_no_r2(panel: Panel, world: pd.DataFrame) -> None:
    found = founder.serial_founder(panel, world, pd.Series(0.25, index=world["group"]))
    assert found.line.slope_per_1000_km == pytest.approx(0)
    assert np.isnan(found.line.r2)


def test_other_species_few_places_and_bad_origins_are_refused(
    panel: Panel, world: pd.DataFrame
) -> None:
    summary = population_summary(panel)
    with pytest.raises(PanelError, match="another species"):
        founder.founder_places(panel.with_info(species="canid"), summary)
    with pytest.raises(PanelError, match="0 of 3 populations have a place"):
        founder.founder_places(panel, summary.assign(latitude=np.nan))
    with pytest.raises(PanelError, match="no place"):
        founder.serial_founder(panel, world, falling(world, ORIGIN), origin=(100.0, 0.0))
    admixed = world.assign(admixed=True)
    with pytest.raises(PanelError, match="0 populations are left"):
        founder.serial_founder(panel, admixed, falling(world, ORIGIN))


def test_places_of_a_panel_carry_continents_and_admixture(panel: Panel) -> None:
    names = {"POP1": "ASW", "POP2": "YRI", "POP3": "CEU"}
    labels = panel.samples["population"].map(names)
    renamed = panel.with_samples(panel.samples.assign(population=labels))
    found = founder.founder_places(renamed, population_summary(renamed)).set_index("group")
    assert found["admixed"].to_dict() == {"ASW": True, "YRI": False, "CEU": False}
    assert set(found["continent"]) <= {"Africa", "Europe", "Asia", "Oceania", "Americas"}
