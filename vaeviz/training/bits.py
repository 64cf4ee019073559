"""Bits that allele counts cost under given frequencies: one likelihood for models and baselines."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

CLIP_CHOICES = (1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1)


def training_frequencies(counts: NDArray[np.int8], ploidy: int) -> Floats:
    """ALT frequency a site, shape (n_sites,): (count + 1/2) / (n + 1) over called alleles.

    The half keeps unseen alleles possible (Krichevsky and Trofimov 1981).
    """
    called = (counts >= 0).sum(0) * ploidy
    total = np.where(counts >= 0, counts, 0).sum(0, dtype=np.int64)
    return (total + 0.5) / (called + 1.0)


def binomial_bits(counts: NDArray[np.int8], frequency: Floats, ploidy: int) -> Floats:
    """-log2 Binomial(count | ploidy, frequency) summed over observed sites, a row each.

    Parameters
    ----------
    counts : int8, shape (n_rows, n_sites)
        -1 is missing and costs nothing.
    frequency : float, shape (n_sites,) or (n_rows, n_sites)
        Strictly between 0 and 1.
    ploidy : 1 or 2
        With 2 the binomial coefficient is included: phase is not coded.

    Returns
    -------
    float64, shape (n_rows,), bits
    """
    alt = np.where(counts >= 0, counts, 0)
    ref = np.where(counts >= 0, ploidy - counts, 0)
    bits = -(alt * np.log2(frequency) + ref * np.log2(1.0 - frequency)).sum(1)
    return bits - (counts == 1).sum(1) if ploidy == 2 else bits


def observed_alleles(counts: NDArray[np.int8], ploidy: int) -> NDArray[np.int64]:
    """Alleles a row that are not missing: ploidy x observed sites."""
    return ploidy * (counts >= 0).sum(1)


def best_clip(counts: NDArray[np.int8], frequency: NDArray[np.floating], ploidy: int) -> float:
    """The clip of reconstructed frequencies that codes `counts` (validation rows) best."""

    def cost(clip: float) -> float:
        clipped = np.clip(frequency, clip, 1.0 - clip).astype(np.float64)
        return float(binomial_bits(counts, clipped, ploidy).sum())

    return min(CLIP_CHOICES, key=cost)
