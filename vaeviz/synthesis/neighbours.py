"""How close synthetic people come to the real people whom the model or the region knows."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from vaeviz.analysis.haplotype_neighbours import threshold_signs

Counts = NDArray[np.int8]
Index = NDArray[np.int64]
_ROWS, _KNOWN = 512, 256
NEAR_QUANTILE = 0.01


@dataclasses.dataclass(frozen=True)
class NeighbourDistances:
    """Share of mismatching alleles to the nearest known row.

    Attributes
    ----------
    synthetic : float64 array, shape (n_synthetic_rows,)
    real : float64 array, shape (n_real_rows,)
        Of real people to the known rows of *other* people.
    """

    synthetic: NDArray[np.float64]
    real: NDArray[np.float64]

    @property
    def threshold(self) -> float:
        """First percentile of real-to-real distances: not farther than this is a near copy."""
        return float(np.nanquantile(self.real, NEAR_QUANTILE))

    @property
    def typical(self) -> float:
        """Median of real-to-real distances."""
        return float(np.nanmedian(self.real))

    @property
    def ratio(self) -> float:
        """Median of the synthetic rows over that of the real ones; NaN where the latter is 0."""
        typical = self.typical
        return float(np.nanmedian(self.synthetic)) / typical if typical else float("nan")

    def near_index(self, rows_per_sample: int) -> Index:
        """Synthetic people with a row not farther than the threshold."""
        close = (self.synthetic <= self.threshold).reshape(-1, rows_per_sample)
        return np.flatnonzero(close.any(1)).astype(np.int64)

    def near_copies(self, rows_per_sample: int) -> int:
        """How many synthetic people have a row not farther than the threshold."""
        return len(self.near_index(rows_per_sample))

    def share_close(self) -> float:
        """Share of synthetic rows that are not farther than the threshold."""
        return float((self.synthetic <= self.threshold).mean())

    @property
    def expected_share(self) -> float:
        """Share of further real rows expected within the threshold.

        With fewer than 100 real rows the threshold lies at the smallest of their n distances,
        which a further one undercuts with probability 1 / (n + 1).
        """
        return max(NEAR_QUANTILE, 1.0 / (len(self.real) + 1))


def mismatch(rows: Counts, known: Counts, ploidy: int) -> NDArray[np.float64]:
    """Share of mismatching alleles of every pair of rows, over sites called in both.

    Parameters
    ----------
    rows, known : int8 arrays, shape (n_rows, n_sites) and (n_known, n_sites)
        -1 is missing.
    ploidy : 1 or 2
        Two dosages mismatch in |a - b| of 2 alleles.

    Returns
    -------
    float64 array, shape (n_rows, n_known), 0 to 1; NaN where nothing can be compared
    """
    signs, known_signs = threshold_signs(rows, ploidy), threshold_signs(known, ploidy)
    n_compared: NDArray[np.float32] | int = signs.shape[1]
    if (rows < 0).any() or (known < 0).any():
        n_compared = np.abs(signs) @ np.abs(known_signs).T
    with np.errstate(invalid="ignore"):
        return np.asarray((n_compared - signs @ known_signs.T) / 2 / n_compared, np.float64)


def nearest_mismatch(
    rows: Counts,
    known: Counts,
    ploidy: int,
    owner: Index | None = None,
    known_owner: Index | None = None,
) -> NDArray[np.float64]:
    """Share of mismatching alleles between each row and the nearest known row.

    Parameters
    ----------
    rows, known, ploidy
        As of `mismatch`.
    owner, known_owner : int64 arrays, optional
        Person of each row; a row is never compared with its own person.

    Returns
    -------
    float64 array, shape (n_rows,), 0 to 1; NaN where nothing can be compared
    """
    nearest = np.full(len(rows), np.inf)
    for start in range(0, len(rows), _ROWS):
        part = slice(start, start + _ROWS)
        for first in range(0, len(known), _KNOWN):
            others = slice(first, first + _KNOWN)
            share = mismatch(rows[part], known[others], ploidy)
            if owner is not None and known_owner is not None:
                share[owner[part][:, None] == known_owner[others]] = np.nan
            closest = np.where(np.isnan(share), np.inf, share).min(1)
            nearest[part] = np.minimum(nearest[part], closest)
    return np.where(np.isinf(nearest), np.nan, nearest)
