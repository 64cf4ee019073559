"""Places of samples: known ones by label, land and sea, and coordinates that look wrong."""

from __future__ import annotations

import re
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import KDTree

from vaeviz.data.assets import MAP_WEST, gazetteer, land_polygons
from vaeviz.data.panel import Panel

Floats = NDArray[np.float64]

NEAR_KM = 700.0
"""A population this close to its place in the bundled table is where one would expect it."""

AT_SEA_KM = 500.0
"""The coarse outline lacks small islands; further than this from any land is doubtful."""

EARTH_RADIUS_KM = 6371.0088
_COAST_STEP_DEG = 2.0
_SWAPPED_SHARE = 0.5


def known_places(labels: ArrayLike) -> pd.DataFrame:
    """Places of labels in the bundled table; upper and lower case, spaces and dashes are equal.

    Parameters
    ----------
    labels : array of str

    Returns
    -------
    DataFrame
        label, name, latitude, longitude (degrees; NaN where unknown), source ('' where unknown);
        one row a label, in their order.
    """
    known = _by_name()
    rows = [known.get(_plain_name(label)) for label in np.asarray(labels, dtype=object)]
    return pd.DataFrame(
        {
            "label": [str(x) for x in np.asarray(labels, dtype=object)],
            "name": [str(row["name"]) if row is not None else "" for row in rows],
            "latitude": [float(row["latitude"]) if row is not None else np.nan for row in rows],
            "longitude": [float(row["longitude"]) if row is not None else np.nan for row in rows],
            "source": [str(row["source"]) if row is not None else "" for row in rows],
        }
    )


def on_land(latitude: ArrayLike, longitude: ArrayLike) -> NDArray[np.bool_]:
    """Whether points lie on land of the bundled outline (1:110 million; inland seas are sea).

    Parameters
    ----------
    latitude, longitude : arrays, shape (n,), degrees
    """
    lat = np.asarray(latitude, dtype=np.float64)
    lon = (np.asarray(longitude, dtype=np.float64) - MAP_WEST) % 360 + MAP_WEST
    inside = np.zeros(lat.shape, dtype=bool)
    for polygon in land_polygons():
        for ring in polygon:
            inside ^= inside_ring(lat, lon, ring)
    return inside


def inside_ring(lat: Floats, lon: Floats, ring: Floats) -> NDArray[np.bool_]:
    """Whether points lie inside a closed ring by the even-odd rule.

    A point is inside when the way from it to the north crosses the ring an odd number of times
    (Shimrat 1962, Algorithm 112).

    Parameters
    ----------
    lat, lon : float64 arrays, shape (n,), degrees
    ring : float64 array, shape (n_points, 2)
        Longitude and latitude; the last point is the first.
    """
    west, east = ring[:, 0].min(), ring[:, 0].max()
    odd = np.zeros(lat.shape, dtype=bool)
    near = np.flatnonzero((lon >= west) & (lon <= east) & (lat <= ring[:, 1].max()))
    if not len(near):
        return odd
    x1, y1, x2, y2 = ring[:-1, 0], ring[:-1, 1], ring[1:, 0], ring[1:, 1]
    at, height = lon[near, None], lat[near, None]
    spans = (x1 <= at) != (x2 <= at)
    with np.errstate(divide="ignore", invalid="ignore"):
        crossing = y1 + (at - x1) / (x2 - x1) * (y2 - y1)
    odd[near] = (spans & (crossing > height)).sum(axis=1) % 2 == 1
    return odd


def far_from_land(latitude: ArrayLike, longitude: ArrayLike) -> NDArray[np.bool_]:
    """Whether points are over the sea, more than `AT_SEA_KM` from any coast."""
    lat = np.asarray(latitude, dtype=np.float64)
    lon = np.asarray(longitude, dtype=np.float64)
    away = ~on_land(lat, lon)
    if away.any():
        distance, _ = _coast().query(_on_sphere(lat[away], lon[away]))
        away[away] = distance * EARTH_RADIUS_KM > AT_SEA_KM
    return away


def separation_km(
    latitude_1: ArrayLike, longitude_1: ArrayLike, latitude_2: ArrayLike, longitude_2: ArrayLike
) -> Floats:
    """Great-circle distance on the WGS84 ellipsoid, km, element by element."""
    from pyproj import Geod

    arrays = np.broadcast_arrays(longitude_1, latitude_1, longitude_2, latitude_2)
    lon_1, lat_1, lon_2, lat_2 = (np.asarray(a, dtype=np.float64).ravel() for a in arrays)
    _, _, metres = Geod(ellps="WGS84").inv(lon_1, lat_1, lon_2, lat_2)
    return np.asarray(metres, dtype=np.float64).reshape(arrays[0].shape) / 1000


def doubts(panel: Panel) -> list[str]:
    """What looks wrong about the coordinates of a panel, in words; empty when nothing does.

    Groups without coordinates raise no doubt.
    """
    from vaeviz.analysis.populations import population_summary

    return place_doubts(population_summary(panel), panel.info.species == "human")


