"""Rows of a training run on its device, and what every step takes of them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from vaeviz.config import TrainConfig
from vaeviz.training.objective import Batch
from vaeviz.training.prepare import Prepared
from vaeviz.training.split import TRAIN

LABEL_DROPOUT = 0.1


@dataclass(frozen=True)
class Draws:
    """All that is random in one epoch but dropout.

    Attributes
    ----------
    order : int64, shape (n_train,)
        Places among the training rows, in the order they are taken.
    noise : float32, shape (n_train, n_codes)
    keep_label : bool, shape (n_train,)
    generator : torch.Generator
        Of what is drawn a batch at a time: hidden sites and mosaics.
    """

    order: Tensor
    noise: Tensor
    keep_label: Tensor
    generator: torch.Generator


class Batches:
    """The panel on the device, int8, unpacked a batch at a time."""

    def __init__(self, prepared: Prepared, config: TrainConfig, device: torch.device) -> None:
        self.config, self.network, self.mosaic = config, prepared.network, prepared.mosaic
        self.device = device
        self.counts = torch.from_numpy(np.array(prepared.panel.counts)).to(device)
        self.features = None if prepared.features is None else prepared.features.to(device)
        self.category = None if prepared.category is None else prepared.category.to(device)
        self.shrinkage = torch.from_numpy(prepared.components.shrinkage.clip(0, 1)).to(device)
        self.train_rows = torch.from_numpy(prepared.rows[TRAIN])
        self.n_batches = math.ceil(len(self.train_rows) / config.batch_size)
        self.n_blocks = prepared.network.config.site_blocks
        self.blocks = [
            self.counts[:, k :: self.n_blocks].contiguous() for k in range(self.n_blocks)
        ]

    def draws(self, generator: torch.Generator) -> Draws:
        """The random part of an epoch, in a fixed order from one generator."""
        n = len(self.train_rows)
        return Draws(
            order=torch.randperm(n, generator=generator),
            noise=torch.randn(n, self.network.config.n_codes, generator=generator),
            keep_label=torch.rand(n, generator=generator) >= LABEL_DROPOUT,
            generator=generator,
        )

    def take(self, draws: Draws, batch: int, step: int) -> Batch:
        """The rows of a batch, with its block of sites."""
        part = slice(batch * self.config.batch_size, (batch + 1) * self.config.batch_size)
        members = draws.order[part]
        rows = self.train_rows[members].to(self.device)
        block = step % self.n_blocks if self.n_blocks > 1 else None
        counts, features = self._inputs(rows, block, draws.generator)
        category = None
        if self.category is not None:
            category = self.category[rows] * draws.keep_label[part].to(self.device)
        noise = draws.noise[part].to(self.device)
        anchor = None
        if self.mosaic is not None and self.features is not None:
            anchor = self.features[rows]
        return Batch(features, counts, noise, category, block, members.to(self.device), anchor)

    def whole(self, rows: Tensor) -> tuple[Tensor, Tensor, Tensor | None]:
        """Features, counts of all sites and categories of rows, as they are."""
        rows = rows.to(self.device)
        counts = self.counts[rows]
        features = self.network.features(counts) if self.features is None else self.features[rows]
        return features, counts, None if self.category is None else self.category[rows]

    def _inputs(
        self, rows: Tensor, block: int | None, generator: torch.Generator
    ) -> tuple[Tensor, Tensor]:
        """Counts to be coded and the features of what the encoder gets to see of them."""
        as_they_are = self.features is not None and self.mosaic is None and not self.config.denoise
        if as_they_are:
            assert self.features is not None
            counts = self.counts if block is None else self.blocks[block]
            return counts.index_select(0, rows), self.features[rows]
        counts = self.counts[rows] if self.mosaic is None else self.mosaic.draw(rows, generator)
        features = self._features(counts, rows, self._hide(counts, generator))
        return (counts if block is None else counts[:, block :: self.n_blocks]), features

    def _hide(self, counts: Tensor, generator: torch.Generator) -> Tensor:
        if not self.config.denoise:
            return counts
        hidden = torch.rand(counts.shape, generator=generator) < self.config.denoise
        return counts.masked_fill(hidden.to(counts.device), -1)

    def _features(self, counts: Tensor, rows: Tensor, seen: Tensor) -> Tensor:
        """Features of `seen`, honest ones where they are component scores.

        Hidden sites change a row's cross-fitted scores by what they contribute. A mosaic has no
        cross-fitted scores; its in-sample ones are shrunk by as much as theirs are on average.
        """
        features = self.network.features(seen)
        if self.features is None:
            return features
        if self.mosaic is not None:
            return features * self.shrinkage
        return self.features[rows] + features - self.network.features(counts)
