"""Squared correlation between imputed and true dosages."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def pooled_r2(truth: NDArray[np.float64], dosage: NDArray[np.float64]) -> float:
    """Squared Pearson correlation over all entries: high wherever frequencies differ by site."""
    return float(site_r2(truth, dosage, np.zeros(len(truth), np.int64), 1, 2)[0])


def site_r2(
    truth: NDArray[np.float64],
    dosage: NDArray[np.float64],
    site: NDArray[np.int64],
    n_sites: int,
    min_entries: int,
) -> NDArray[np.float64]:
    """Squared Pearson correlation within each site: float64, shape (n_sites,).

    Parameters
    ----------
    truth, dosage : float64, shape (n_entries,)
    site : int64, shape (n_entries,)
        Site of each entry.
    n_sites, min_entries : int
        NaN where a site has fewer entries than `min_entries`, or one true value; 0 where
        `dosage` does not vary.
    """

    def total(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.bincount(site, values, n_sites).astype(np.float64)

    n = np.bincount(site, minlength=n_sites)
    share = np.maximum(n, 1)
    x = truth - (total(truth) / share)[site]
    y = dosage - (total(dosage) / share)[site]
    xx, yy, xy = total(x * x), total(y * y), total(x * y)
    with np.errstate(invalid="ignore", divide="ignore"):
        r2 = np.where(yy > 1e-12, xy**2 / (xx * yy), 0.0)
    return np.where((n >= min_entries) & (xx > 1e-12), r2, np.nan)
