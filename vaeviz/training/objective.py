"""What a training step minimises: reconstruction, cost of the latent, geometry."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn

from vaeviz.config import TrainConfig
from vaeviz.models.autoencoder import Autoencoder, Terms
from vaeviz.training.geometry import Geometry

NATS_SCALE = 0.03
"""The loss is nats over this share of the sites, so that clipping and epsilon fit any panel."""
N_CYCLES = 4


class Batch(NamedTuple):
    """Rows of one step.

    Attributes
    ----------
    features : what the encoder reads, a row each
    counts : allele counts to be coded, (n, n_sites) or (n, sites of the block)
    noise : standard normal, (n, n_codes)
    category : labels of a conditional model, (n,), or None
    block : block of sites that `counts` holds, or None for all
    members : places among the training rows, (n,)
    anchor : features of the training rows themselves where mosaics stand in for them, or None
    """

    features: Tensor
    counts: Tensor
    noise: Tensor
    category: Tensor | None
    block: int | None
    members: Tensor
    anchor: Tensor | None = None


class Objective(nn.Module):
    """The network and, for maps, the geometry terms trained along with it."""

    def __init__(
        self, network: Autoencoder, geometry: Geometry | None, config: TrainConfig
    ) -> None:
        super().__init__()
        self.network, self.geometry = network, geometry
        self.free_nats = config.free_bits * math.log(2)

    def forward(self, batch: Batch, kl_weight: float) -> tuple[Tensor, Terms]:
        """Loss of a batch, and its terms a row."""
        features, counts, noise, category, block, members, anchor = batch
        terms: Terms = self.network(features, counts, noise, category, block)
        latent = terms.kl_nats.mean(0).clamp(min=self.free_nats).sum()
        nats = terms.reconstruction_nats.mean() + kl_weight * latent
        loss = nats / (NATS_SCALE * self.network.config.n_sites) + terms.penalty
        if self.geometry is not None:
            # Geometry is about people: a mosaic of them has neighbours of its own.
            place = terms.location
            if anchor is not None:
                place, _ = self.network.locate(anchor, category)
            loss = loss + self.geometry(place, members)
        return loss, terms


def kl_weight(config: TrainConfig, progress: float) -> float:
    """Weight of the latent's cost after this share (0..1) of the steps; see `TrainConfig`."""
    if config.kl_schedule == "constant" or config.warmup == 0:
        return config.beta
    if config.kl_schedule == "linear":
        return config.beta * min(1.0, progress / config.warmup)
    within = progress * N_CYCLES % 1.0 if progress < 1 else 1.0
    return config.beta * min(1.0, 2 * within)


def optimizer(objective: Objective, config: TrainConfig) -> torch.optim.Optimizer:
    """AdamW; weight decay spares the sites, whose size is a matter of the data."""
    free = [
        p
        for name, p in objective.named_parameters()
        if name.startswith(("network.decoder.weights", "network.decoder.bias", "geometry."))
        or name.startswith("network.bottleneck.")
    ]
    known = {id(p) for p in free}
    groups = [
        {
            "params": [p for p in objective.parameters() if id(p) not in known],
            "weight_decay": config.weight_decay,
        },
        {"params": free, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=config.learning_rate, betas=(0.9, 0.99), fused=True)
