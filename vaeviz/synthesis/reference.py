"""The real people that a synthetic cohort is compared with."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

MIN_REFERENCE = 10
"""Fewer real people than this are no reference."""


@dataclasses.dataclass(frozen=True)
class Reference:
    """Two disjoint sets of real people of the region, as indices into the panel.

    Attributes
    ----------
    held_out : int64 array
        What the cohort is compared with.
    other : int64 array
        Real people compared with `held_out` in the same way: how well reality agrees with
        itself. The region's training people where there are enough.
    described : str
        Who `held_out` are, in words.
    warnings : list of str
    """

    held_out: NDArray[np.int64]
    other: NDArray[np.int64]
    described: str
    warnings: list[str]


def choose_reference(
    members: NDArray[np.int64],
    split: NDArray[np.object_],
    seed: int,
    donors: NDArray[np.int64],
) -> Reference:
    """Held-out members where there are at least ten, else the least used ones there are.

    Parameters
    ----------
    members : int64 array
        People of the region.
    split : object array, shape (n_samples,)
        Part of every sample of the panel.
    seed : int
        Of the halving when there is nobody else to compare with.
    donors : int64 array
        People around whom the cohort was drawn; a warning tells when they are compared with.
    """
    choices = (
        ({"test"}, "held-out test people"),
        ({"test", "validation"}, "test and validation people"),
        ({"test", "validation", "new"}, "people the model was not trained on"),
    )
    for parts, described in choices:
        held_out = members[np.isin(split[members].astype(str), list(parts))]
        if len(held_out) >= MIN_REFERENCE:
            return _with_other(held_out, members, split, described, seed, donors)
    return _halves(
        members,
        "half of the region's people, training people included",
        ["Fewer than 10 people of the region were held out: the comparison flatters the model."],
        seed,
    )


def _with_other(
    held_out: NDArray[np.int64],
    members: NDArray[np.int64],
    split: NDArray[np.object_],
    described: str,
    seed: int,
    donors: NDArray[np.int64],
) -> Reference:
    train = members[split[members] == "train"]
    warnings = [f"Compared with {len(held_out)} {described} of the region."]
    if np.isin(held_out, donors).any():
        warnings[0] += " They too were drawn around, so agreement is slightly flattering."
    if len(train) >= MIN_REFERENCE:
        return Reference(held_out, train, described, warnings)
    return _halves(held_out, f"half of the {described}", warnings, seed)


def _halves(people: NDArray[np.int64], described: str, warnings: list[str], seed: int) -> Reference:
    order = np.random.default_rng(seed).permutation(people)
    half = len(order) // 2
    return Reference(np.sort(order[:half]), np.sort(order[half:]), described, warnings)
