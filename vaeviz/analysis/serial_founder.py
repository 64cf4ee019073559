"""Diversity against distance from an origin: the serial founder effect (Ramachandran 2005).

Each founding of a population from a few people of its neighbour loses diversity, so diversity
falls with the distance from the origin along land routes (`analysis.journeys`).
"""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vaeviz.analysis.journeys import continents, gates, journey_km
from vaeviz.analysis.places import on_land
from vaeviz.analysis.populations import is_admixed
from vaeviz.data.panel import UNLABELLED, Panel
from vaeviz.errors import PanelError

Floats = NDArray[np.float64]

ADDIS_ABABA = (9.03, 38.74)
"""Latitude and longitude of the default origin, degrees (Ramachandran et al. 2005)."""

COLUMNS = {
    "entropy": "mean_entropy_bits",
    "equal-size": "rarefied_entropy_bits",
    "heterozygosity": "expected_heterozygosity",
}
"""Columns of `analysis.entropy.entropy_table` that may be set against distance, by short name."""

LEAST_POPULATIONS = 3
LEAST_FOR_INTERVAL = 5
INTERVAL = (2.5, 97.5)
BAND_POINTS = 40
GRID_STEP_DEG = 4.0
GRID_SOUTH_DEG, GRID_NORTH_DEG = -56.0, 76.0

NOT_INDEPENDENT = (
    "The interval describes these populations and is no test: neighbours share most of their "
    "history, so populations are not independent."
)
ADMIXED_OUT = (
    "Recently admixed populations are left out unless asked for: they are younger than the "
    "journey, and their places are often where they were sampled."
)
BY_CONSTRUCTION = (
    "The populations are simulated: the fall with distance follows by construction from the "
    "founder events that were put in, and is no evidence for them."
)


@dataclasses.dataclass(frozen=True)
class Line:
    """A least-squares line of a value on distance.

    Attributes
    ----------
    slope_per_1000_km, intercept
        In the unit of the value; the intercept is at the origin.
    r2
        Squared correlation.
    slope_low, slope_high, r2_low, r2_high
        95 % percentile bootstrap over populations; NaN for fewer than `LEAST_FOR_INTERVAL`.
    n_populations
    """

    slope_per_1000_km: float
    intercept: float
    r2: float
    slope_low: float
    slope_high: float
    r2_low: float
    r2_high: float
    n_populations: int


@dataclasses.dataclass(frozen=True, eq=False)
class SerialFounder:
    """Populations with their distances, and the line through those that count.

    Attributes
    ----------
    table : DataFrame
        group, superpopulation, n_samples, latitude, longitude, continent, path (way-points),
        distance_km, value, fitted, admixed, used; nearest first.
    line : Line
    left_out : DataFrame
        superpopulation, n_populations, slope_per_1000_km, r2: the line without the populations
        of each superpopulation in turn.
    origin : (latitude, longitude), degrees
    notes : tuple of str
        What to read beside the numbers.
    """

    table: pd.DataFrame
    line: Line
    left_out: pd.DataFrame
    origin: tuple[float, float]
    notes: tuple[str, ...]


def founder_places(panel: Panel, groups: pd.DataFrame) -> pd.DataFrame:
    """Groups that have a place, whether each is recently admixed, and their continents.

    Parameters
    ----------
    panel : Panel
    groups : DataFrame
        `analysis.populations.population_summary` of the panel.

    Returns
    -------
    DataFrame
        group, superpopulation, n_samples, latitude, longitude, continent, admixed.

    Raises
    ------
    PanelError
        The panel is not of people, or fewer than three groups have places.
    """
    if panel.info.species != "human":
        raise PanelError(
            "The serial founder effect is about people, and this panel is of another species.",
            "Open a panel of people.",
        )
    named = groups["group"].astype(str) != UNLABELLED
    placed = groups[named].dropna(subset=["latitude", "longitude"]).reset_index(drop=True)
    if len(placed) < LEAST_POPULATIONS:
        raise PanelError(
            f"{len(placed)} of {len(groups)} populations have a place, and a line needs at least "
            f"{LEAST_POPULATIONS}.",
            "Give latitudes and longitudes under Populations, or in the sample sheet.",
        )
    return placed.assign(
        continent=continents(placed["latitude"], placed["longitude"]),
        admixed=[is_admixed(str(group), panel) for group in placed["group"]],
    )


