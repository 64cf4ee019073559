"""Entropy of samples of one size: groups of different sizes compared fairly."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import entr, gammaln

MIN_HAPLOTYPES, MAX_HAPLOTYPES = 10, 1_000
"""Fewer say too little; more change the expectation by next to nothing and cost time."""

_SITES_WITH_FEWER = 0.05
_CELLS_AT_ONCE = 4_000_000


def binary_entropy_bits(frequency: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shannon entropy of an allele of this frequency, bits: -p log2 p - (1 - p) log2 (1 - p)."""
    return (entr(frequency) + entr(1 - frequency)) / np.log(2)


def common_size(called: NDArray[np.int32]) -> int:
    """Haplotypes to which all groups are rarefied.

    Parameters
    ----------
    called : int32, shape (n_groups, n_sites)
        Called alleles.

    Returns
    -------
    int
        Called alleles of the smallest group, which with missing data means the number that 95 %
        of its sites reach; within `MIN_HAPLOTYPES`..`MAX_HAPLOTYPES`.
    """
    reached = [np.quantile(row[row > 0], _SITES_WITH_FEWER) for row in called if row.any()]
    smallest = int(min(reached, default=MIN_HAPLOTYPES))
    return int(np.clip(smallest, MIN_HAPLOTYPES, MAX_HAPLOTYPES))


def rarefied_entropy_bits(
    alt: NDArray[np.int32], called: NDArray[np.int32], size: int
) -> NDArray[np.float64]:
    """Expected plug-in entropy of `size` haplotypes drawn without replacement, per site.

    Exact: the mean of H(k / size) over k ~ Hypergeometric(called, alt, size).

    Parameters
    ----------
    alt, called : int32, shape (n_sites,)
    size : int

    Returns
    -------
    float64, shape (n_sites,)
        NaN where fewer than `size` alleles are called.
    """
    result = np.full(len(alt), np.nan)
    enough = called >= size
    minor = np.minimum(alt, called - alt)
    # One number a pair of counts: quicker to find the distinct ones than rows of two.
    base = int(called.max(initial=0)) + 1
    pairs, which = np.unique(
        minor[enough].astype(np.int64) * base + called[enough], return_inverse=True
    )
    distinct = _expected_entropy(pairs // base, pairs % base, size)
    result[enough] = distinct[which.ravel()]
    return result


def _expected_entropy(
    minor: NDArray[np.int64], called: NDArray[np.int64], size: int
) -> NDArray[np.float64]:
    entropy = binary_entropy_bits(np.arange(size + 1) / size)
    log_factorial = gammaln(np.arange(int(called.max(initial=0)) + 1) + 1.0)
    step = max(1, _CELLS_AT_ONCE // (size + 1))
    parts = [
        _hypergeometric(minor[i : i + step], called[i : i + step], size, log_factorial) @ entropy
        for i in range(0, len(minor), step)
    ]
    return np.concatenate(parts) if parts else np.empty(0)


def _hypergeometric(
    minor: NDArray[np.int64],
    called: NDArray[np.int64],
    size: int,
    log_factorial: NDArray[np.float64],
) -> NDArray[np.float64]:
    """P(k minor alleles among `size`), shape (n, size + 1), from log-factorials."""
    k = np.arange(size + 1)
    a, n = minor[:, None], called[:, None]
    possible = (k <= a) & (size - k <= n - a)

    def log_choose(top: NDArray[np.int64], bottom: NDArray[np.int64]) -> NDArray[np.float64]:
        safe = np.clip(bottom, 0, top)
        return log_factorial[top] - log_factorial[safe] - log_factorial[top - safe]

    size_array = np.array([[size]])
    log_p = log_choose(a, k[None, :]) + log_choose(n - a, size - k[None, :])
    return np.where(possible, np.exp(log_p - log_choose(n, size_array)), 0.0)
