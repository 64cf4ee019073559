"""What genotypes cost under the decoder: the binomial likelihood, and its fast gradient."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional


def binomial_nats(logits: Tensor, counts: Tensor, ploidy: int) -> Tensor:
    """-log Binomial(count | ploidy, sigmoid(logit)) summed over observed sites, in nats.

    Missing counts (-1) cost nothing. The binomial coefficient is included: phase is not coded.
    """
    missing = counts < 0
    values = counts.clamp(min=0).to(logits.dtype)
    # -log(1 - p) = softplus(logit), -log p = softplus(logit) - logit
    normaliser = functional.softplus(logits).masked_fill_(missing, 0.0)
    nats = ploidy * normaliser.sum(1) - torch.linalg.vecdot(logits, values)
    if ploidy == 2:
        nats = nats - math.log(2.0) * _heterozygous(values)
    return nats


def _heterozygous(dosages: Tensor) -> Tensor:
    """Number of ones a row: x (2 - x) is 1 at a one, 0 at 0 and 2; much faster than comparing."""
    return torch.linalg.vecdot(dosages, 2.0 - dosages)


LIMIT = 15.0
"""Bound of logits in training: 1 - p must not round to 0."""


class _LinearBinomial(torch.autograd.Function):
    """`binomial_nats` of a linear layer's output, with the gradient made in the forward pass.

    The chain of elementwise steps that autograd would keep costs three times the matrix products
    on a processor; the gradient of the nats with respect to a logit is just
    ploidy x p - count, 0 where missing.
    """

    @staticmethod
    @torch.amp.custom_fwd(device_type="cuda", cast_inputs=torch.float32)
    def forward(
        ctx: Any, hidden: Tensor, weight: Tensor, bias: Tensor, counts: Tensor, ploidy: int
    ) -> Tensor:
        values = counts.clamp(min=0).to(hidden.dtype)
        logits = torch.addmm(bias, hidden, weight.T).clamp_(-LIMIT, LIMIT)
        # Where nothing was seen p is 0 to the last digit: no cost, no gradient.
        p = torch.sigmoid(logits.masked_fill_(counts < 0, -100.0))
        nats = -ploidy * torch.log1p(-p).sum(1) - torch.linalg.vecdot(logits, values)
        if ploidy == 2:
            nats = nats - math.log(2.0) * _heterozygous(values)
        gradient = p.mul_(ploidy).sub_(values)
        ctx.save_for_backward(hidden, weight, gradient)
        return nats

    @staticmethod
    @torch.amp.custom_bwd(device_type="cuda")
    def backward(ctx: Any, upstream: Tensor) -> tuple[Tensor, Tensor, Tensor, None, None]:
        hidden, weight, gradient = ctx.saved_tensors
        scaled_hidden = hidden * upstream[:, None]
        to_hidden = (gradient @ weight) * upstream[:, None]
        return to_hidden, gradient.T @ scaled_hidden, gradient.T @ upstream, None, None


def linear_binomial_nats(
    hidden: Tensor, weight: Tensor, bias: Tensor, counts: Tensor, ploidy: int
) -> Tensor:
    """`binomial_nats(hidden @ weight.T + bias, counts, ploidy)`, cheaper to differentiate.

    Parameters
    ----------
    hidden : shape (n_rows, rank)
    weight : shape (n_sites, rank)
    bias : shape (n_sites,)
    counts : shape (n_rows, n_sites)
    ploidy : 1 or 2
    """
    nats: Tensor = _LinearBinomial.apply(hidden, weight, bias, counts, ploidy)
    return nats
