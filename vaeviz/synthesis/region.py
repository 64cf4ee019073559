"""Regions of latent space: the people around whom synthetic people are drawn."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from vaeviz.data.panel import LEVELS, UNLABELLED
from vaeviz.errors import RegionError
from vaeviz.escape import plain

if TYPE_CHECKING:
    from vaeviz.data.panel import Panel
    from vaeviz.data.selection import Selection

REFUSED_UNDER = 10
CONFIRMED_UNDER = 50
WARNED_UNDER = 100

Kind = Literal["population", "selection", "path"]


@dataclasses.dataclass(frozen=True, eq=False)
class Region:
    """People of a panel whose latent positions span a region.

    Attributes
    ----------
    name : str
        Label of the population, name of the selection, or 'A to B'.
    kind : 'population', 'selection' or 'path'
    sample_index : int64 array
        Members; of a path, those at its start.
    end_index : int64 array or None
        Members at the end of a path.
    """

    name: str
    kind: Kind
    sample_index: NDArray[np.int64]
    end_index: NDArray[np.int64] | None = None

    @property
    def members(self) -> NDArray[np.int64]:
        """All people of the region, each once, in order."""
        if self.end_index is None:
            return self.sample_index
        return np.union1d(self.sample_index, self.end_index)

    @property
    def n_smallest(self) -> int:
        """People the region rests on: of a path, those of its smaller end."""
        ends = (
            [self.sample_index] if self.end_index is None else [self.sample_index, self.end_index]
        )
        return min(len(end) for end in ends)

    def without(self, excluded: NDArray[np.bool_]) -> Region:
        """The region without some people, unless an end would rest on fewer than ten.

        Parameters
        ----------
        excluded : bool array, shape (n_samples,)
        """
        ends = [end for end in (self.sample_index, self.end_index) if end is not None]
        kept = [end[~excluded[end]] for end in ends]
        if min(len(end) for end in kept) < REFUSED_UNDER:
            return self
        return dataclasses.replace(
            self, sample_index=kept[0], end_index=kept[1] if len(kept) == 2 else None
        )


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
        Nobody carries a label, an end is a path itself, or both ends are the same people.
    """
    start, end = (population_region(panel, x) if isinstance(x, str) else x for x in (a, b))
    if "path" in (start.kind, end.kind):
        raise RegionError("An end of the path is a path itself.", "Use populations or selections.")
    if np.array_equal(start.sample_index, end.sample_index):
        raise RegionError(
            "Both ends of the path are the same people.", "Choose two different regions."
        )
    name = f"{start.name} to {end.name}"
    return Region(name, "path", start.sample_index, end.sample_index)


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