def place_doubts(table: pd.DataFrame, of_people: bool) -> list[str]:
    """`doubts` of a table of groups that is not yet part of a panel.

    Parameters
    ----------
    table : DataFrame
        group, latitude, longitude (degrees; NaN where unknown).
    of_people : bool
        People live on land; other species may not.
    """
    placed = table.dropna(subset=["latitude", "longitude"])
    lat, lon = placed["latitude"].to_numpy(float), placed["longitude"].to_numpy(float)
    outside = (np.abs(lat) > 90) | (np.abs(lon) > 360)
    if outside.any():
        return [
            f"{_groups(outside.sum(), len(placed))} a latitude beyond 90 or a longitude beyond "
            "360 degrees. Are latitude and longitude swapped, or in degrees and minutes?"
        ]
    if not len(placed):
        return []
    found = _single_points(lat, lon)
    swapped = swapped_share(placed)
    if swapped >= _SWAPPED_SHARE:
        found.append(
            "Latitude and longitude look swapped: exchanged, more of the populations would lie "
            "where the bundled table has them, or on land."
        )
    elif of_people and (sea := far_from_land(lat, lon)).any():
        found.append(
            f"{_groups(sea.sum(), len(placed))} a place at sea, more than {AT_SEA_KM:g} km from "
            "land. Is a sign (south, west) missing?"
        )
    return found


def _single_points(lat: Floats, lon: Floats) -> list[str]:
    found = []
    zero = (lat == 0) & (lon == 0)
    if zero.any():
        found.append(
            f"{_groups(zero.sum(), len(lat))} the place 0° N, 0° E, in the sea off Ghana: often "
            "that stands for an unknown place."
        )
    if len(lat) > 1 and np.ptp(lat) == 0 and np.ptp(lon) == 0 and not zero.all():
        found.append(f"All {len(lat)} populations have the same place.")
    return found


def _groups(n: int, of: int) -> str:
    return f"{n} of {of} populations {'has' if n == 1 else 'have'}"


def swapped_share(table: pd.DataFrame) -> float:
    """Share of the groups that would be at a better place with latitude and longitude exchanged.

    Better: near the place of the label in the bundled table where it was not; for labels not in
    that table: on land where it was far from land. Groups that would be at a worse place count
    against.

    Parameters
    ----------
    table : DataFrame
        group, latitude, longitude (degrees, finite, in range).
    """
    lat, lon = table["latitude"].to_numpy(float), table["longitude"].to_numpy(float)
    other_lat = (lon + 180) % 360 - 180
    possible = np.abs(other_lat) <= 90
    now = _good(table["group"], lat, lon)
    then = possible & _good(table["group"], np.clip(other_lat, -90, 90), lat)
    return float((then.astype(int) - now).sum() / max(len(table), 1))


def _good(labels: pd.Series, lat: Floats, lon: Floats) -> NDArray[np.bool_]:
    known = known_places(labels)
    has_place = known["latitude"].notna().to_numpy()
    good = ~far_from_land(lat, lon)
    if has_place.any():
        places = known[has_place]
        away = separation_km(
            lat[has_place], lon[has_place], places["latitude"], places["longitude"]
        )
        good[has_place] = away <= NEAR_KM
    return good


def _plain_name(text: object) -> str:
    return re.sub(r"[\W_]+", "", str(text)).casefold()


@cache
def _by_name() -> dict[str, pd.Series]:
    """Rows of the gazetteer by code, name and alias; the first row of a name counts."""
    found: dict[str, pd.Series] = {}
    for _, row in gazetteer().iterrows():
        for name in (row["population"], row["name"], *str(row["aliases"]).split("|")):
            if _plain_name(name):
                found.setdefault(_plain_name(name), row)
    return found


@cache
def _coast() -> KDTree:
    rings = [ring for polygon in land_polygons() for ring in polygon]
    points = np.concatenate([_dense(ring) for ring in rings])
    return KDTree(_on_sphere(points[:, 1], points[:, 0]))


def _dense(ring: Floats) -> Floats:
    """Points of a ring no further apart than `_COAST_STEP_DEG`."""
    steps = np.abs(np.diff(ring, axis=0)).max(axis=1)
    counts = np.maximum(np.ceil(steps / _COAST_STEP_DEG), 1)
    knots = np.concatenate([[0.0], np.cumsum(counts)])
    at = np.arange(knots[-1] + 1)
    return np.column_stack([np.interp(at, knots, ring[:, i]) for i in (0, 1)])


def _on_sphere(lat: ArrayLike, lon: ArrayLike) -> Floats:
    phi, theta = np.radians(lat), np.radians(lon)
    return np.column_stack([np.cos(phi) * np.cos(theta), np.cos(phi) * np.sin(theta), np.sin(phi)])
