"""What rows cost under a network: reconstruction, latent, and the labels of a condition."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from vaeviz.models.autoencoder import Autoencoder
from vaeviz.training.bits import observed_alleles
from vaeviz.training.reading import Part


@dataclass(frozen=True)
class RowTerms:
    """Cost of every row.

    Attributes
    ----------
    reconstruction_nats : float64, shape (n_rows,)
        Mean over posterior draws of -log Binomial(counts | ploidy, p), observed sites only.
    kl_nats : float64, shape (n_rows, n_codes)
        Cost of the latent; see `vaeviz.models.autoencoder.Terms`.
    n_alleles : int64, shape (n_rows,)
        Alleles that are not missing, at sites which the model knows.
    """

    reconstruction_nats: NDArray[np.float64]
    kl_nats: NDArray[np.float64]
    n_alleles: NDArray[np.int64]

    def bits(self) -> NDArray[np.float64]:
        """(reconstruction + latent) / ln 2, a row each."""
        total: NDArray[np.float64] = (self.reconstruction_nats + self.kl_nats.sum(1)) / math.log(2)
        return total

    def bits_per_allele(self) -> NDArray[np.float64]:
        """Bits over observed alleles, a row each; NaN without one."""
        return np.where(self.n_alleles > 0, self.bits() / np.maximum(self.n_alleles, 1), np.nan)


def part_terms(network: Autoencoder, part: Part, noise: torch.Tensor) -> RowTerms:
    """Cost of some rows, reconstruction averaged over draws: noise (n_draws, n_rows, n_codes)."""
    nats = torch.zeros(len(part.counts), dtype=torch.float64)
    for draw in noise:
        terms = network(part.features, part.counts, draw, part.category)
        nats += terms.reconstruction_nats.double()
    alleles = observed_alleles(part.counts.numpy(), network.config.ploidy)
    return RowTerms((nats / len(noise)).numpy(), terms.kl_nats.double().numpy(), alleles)


def label_bits(network: Autoencoder, part: Part, noise: torch.Tensor) -> NDArray[np.float64]:
    """Bits of some rows under each label of the condition, (n_rows, n_labels), same noise."""

    def under(category: int) -> NDArray[np.float64]:
        told = torch.full((len(part.counts),), category)
        return part_terms(network, part._replace(category=told), noise).bits()

    return np.stack([under(k + 1) for k in range(len(network.config.condition_labels))], 1)


def join_terms(parts: list[RowTerms]) -> RowTerms:
    """Terms of all rows."""
    return RowTerms(
        np.concatenate([part.reconstruction_nats for part in parts]),
        np.concatenate([part.kl_nats for part in parts]),
        np.concatenate([part.n_alleles for part in parts]),
    )
