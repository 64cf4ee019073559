"""Principal components of genotypes, with honest (cross-fitted) scores for the training rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg
from scipy.sparse.linalg import eigsh
from threadpoolctl import threadpool_limits

from vaeviz.errors import ModelError

MIN_MAF = 0.01
"""Rarer sites would rule the components after scaling; they get no loading."""
MAX_FIT_ROWS = 4_000
N_FOLDS = 10
DENSE_LIMIT = 1_500
"""Up to this many rows a full eigendecomposition is faster than an iterative one."""

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Components:
    """Principal components fitted on training rows.

    Attributes
    ----------
    center, scale : float32, shape (n_sites,)
        A count x enters as (x - center) * scale (Patterson et al. 2006, eq. 3); scale is 0 at
        sites that were left out.
    loadings : float32, shape (n_sites, n_components)
        Orthonormal columns.
    explained : float32, shape (n_components,)
        Share of the training variance.
    train_rows : int64, shape (n_train,)
    train_scores : float32, shape (n_train, n_components)
        Cross-fitted scores of the training rows: each from components of the other folds,
        turned onto the full ones. In-sample scores are inflated; these are not.
    shrinkage : float32, shape (n_components,)
        Slope of cross-fitted on in-sample scores; near 0 where a component is noise.
    """

    center: Floats
    scale: Floats
    loadings: Floats
    explained: Floats
    train_rows: NDArray[np.int64]
    train_scores: Floats
    shrinkage: Floats

    @property
    def n_components(self) -> int:
        """Number of components."""
        return self.loadings.shape[1]

    def scores(self, counts: NDArray[np.int8]) -> Floats:
        """Plain projection of (n_rows, n_sites) counts; missing counts add nothing."""
        scores: Floats = standardise(counts, self.center, self.scale) @ self.loadings
        return scores

    def all_scores(self, counts: NDArray[np.int8]) -> Floats:
        """Scores of the matrix the components were fitted on: cross-fitted on training rows."""
        scores = self.scores(counts)
        scores[self.train_rows] = self.train_scores
        return scores

    def frequencies(self, scores: Floats, ploidy: int) -> Floats:
        """Reconstructed ALT frequencies (n_rows, n_sites), mean kept, not clipped to 0..1.

        `scores` may hold fewer columns than there are components.
        """
        safe = np.where(self.scale > 0, self.scale, np.inf)
        counts = self.center + scores @ self.loadings[:, : scores.shape[1]].T / safe
        return (counts / ploidy).astype(np.float32)


def standardise(counts: NDArray[np.int8], center: Floats, scale: Floats) -> Floats:
    """(count - center) * scale with missing counts at 0, float32."""
    values = (counts.astype(np.float32) - center) * scale
    values[counts < 0] = 0.0
    return values.astype(np.float32, copy=False)


def fit_components(
    counts: NDArray[np.int8],
    ploidy: int,
    train_rows: NDArray[np.int64],
    n_components: int,
    seed: int,
    groups: NDArray[np.int64] | None = None,
) -> Components:
    """Fit components on training rows and cross-fit their scores.

    Parameters
    ----------
    counts : int8, shape (n_rows, n_sites)
        Allele counts, -1 missing.
    ploidy : 1 or 2
    train_rows : int64, shape (n_train,)
    n_components : int
        Fewer come back when rows or sites do not suffice.
    seed : int
        Of the folds.
    groups : int64, shape (n_rows,), optional
        Rows of one group (the two haplotypes of a person, a family) share a fold.

    Raises
    ------
    ModelError
        Fewer than three training rows, or no site varies among them.
    """
    train = counts[train_rows]
    center, scale = _site_scaling(train, ploidy)
    n = len(train_rows)
    if n < 3 or not (scale > 0).any():
        raise ModelError(
            f"Principal components need three people and a varying site; there are {n} rows and "
            f"{int((scale > 0).sum())} varying sites in the training part.",
            "Use more people, or sites that vary.",
        )
    rng = np.random.default_rng(seed)
    fit = np.sort(rng.permutation(n)[:MAX_FIT_ROWS])
    used = scale > 0
    standard = standardise(train[:, used], center[used], scale[used])
    gram = (standard[fit] @ standard[fit].T).astype(np.float64)
    k = min(n_components, len(fit) - 1, int(used.sum()))
    fold = _folds(n if groups is None else groups[train_rows], rng)[fit]
    # Many small decompositions: on a busy machine threads would wait a minute for each other.
    with threadpool_limits(1):
        vectors, values = _eigen(gram, k)
        full = vectors * np.sqrt(values)
        honest = _cross_fit(gram, full, fold)
    loadings = np.zeros((counts.shape[1], k), np.float32)
    loadings[used] = standard[fit].T @ (vectors / np.sqrt(values))
    scores = standard @ loadings[used]
    scores[fit] = honest
    shrinkage = (scores[fit] * full).sum(0) / (full**2).sum(0)
    explained = values / np.trace(gram)
    return Components(
        center,
        scale,
        loadings,
        explained.astype(np.float32),
        train_rows,
        scores.astype(np.float32),
        shrinkage.astype(np.float32),
    )


def _site_scaling(train: NDArray[np.int8], ploidy: int) -> tuple[Floats, Floats]:
    called = (train >= 0).sum(0)
    total = np.where(train >= 0, train, 0).sum(0, dtype=np.int64)
    frequency = total / np.maximum(called * ploidy, 1)
    maf = np.minimum(frequency, 1 - frequency)
    common = maf >= MIN_MAF
    if common.sum() < 2:
        common = maf > 0
    variance = np.maximum(ploidy * frequency * (1 - frequency), 1e-12)
    scale = np.where(common, 1 / np.sqrt(variance), 0.0)
    return (ploidy * frequency).astype(np.float32), scale.astype(np.float32)


def _eigen(gram: NDArray[np.float64], k: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The k largest eigenpairs, largest first; each vector's largest entry is positive."""
    n = len(gram)
    if n <= DENSE_LIMIT or k > n // 4:
        values, vectors = linalg.eigh(gram, subset_by_index=(n - k, n - 1))
    else:
        values, vectors = eigsh(gram, k=k, v0=np.full(n, n**-0.5), tol=1e-8)
    order = np.argsort(values)[::-1]
    values, vectors = np.maximum(values[order], 1e-9), vectors[:, order]
    peak = vectors[np.abs(vectors).argmax(0), np.arange(k)]
    return vectors * np.where(peak < 0, -1.0, 1.0), values


def _folds(groups: int | NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
    _, member = np.unique(
        np.arange(groups) if isinstance(groups, int) else groups, return_inverse=True
    )
    n_groups = int(member.max()) + 1
    fold = rng.permutation(n_groups) % min(N_FOLDS, n_groups)
    return fold[member]


def _cross_fit(
    gram: NDArray[np.float64], full: NDArray[np.float64], fold: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Scores of each fold from components of the others, Procrustes-turned onto `full`."""
    scores = np.zeros_like(full)
    for held in np.unique(fold):
        rest, out = np.flatnonzero(fold != held), np.flatnonzero(fold == held)
        k = min(full.shape[1], len(rest) - 1)
        if k < 1:
            scores[out] = full[out]
            continue
        vectors, values = _eigen(gram[np.ix_(rest, rest)], k)
        root = np.sqrt(values)
        left, _, right = np.linalg.svd((vectors * root).T @ full[rest], full_matrices=False)
        scores[out] = gram[np.ix_(out, rest)] @ (vectors / root) @ (left @ right)
    return scores
