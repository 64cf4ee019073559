"""Tables derived from the open panel and model, each remembered by content digest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vaeviz.config import FilterConfig
from vaeviz.data.panel import Panel
from vaeviz.ui.cache import remembered

if TYPE_CHECKING:
    from vaeviz.training.model import TrainedModel

PCA_SEED = 1


def embedding(model: TrainedModel, panel: Panel, haplotypes: bool = False) -> pd.DataFrame:
    """`TrainedModel.embed`: latent means and sds, one row a person (or a haplotype)."""
    return remembered(
        "embedding",
        (model.digest, panel.digest),
        lambda: model.embed(panel, haplotypes=haplotypes),
        (haplotypes,),
    )


def components(panel: Panel, n_components: int) -> pd.DataFrame:
    """PCA scores of everybody in the panel: columns sample, PC1, PC2, ..."""

    def compute() -> pd.DataFrame:
        from vaeviz.analysis.embedding import pca_table

        return pca_table(panel, n_components, seed=PCA_SEED)

    return remembered("components", (panel.digest,), compute, (n_components,))


def populations(panel: Panel, by: str) -> pd.DataFrame:
    """One row a group: group, superpopulation, n_samples, latitude, longitude (means)."""

    def compute() -> pd.DataFrame:
        from vaeviz.analysis.populations import population_summary

        return population_summary(panel, by)

    return remembered("populations", (panel.digest,), compute, (by,))


def spectrum(panel: Panel) -> pd.DataFrame:
    """Folded site frequency spectrum in bins: minor_count (middle of the bin), n_sites."""

    def compute() -> pd.DataFrame:
        from vaeviz.analysis.popgen import site_frequency_spectrum

        table = site_frequency_spectrum(panel)
        return table.assign(minor_count=table["minor_frequency"] * 2 * panel.n_samples)

    return remembered("spectrum", (panel.digest,), compute)


def missingness(panel: Panel) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Share of missing genotypes of every site and of every sample."""

    def compute() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        from vaeviz.data.qc import missingness as measure

        return measure(panel)

    return remembered("missingness", (panel.digest,), compute)


def proposed_filters(panel: Panel) -> FilterConfig:
    """Filters that suit the panel; a proposal, never applied unasked."""

    def compute() -> FilterConfig:
        from vaeviz.data.qc import propose_filters

        return propose_filters(panel)

    return remembered("proposed_filters", (panel.digest,), compute)


def kl_nats(model: TrainedModel, panel: Panel) -> NDArray[np.float64]:
    """KL of every row and latent dimension, nats, shape (n_rows, n_latent)."""
    return remembered(
        "kl_nats",
        (model.digest, panel.digest),
        lambda: model.row_terms(panel, n_draws=1).kl_nats,
    )
