"""What coding the same genotypes costs without an autoencoder: allele frequencies, and PCA."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vaeviz.compression.aligned import row_blocks
from vaeviz.training.bits import best_clip, binomial_bits, training_frequencies

if TYPE_CHECKING:
    from vaeviz.training.components import Components

SCORE_BITS = 32
"""What one principal component score costs: a 32-bit float, as a latent in the paper."""

Floats = NDArray[np.float64]
Counts = NDArray[np.int8]


def by_rows(n_rows: int, bits_of: Callable[[slice], Floats]) -> Floats:
    """Join what `bits_of` gives for a few rows at a time: shape (n_rows, ...)."""
    return np.concatenate([bits_of(rows) for rows in row_blocks(n_rows)])


def frequency_bits(counts: Counts, frequency: Floats, ploidy: int) -> Floats:
    """Cost of every row under one ALT frequency a site, in bits, shape (n_rows,).

    The binomial coefficient is included, as in the model's likelihood.
    """
    return by_rows(len(counts), lambda rows: binomial_bits(counts[rows], frequency, ploidy))


def label_bits(
    counts: Counts,
    labels: NDArray[np.object_],
    train_counts: Counts,
    train_labels: NDArray[np.object_],
    ploidy: int,
    fallback: Floats,
) -> Floats:
    """Cost of every row when the coder knows its label and that label's training frequencies.

    Parameters
    ----------
    counts, train_counts : int8 arrays, shape (n_rows, n_sites) and (n_train_rows, n_sites)
    labels, train_labels : object arrays, one label a row
    ploidy : 1 or 2
    fallback : float64 array, shape (n_sites,)
        Frequencies for a label that no training row carries.

    Returns
    -------
    float64 array, shape (n_rows,), bits; the label itself is free
    """
    bits = np.empty(len(counts))
    for label in dict.fromkeys(labels):
        rows, known = labels == label, train_labels == label
        frequency = training_frequencies(train_counts[known], ploidy) if known.any() else fallback
        bits[rows] = frequency_bits(counts[rows], frequency, ploidy)
    return bits


@dataclasses.dataclass(frozen=True)
class PcaCoder:
    """Genotypes coded through as many principal components as the model has latent dimensions.

    Attributes
    ----------
    components : Components
        Fitted on training rows; the mean is kept in the reconstruction.
    ploidy : 1 or 2
    clip : float
        Reconstructed frequencies are clipped to [clip, 1 - clip].
    """

    components: Components
    ploidy: int
    clip: float

    def frequencies(self, counts: Counts) -> Floats:
        """ALT frequencies rebuilt from the scores and clipped, shape (n_rows, n_sites)."""
        rebuilt = _rebuilt(self.components, counts, self.ploidy)
        return np.clip(rebuilt.astype(np.float64), self.clip, 1.0 - self.clip)

    def bits(self, counts: Counts) -> Floats:
        """Cost of the genotypes given the scores, in bits, shape (n_rows,)."""
        return by_rows(len(counts), lambda rows: self._block_bits(counts[rows]))

    @property
    def score_bits(self) -> int:
        """Cost of one row's scores, told apart from the genotypes: 32 bits a score."""
        return SCORE_BITS * self.components.n_components

    def _block_bits(self, counts: Counts) -> Floats:
        return binomial_bits(counts, self.frequencies(counts), self.ploidy)


def fit_pca_coder(
    train_counts: Counts, validation_counts: Counts, ploidy: int, n_components: int, seed: int
) -> PcaCoder:
    """Fit components on training rows and choose the clip on validation rows.

    Parameters
    ----------
    train_counts, validation_counts : int8 arrays, shape (n_rows, n_sites)
        Rows that the coder will be scored on must be in neither.
    ploidy : 1 or 2
    n_components : int
    seed : int

    Raises
    ------
    ModelError
        Fewer than three training rows, or no site varies among them.
    """
    from vaeviz.training.components import fit_components

    rows = np.arange(len(train_counts))
    # One group is one fold: cross-fitted training scores are not used here and cost most.
    one_fold = np.zeros(len(rows), dtype=np.int64)
    components = fit_components(train_counts, ploidy, rows, n_components, seed, one_fold)
    rebuilt = _rebuilt(components, validation_counts, ploidy)
    return PcaCoder(components, ploidy, best_clip(validation_counts, rebuilt, ploidy))


def _rebuilt(components: Components, counts: Counts, ploidy: int) -> NDArray[np.float32]:
    return components.frequencies(components.scores(counts), ploidy)
