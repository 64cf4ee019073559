"""Where on a flat plane the globe lies: the whole world, or a region around a few points."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pyproj import Proj

from vaeviz.data.assets import MAP_EAST, MAP_WEST, land_polygons

Floats = NDArray[np.float64]

CENTRE_DEG = (MAP_WEST + MAP_EAST) / 2
EARTH_RADIUS_MM = 6.371
"""Megametres: map coordinates are thousands of km."""

STEP_DEG = 2.0
SOUTH_DEG = -60.0
"""The world is shown down to here: nobody lives further south."""

REGION_LONGITUDES_DEG, REGION_LATITUDES_DEG = 70.0, 40.0
"""Points that spread less than this get a map of their region."""

REGION_MARGIN = 0.25
LEAST_HALF_SPAN_DEG = 3.0


@dataclasses.dataclass(frozen=True)
class View:
    """A projection and what of it is shown.

    Attributes
    ----------
    projection
        From longitude relative to `centre_deg` and latitude, degrees, to thousands of km.
    centre_deg
        Longitude in the middle; the seam is 180 degrees away.
    x_range, y_range
        What is shown, in thousands of km.
    region
        Whether this is a part of the world (then `land` may be cut anywhere outside).
    """

    projection: Proj
    centre_deg: float
    x_range: tuple[float, float]
    y_range: tuple[float, float]
    region: bool

    def project(self, longitude: ArrayLike, latitude: ArrayLike) -> tuple[Floats, Floats]:
        """Degrees to x, y in thousands of km; any longitude is taken to the nearest turn."""
        relative = self.relative(np.asarray(longitude, dtype=float))
        x, y = self.projection(relative, np.asarray(latitude, dtype=float))
        return np.asarray(x), np.asarray(y)

    def relative(self, longitude: Floats) -> Floats:
        """Longitude from the centre, -180 to 180; the two ends of the outline stay apart."""
        offset = longitude - self.centre_deg
        inside = np.abs(offset) <= 180
        return np.where(inside, offset, (offset + 180) % 360 - 180)

    def line(self, longitude: ArrayLike, latitude: ArrayLike) -> tuple[Floats, Floats]:
        """A line through these points, with a gap (NaN) where it crosses the seam."""
        x, y = self.project(longitude, latitude)
        jumps = self.jumps(longitude)
        return np.insert(x, jumps, np.nan), np.insert(y, jumps, np.nan)

    def jumps(self, longitude: ArrayLike) -> NDArray[np.int64]:
        """Points of a line before which it crosses the seam."""
        relative = self.relative(np.asarray(longitude, dtype=float))
        return np.flatnonzero(np.abs(np.diff(relative)) > 180) + 1


def view_of(longitude: ArrayLike, latitude: ArrayLike, whole_world: bool) -> View:
    """The view that suits these points: their region when they lie close together.

    Parameters
    ----------
    longitude, latitude
        Degrees, finite.
    whole_world
        Show the world in any case (routes are drawn).
    """
    lon, lat = np.asarray(longitude, dtype=float), np.asarray(latitude, dtype=float)
    if whole_world or not len(lon):
        return world_view()
    turn = np.exp(1j * np.radians(lon)).mean()
    centre = float(np.degrees(np.angle(turn)))
    offset = (lon - centre + 180) % 360 - 180
    if np.ptp(offset) > REGION_LONGITUDES_DEG or np.ptp(lat) > REGION_LATITUDES_DEG:
        return world_view()
    return _region_view(centre + (offset.min() + offset.max()) / 2, offset, lat)


@cache
def world_view() -> View:
    """Equal Earth (Savric et al. 2019) centred on 150 degrees East.

    The seam lies in the Atlantic, so that no route to the Americas over Beringia is cut.
    """
    projection = Proj(proj="eqearth", R=EARTH_RADIUS_MM, over=True)
    width, _ = projection(180.0, 0.0)
    _, (south, north) = projection([0.0, 0.0], [SOUTH_DEG, 90.0])
    edge = 1.01
    return View(
        projection, CENTRE_DEG, (-width * edge, width * edge), (south * edge, north * edge), False
    )


def _region_view(centre: float, offset: Floats, lat: Floats) -> View:
    """Equirectangular, true to scale at the middle latitude."""
    middle = float((lat.min() + lat.max()) / 2)
    projection = Proj(proj="eqc", lat_ts=min(abs(middle), 75.0), R=EARTH_RADIUS_MM, over=True)
    half_lon = max(np.ptp(offset) / 2 * (1 + REGION_MARGIN), LEAST_HALF_SPAN_DEG)
    half_lat = max(np.ptp(lat) / 2 * (1 + REGION_MARGIN), LEAST_HALF_SPAN_DEG)
    x, _ = projection(half_lon, 0.0)
    _, (south, north) = projection([0.0, 0.0], [middle - half_lat, middle + half_lat])
    return View(projection, centre, (-x, x), (south, north), True)


def land_outline(view: View) -> tuple[Floats, Floats]:
    """Coastlines as closed rings with gaps (NaN) between them, ready to be filled."""
    parts_x, parts_y = [np.empty(0)], [np.empty(0)]
    for ring in _rings(view):
        lon, lat = densified(ring[:, 0], ring[:, 1])
        x, y = view.projection(lon - view.centre_deg, lat)
        if not view.region or _near(x, y, view):
            parts_x.append(np.append(x, np.nan))
            parts_y.append(np.append(y, np.nan))
    return np.concatenate(parts_x), np.concatenate(parts_y)


def graticule(view: View, step_deg: float) -> tuple[Floats, Floats]:
    """Meridians and parallels of the world every so many degrees, as one line with gaps."""
    lines = [
        densified(np.array([lon, lon]), np.array([SOUTH_DEG, 90.0]))
        for lon in np.arange(-180 + step_deg, 180, step_deg)
    ]
    lines += [
        densified(np.array([-180.0, 180.0]), np.array([lat, lat]))
        for lat in np.arange(SOUTH_DEG + step_deg, 90, step_deg)
    ]
    paths = [view.projection(lon, lat) for lon, lat in lines]
    x, y = (np.concatenate([np.append(path[i], np.nan) for path in paths]) for i in (0, 1))
    return x, y


def globe(view: View) -> tuple[Floats, Floats]:
    """Outline of the world as far south as it is shown."""
    corners_lon = np.array([-180.0, 180.0, 180.0, -180.0, -180.0])
    corners_lat = np.array([SOUTH_DEG, SOUTH_DEG, 90.0, 90.0, SOUTH_DEG])
    lon, lat = densified(corners_lon, corners_lat)
    x, y = view.projection(lon, lat)
    return np.asarray(x), np.asarray(y)


def region_ticks(view: View) -> tuple[Floats, list[str], Floats, list[str]]:
    """Places and texts of degrees along the edges of a region: x, its texts, y, its texts."""
    _, one = view.projection(0.0, 1.0)
    span = (view.y_range[1] - view.y_range[0]) / one
    step = next((s for s in (1.0, 2.0, 5.0, 10.0) if span / s < 10), 20.0)
    lon = np.arange(np.ceil((view.centre_deg - 180) / step) * step, view.centre_deg + 180, step)
    lat = np.arange(-90 + step, 90, step)
    x, _ = view.projection(lon - view.centre_deg, np.zeros_like(lon))
    _, y = view.projection(np.zeros_like(lat), lat)
    return x, [degrees(v, "EW") for v in lon], y, [degrees(v, "NS") for v in lat]


def degrees(value: float, ends: str) -> str:
    """A coordinate for people: '7.4° N'; `ends` names the positive and the negative side."""
    turned = (value + 180) % 360 - 180
    side = ends[0] if turned > 0 else ends[1]
    return f"{abs(turned):.3g}° {side}" if turned else "0°"


def densified(longitude: Floats, latitude: Floats) -> tuple[Floats, Floats]:
    """Points no further apart than `STEP_DEG`: straight edges on the globe's grid bend."""
    spans = np.maximum(np.abs(np.diff(longitude)), np.abs(np.diff(latitude)))
    counts = np.maximum(np.ceil(spans / STEP_DEG).astype(int), 1)
    knots = np.concatenate([[0], np.cumsum(counts)])
    at = np.arange(knots[-1] + 1)
    return np.interp(at, knots, longitude), np.interp(at, knots, latitude)


def _rings(view: View) -> Iterator[Floats]:
    """Every ring of land; in a region also one turn east and west, since it may cross the seam."""
    for polygon in land_polygons():
        for ring in polygon:
            if not view.region:
                if ring[:, 1].max() > SOUTH_DEG:
                    yield ring
                continue
            for turn in (-360.0, 0.0, 360.0):
                yield ring + np.array([turn, 0.0])


def _near(x: Floats, y: Floats, view: View) -> bool:
    """Whether a ring may be seen: wide figures show more of a region than its range."""
    (west, east), (south, north) = view.x_range, view.y_range
    margin = 2 * max(east - west, north - south)
    apart = x.max() < west - margin or x.min() > east + margin
    return not (apart or y.max() < south - margin or y.min() > north + margin)
