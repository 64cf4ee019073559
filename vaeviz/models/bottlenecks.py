"""Bottlenecks: what stands between encoder and decoder, and what sending it costs."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional
from vector_quantize_pytorch import VectorQuantize

from vaeviz.config import ModelConfig
from vaeviz.models.chain import LatentChain

FLOAT_BITS = 32
"""Cost of a latent number without a bottleneck: it is sent as a 32-bit float."""


START_LOG_STEP = -0.7
MIN_MASS = 1e-6


class Code(NamedTuple):
    """A latent and its cost.

    Attributes
    ----------
    latent : Tensor, shape (n_rows, n_codes)
        What the decoder reads.
    nats : Tensor, shape (n_rows, n_codes)
        Cost of sending it.
    penalty : Tensor, shape ()
        What training adds to the loss beside the cost; 0 but for codebooks.
    """

    latent: Tensor
    nats: Tensor
    penalty: Tensor


class Bottleneck(nn.Module):
    """Base: from the encoder's location and log-variance, (n_rows, n_codes) each, to a code."""

    def forward(self, location: Tensor, log_variance: Tensor, noise: Tensor) -> Code:
        """Draw a latent with standard normal `noise` of the same shape, and price it."""
        raise NotImplementedError

    def posterior(self, location: Tensor, log_variance: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and standard deviation of the latent."""
        raise NotImplementedError

    def start(self, location: Tensor) -> None:
        """Adapt to the encoder's first output, before training."""


class Gaussian(Bottleneck):
    """A Gaussian posterior against N(0, 1) (Kingma and Welling 2014)."""

    def forward(self, location: Tensor, log_variance: Tensor, noise: Tensor) -> Code:  # noqa: D102
        latent = location + torch.exp(0.5 * log_variance) * noise
        return Code(latent, gaussian_kl(location, log_variance), location.new_zeros(()))

    def posterior(self, location: Tensor, log_variance: Tensor) -> tuple[Tensor, Tensor]:  # noqa: D102
        return location, torch.exp(0.5 * log_variance)


class ChainedUniform(Bottleneck):
    """Steps of a fixed width, under a normal distribution that the window before tells.

    Noise as wide as a step stands for rounding to it, so that the cost in training is that of
    the rounded latent in a file (Ballé et al. 2017). The encoder's
    variance is not read: a decoder could not know it.
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.chain = LatentChain(config)
        self.log_step = nn.Parameter(torch.full((config.n_codes,), START_LOG_STEP))

    def forward(self, location: Tensor, log_variance: Tensor, noise: Tensor) -> Code:  # noqa: D102
        step = torch.exp(self.log_step)
        latent = location + step * (torch.special.ndtr(noise) - 0.5)
        mean, prior_log_variance = self.chain(latent)
        inverse_sd = torch.exp(-0.5 * prior_log_variance)
        nats = step_nats((latent - mean) * inverse_sd, step * inverse_sd)
        return Code(latent, nats, location.new_zeros(()))

    def posterior(self, location: Tensor, log_variance: Tensor) -> tuple[Tensor, Tensor]:  # noqa: D102
        return location, (torch.exp(self.log_step) / math.sqrt(12)).expand_as(location)


class Bernoulli(Bottleneck):
    """Bits, -1 or 1, against fair coins; the gradient passes straight through the draw.

    Bengio et al. 2013 (straight-through estimator); the location is the logit of a 1.
    """

    def forward(self, location: Tensor, log_variance: Tensor, noise: Tensor) -> Code:  # noqa: D102
        p = torch.sigmoid(location)
        uniform = torch.special.ndtr(noise)
        bits = (uniform < p).to(p.dtype)
        latent = 2.0 * (bits + p - p.detach()) - 1.0
        nats = math.log(2.0) - _binary_entropy(location)
        return Code(latent, nats, location.new_zeros(()))

    def posterior(self, location: Tensor, log_variance: Tensor) -> tuple[Tensor, Tensor]:  # noqa: D102
        p = torch.sigmoid(location)
        return 2.0 * p - 1.0, 2.0 * torch.sqrt(p * (1.0 - p))


class VectorQuantised(Bottleneck):
    """The nearest entries of learned codebooks (van den Oord et al. 2017).

    A latent is cut into `heads` codes (times the windows); each has a codebook of its own, or
    all share one. A code costs log(codebook size).
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.n_heads = config.codebook_heads * max(1, config.n_codes // config.n_latent)
        self.width = config.n_codes // self.n_heads
        self.nats_per_number = math.log(config.codebook_size) / self.width
        self.codebook = VectorQuantize(
            dim=config.n_codes,
            codebook_dim=self.width,
            codebook_size=config.codebook_size,
            heads=self.n_heads,
            separate_codebook_per_head=not config.shared_codebook,
            learnable_codebook=True,
            ema_update=False,
            rotation_trick=False,
        )

    def forward(self, location: Tensor, log_variance: Tensor, noise: Tensor) -> Code:  # noqa: D102
        latent, _, penalty = self.codebook(location)
        nats = torch.full_like(location, self.nats_per_number)
        return Code(latent.to(location.dtype), nats, penalty.sum())

    def posterior(self, location: Tensor, log_variance: Tensor) -> tuple[Tensor, Tensor]:  # noqa: D102
        latent, _, _ = self.codebook(location)
        return latent.to(location.dtype), torch.zeros_like(location)

    def start(self, location: Tensor) -> None:
        """Fill the codebooks with codes of random rows, a little apart."""
        entries = self.codebook._codebook.embed
        codes = location.reshape(len(location), self.n_heads, self.width).transpose(0, 1)
        if len(entries) == 1:
            codes = codes.reshape(1, -1, self.width)
        pick = torch.randint(codes.shape[1], entries.shape[:2])
        with torch.no_grad():
            chosen = torch.gather(codes, 1, pick[..., None].expand(*pick.shape, self.width))
            spread = codes.std() + 1e-3
            entries.copy_(chosen + 0.05 * spread * torch.randn_like(chosen))

    def indices(self, location: Tensor) -> Tensor:
        """Codebook entry of every code: (n_rows, n_codes) -> int64 (n_rows, n_heads)."""
        index: Tensor = self.codebook(location)[1]
        return index.reshape(len(location), self.n_heads)


class Identity(Bottleneck):
    """A plain autoencoder: the location is the latent, priced as 32-bit floats."""

    def forward(self, location: Tensor, log_variance: Tensor, noise: Tensor) -> Code:  # noqa: D102
        nats = torch.full_like(location, FLOAT_BITS * math.log(2.0))
        return Code(location, nats, location.new_zeros(()))

    def posterior(self, location: Tensor, log_variance: Tensor) -> tuple[Tensor, Tensor]:  # noqa: D102
        return location, torch.zeros_like(location)


def bottleneck(config: ModelConfig) -> Bottleneck:
    """The bottleneck a configuration asks for."""
    if config.autoregressive:
        return ChainedUniform(config)
    if config.bottleneck == "vq":
        return VectorQuantised(config)
    plain = {"gaussian": Gaussian, "bernoulli": Bernoulli, "none": Identity}
    return plain[config.bottleneck]()


def gaussian_kl(mean: Tensor, log_variance: Tensor) -> Tensor:
    """KL(N(mean, exp(log_variance)) || N(0, 1)) in nats, element by element."""
    return 0.5 * (mean.square() + log_variance.exp() - 1.0 - log_variance)


def step_nats(place: Tensor, width: Tensor) -> Tensor:
    """-log of the standard normal mass of a step around `place`, element by element.

    Far out, where differences of the distribution function vanish, that of density times width.
    """
    far = -place.abs()
    mass = torch.special.ndtr(far + width / 2) - torch.special.ndtr(far - width / 2)
    density = 0.5 * place.square() - torch.log(width) + 0.5 * math.log(2 * math.pi)
    return torch.where(mass > MIN_MASS, -torch.log(mass.clamp(min=MIN_MASS)), density)


def _binary_entropy(logit: Tensor) -> Tensor:
    p = torch.sigmoid(logit)
    return functional.softplus(logit) - p * logit