def serial_founder(
    panel: Panel,
    places: pd.DataFrame,
    values: pd.Series,
    origin: tuple[float, float] = ADDIS_ABABA,
    include_admixed: bool = False,
    n_bootstrap: int = 1000,
    seed: int = 1,
) -> SerialFounder:
    """Fit a line of a value per population on its distance from an origin.

    Parameters
    ----------
    panel : Panel
        Told to be simulated in the notes where so.
    places : DataFrame
        From `founder_places`.
    values : Series
        The value of each group (index: group); groups without one are drawn nowhere.
    origin : (latitude, longitude), degrees
    include_admixed : bool
        Let recently admixed populations count in the line.
    n_bootstrap, seed : int
        Of the bootstrap over populations.

    Raises
    ------
    PanelError
        The origin is no place on the globe, or fewer than three populations are left.
    """
    _check_origin(origin)
    table = places.assign(value=places["group"].map(values).astype(float))
    table = table[np.isfinite(table["value"])].reset_index(drop=True)
    start = str(continents([origin[0]], [origin[1]])[0])
    table["path"] = [" → ".join(gates(start, str(end))) or "direct" for end in table["continent"]]
    lat, lon = table["latitude"], table["longitude"]
    table["distance_km"] = journey_km([origin[0]], [origin[1]], lat, lon)[0]
    table["used"] = ~table["admixed"].astype(bool) | include_admixed
    used = table[table["used"]]
    if len(used) < LEAST_POPULATIONS:
        raise PanelError(
            f"{len(used)} populations are left that are not recently admixed, and a line needs "
            f"{LEAST_POPULATIONS}.",
            "Include the admixed populations, or open a panel with more of them.",
        )
    line = fit_line(used["distance_km"], used["value"], n_bootstrap, seed)
    table["fitted"] = line.intercept + line.slope_per_1000_km * table["distance_km"] / 1000
    return SerialFounder(
        table=table.sort_values("distance_km", kind="stable", ignore_index=True),
        line=line,
        left_out=_left_out(used),
        origin=origin,
        notes=_notes(panel, include_admixed, bool(table["admixed"].any())),
    )


def fit_line(
    distance_km: pd.Series, value: pd.Series, n_bootstrap: int = 1000, seed: int = 1
) -> Line:
    """Least squares of value on distance, with a bootstrap over the pairs."""
    x, y = distance_km.to_numpy(float) / 1000, value.to_numpy(float)
    low = high = (np.nan, np.nan)
    if len(x) >= LEAST_FOR_INTERVAL and np.ptp(x) > 0 and np.ptp(y) > 0 and n_bootstrap:
        slopes, _, fits = _resampled(x, y, n_bootstrap, seed)
        low, high = np.nanpercentile(np.column_stack([slopes, fits]), INTERVAL, axis=0)
    slope, intercept, r2 = (float(v[0]) for v in _least_squares(x[None], y[None]))
    return Line(
        slope, intercept, r2, float(low[0]), float(high[0]), float(low[1]), float(high[1]), len(x)
    )


def origin_grid(
    places: pd.DataFrame,
    values: pd.Series,
    include_admixed: bool = False,
    step_deg: float = GRID_STEP_DEG,
) -> pd.DataFrame:
    """How well the distance from each cell of a grid over land tells the values.

    Parameters
    ----------
    places : DataFrame
        From `founder_places`.
    values : Series
        The value of each group (index: group).
    step_deg : float
        Between centres of cells, degrees of latitude; of longitude more towards the poles, so
        that cells have about equal areas.

    Returns
    -------
    DataFrame
        latitude, longitude (degrees, -180..180), continent, r2, slope_per_1000_km.
    """
    value = places["group"].map(values).astype(float)
    used = np.isfinite(value) & (~places["admixed"].astype(bool) | include_admixed)
    lat, lon = land_cells(step_deg)
    distance = journey_km(lat, lon, places.loc[used, "latitude"], places.loc[used, "longitude"])
    y = np.broadcast_to(value[used].to_numpy(float), distance.shape)
    slope, _, r2 = _least_squares(distance / 1000, y)
    return pd.DataFrame(
        {
            "latitude": lat,
            "longitude": lon,
            "continent": continents(lat, lon),
            "r2": r2,
            "slope_per_1000_km": slope,
        }
    )


