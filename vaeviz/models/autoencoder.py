"""The autoencoder of genotypes: PC encoder, Gaussian bottleneck, low-rank decoder."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from vaeviz.config import ModelConfig

MIN_LOG_VARIANCE, MAX_LOG_VARIANCE = -10.0, 4.0
INITIAL_LOG_VARIANCE = -5.0


class Terms(NamedTuple):
    """What one pass costs, a row each.

    Attributes
    ----------
    reconstruction_nats : Tensor, shape (n_rows,)
        -log Binomial(count | ploidy, p) over the observed sites, binomial coefficient included.
    kl_nats : Tensor, shape (n_rows, n_latent)
        Divergence of the posterior from N(0, 1), a latent dimension each.
    """

    reconstruction_nats: Tensor
    kl_nats: Tensor


def perceptron(n_in: int, hidden: tuple[int, ...], n_out: int) -> nn.Sequential:
    """Fully connected layers with SiLU between them."""
    layers: list[nn.Module] = []
    for width in hidden:
        layers += [nn.Linear(n_in, width), nn.SiLU()]
        n_in = width
    return nn.Sequential(*layers, nn.Linear(n_in, n_out))


class Autoencoder(nn.Module):
    """Global variational autoencoder with a binomial likelihood.

    Rows enter the encoder as scores on `n_components` principal components (`loadings` is a
    buffer: it is fitted once on training rows and not trained). The posterior mean is a linear
    skip from the scores plus a perceptron that starts at zero. The decoder ends in a
    rank x sites matrix. With a condition, a one-hot label joins scores and latent; category 0
    is 'no label'.
    """

    site_center: Tensor
    site_scale: Tensor
    loadings: Tensor
    score_scale: Tensor

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        n_labels = len(config.condition_labels) + 1 if config.condition else 0
        n_input = config.n_components + n_labels
        self.n_labels = n_labels
        self.register_buffer("site_center", torch.zeros(config.n_sites))
        self.register_buffer("site_scale", torch.zeros(config.n_sites))
        self.register_buffer("loadings", torch.zeros(config.n_sites, config.n_components))
        self.register_buffer("score_scale", torch.ones(()))
        self.mean = perceptron(n_input, config.hidden, config.n_latent)
        self.skip = nn.Linear(config.n_components, config.n_latent, bias=False)
        self.log_variance = nn.Linear(n_input, config.n_latent)
        self.decoder = perceptron(config.n_latent + n_labels, config.hidden, config.rank)
        self.dropout = nn.Dropout(config.dropout)
        self.sites = nn.Linear(config.rank, config.n_sites)
        self._start()

    def _start(self) -> None:
        last = self.mean[-1]
        assert isinstance(last, nn.Linear)
        for parameter in (last.weight, last.bias, self.log_variance.weight):
            nn.init.zeros_(parameter)
        nn.init.constant_(self.log_variance.bias, INITIAL_LOG_VARIANCE)
        nn.init.zeros_(self.skip.weight)
        for k in range(min(self.config.n_latent, self.config.n_components)):
            nn.init.constant_(self.skip.weight[k, k], 1.0)

    def project(self, counts: Tensor) -> Tensor:
        """Scores of allele counts: (n_rows, n_sites) -> (n_rows, n_components).

        Missing counts (-1) sit at the training mean, that is, add nothing.
        """
        centred = (counts - self.site_center) * self.site_scale
        centred = torch.where(counts < 0, torch.zeros_like(centred), centred)
        return centred @ self.loadings * self.score_scale

    def label(self, category: Tensor | None, rows: Tensor) -> Tensor:
        """Append one-hot categories (0 = no label) to rows when the model has a condition."""
        if not self.n_labels:
            return rows
        if category is None:
            category = torch.zeros(len(rows), dtype=torch.long, device=rows.device)
        return torch.cat([rows, functional.one_hot(category, self.n_labels).to(rows.dtype)], 1)

    def encode(self, scores: Tensor, category: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Posterior mean and log-variance, both (n_rows, n_latent)."""
        labelled = self.label(category, scores)
        mean = self.skip(scores) + self.mean(labelled)
        log_variance = self.log_variance(labelled)
        return mean, log_variance.clamp(MIN_LOG_VARIANCE, MAX_LOG_VARIANCE)

    def decode(self, latent: Tensor, category: Tensor | None = None) -> Tensor:
        """Logits of the ALT allele: (n_rows, n_latent) -> (n_rows, n_sites)."""
        return self.sites(self.dropout(self.decoder(self.label(category, latent))))

    def forward(
        self, scores: Tensor, counts: Tensor, noise: Tensor, category: Tensor | None = None
    ) -> Terms:
        """Cost of `counts` (n_rows, n_sites) when coded through their `scores`.

        `noise` (n_rows, n_latent) is standard normal; the latent is mean + exp(log_variance / 2)
        x noise (Kingma and Welling 2014, eq. 10).
        """
        mean, log_variance = self.encode(scores, category)
        latent = mean + torch.exp(0.5 * log_variance) * noise
        nats = binomial_nats(self.decode(latent, category), counts, self.config.ploidy)
        return Terms(nats, gaussian_kl(mean, log_variance))


def gaussian_kl(mean: Tensor, log_variance: Tensor) -> Tensor:
    """KL(N(mean, exp(log_variance)) || N(0, 1)) in nats, element by element."""
    return 0.5 * (mean.square() + log_variance.exp() - 1.0 - log_variance)


def binomial_nats(logits: Tensor, counts: Tensor, ploidy: int) -> Tensor:
    """-log Binomial(count | ploidy, sigmoid(logit)) summed over observed sites, in nats.

    Missing counts (-1) cost nothing. The binomial coefficient is included: phase is not coded.
    """
    logits = logits.float()
    observed = (counts >= 0).to(logits.dtype)
    share = counts.clamp(min=0).to(logits.dtype) / ploidy
    nats = ploidy * functional.binary_cross_entropy_with_logits(
        logits, share, weight=observed, reduction="none"
    ).sum(1)
    if ploidy == 2:
        nats = nats - math.log(2.0) * (counts == 1).sum(1)
    return nats
