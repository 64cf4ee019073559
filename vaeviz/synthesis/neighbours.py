"""How close synthetic people come to the real people whom the model or the region knows."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from vaeviz.analysis.haplotype_neighbours import threshold_signs

Counts = NDArray[np.int8]
_BLOCK = 128
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

    def near_copies(self, rows_per_sample: int) -> int:
        """Synthetic people with a row not farther than the threshold."""
        close = (self.synthetic <= self.threshold).reshape(-1, rows_per_sample)
        return int(close.any(1).sum())

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


def nearest_mismatch(
    rows: Counts,
    known: Counts,
    ploidy: int,
    owner: NDArray[np.int64] | None = None,
    known_owner: NDArray[np.int64] | None = None,
) -> NDArray[np.float64]:
    """Share of mismatching alleles between each row and the nearest known row.

    Parameters
    ----------
    rows, known : int8 arrays, shape (n_rows, n_sites) and (n_known, n_sites)
        -1 is missing; a pair is compared at sites called in both.
    ploidy : 1 or 2
        Two dosages mismatch in |a - b| of 2 alleles.
    owner, known_owner : int64 arrays, optional
        Person of each row; a row is never compared with its own person.

    Returns
    -------
    float64 array, shape (n_rows,), 0 to 1; NaN where nothing can be compared
    """
    signs, known_signs = threshold_signs(rows, ploidy), threshold_signs(known, ploidy)
    called, known_called = np.abs(signs), np.abs(known_signs)
    complete = bool(called.all() and known_called.all())
    nearest = np.empty(len(rows))
    for start in range(0, len(rows), _BLOCK):
        part = slice(start, start + _BLOCK)
        n_compared = signs.shape[1] if complete else called[part] @ known_called.T
        difference = (n_compared - signs[part] @ known_signs.T) / 2
        with np.errstate(invalid="ignore"):
            share = np.asarray(difference / n_compared, np.float64)
        if owner is not None and known_owner is not None:
            share[owner[part][:, None] == known_owner] = np.nan
        share = np.where(np.isnan(share), np.inf, share).min(1)
        nearest[part] = np.where(np.isinf(share), np.nan, share)
    return nearest
