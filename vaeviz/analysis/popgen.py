"""Classical statistics of diversity, differentiation and LD."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vaeviz.analysis.counts import count_alleles, group_counts
from vaeviz.data.panel import Panel
from vaeviz.errors import PanelError

N_PAIRS = 20_000
MIN_LD_MAF = 0.05
"""Below this frequency r2 says more about the frequencies than about LD."""

_PAIRS_AT_ONCE = 2_000
_CELLS_AT_ONCE = 20_000_000


def heterozygosity(panel: Panel) -> NDArray[np.float64]:
    """Observed heterozygosity: share of a sample's called sites that are heterozygous.

    Returns
    -------
    float64, shape (n_samples,)
        NaN for a sample without any called site.
    """
    parts = [
        _heterozygosity(panel.counts[panel.row_index(samples)], panel.phased)
        for samples in np.array_split(np.arange(panel.n_samples), _parts(panel))
    ]
    return np.concatenate(parts)


def _parts(panel: Panel) -> int:
    """Blocks of samples small enough that temporary arrays stay small."""
    return min(panel.n_samples, 1 + panel.counts.size // _CELLS_AT_ONCE)


def _heterozygosity(counts: NDArray[np.int8], phased: bool) -> NDArray[np.float64]:
    if phased:
        first, second = counts[0::2], counts[1::2]
        present = (first >= 0) & (second >= 0)
        het = present & (first != second)
    else:
        present, het = counts >= 0, counts == 1
    called = present.sum(axis=1)
    return np.where(called > 0, het.sum(axis=1) / np.maximum(called, 1), np.nan)


def hudson_fst_matrix(panel: Panel, by: str) -> pd.DataFrame:
    """Fst of all pairs of groups: Hudson's estimator, ratio of sums over sites.

    Bhatia et al. 2013, Genome Research 23:1514, eq. 10, by scikit-allel.

    Parameters
    ----------
    panel : Panel
    by : str
        Sample column with the labels.

    Returns
    -------
    DataFrame, shape (n_groups, n_groups)
        Labels on both axes, 0 on the diagonal; NaN for pairs without a site where both have two
        called alleles and they do not share one allele alone. Small negative values mean 0.
    """
    import allel

    counts = group_counts(panel, by)
    reference = counts.called - counts.alt
    alleles = np.stack([reference, counts.alt], axis=2)
    fst = np.zeros((len(counts.groups),) * 2)
    for i, j in combinations(range(len(counts.groups)), 2):
        both = (counts.called[i] > 1) & (counts.called[j] > 1)
        shared, total = allel.hudson_fst(alleles[i, both], alleles[j, both])
        summed = float(np.nansum(total))
        fst[i, j] = fst[j, i] = np.nansum(shared) / summed if summed > 0 else np.nan
    labels = pd.Index(counts.groups, dtype=object)
    return pd.DataFrame(fst, index=labels, columns=labels)


def site_frequency_spectrum(panel: Panel, n_bins: int = 50) -> pd.DataFrame:
    """Folded spectrum: sites by the frequency of their minor allele.

    With missing genotypes sites have different numbers of called alleles, so bins are of
    frequency. Where nothing is missing and there are at most 2 `n_bins` alleles, each bin is
    one minor-allele count.

    Returns
    -------
    DataFrame
        bin, frequency_low, frequency_high, minor_frequency (middle), n_sites. Monomorphic sites
        are left out.
    """
    alt, called = count_alleles(panel.counts, panel.ploidy)
    minor_count = np.minimum(alt, called - alt)
    used = minor_count > 0
    minor = minor_count[used] / called[used]
    n_alleles = 2 * panel.n_samples
    bins = min(n_bins, n_alleles // 2)
    edges = np.linspace(0.0, 0.5, bins + 1)
    # A bin is (low, high]: its upper edge belongs to it, and rounding must not move it.
    index = np.clip(np.ceil(minor * 2 * bins - 1e-9).astype(int) - 1, 0, bins - 1)
    return pd.DataFrame(
        {
            "bin": np.arange(bins),
            "frequency_low": edges[:-1],
            "frequency_high": edges[1:],
            "minor_frequency": (edges[:-1] + edges[1:]) / 2,
            "n_sites": np.bincount(index, minlength=bins),
        }
    )


def ld_decay(
    panel: Panel,
    max_bp: int = 100_000,
    n_bins: int = 20,
    seed: int = 1,
    pairs: tuple[NDArray[np.int64], NDArray[np.int64]] | None = None,
) -> pd.DataFrame:
    """Mean r2 of random pairs of sites by distance.

    r2 is the squared correlation of alleles between haplotypes (phased) or of dosages between
    people (unphased; Rogers & Huff 2009). Unlinked sites have about 1 / n_rows, not 0.

    Parameters
    ----------
    panel : Panel
    max_bp, n_bins : int
        Distances up to `max_bp`, in bins of equal width.
    seed : int
        Of the choice of pairs.
    pairs : two int64 arrays, optional
        Pairs to use, as from `site_pairs`: give the same ones to compare two panels of the same
        sites.

    Returns
    -------
    DataFrame
        distance_bp (middle of the bin), r2 (NaN in an empty bin), n_pairs.

    Raises
    ------
    PanelError
        No two common sites lie within `max_bp`.
    """
    first, second = site_pairs(panel, max_bp, seed) if pairs is None else pairs
    pos = panel.sites["pos"].to_numpy()
    r2 = pair_r2(panel.counts, first, second)
    width = max_bp / n_bins
    index = np.minimum((np.abs(pos[second] - pos[first]) / width).astype(int), n_bins - 1)
    used = np.isfinite(r2)
    n_pairs = np.bincount(index[used], minlength=n_bins)
    total = np.bincount(index[used], weights=r2[used], minlength=n_bins)
    return pd.DataFrame(
        {
            "distance_bp": (np.arange(n_bins) + 0.5) * width,
            "r2": np.where(n_pairs > 0, total / np.maximum(n_pairs, 1), np.nan),
            "n_pairs": n_pairs,
        }
    )


def site_pairs(
    panel: Panel, max_bp: int, seed: int, n_pairs: int = N_PAIRS, min_maf: float = MIN_LD_MAF
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Random pairs of common sites of one chromosome, at most `max_bp` apart.

    Every such pair is equally likely; doubles are dropped, so fewer may come back.

    Raises
    ------
    PanelError
        There is no such pair.
    """
    index, chrom, pos = _common_sites(panel, min_maf)
    # One running coordinate: chromosomes lie further apart than max_bp.
    place = pos + chrom * (int(pos.max(initial=0)) + max_bp + 1)
    partners = np.searchsorted(place, place + max_bp, side="right") - np.arange(len(place)) - 1
    if not partners.sum():
        raise PanelError(
            f"No two sites with a minor allele frequency of {min_maf:g} or more lie within "
            f"{max_bp:,} bp of each other, so LD cannot be measured.",
            "Use a denser panel.",
        )
    ends = np.cumsum(partners)
    drawn = np.unique(np.random.default_rng(seed).integers(0, ends[-1], n_pairs))
    first = np.searchsorted(ends, drawn, side="right")
    second = first + 1 + drawn - (ends[first] - partners[first])
    return index[first], index[second]


