"""Land routes of modern humans: great-circle distances from an origin along way-points.

People did not cross oceans for most of their history. As Ramachandran et al. (2005,
doi:10.1073/pnas.0507611102), distances run through obligatory way-points between continents.
Continents hang together as a tree, with Asia in the middle: Africa (Cairo), Europe (Istanbul),
Oceania (Phnom Penh), the Americas (Anadyr, then Prince Rupert). So any origin has one path to
any place, and from Africa to Europe it is Cairo and Istanbul. Inside a continent it is direct.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vaeviz.analysis.places import inside_ring, separation_km

Floats = NDArray[np.float64]
Names = NDArray[np.object_]

AFRICA, EUROPE, ASIA, OCEANIA, AMERICAS = "Africa", "Europe", "Asia", "Oceania", "Americas"
CONTINENTS = (AFRICA, EUROPE, ASIA, OCEANIA, AMERICAS)

WAY_POINTS: dict[str, tuple[float, float]] = {
    "Cairo": (30.0, 31.0),
    "Istanbul": (41.0, 28.0),
    "Phnom Penh": (11.0, 104.0),
    "Anadyr": (64.0, 177.0),
    "Prince Rupert": (54.0, -130.0),
}
"""Latitude and longitude, degrees (Ramachandran et al. 2005)."""

TO_ASIA: dict[str, tuple[str, ...]] = {
    AFRICA: ("Cairo",),
    EUROPE: ("Istanbul",),
    ASIA: (),
    OCEANIA: ("Phnom Penh",),
    AMERICAS: ("Prince Rupert", "Anadyr"),
}
"""Way-points from each continent to Asia, in the order in which one passes them."""

CONTINENT_RULE = (
    "Continents are told by coordinates alone. Africa ends at Gibraltar, Suez and the Red Sea; "
    "Europe at the Aegean, the Bosporus, the crest of the Caucasus, the Ural river and the Urals; "
    "the Americas lie between 168.5° and 30° West; Oceania is everything east of 130° East and "
    "south of 25° North, Australia, and the Pacific up to 115° West; the rest is Asia."
)

_AFRICA_RING = np.array(
    [
        *((-30.0, 35.95), (-5.4, 35.95), (0.0, 36.3), (5.0, 37.4), (11.3, 37.5), (11.6, 34.8)),
        *((20.0, 34.0), (28.0, 33.0), (32.4, 32.0), (32.55, 30.0), (34.0, 27.5), (38.0, 21.0)),
        *((41.0, 15.5), (43.3, 12.6), (48.0, 12.0), (53.0, 13.0), (60.0, 0.0), (60.0, -40.0)),
        *((-30.0, -40.0), (-30.0, 35.95)),
    ]
)
"""Longitude and latitude: through the Mediterranean, Suez and the Red Sea, round the Cape."""

_EUROPE_RING = np.array(
    [
        *((-30.0, 35.95), (-5.4, 35.95), (0.0, 36.3), (5.0, 37.4), (11.3, 37.5), (11.6, 34.8)),
        *((20.0, 34.0), (28.5, 34.5), (28.5, 36.5), (26.7, 38.0), (26.0, 40.0), (29.2, 41.1)),
        *((32.0, 43.0), (37.0, 44.0), (40.0, 43.4), (48.0, 41.8), (50.0, 45.0), (51.0, 47.0)),
        *((51.5, 51.0), (60.0, 51.0), (60.0, 66.0), (68.0, 69.0), (68.0, 85.0), (-30.0, 85.0)),
        (-30.0, 35.95),
    ]
)
"""Longitude and latitude: Iceland to the Urals, south to Crete and the Caucasus."""


def continents(latitude: ArrayLike, longitude: ArrayLike) -> Names:
    """Continent of each point by `CONTINENT_RULE`; the five of `CONTINENTS`.

    Parameters
    ----------
    latitude, longitude : arrays, shape (n,), degrees, finite
    """
    lat = np.asarray(latitude, dtype=np.float64)
    west = (np.asarray(longitude, dtype=np.float64) + 180) % 360 - 180
    east = west % 360
    found = np.full(lat.shape, ASIA, dtype=object)
    found[(west >= -168.5) & (west < -30)] = AMERICAS
    pacific = (east >= 130) & (east < 245) & (lat < 25)
    found[pacific | ((east >= 110) & (east < 130) & (lat < -10))] = OCEANIA
    found[inside_ring(lat, west, _EUROPE_RING)] = EUROPE
    found[inside_ring(lat, west, _AFRICA_RING)] = AFRICA
    return found


def gates(start: str, end: str) -> tuple[str, ...]:
    """Way-points from one continent to another, in order; none inside a continent."""
    if start == end:
        return ()
    return (*TO_ASIA[start], *reversed(TO_ASIA[end]))


def journey_km(
    from_latitude: ArrayLike,
    from_longitude: ArrayLike,
    to_latitude: ArrayLike,
    to_longitude: ArrayLike,
) -> Floats:
    """Distance of every place from every origin along the way-points, km.

    Great circles on the WGS84 ellipsoid from point to point.

    Parameters
    ----------
    from_latitude, from_longitude : arrays, shape (n_origins,), degrees
    to_latitude, to_longitude : arrays, shape (n_places,), degrees

    Returns
    -------
    float64 array, shape (n_origins, n_places)
    """
    origin = np.column_stack([from_latitude, from_longitude]).astype(np.float64)
    place = np.column_stack([to_latitude, to_longitude]).astype(np.float64)
    starts, ends = continents(*origin.T), continents(*place.T)
    distance = np.empty((len(origin), len(place)))
    for start in dict.fromkeys(starts):
        for end in dict.fromkeys(ends):
            rows, columns = np.flatnonzero(starts == start), np.flatnonzero(ends == end)
            block = _through(origin[rows], place[columns], gates(start, end))
            distance[np.ix_(rows, columns)] = block
    return distance


def _through(origin: Floats, place: Floats, names: tuple[str, ...]) -> Floats:
    """Distances of places from origins through these way-points, shape (origins, places)."""
    if not names:
        return separation_km(
            origin[:, 0, None], origin[:, 1, None], place[None, :, 0], place[None, :, 1]
        )
    points = np.array([WAY_POINTS[name] for name in names])
    first = separation_km(origin[:, 0], origin[:, 1], *points[0])
    between = separation_km(points[:-1, 0], points[:-1, 1], points[1:, 0], points[1:, 1]).sum()
    last = separation_km(place[:, 0], place[:, 1], *points[-1])
    return first[:, None] + between + last[None, :]
