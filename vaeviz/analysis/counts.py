"""Counts of alleles and genotypes per group: what entropy, Fst and spectra are made from."""

from __future__ import annotations

import dataclasses
import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vaeviz.data.panel import Panel

_SITES_AT_ONCE = 8_192
"""Counts of a group at so many sites stay in the processor's cache."""


@dataclasses.dataclass(frozen=True, eq=False)
class GroupCounts:
    """Alleles and genotypes of each group at each site.

    Attributes
    ----------
    groups : tuple of str
        Labels in the order of their first sample.
    n_samples : int64, shape (n_groups,)
    alt, called : int32, shape (n_groups, n_sites)
        Copies of ALT and called alleles (two a sample where nothing is missing).
    het, hom_alt, genotypes : int32, shape (n_groups, n_sites)
        Heterozygotes, samples with ALT twice, and samples with both alleles called.
    """

    groups: tuple[str, ...]
    n_samples: NDArray[np.int64]
    alt: NDArray[np.int32]
    called: NDArray[np.int32]
    het: NDArray[np.int32]
    hom_alt: NDArray[np.int32]
    genotypes: NDArray[np.int32]


def group_counts(panel: Panel, by: str) -> GroupCounts:
    """Count alleles and genotypes per group, in one pass over the matrix.

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
    codes = codes.astype(np.int64)
    n_samples = np.bincount(codes, minlength=len(groups)).astype(np.int64)
    tables = _tally(panel, codes, len(groups))
    return GroupCounts(tuple(str(g) for g in groups), n_samples, *tables)


def _tally(panel: Panel, codes: NDArray[np.int64], n_groups: int) -> list[NDArray[np.int32]]:
    """The tables of `GroupCounts`, in its order.

    Threads take stretches of sites. numba's own threads must not run in a server.
    """
    from vaeviz.analysis.counting_kernel import tally

    tables = [np.zeros((n_groups, panel.n_sites), np.int32) for _ in range(5)]

    def count(start: int) -> None:
        part = slice(start, start + _SITES_AT_ONCE)
        sums = [np.zeros((n_groups, len(x[0, part])), np.int32) for x in tables]
        tally(panel.counts[:, part], panel.ploidy, codes, *sums)
        for table, found in zip(tables, sums, strict=True):
            table[:, part] = found

    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        list(pool.map(count, range(0, panel.n_sites, _SITES_AT_ONCE)))
    return tables


def count_alleles(
    counts: NDArray[np.int8], ploidy: int
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Copies of ALT and number of called alleles per site of a (n_rows, n_sites) matrix."""
    n_missing = (counts < 0).sum(axis=0, dtype=np.int32)
    alt = counts.sum(axis=0, dtype=np.int32) + n_missing
    return alt, np.int32(ploidy) * (np.int32(len(counts)) - n_missing)
