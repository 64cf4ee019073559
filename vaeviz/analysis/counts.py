"""Allele counts per group of samples: what entropy, Fst and spectra are made from."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vaeviz.data.panel import Panel

_SITES_AT_ONCE = 50_000


@dataclasses.dataclass(frozen=True, eq=False)
class GroupCounts:
    """Alleles of each group at each site.

    Attributes
    ----------
    groups : tuple of str
        Labels in the order of their first sample.
    n_samples : int64, shape (n_groups,)
    alt, called : int32, shape (n_groups, n_sites)
        Copies of ALT and called alleles (two a sample where nothing is missing).
    """

    groups: tuple[str, ...]
    n_samples: NDArray[np.int64]
    alt: NDArray[np.int32]
    called: NDArray[np.int32]


def group_counts(panel: Panel, by: str) -> GroupCounts:
    """Count alleles per group.

    Parameters
    ----------
    panel : Panel
    by : str
        Sample column with the labels; people without one form the group `UNLABELLED`.

    Raises
    ------
    PanelError
        The panel has no such column.
    """
    codes, groups = pd.factorize(panel.labels(by))
    shape = (len(groups), panel.n_sites)
    alt, called = np.empty(shape, np.int32), np.empty(shape, np.int32)
    for g in range(len(groups)):
        rows = panel.row_index(np.flatnonzero(codes == g))
        for start in range(0, panel.n_sites, _SITES_AT_ONCE):
            part = slice(start, start + _SITES_AT_ONCE)
            alt[g, part], called[g, part] = count_alleles(panel.counts[rows, part], panel.ploidy)
    n_samples = np.bincount(codes, minlength=len(groups)).astype(np.int64)
    return GroupCounts(tuple(str(g) for g in groups), n_samples, alt, called)


def count_alleles(
    counts: NDArray[np.int8], ploidy: int
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Copies of ALT and number of called alleles per site of a (n_rows, n_sites) matrix."""
    n_missing = (counts < 0).sum(axis=0, dtype=np.int32)
    alt = counts.sum(axis=0, dtype=np.int32) + n_missing
    return alt, np.int32(ploidy) * (np.int32(len(counts)) - n_missing)
