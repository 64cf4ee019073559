"""Geometry terms of a map: keep neighbours together, keep distances in order.

Both compare a batch's posterior means with the cross-fitted principal components of the same
training rows; no label enters.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from vaeviz.config import TrainConfig

PERPLEXITY = 15.0
DISTANCE_COMPONENTS = 8
INITIAL_SCALE = 10.0


class Geometry(nn.Module):
    """The two terms, for one set of training rows.

    Parameters
    ----------
    scores : float32, shape (n_train, n_components)
        Cross-fitted scores of the training rows.
    config : TrainConfig
        The weights of the terms.
    """

    affinity: Tensor
    near: Tensor

    def __init__(self, scores: NDArray[np.float32], config: TrainConfig) -> None:
        super().__init__()
        self.neighbour_weight = config.neighbour_weight
        self.distance_weight = config.distance_weight
        affinity = affinities(scores) if self.neighbour_weight else np.zeros((0, 0), np.float32)
        self.register_buffer("affinity", torch.from_numpy(affinity))
        near = np.ascontiguousarray(scores[:, :DISTANCE_COMPONENTS])
        self.register_buffer("near", torch.from_numpy(near))
        self.log_scale = nn.Parameter(torch.tensor(math.log(INITIAL_SCALE)))

    def forward(self, mean: Tensor, members: Tensor) -> Tensor:
        """Weighted sum of the terms for posterior means (n, n_latent) of training rows `members`.

        `members` (n,) counts among the training rows, in the order of `scores`.
        """
        if len(members) < 3:
            return mean.new_zeros(())
        distance = _distances(mean)
        total = mean.new_zeros(())
        if self.neighbour_weight:
            total = total + self.neighbour_weight * self._neighbours(distance, members)
        if self.distance_weight:
            total = total + self.distance_weight * self._order(distance, members)
        return total

    def _neighbours(self, distance: Tensor, members: Tensor) -> Tensor:
        """Cross-entropy of t-SNE inside the batch (van der Maaten and Hinton 2008, eq. 4-5)."""
        wanted = self.affinity[members][:, members]
        wanted = wanted / wanted.sum().clamp(min=1e-12)
        kernel = 1 / (1 + (distance * self.log_scale.exp()).square())
        kernel = kernel - torch.diag_embed(kernel.diagonal())
        cost: Tensor = kernel.sum().clamp(min=1e-12).log() - (wanted * (kernel + 1e-12).log()).sum()
        return cost

    def _order(self, distance: Tensor, members: Tensor) -> Tensor:
        """1 - Pearson correlation of latent distance with squared distance of the components.

        Squared, because squared distances of components are what Fst is proportional to.
        """
        near = self.near[members]
        wanted = torch.cdist(near, near).square()
        a, b = distance - distance.mean(), wanted - wanted.mean()
        return 1 - (a * b).sum() / (a.norm() * b.norm() + 1e-9)


def affinities(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Symmetric t-SNE affinities of rows, sum 1, shape (n, n)."""
    from openTSNE.affinity import PerplexityBasedNN

    perplexity = min(PERPLEXITY, max(1.0, (len(scores) - 1) / 3 - 0.01))
    found = PerplexityBasedNN(
        scores.astype(np.float64), perplexity=perplexity, method="exact", n_jobs=1, random_state=0
    )
    return np.asarray(found.P.todense(), dtype=np.float32)


def _distances(points: Tensor) -> Tensor:
    """Euclidean distances (n, n), with a gradient where points coincide."""
    difference = points[:, None] - points[None]
    return (difference.square().sum(-1) + 1e-8).sqrt()
