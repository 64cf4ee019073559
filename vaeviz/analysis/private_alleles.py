"""Private alleles: those that one group has and no other, also at one sample size for all."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from vaeviz.analysis.counts import GroupCounts

SITES_WITH_FEWER = 0.05
"""Share of sites at which a group may have fewer haplotypes than all are rarefied to."""


def private_alleles(counts: GroupCounts) -> NDArray[np.float64]:
    """Alleles (REF and ALT) seen in one group and in no other, per group and site.

    Returns
    -------
    float64, shape (n_groups, n_sites)
        0, 1 or 2; NaN everywhere for a single group, and where no other group is called.
    """
    total = np.zeros(counts.alt.shape)
    for copies in (counts.alt, counts.called - counts.alt):
        present = copies > 0
        total += present & (present.sum(axis=0) == 1)
    others = (counts.called > 0).sum(axis=0) - (counts.called > 0)
    return np.where(others > 0, total, np.nan)


def comparable_groups(called: NDArray[np.int32], size: int) -> NDArray[np.bool_]:
    """Groups with `size` haplotypes or more at 95 % of the sites: bool, shape (n_groups,)."""
    reached = np.quantile(called, SITES_WITH_FEWER, axis=1, method="lower")
    return np.asarray(reached >= size)


def rarefied_private_alleles(counts: GroupCounts, size: int) -> NDArray[np.float64]:
    """Private alleles expected when `size` haplotypes of every group are looked at.

    Kalinowski 2004, Conservation Genetics 5:539; Szpiech et al. 2008, Bioinformatics 24:2498
    (ADZE): an allele is private where a draw without replacement from this group has it and
    draws from all the others do not.

    Parameters
    ----------
    counts : GroupCounts
    size : int
        Haplotypes drawn from each group. Smaller groups (`comparable_groups`) take no part:
        theirs are NaN, and what they hold takes nothing away from the others.

    Returns
    -------
    float64, shape (n_groups, n_sites)
        NaN where a group that takes part has fewer than `size` called, or is the only one.
    """
    result = np.full(counts.alt.shape, np.nan)
    taking = np.flatnonzero(comparable_groups(counts.called, size))
    if len(taking) < 2:
        return result
    alt, called = counts.alt[taking], counts.called[taking]
    enough = (called >= size).all(axis=0)
    alt, called = alt[:, enough], called[:, enough]
    expected = np.zeros(alt.shape)
    for copies in (alt, called - alt):
        unseen = _unseen(copies, called, size)
        expected += (1 - unseen) * _product_of_others(unseen)
    result[np.ix_(taking, np.flatnonzero(enough))] = expected
    return result


def _unseen(copies: NDArray[np.int32], called: NDArray[np.int32], size: int) -> NDArray[np.float64]:
    """P(none of `copies` among `size` of `called`): C(called - copies, size) / C(called, size)."""
    log_factorial = gammaln(np.arange(int(called.max(initial=0)) + 1) + 1.0)
    rest = called - copies
    possible = rest >= size
    spare = np.where(possible, rest - size, 0)
    log_p = log_factorial[rest] - log_factorial[spare]
    log_p += log_factorial[called - size] - log_factorial[called]
    return np.where(possible, np.exp(np.minimum(log_p, 0.0)), 0.0)


def _product_of_others(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """For each row the product of all the other rows (values may be 0: no division)."""
    ones = np.ones((1, values.shape[1]))
    before = np.cumprod(np.vstack([ones, values[:-1]]), axis=0)
    after = np.cumprod(np.vstack([ones, values[:0:-1]]), axis=0)[::-1]
    return np.asarray(before * after)
