"""Regions of latent space: the people around whom synthetic people are drawn."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vaeviz.data.panel import LEVELS, UNLABELLED
from vaeviz.errors import RegionError
from vaeviz.escape import plain

if TYPE_CHECKING:
    from vaeviz.data.panel import Panel
    from vaeviz.data.selection import Selection

REFUSED_UNDER = 10
CONFIRMED_UNDER = 50
WARNED_UNDER = 100
NEAREST = 100
"""People nearest to a free point that stand for it, unless told otherwise."""

LEAST_SHARE = 1e-12
"""Of a source in a mixture."""

Kind = Literal["population", "selection", "ellipsoid", "path", "point", "mixture"]
Positions = NDArray[np.float64]


class Part(NamedTuple):
    """One source of a mixture, or one end of a path.

    Attributes
    ----------
    name : str
    proportion : float
        Share of the mixture; the shares of all parts add up to 1.
    members : int64 array
    """

    name: str
    proportion: float
    members: NDArray[np.int64]


@dataclasses.dataclass(frozen=True, eq=False)
class Region:
    """People of a panel whose latent positions span a region.

    Attributes
    ----------
    name : str
        Label of the population, name of the selection, 'A to B', or what the user called it.
    kind : 'population', 'selection', 'ellipsoid', 'path', 'point' or 'mixture'
    members : int64 array
        All people of the region, each once, as indices into the panel.
    parts : tuple of Part
        Sources of a mixture; start and end of a path; empty for the other kinds.
    centre, half_axes : tuples of float
        Of an ellipsoid or a point, in the latent space of the map; empty for the other kinds.
    """

    name: str
    kind: Kind
    members: NDArray[np.int64]
    parts: tuple[Part, ...] = ()
    centre: tuple[float, ...] = ()
    half_axes: tuple[float, ...] = ()

    @property
    def groups(self) -> tuple[Part, ...]:
        """The parts; a region of one piece is its only part."""
        return self.parts or (Part(self.name, 1.0, self.members),)

    @property
    def n_smallest(self) -> int:
        """People the region rests on: those of its smallest part."""
        return min(len(part.members) for part in self.groups)

    def without(self, excluded: NDArray[np.bool_]) -> Region:
        """The region without some people, unless a part would rest on fewer than ten.

        Parameters
        ----------
        excluded : bool array, shape (n_samples,)
        """
        kept = tuple(p._replace(members=p.members[~excluded[p.members]]) for p in self.groups)
        if min(len(part.members) for part in kept) < REFUSED_UNDER:
            return self
        members = np.unique(np.concatenate([part.members for part in kept]))
        return dataclasses.replace(self, members=members, parts=kept if self.parts else ())


def population_region(panel: Panel, label: str) -> Region:
    """Everybody who carries a label, of any level; where two levels share it, the finer one.

    Raises
    ------
    RegionError
        Nobody carries the label.
    """
    for level in LEVELS:
        members = np.flatnonzero(panel.labels(level) == label)
        if len(members) and label != UNLABELLED:
            return Region(label, "population", members)
    known = sorted({x for level in LEVELS for x in panel.labels(level)} - {UNLABELLED})
    offer = ", ".join(plain(x, 30) for x in known[:40])
    raise RegionError(
        f"Nobody in this panel carries the label {plain(label)!r}.",
        f"Choose one of: {offer}." if known else "This panel has no labels: use a selection.",
    )


def selection_region(panel: Panel, selection: Selection) -> Region:
    """The people of a named selection.

    Raises
    ------
    RegionError
        The selection names people whom the panel does not hold.
    """
    members = np.unique(np.asarray(selection.index(panel), np.int64))
    return Region(selection.name, "selection", members)


def path_region(panel: Panel, a: Region | str, b: Region | str) -> Region:
    """The line from one region to another; a text is the label of a population.

    Raises
    ------
    RegionError
        Nobody carries a label, an end has parts itself, or both ends are the same people.
    """
    start, end = (_whole(panel, x, "An end of the path") for x in (a, b))
    if np.array_equal(start.members, end.members):
        raise RegionError(
            "Both ends of the path are the same people.", "Choose two different regions."
        )
    return _joined(f"{start.name} to {end.name}", "path", {start: 0.5, end: 0.5})


def mixture_region(panel: Panel, shares: dict[str, float] | dict[Region, float]) -> Region:
    """A mixture of populations (by label) or other regions, with the share of each.

    Parameters
    ----------
    panel : Panel
    shares : dict
        Label or region -> share; brought to a sum of 1.

    Raises
    ------
    RegionError
        Fewer than two sources, a share that is not above 0, or an unknown label.
    """
    if len(shares) < 2:
        raise RegionError(
            f"A mixture needs two sources or more; {len(shares)} given.",
            "Name them with their shares, for example EUR = 0.6 and AFR = 0.4.",
        )
    if not all(np.isfinite(share) and share > 0 for share in shares.values()):
        raise RegionError("Shares of a mixture must be above 0.", "Leave out sources without any.")
    largest = max(shares.values())
    total = sum(share / largest for share in shares.values())
    sources = {_whole(panel, x, "A source"): s / largest / total for x, s in shares.items()}
    if min(sources.values()) < LEAST_SHARE:
        raise RegionError(
            f"A source has a share of {min(sources.values()):.1g}; at least {LEAST_SHARE:g} is "
            "needed.",
            "Leave it out.",
        )
    name = " + ".join(f"{share:.0%} {source.name}" for source, share in sources.items())
    return _joined(name, "mixture", sources)


def ellipsoid_region(
    positions: Positions, centre: ArrayLike, radius: float, name: str = "ellipsoid"
) -> Region:
    """Everybody within `radius` of a point of the map.

    Parameters
    ----------
    positions : float64 array, shape (n_samples, n_latent)
        Where the map puts the panel's people.
    centre : float, shape (n_latent,)
        For example the position of a person.
    radius : float
        In standard deviations of `positions`, axis by axis.

    Raises
    ------
    RegionError
        A centre of other dimensions, or a radius that is not above 0.
    """
    middle = _point(positions, centre)
    if not radius > 0:
        raise RegionError(f"The radius is {radius:g}.", "Give a radius above 0.")
    return _around(positions, middle, radius, name, "ellipsoid")


def point_region(
    positions: Positions, point: ArrayLike, k: int = NEAREST, name: str = "free point"
) -> Region:
    """A point of the map with the `k` people nearest to it, axes in standard deviations.

    Raises
    ------
    RegionError
        A point of other dimensions.
    """
    middle = _point(positions, point)
    distance = np.sqrt((((positions - middle) / _spread(positions)) ** 2).sum(1))
    radius = np.sort(distance)[min(k, len(distance)) - 1]
    # Whoever is exactly as far as the radius belongs to it, whatever the rounding.
    return _around(positions, middle, float(radius) * (1 + 1e-9), name, "point")


def _around(
    positions: Positions, centre: Positions, radius: float, name: str, kind: Kind
) -> Region:
    half_axes = radius * _spread(positions)
    members = np.flatnonzero((((positions - centre) / half_axes) ** 2).sum(1) <= 1)
    return Region(
        name,
        kind,
        members,
        centre=tuple(float(x) for x in centre),
        half_axes=tuple(float(x) for x in half_axes),
    )


def _point(positions: Positions, point: ArrayLike) -> Positions:
    found = np.asarray(point, np.float64)
    if found.shape != (positions.shape[1],) or not np.isfinite(found).all():
        raise RegionError(
            f"The point has {found.size} coordinates; the map has {positions.shape[1]}.",
            "Give one number for each latent dimension of the map.",
        )
    return found


def _spread(positions: Positions) -> Positions:
    spread: Positions = positions.std(0)
    return np.where(spread > 0, spread, 1.0)


def _whole(panel: Panel, source: Region | str, what: str) -> Region:
    region = population_region(panel, source) if isinstance(source, str) else source
    if region.parts:
        raise RegionError(
            f"{what} is a {region.kind} itself.", "Use populations, selections or ellipsoids."
        )
    return region


def _joined(name: str, kind: Kind, sources: dict[Region, float]) -> Region:
    parts = tuple(Part(r.name, share, r.members) for r, share in sources.items())
    return Region(name, kind, np.unique(np.concatenate([p.members for p in parts])), parts)


def check_size(region: Region, allow_small: bool = False) -> list[str]:
    """Warnings about the number of people a region rests on.

    Raises
    ------
    RegionError
        Under 10 people, or under 50 without `allow_small`.
    """
    n = region.n_smallest
    where = f"The region {plain(region.name)!r} rests on {n} people"
    if n < REFUSED_UNDER:
        raise RegionError(
            f"{where}; at least {REFUSED_UNDER} are needed: fewer would be close to copies.",
            "Choose a larger population or widen the selection.",
        )
    if n < CONFIRMED_UNDER and not allow_small:
        raise RegionError(
            f"{where}; {CONFIRMED_UNDER} or more are needed without a confirmation.",
            "Confirm that a small region is wanted (--allow-small), or widen it.",
        )
    if n < WARNED_UNDER:
        return [f"{where}; under {WARNED_UNDER}, frequencies are rough and copies more likely."]
    return []
