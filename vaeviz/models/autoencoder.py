"""The autoencoder of genotypes: encoder -> bottleneck -> decoder, all from one configuration."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from vaeviz.config import ModelConfig
from vaeviz.models.bottlenecks import bottleneck
from vaeviz.models.shapes import (
    MAX_LOG_VARIANCE,
    MIN_LOG_VARIANCE,
    ComponentEncoder,
    GlobalDecoder,
    HybridDecoder,
    HybridEncoder,
    WindowDecoder,
    WindowedEncoder,
)


class Terms(NamedTuple):
    """What one pass costs.

    Attributes
    ----------
    reconstruction_nats : Tensor, shape (n_rows,)
        -log Binomial(count | ploidy, p) over the observed sites, binomial coefficient included.
    kl_nats : Tensor, shape (n_rows, n_codes)
        Cost of the latent, a number each: divergence of the posterior from N(0, 1) or from a
        fair coin; of a rounded number where a chain of windows tells what to expect; log of the
        codebook's size; 32 bits where there is no bottleneck.
    penalty : Tensor, shape ()
        What training adds: the distance between codes and codebook.
    location : Tensor, shape (n_rows, n_codes)
        Where the encoder puts each row.
    """

    reconstruction_nats: Tensor
    kl_nats: Tensor
    penalty: Tensor
    location: Tensor


class Autoencoder(nn.Module):
    """Autoencoder with a binomial likelihood; see `ModelConfig` for its shapes and bottlenecks.

    With a condition, a one-hot label joins what encoder and decoder read; category 0 is
    'no label'.
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        self.n_labels = len(config.condition_labels) + 1 if config.condition else 0
        self.encoder: ComponentEncoder | WindowedEncoder | HybridEncoder
        self.decoder: GlobalDecoder | WindowDecoder
        if config.shape == "global":
            self.encoder = ComponentEncoder(config, self.n_labels)
            self.decoder = GlobalDecoder(config, self.n_labels)
        elif config.shape == "windowed":
            self.encoder = WindowedEncoder(config, self.n_labels)
            self.decoder = WindowDecoder(config, self.n_labels, config.n_latent)
        else:
            self.encoder = HybridEncoder(config, self.n_labels)
            self.decoder = HybridDecoder(config, self.n_labels)
        self.bottleneck = bottleneck(config)

    def features(self, counts: Tensor) -> Tensor:
        """What the encoder reads of allele counts (n_rows, n_sites), -1 missing.

        Component scores of the global shape, standardised counts of the others.
        """
        return self.encoder.features(counts)

    def label(self, category: Tensor | None, rows: Tensor) -> Tensor | None:
        """One-hot categories (0 = no label) beside `rows`; None without a condition."""
        if not self.n_labels:
            return None
        if category is None:
            category = torch.zeros(len(rows), dtype=torch.long, device=rows.device)
        return functional.one_hot(category, self.n_labels).to(rows.dtype)

    def locate(self, features: Tensor, category: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Location and log-variance as the bottleneck reads them, both (n_rows, n_codes)."""
        location, log_variance = self.encoder(features, self.label(category, features))
        return location, log_variance.clamp(MIN_LOG_VARIANCE, MAX_LOG_VARIANCE)

    def encode(self, features: Tensor, category: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Posterior mean and standard deviation of the latent, both (n_rows, n_codes)."""
        return self.bottleneck.posterior(*self.locate(features, category))

    def decode(self, latent: Tensor, category: Tensor | None = None) -> Tensor:
        """Logits of the ALT allele: (n_rows, n_codes) -> (n_rows, n_sites)."""
        logits: Tensor = self.decoder(latent, self.label(category, latent))
        return logits

    def forward(
        self,
        features: Tensor,
        counts: Tensor,
        noise: Tensor,
        category: Tensor | None = None,
        block: int | None = None,
    ) -> Terms:
        """Cost of `counts` when coded through their `features`.

        `noise` (n_rows, n_codes) is standard normal. With a `block`, `counts` holds that
        block's sites alone, and the cost is scaled up to all sites.
        """
        location, log_variance = self.locate(features, category)
        code = self.bottleneck(location, log_variance, noise)
        label = self.label(category, code.latent)
        nats = self.decoder.nats(code.latent, label, counts, block)
        return Terms(nats, code.nats, code.penalty, location)
