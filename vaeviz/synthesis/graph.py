"""Random steps between haplotypes that are alike in a window, balanced so that none is a hub."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy.sparse import csr_array

SELF_LOOP = 0.1
"""Weight of staying beside that of hopping to an identical neighbour, 1."""
JITTER = 1e-3
"""Noise on codes, in units of their prior: identical haplotypes get neighbours at random."""
SOFTENING = 1e-3
"""Added to squared scales, so that identical haplotypes weigh alike."""
TOLERANCE = 1e-4
MAX_ROUNDS = 1_000
_BLOCK = 512


@dataclasses.dataclass(frozen=True)
class Transitions:
    """Probabilities of steps from each of N haplotypes, sparse.

    Attributes
    ----------
    first : int64 array, shape (N + 1,)
        Where the targets of each haplotype begin.
    target : int32 array, shape (n_steps,)
    cumulative : float64 array, shape (n_steps,)
        Cumulative probability of the targets; those of haplotype i run from i to i + 1.
    """

    first: NDArray[np.int64]
    target: NDArray[np.int32]
    cumulative: NDArray[np.float64]

    def step(self, current: NDArray[np.int64], uniform: NDArray[np.float64]) -> NDArray[np.int64]:
        """Where each walker goes, given where it is and a number from [0, 1)."""
        place = np.searchsorted(self.cumulative, current + uniform, side="right")
        # Rounding may leave the last cumulative value a little under i + 1.
        return self.target[np.minimum(place, self.first[current + 1] - 1)].astype(np.int64)


def balanced_transitions(
    codes: NDArray[np.float64], neighbours: int, rng: np.random.Generator
) -> Transitions:
    """Steps to near codes under which every haplotype is visited equally often.

    Parameters
    ----------
    codes, neighbours, rng
        As for `balanced_matrix`.

    Returns
    -------
    Transitions
    """
    return _cumulate(balanced_matrix(codes, neighbours, rng))


def balanced_matrix(
    codes: NDArray[np.float64], neighbours: int, rng: np.random.Generator
) -> csr_array:
    """Weights of near codes that add up to 1 both from and to every haplotype.

    Parameters
    ----------
    codes : float64 array, shape (N, n_latent)
        Posterior means of a window, N at least 2.
    neighbours : int
        k: two codes are joined where one is among the k nearest of the other.
    rng : Generator
        Of the jitter that breaks ties between identical codes.

    Returns
    -------
    sparse float64 array, shape (N, N)

    Notes
    -----
    Weights are exp(-d2 / max(h_i, h_j)), d2 the squared distance and h_i that to the k-th nearest
    (after the self-tuning scale of Zelnik-Manor and Perona 2004, whose sqrt(h_i h_j) leaves an
    outlier beside identical codes with nobody: walks stay there, and copy it). Among the k
    nearest of many, a few codes are hubs, whose alleles a walk multiplies; so the symmetric
    weights A are scaled to D A D with row sums 1 (Sinkhorn and Knopp 1967; D <- sqrt(D / (A D))
    keeps the symmetry). A doubly stochastic matrix leaves the uniform distribution as it is:
    allele frequencies of the donors stay, at any number of steps.
    """
    weights = _weights(codes, neighbours, rng)
    scale = np.ones(len(codes))
    for _ in range(MAX_ROUNDS):
        reached = weights @ scale
        if np.abs(scale * reached - 1.0).max() < TOLERANCE:
            break
        scale = np.sqrt(scale / reached)
    return _scaled(weights, scale)


def _weights(codes: NDArray[np.float64], neighbours: int, rng: np.random.Generator) -> csr_array:
    """Symmetric weights of near codes, and of staying."""
    from scipy.sparse import csr_array, eye_array

    n, k = len(codes), min(neighbours, len(codes) - 1)
    moved = codes + JITTER * rng.standard_normal(codes.shape)
    near, squared = _nearest(moved, k)
    scale = squared[:, -1]
    softened = np.maximum(scale[:, None], scale[near]) + SOFTENING
    weight = np.exp(-squared / softened)
    first = np.arange(0, n * k + 1, k)
    one_way = csr_array((weight.ravel(), near.ravel(), first), shape=(n, n))
    both: csr_array = one_way.maximum(one_way.T) + SELF_LOOP * eye_array(n)
    return both.tocsr()


def _nearest(codes: NDArray[np.float64], k: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The k nearest other codes of each, nearest first, and their squared distances: (N, k)."""
    from scipy.spatial.distance import cdist

    near, squared = [], []
    for start in range(0, len(codes), _BLOCK):
        distance = cdist(codes[start : start + _BLOCK], codes, "sqeuclidean")
        row = np.arange(len(distance))
        distance[row, start + row] = np.inf
        some = np.argpartition(distance, k - 1, axis=1)[:, :k]
        order = np.argsort(np.take_along_axis(distance, some, 1), axis=1)
        near.append(np.take_along_axis(some, order, 1))
        squared.append(np.take_along_axis(distance, near[-1], 1))
    return np.concatenate(near), np.concatenate(squared)


def _scaled(weights: csr_array, scale: NDArray[np.float64]) -> csr_array:
    """D A D, its rows made to add up to 1 exactly."""
    first = weights.indptr
    row = np.repeat(np.arange(len(scale)), np.diff(first))
    probability = scale[row] * weights.data * scale[weights.indices]
    weights.data = probability / np.add.reduceat(probability, first[:-1])[row]
    return weights


def _cumulate(matrix: csr_array) -> Transitions:
    first = matrix.indptr.astype(np.int64)
    row = np.repeat(np.arange(matrix.shape[0]), np.diff(first))
    running = np.cumsum(matrix.data)
    # Every row adds up to 1, so the running sum at its start is its index, but for rounding.
    before = np.concatenate([[0.0], running])[first[:-1]]
    within = np.minimum(running - before[row], 1.0)
    return Transitions(first, matrix.indices.astype(np.int32), row + within)
