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
    logits = logits.float()
    observed = (counts >= 0).to(logits.dtype)
    share = counts.clamp(min=0).to(logits.dtype) / ploidy
    nats = ploidy * functional.binary_cross_entropy_with_logits(
        logits, share, weight=observed, reduction="none"
    ).sum(1)
    if ploidy == 2:
        nats = nats - math.log(2.0) * (counts == 1).sum(1)
    return nats


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
        logits = torch.addmm(bias, hidden, weight.T)
        missing = counts < 0
        has_missing = bool(missing.any())
        values = counts.to(logits.dtype)
        if has_missing:
            values.masked_fill_(missing, 0.0)
        # softplus(x) = -log(1 - sigmoid(x)) bounded away from 0 by the clamp of the logits
        p = torch.sigmoid(logits.clamp_(-15.0, 15.0))
        cost = torch.log1p(-p).mul_(-ploidy)
        if has_missing:
            cost.masked_fill_(missing, 0.0)
        nats = cost.sum(1) - torch.linalg.vecdot(logits, values)
        if ploidy == 2:
            nats = nats - math.log(2.0) * (counts == 1).sum(1)
        gradient = p.mul_(ploidy).sub_(values)
        if has_missing:
            gradient.masked_fill_(missing, 0.0)
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
