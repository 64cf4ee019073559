"""Genotypes of a panel in a model's terms: its rows, its sites, its split."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vaeviz.data.align import aligned_counts

if TYPE_CHECKING:
    from vaeviz.data.panel import Panel
    from vaeviz.training.model import TrainedModel

_BLOCK = 64


def row_blocks(n_rows: int) -> Iterator[slice]:
    """Slices that cover `n_rows` rows a few at a time: bounds the memory of float matrices."""
    for start in range(0, n_rows, _BLOCK):
        yield slice(start, min(start + _BLOCK, n_rows))


@dataclasses.dataclass(frozen=True)
class AlignedPanel:
    """Genotypes at the sites that both the model knows and the panel has.

    Attributes
    ----------
    counts : int8 array, shape (n_rows, n_shared_sites)
        ALT copies in the model's orientation; -1 is missing.
    ploidy : 1 or 2
        Of the model's rows: 1 haplotypes, 2 people.
    split : object array, shape (n_samples,)
        'train', 'validation', 'test' or 'new' for every sample of the panel.
    model_site : int64 array, shape (n_shared_sites,)
        Index of each shared site among the model's sites.
    panel_site : int64 array, shape (n_shared_sites,)
        Index of each shared site among the panel's sites.
    """

    counts: NDArray[np.int8]
    ploidy: int
    split: NDArray[np.object_]
    model_site: NDArray[np.int64]
    panel_site: NDArray[np.int64]

    @property
    def n_sites(self) -> int:
        """Number of shared sites."""
        return self.counts.shape[1]

    @property
    def rows_per_sample(self) -> int:
        """2 for haplotype rows, else 1."""
        return len(self.counts) // len(self.split)

    def rows_of(self, sample_index: NDArray[np.int64]) -> NDArray[np.int64]:
        """Rows of the given samples, haplotypes of a sample side by side."""
        k = self.rows_per_sample
        return (k * np.asarray(sample_index, np.int64)[:, None] + np.arange(k)).ravel()

    def samples_in(self, *parts: str) -> NDArray[np.int64]:
        """Indices of the samples in any of the given parts of the split."""
        return np.flatnonzero(np.isin(self.split.astype(str), parts))


def align_panel(model: TrainedModel, panel: Panel) -> AlignedPanel:
    """Bring a panel to the model's rows and sites.

    Raises
    ------
    ModelError
        Under 10 % of the model's sites are in the panel.
    PanelError
        The model reads haplotypes and the panel is unphased.
    """
    alignment = model.align(panel)
    rows = panel.model_rows(model.config.rows)
    shared = np.flatnonzero(alignment.index >= 0)
    counts = aligned_counts(rows, alignment)[:, shared]
    panel_site = alignment.index[shared].astype(np.int64)
    return AlignedPanel(counts, rows.ploidy, model.split_of(panel), shared, panel_site)
