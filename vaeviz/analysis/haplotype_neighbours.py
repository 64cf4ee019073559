"""The nearest known haplotypes around a site: the plainest imputation that uses LD."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Counts = NDArray[np.int8]

_ROWS_AT_ONCE = 512
_ENTRIES_AT_ONCE = 20_000


@dataclasses.dataclass(frozen=True)
class Entries:
    """Missing entries of a matrix: `row` and `site`, both int64, shape (n_entries,)."""

    row: NDArray[np.int64]
    site: NDArray[np.int64]

    @classmethod
    def where(cls, mask: NDArray[np.bool_]) -> Entries:
        """The entries at which a mask is true, row by row."""
        row, site = np.nonzero(mask)
        return cls(row.astype(np.int64), site.astype(np.int64))


def neighbour_counts(
    rows: Counts,
    known: Counts,
    ploidy: int,
    sites: pd.DataFrame,
    entries: Entries,
    ks: tuple[int, ...],
    width: int,
) -> NDArray[np.float32]:
    """Mean ALT count of the k nearest known rows at every entry, for several k.

    Nearest is the smallest share of mismatching alleles over the sites at which both are
    called, among sites of the chromosome around the entry, at least half a window on either
    side (less at an end): nearest-neighbour imputation (Troyanskaya et al. 2001,
    Bioinformatics 17:520) on haplotypes.

    Parameters
    ----------
    rows, known : int8, shapes (n_rows, n_sites) and (n_known, n_sites)
        -1 is missing.
    ploidy : 1 or 2
    sites : DataFrame, one row a site
        chrom, pos.
    entries : Entries
        What to fill in, all missing in `rows`.
    ks : tuple of int
        Numbers of neighbours, cut to the number of known rows.
    width : int
        Sites in a window.

    Returns
    -------
    float32, shape (len(ks), n_entries)
        0 to ploidy; where no neighbour is called, the mean over all known rows.
    """
    found = np.empty((len(ks), len(entries.row)), np.float32)
    overall = _means(known)
    by_site = np.argsort(entries.site, kind="stable")
    sorted_sites = entries.site[by_site]
    most = min(max(ks), len(known))
    for targets, context in _windows(sites, width):
        at = by_site[_members(sorted_sites, targets)]
        if not len(at):
            continue
        asked, row = np.unique(entries.row[at], return_inverse=True)
        near = _nearest(rows[np.ix_(asked, context)], known[:, context], ploidy, most)
        for start in range(0, len(at), _ENTRIES_AT_ONCE):
            some = slice(start, start + _ENTRIES_AT_ONCE)
            site = entries.site[at[some]]
            found[:, at[some]] = _vote(known[near[row[some]], site[:, None]], ks, overall[site])
    return found


def threshold_signs(counts: Counts, ploidy: int) -> NDArray[np.float32]:
    """+1 / -1 / 0 (missing) for each threshold count >= 1 .. ploidy: mismatches become products."""
    planes = []
    for k in range(1, ploidy + 1):
        signs = (counts >= k).view(np.int8) * np.int8(2) - np.int8(1)
        signs[counts < 0] = 0
        planes.append(signs)
    return np.concatenate(planes, axis=1).astype(np.float32)


def _means(known: Counts) -> NDArray[np.float32]:
    called = (known >= 0).sum(0)
    total = known.sum(0, dtype=np.int64) + (len(known) - called)
    return (total / np.maximum(called, 1)).astype(np.float32)


def _windows(
    sites: pd.DataFrame, width: int
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Runs of sites, and with each the sites around it that its windows take in.

    A run is one window long and its context goes half a window beyond on either side; rows are
    compared once a run.
    """
    chromosome, _ = pd.factorize(sites["chrom"])
    order = np.lexsort((sites["pos"].to_numpy(np.int64), chromosome))
    half = max(1, width // 2)
    for members in np.split(order, np.flatnonzero(np.diff(chromosome[order])) + 1):
        for start in range(0, len(members), 2 * half):
            stop = start + 2 * half
            yield members[start:stop], members[max(0, start - half) : stop + half]


def _members(sorted_sites: NDArray[np.int64], targets: NDArray[np.int64]) -> NDArray[np.int64]:
    """Places in `sorted_sites` that hold one of the targets."""
    first = np.searchsorted(sorted_sites, targets, side="left")
    size = np.searchsorted(sorted_sites, targets, side="right") - first
    offset = np.repeat(first - (np.cumsum(size) - size), size)
    return np.arange(int(size.sum())) + offset


def _nearest(rows: Counts, known: Counts, ploidy: int, k: int) -> NDArray[np.int64]:
    """The k known rows nearest to each row, nearest first: int64, (n_rows, k)."""
    signs, known_signs = threshold_signs(rows, ploidy), threshold_signs(known, ploidy)
    known_called = np.abs(known_signs)
    complete = bool(known_called.all())
    near = np.empty((len(rows), k), np.int64)
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        part = slice(start, start + _ROWS_AT_ONCE)
        agreement = signs[part] @ known_signs.T
        if not complete:
            compared = np.abs(signs[part]) @ known_called.T
            agreement = np.where(compared > 0, agreement / np.maximum(compared, 1), -np.inf)
        nearest = np.argpartition(-agreement, k - 1, axis=1)[:, :k]
        ranked = np.argsort(-np.take_along_axis(agreement, nearest, 1), axis=1, kind="stable")
        near[part] = np.take_along_axis(nearest, ranked, 1)
    return near


def _vote(
    alleles: Counts, ks: tuple[int, ...], overall: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Mean of the first k called alleles of (n_entries, n_neighbours), for each k."""
    called = alleles >= 0
    total = np.cumsum(np.where(called, alleles, 0), axis=1, dtype=np.float32)
    number = np.cumsum(called, axis=1, dtype=np.float32)
    last = [min(k, alleles.shape[1]) - 1 for k in ks]
    mean = total[:, last] / np.maximum(number[:, last], 1)
    return np.where(number[:, last] > 0, mean, overall[:, None]).T
