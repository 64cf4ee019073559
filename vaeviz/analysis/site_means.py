"""Means over sites that are NaN where nothing is called, and their intervals over blocks."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

N_BLOCKS = 100
"""Contiguous blocks of sites that the bootstrap draws: neighbours are in LD."""


def mean_over_sites(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean over the last axis without NaN; NaN where nothing is left."""
    called = np.isfinite(values)
    total = np.where(called, values, 0.0).sum(axis=-1)
    return ratio(total, called.sum(axis=-1))


def ratio(total: ArrayLike, number: NDArray[np.integer]) -> NDArray[np.float64]:
    """Quotient; NaN where the number is 0."""
    return np.where(number > 0, np.divide(total, np.maximum(number, 1)), np.nan)


def block_intervals(
    values: NDArray[np.float64], n_bootstrap: int, seed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """95 % percentile intervals of the mean, from whole blocks of sites drawn with replacement.

    They say how much the mean depends on which stretches of the genome were looked at, not on
    which people were. The same seed draws the same blocks, whatever the values.

    Parameters
    ----------
    values : float64, shape (n_groups, n_sites)
        In the order of the genome; NaN where nothing is called.

    Returns
    -------
    low, high : float64, shape (n_groups,)
    """
    n_sites = values.shape[1]
    n_blocks = min(N_BLOCKS, n_sites)
    starts = np.linspace(0, n_sites, n_blocks, endpoint=False).astype(int)
    called = np.isfinite(values)
    totals = np.add.reduceat(np.where(called, values, 0.0), starts, axis=1)
    numbers = np.add.reduceat(called.astype(np.int64), starts, axis=1)
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(n_blocks, np.full(n_blocks, 1 / n_blocks), size=n_bootstrap)
    means = ratio(drawn @ totals.T, drawn @ numbers.T)
    usable = np.isfinite(means).any(axis=0)
    bounds = np.full((2, values.shape[0]), np.nan)
    bounds[:, usable] = np.nanpercentile(means[:, usable], [2.5, 97.5], axis=0)
    return bounds[0], bounds[1]
