"""Gaussians of the codes around each haplotype's: what a window is drawn from."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from vaeviz.synthesis.graph import balanced_matrix

Floats = NDArray[np.float64]
_TINY = 1e-9
"""Added to variances, so that identical codes without noise have a root."""


@dataclasses.dataclass(frozen=True, eq=False)
class Neighbourhoods:
    """A Gaussian around each of N haplotypes.

    Attributes
    ----------
    centre : float64 array, shape (N, n_latent)
    root : float32 array, shape (N, n_latent, n_latent)
        Cholesky factors of the covariances.
    """

    centre: Floats
    root: NDArray[np.float32]

    def codes(self, at: NDArray[np.int64], standard: Floats) -> Floats:
        """Codes around haplotypes `at`, given standard normal numbers (n, n_latent)."""
        # Summed along the last axis: the same numbers however many rows are drawn together.
        return np.asarray(self.centre[at] + (self.root[at] * standard[:, None]).sum(2))


def neighbourhoods_of(
    codes: Floats, sd: Floats, neighbours: int, rng: np.random.Generator
) -> Neighbourhoods:
    """Mean and covariance of the codes near each, and the noise of its posterior.

    Parameters
    ----------
    codes, sd : float64 arrays, shape (N, n_latent)
        Posterior means of a window, N at least 2, and standard deviations.
    neighbours : int
        Codes near each, about.
    rng : Generator

    Returns
    -------
    Neighbourhoods

    Notes
    -----
    Weighted by `balanced_matrix`: as its columns too add up to 1, codes drawn around all
    haplotypes equally often have the mean of the codes and, by the law of total covariance,
    their covariance.
    """
    weights = balanced_matrix(codes, neighbours, rng)
    n, n_latent = codes.shape
    centre = weights @ codes
    squares = weights @ _outer(codes).reshape(n, -1)
    covariance = squares.reshape(n, n_latent, n_latent) - _outer(centre)
    axis = np.arange(n_latent)
    covariance[:, axis, axis] += sd**2 + _TINY
    return Neighbourhoods(centre, np.linalg.cholesky(covariance).astype(np.float32))


def _outer(values: Floats) -> Floats:
    return np.asarray(values[:, :, None] * values[:, None, :])
