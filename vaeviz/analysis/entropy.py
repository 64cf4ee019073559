"""Per-site Shannon entropy of allele frequencies, in bits, per group.

H(p) = -p log2 p - (1 - p) log2 (1 - p), with p the ALT frequency among a group's called alleles:
0 where the group is fixed, 1 at a frequency of one half (Geleta et al. 2026).
"""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from vaeviz.analysis.counts import group_counts
from vaeviz.analysis.popgen import heterozygosity
from vaeviz.analysis.populations import is_admixed
from vaeviz.analysis.rarefaction import (
    binary_entropy_bits,
    common_size,
    rarefied_entropy_bits,
)
from vaeviz.data.panel import Panel

N_BLOCKS = 100
"""Contiguous blocks of sites that the bootstrap draws: neighbours are in LD."""


@dataclasses.dataclass(frozen=True, eq=False)
class SiteEntropy:
    """Allele frequency and entropy of each group at each site.

    Attributes
    ----------
    groups : tuple of str
    n_samples : int64, shape (n_groups,)
    alt_count, n_called : int32, shape (n_groups, n_sites)
        Copies of ALT among the called alleles.
    frequency, entropy_bits : float64, shape (n_groups, n_sites)
        NaN where no allele of the group is called.
    """

    groups: tuple[str, ...]
    n_samples: NDArray[np.int64]
    alt_count: NDArray[np.int32]
    n_called: NDArray[np.int32]
    frequency: NDArray[np.float64]
    entropy_bits: NDArray[np.float64]


def site_entropy(panel: Panel, by: str) -> SiteEntropy:
    """Plug-in entropy per group and site.

    Parameters
    ----------
    panel : Panel
        Use it unpruned: pruning and frequency cuts change the mean.
    by : str
        Sample column with the labels.

    Raises
    ------
    PanelError
        The panel has no such column.
    """
    counts = group_counts(panel, by)
    frequency = np.where(counts.called > 0, counts.alt / np.maximum(counts.called, 1), np.nan)
    return SiteEntropy(
        groups=counts.groups,
        n_samples=counts.n_samples,
        alt_count=counts.alt,
        n_called=counts.called,
        frequency=frequency,
        entropy_bits=binary_entropy_bits(frequency),
    )


def entropy_table(
    panel: Panel,
    by: str,
    n_bootstrap: int = 200,
    seed: int = 1,
    entropy: SiteEntropy | None = None,
) -> pd.DataFrame:
    """Mean entropy over sites of each group, in falling order.

    Parameters
    ----------
    panel : Panel
    by : str
        Sample column with the labels.
    n_bootstrap : int
        Draws of the block bootstrap over sites.
    seed : int
        Of the bootstrap.
    entropy : SiteEntropy, optional
        `site_entropy(panel, by)` where it is at hand already.

    Returns
    -------
    DataFrame
        group, n_samples, n_sites (with a called allele of the group), mean_entropy_bits, ci_low,
        ci_high (95 %, over sites, not over people), rarefied_entropy_bits (expected for
        rarefied_haplotypes drawn from each group; NaN for groups with fewer),
        rarefied_haplotypes, mean_heterozygosity (observed, mean over samples), admixed.
    """
    entropy = entropy or site_entropy(panel, by)
    low, high = _intervals(entropy.entropy_bits, n_bootstrap, seed)
    size = common_size(entropy.n_called)
    observed = pd.Series(heterozygosity(panel)).groupby(panel.labels(by)).mean()
    table = pd.DataFrame(
        {
            "group": entropy.groups,
            "n_samples": entropy.n_samples,
            "n_sites": np.isfinite(entropy.entropy_bits).sum(axis=1),
            "mean_entropy_bits": _mean(entropy.entropy_bits),
            "ci_low": low,
            "ci_high": high,
            "rarefied_entropy_bits": _rarefied(entropy, size),
            "rarefied_haplotypes": size,
            "mean_heterozygosity": observed.loc[list(entropy.groups)].to_numpy(),
            "admixed": [is_admixed(group, panel) for group in entropy.groups],
        }
    )
    return table.sort_values("mean_entropy_bits", ascending=False, kind="stable", ignore_index=True)


def _mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean over the last axis without NaN; NaN where nothing is left."""
    called = np.isfinite(values)
    total = np.where(called, values, 0.0).sum(axis=-1)
    return ratio(total, called.sum(axis=-1))


def ratio(total: ArrayLike, number: NDArray[np.int64]) -> NDArray[np.float64]:
    """Quotient; NaN where the number is 0."""
    return np.where(number > 0, np.divide(total, np.maximum(number, 1)), np.nan)


def _rarefied(entropy: SiteEntropy, size: int) -> NDArray[np.float64]:
    pairs = zip(entropy.alt_count, entropy.n_called, strict=True)
    return np.array([_mean(rarefied_entropy_bits(alt, called, size)) for alt, called in pairs])


def _intervals(
    entropy_bits: NDArray[np.float64], n_bootstrap: int, seed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """95 % percentile intervals of the mean, from whole blocks drawn with replacement."""
    n_sites = entropy_bits.shape[1]
    n_blocks = min(N_BLOCKS, n_sites)
    starts = np.linspace(0, n_sites, n_blocks, endpoint=False).astype(int)
    called = np.isfinite(entropy_bits)
    totals = np.add.reduceat(np.where(called, entropy_bits, 0.0), starts, axis=1)
    numbers = np.add.reduceat(called.astype(np.int64), starts, axis=1)
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(n_blocks, np.full(n_blocks, 1 / n_blocks), size=n_bootstrap)
    means = ratio(drawn @ totals.T, drawn @ numbers.T)
    usable = np.isfinite(means).any(axis=0)
    bounds = np.full((2, entropy_bits.shape[0]), np.nan)
    bounds[:, usable] = np.nanpercentile(means[:, usable], [2.5, 97.5], axis=0)
    return bounds[0], bounds[1]
