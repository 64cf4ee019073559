"""Linkage disequilibrium by distance, over the same pairs of sites in every set of people."""

from __future__ import annotations

import dataclasses
import math
from itertools import pairwise

import numpy as np
import pandas as pd

from vaeviz.analysis.popgen import pair_r2
from vaeviz.synthesis.people import Index, People

EDGES_BP = (0, 1_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000)
PAIRS_A_BIN = 2_000
MIN_PAIRS = 100
MIN_FREQUENCY = 0.05


@dataclasses.dataclass(frozen=True, eq=False)
class SitePairs:
    """Pairs of common sites of one chromosome, in bins of distance.

    Attributes
    ----------
    first, second : int64 arrays, shape (n_pairs,)
    bin_index : int64 array, shape (n_pairs,)
    distance_bp : float64 array, shape (n_bins,)
        Mean distance of the pairs of each bin.
    """

    first: Index
    second: Index
    bin_index: Index
    distance_bp: np.ndarray


def site_pairs(people: People, sites: pd.DataFrame, seed: int) -> SitePairs:
    """Up to 2,000 random pairs a bin of distance, of sites common among `people`.

    Bins end at 1, 5, 10, 20, 50, 100 and 200 kb; one with fewer than 100 pairs is left out.

    Parameters
    ----------
    people : People
        Whose frequencies say what is common (5 % or more).
    sites : DataFrame
        chrom, pos: one row a site.
    seed : int
    """
    frequency = np.nan_to_num(people.frequencies)
    common = np.flatnonzero(np.minimum(frequency, 1 - frequency) >= MIN_FREQUENCY)
    chrom = pd.factorize(sites["chrom"])[0][common].astype(np.int64)
    pos = sites["pos"].to_numpy(np.int64)[common]
    order = np.lexsort((pos, chrom))
    index, chrom, pos = common[order], chrom[order], pos[order]
    # One running coordinate: chromosomes lie further apart than the last edge.
    place = pos + chrom * (int(pos.max(initial=0)) + EDGES_BP[-1] + 1)
    rng = np.random.default_rng(seed)
    parts = [_between(place, low, high, rng) for low, high in pairwise(EDGES_BP)]
    parts = [part for part in parts if len(part[0]) >= MIN_PAIRS]
    if not parts:
        none = np.empty(0, np.int64)
        return SitePairs(none, none, none, np.empty(0))
    first, second = (np.concatenate([part[k] for part in parts]) for k in (0, 1))
    return SitePairs(
        index[first],
        index[second],
        np.repeat(np.arange(len(parts)), [len(part[0]) for part in parts]),
        np.array([(place[b] - place[a]).mean() for a, b in parts]),
    )


def _between(place: Index, low: int, high: int, rng: np.random.Generator) -> tuple[Index, Index]:
    """Random pairs of sorted places more than `low` and at most `high` apart, each once."""
    start = np.searchsorted(place, place + low, side="right")
    partners = np.searchsorted(place, place + high, side="right") - start
    ends = np.cumsum(partners)
    total = int(ends[-1]) if len(ends) else 0
    if not total:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    drawn = np.sort(rng.choice(total, min(total, PAIRS_A_BIN), replace=False))
    first = np.searchsorted(ends, drawn, side="right")
    second = start[first] + drawn - (ends[first] - partners[first])
    return first, second


def ld_by_distance(people: People, pairs: SitePairs) -> pd.DataFrame:
    """Mean r2 in every bin; a pair of which one site is fixed here has none and counts as 0.

    Returns
    -------
    DataFrame
        distance_bp, r2, n_pairs. r2 is inflated by about one over the number of rows: compare
        sets of equally many people.
    """
    r2 = np.nan_to_num(pair_r2(people.counts, pairs.first, pairs.second))
    n_pairs = np.bincount(pairs.bin_index, minlength=len(pairs.distance_bp))
    total = np.bincount(pairs.bin_index, weights=r2, minlength=len(pairs.distance_bp))
    table = {"distance_bp": pairs.distance_bp, "r2": total / np.maximum(n_pairs, 1)}
    return pd.DataFrame(table).assign(n_pairs=n_pairs)


def ld_error(table: pd.DataFrame, real: pd.DataFrame) -> float:
    """Mean relative error of r2 over bins of distance; NaN without a bin."""
    if not len(real) or not (real["r2"] > 0).all():
        return math.nan
    return float(((table["r2"] - real["r2"]).abs() / real["r2"]).mean())