def best_origin(grid: pd.DataFrame, falls: bool = True) -> pd.Series | None:
    """Cell of the highest R2 among those from which the value falls (or rises) with distance.

    None where there is no such cell.
    """
    slope = grid["slope_per_1000_km"]
    right = grid[(slope < 0 if falls else slope > 0) & grid["r2"].notna()]
    return None if right.empty else right.loc[right["r2"].idxmax()]


def land_cells(step_deg: float) -> tuple[Floats, Floats]:
    """Centres of cells over land, about as far apart in longitude as in latitude."""
    rows = np.arange(GRID_SOUTH_DEG + step_deg / 2, GRID_NORTH_DEG, step_deg)
    lat, lon = [], []
    for row in rows:
        n = max(round(360 * np.cos(np.radians(row)) / step_deg), 1)
        lat.append(np.full(n, row))
        lon.append(-180 + (np.arange(n) + 0.5) * 360 / n)
    latitude, longitude = np.concatenate(lat), np.concatenate(lon)
    land = on_land(latitude, longitude)
    return latitude[land], longitude[land]


def line_band(found: SerialFounder, n_bootstrap: int = 1000, seed: int = 1) -> pd.DataFrame:
    """Where lines through resampled populations run: 95 % of them at each distance.

    It ends at the furthest population that counts: nothing is told beyond.

    Returns
    -------
    DataFrame
        distance_km, fitted, low, high (NaN for fewer than `LEAST_FOR_INTERVAL` populations).
    """
    used = found.table[found.table["used"]]
    x, y = used["distance_km"].to_numpy(float) / 1000, used["value"].to_numpy(float)
    at = np.linspace(0, x.max(), BAND_POINTS)
    low = high = np.full(BAND_POINTS, np.nan)
    if len(x) >= LEAST_FOR_INTERVAL and np.ptp(x) > 0:
        slope, intercept, _ = _resampled(x, y, n_bootstrap, seed)
        lines = intercept[:, None] + slope[:, None] * at
        low, high = np.nanpercentile(lines, INTERVAL, axis=0)
    fitted = found.line.intercept + found.line.slope_per_1000_km * at
    return pd.DataFrame({"distance_km": at * 1000, "fitted": fitted, "low": low, "high": high})


def _resampled(x: Floats, y: Floats, n_bootstrap: int, seed: int) -> tuple[Floats, Floats, Floats]:
    """`_least_squares` of populations drawn with replacement, once a draw."""
    drawn = np.random.default_rng(seed).integers(0, len(x), (n_bootstrap, len(x)))
    return _least_squares(x[drawn], y[drawn])


def _least_squares(x: Floats, y: Floats) -> tuple[Floats, Floats, Floats]:
    """Slope, intercept and R2 of each row of y on the same row of x; NaN where x is constant.

    R2 of a constant y is NaN too: there is nothing to tell.
    """
    dx, dy = x - x.mean(axis=1, keepdims=True), y - y.mean(axis=1, keepdims=True)
    xx, yy, xy = (dx * dx).sum(axis=1), (dy * dy).sum(axis=1), (dx * dy).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = np.where(xx > 0, xy / xx, np.nan)
        r2 = np.where((xx > 0) & (yy > 0), xy * xy / (xx * yy), np.nan)
    return slope, y.mean(axis=1) - slope * x.mean(axis=1), r2


def _left_out(used: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for name in dict.fromkeys(used["superpopulation"]):
        rest = used[used["superpopulation"] != name]
        if len(rest) < LEAST_POPULATIONS:
            continue
        line = fit_line(rest["distance_km"], rest["value"], n_bootstrap=0)
        rows.append((str(name), len(rest), line.slope_per_1000_km, line.r2))
    return pd.DataFrame(
        rows, columns=["superpopulation", "n_populations", "slope_per_1000_km", "r2"]
    )


def _notes(panel: Panel, include_admixed: bool, any_admixed: bool) -> tuple[str, ...]:
    notes = [NOT_INDEPENDENT]
    if any_admixed and not include_admixed:
        notes.append(ADMIXED_OUT)
    if panel.info.simulated:
        notes.append(BY_CONSTRUCTION)
    return tuple(notes)


def _check_origin(origin: tuple[float, float]) -> None:
    lat, lon = origin
    if not (abs(lat) <= 90 and abs(lon) <= 360):
        raise PanelError(
            f"The origin {lat:g}, {lon:g} is no place: latitudes run from -90 to 90 and "
            "longitudes from -180 to 180 degrees.",
            "Give latitude first, then longitude.",
        )
