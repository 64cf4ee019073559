"""Correlation of two values of groups, with bootstrap intervals that only describe."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata

Floats = NDArray[np.float64]

LEAST_GROUPS = 3
LEAST_FOR_INTERVAL = 5
INTERVAL = (2.5, 97.5)


@dataclasses.dataclass(frozen=True)
class Correlation:
    """Pearson's and Spearman's coefficient; NaN where they cannot be told.

    Attributes
    ----------
    n_groups
        Groups with both values.
    pearson, spearman
        NaN for fewer than `LEAST_GROUPS`, or where a value is the same in all groups.
    pearson_low, pearson_high, spearman_low, spearman_high
        95 % percentile bootstrap over groups; NaN for fewer than `LEAST_FOR_INTERVAL`. Groups
        share history, so they are not independent and the interval is no test.
    """

    n_groups: int
    pearson: float
    pearson_low: float
    pearson_high: float
    spearman: float
    spearman_low: float
    spearman_high: float


def correlate(
    first: pd.Series, second: pd.Series, n_bootstrap: int = 2000, seed: int = 1
) -> Correlation:
    """Correlation of two series (in the same order); pairs with a NaN are left out.

    Parameters
    ----------
    first, second : Series
    n_bootstrap, seed : int
        Of the bootstrap over groups.
    """
    x, y = first.to_numpy(float), second.to_numpy(float)
    both = np.isfinite(x) & np.isfinite(y)
    x, y = x[both], y[both]
    if len(x) < LEAST_GROUPS:
        return Correlation(len(x), *[float("nan")] * 6)
    drawn = np.random.default_rng(seed).integers(0, len(x), (n_bootstrap, len(x)))
    pearson = _with_interval(x, y, drawn)
    spearman = _with_interval(x, y, drawn, ranked=True)
    return Correlation(len(x), *pearson, *spearman)


def _with_interval(
    x: Floats, y: Floats, drawn: NDArray[np.int64], ranked: bool = False
) -> tuple[float, float, float]:
    value = float(_pearson(*_ranked(x[None], y[None], ranked))[0])
    if len(x) < LEAST_FOR_INTERVAL or not np.isfinite(value):
        return value, float("nan"), float("nan")
    resampled = _pearson(*_ranked(x[drawn], y[drawn], ranked))
    low, high = np.nanpercentile(resampled, INTERVAL)
    return value, float(low), float(high)


def _ranked(x: Floats, y: Floats, ranked: bool) -> tuple[Floats, Floats]:
    return (rankdata(x, axis=1), rankdata(y, axis=1)) if ranked else (x, y)


def _pearson(x: Floats, y: Floats) -> Floats:
    """Pearson's coefficient of each row; NaN where a row is constant."""
    dx, dy = x - x.mean(axis=1, keepdims=True), y - y.mean(axis=1, keepdims=True)
    spread = np.sqrt((dx * dx).sum(axis=1) * (dy * dy).sum(axis=1))
    products = (dx * dy).sum(axis=1)
    return np.divide(products, spread, out=np.full(len(x), np.nan), where=spread > 1e-12)
