"""Percentile bootstrap over people for ratios of sums."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

LEVEL = 0.95


def resample_weights(n_people: int, n_bootstrap: int, seed: int) -> NDArray[np.int64]:
    """How often each person is drawn in each resample, shape (n_bootstrap, n_people)."""
    rng = np.random.default_rng(seed)
    return rng.multinomial(n_people, np.full(n_people, 1.0 / n_people), size=n_bootstrap)


def ratio_interval(
    numerator: NDArray[np.float64], denominator: NDArray[np.float64], weights: NDArray[np.int64]
) -> tuple[float, float]:
    """95 % percentile interval of sum(numerator) / sum(denominator) over resampled people.

    Parameters
    ----------
    numerator, denominator : float64 arrays, shape (n_people,)
    weights : int64 array, shape (n_bootstrap, n_people)
        From `resample_weights`.

    Returns
    -------
    (low, high), NaN for fewer than two people: one person says nothing about spread

    Notes
    -----
    Efron and Tibshirani (1993), section 13.3.
    """
    if weights.shape[1] < 2 or not len(weights):
        return float("nan"), float("nan")
    ratios = (weights @ numerator) / (weights @ denominator)
    low, high = np.quantile(ratios, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)