def _common_sites(
    panel: Panel, min_maf: float
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Index, chromosome number and position of common sites, along the genome."""
    alt, called = count_alleles(panel.counts, panel.ploidy)
    frequency = alt / np.maximum(called, 1)
    common = np.flatnonzero(np.minimum(frequency, 1 - frequency) >= max(min_maf, 1e-12))
    chrom = pd.factorize(panel.sites["chrom"])[0][common].astype(np.int64)
    pos = panel.sites["pos"].to_numpy(np.int64)[common]
    order = np.lexsort((pos, chrom))
    return common[order], chrom[order], pos[order]


def pair_r2(
    counts: NDArray[np.int8], first: NDArray[np.int64], second: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Squared correlation of pairs of columns over the rows called in both; NaN if one is fixed.

    Parameters
    ----------
    counts : int8, shape (n_rows, n_sites)
    first, second : int64, shape (n_pairs,)
    """
    parts = [
        _r2(counts[:, first[i : i + _PAIRS_AT_ONCE]], counts[:, second[i : i + _PAIRS_AT_ONCE]])
        for i in range(0, len(first), _PAIRS_AT_ONCE)
    ]
    return np.concatenate(parts) if parts else np.empty(0)


def _r2(a: NDArray[np.int8], b: NDArray[np.int8]) -> NDArray[np.float64]:
    both = (a >= 0) & (b >= 0)
    x, y = np.where(both, a, 0).astype(np.float32), np.where(both, b, 0).astype(np.float32)
    # Sums of small integers are exact in float32 up to 16 million.
    n = both.sum(axis=0).astype(np.float64)
    sum_x, sum_y = (v.sum(axis=0).astype(np.float64) for v in (x, y))
    sum_xx, sum_yy, sum_xy = (
        np.einsum("rp,rp->p", u, v).astype(np.float64) for u, v in ((x, x), (y, y), (x, y))
    )
    covariance = n * sum_xy - sum_x * sum_y
    variances = (n * sum_xx - sum_x**2) * (n * sum_yy - sum_y**2)
    return np.where(variances > 0, covariance**2 / np.maximum(variances, 1), np.nan)
