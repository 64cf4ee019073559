"""Relatives in a panel: KING-robust kinship within populations, and families of relatives."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vaeviz.data.chromosomes import autosome_mask
from vaeviz.data.panel import MISSING, Panel

MAX_KINSHIP_SITES = 20_000
SAMPLES_A_BLOCK = 512
SECOND_DEGREE = 0.088
"""Kinship over .0884 is second degree or closer (Manichaikul et al. 2010, table 1)."""

_COLUMNS = ("sample_1", "sample_2", "kinship", "population")


def kinship_pairs(panel: Panel, threshold: float = SECOND_DEGREE) -> pd.DataFrame:
    """Pairs within a population whose KING-robust kinship is over `threshold`.

    Autosomal sites only where the panel has any, thinned evenly to 20,000. The between-family
    estimator of Manichaikul et al. (2010), Bioinformatics 26:2867, equation 11, over sites called
    in both:

        phi = (N_AaAa - 2 N_AAaa) / (2 min(N_i, N_j)) + 1/2 - (N_i + N_j) / (4 min(N_i, N_j))

    with N_AaAa sites where both are heterozygous, N_AAaa where they are opposite homozygotes, and
    N_i, N_j the heterozygous sites of each.

    Returns
    -------
    DataFrame
        sample_1, sample_2, kinship, population; highest kinship first.
    """
    first, second, kinship = _pairs(panel, threshold)
    ids, labels = panel.sample_ids, panel.labels("population")
    table = pd.DataFrame(
        dict(zip(_COLUMNS, (ids[first], ids[second], kinship, labels[first]), strict=True))
    )
    return table.sort_values("kinship", ascending=False, kind="stable", ignore_index=True)


def families(panel: Panel, threshold: float = SECOND_DEGREE) -> NDArray[np.int64]:
    """Group of relatives of each sample: int64, shape (n_samples,).

    Samples joined by a chain of pairs over `threshold` share a number; a sample without
    relatives has a number of its own.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    first, second, _ = _pairs(panel, threshold)
    shape = (panel.n_samples, panel.n_samples)
    graph = coo_array((np.ones(len(first)), (first, second)), shape=shape)
    return connected_components(graph, directed=False)[1].astype(np.int64)


def _pairs(
    panel: Panel, threshold: float
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Index of both samples and kinship of each pair over the threshold."""
    dosages = _thinned(panel)
    labels = panel.labels("population")
    found: list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]] = []
    for label in pd.unique(labels):
        members = np.flatnonzero(labels == label)
        for rows, columns in _blocks(members):
            kinship = king_robust(dosages[rows], dosages[columns])
            over = (kinship > threshold) & (rows[:, None] < columns[None, :])
            i, j = np.nonzero(over)
            found.append((rows[i], columns[j], kinship[i, j]))
    first, second, kinship = (np.concatenate(part) for part in zip(*found, strict=True))
    return first, second, kinship


def _thinned(panel: Panel) -> NDArray[np.int8]:
    """Dosages at no more than 20,000 sites, spread evenly: shape (n_samples, n_sites)."""
    autosomal = np.flatnonzero(autosome_mask(panel.sites["chrom"], panel.info.species))
    index = autosomal if len(autosomal) else np.arange(panel.n_sites)
    if len(index) > MAX_KINSHIP_SITES:
        index = index[np.linspace(0, len(index) - 1, MAX_KINSHIP_SITES).astype(np.int64)]
    counts = panel.counts[:, index]
    if not panel.phased:
        return counts
    first, second = counts[0::2], counts[1::2]
    return np.where((first < 0) | (second < 0), np.int8(MISSING), first + second)


def _blocks(
    members: NDArray[np.int64],
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Pairs of blocks of samples that cover every pair once: memory stays bounded."""
    parts = [members[i : i + SAMPLES_A_BLOCK] for i in range(0, len(members), SAMPLES_A_BLOCK)]
    for i, rows in enumerate(parts):
        for columns in parts[i:]:
            yield rows, columns


def king_robust(rows: NDArray[np.int8], columns: NDArray[np.int8]) -> NDArray[np.float64]:
    """Kinship of every sample of one block with every sample of another.

    Parameters
    ----------
    rows, columns : int8, shapes (n, n_sites) and (m, n_sites)
        Dosages, -1 missing.

    Returns
    -------
    float64, shape (n, m)
        -inf for pairs in which one has no heterozygous site among those called in both.
    """
    (ref_1, het_1, alt_1), (ref_2, het_2, alt_2) = (_indicators(x) for x in (rows, columns))
    both_het = het_1 @ het_2.T
    opposite = ref_1 @ alt_2.T + alt_1 @ ref_2.T
    # A site counts for a pair when both are called there.
    n_1 = het_1 @ (ref_2 + het_2 + alt_2).T
    n_2 = (ref_1 + het_1 + alt_1) @ het_2.T
    fewer = np.minimum(n_1, n_2).astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        kinship = (both_het - 2 * opposite) / (2 * fewer) + 0.5 - (n_1 + n_2) / (4 * fewer)
    return np.where(fewer > 0, kinship, -np.inf)


def _indicators(dosages: NDArray[np.int8]) -> tuple[NDArray[np.float32], ...]:
    """Three 0/1 matrices; float32 counts are exact below 2**24 sites and multiply fast."""
    return tuple((dosages == value).astype(np.float32) for value in (0, 1, 2))
