from __future__ import annotations

import math

import pytest
import torch

from vaeviz.config import ModelConfig
from vaeviz.models.bottlenecks import (
    Bernoulli,
    Gaussian,
    Identity,
    VectorQuantised,
    bottleneck,
    gaussian_kl,
)


def vq(**changes: object) -> VectorQuantised:
    values = {"n_sites": 6, "n_latent": 4, "bottleneck": "vq", "codebook_size": 8}
    torch.manual_seed(0)
    made = bottleneck(ModelConfig.make(**{**values, **changes}))
    assert isinstance(made, VectorQuantised)
    return made


def test_a_gaussian_adds_noise_of_the_posterior_sd() -> None:
    location, log_variance, noise = torch.randn(3, 5, 4)
    code = Gaussian()(location, log_variance, noise)
    torch.testing.assert_close(code.latent, location + log_variance.exp().sqrt() * noise)
    torch.testing.assert_close(code.nats, gaussian_kl(location, log_variance))


def test_bits_are_drawn_with_their_probability_and_cost_the_kl_from_a_fair_coin() -> None:
    logit = torch.tensor([[0.0, 2.0, -1.0]]).repeat(20_000, 1)
    torch.manual_seed(1)
    code = Bernoulli()(logit, torch.zeros_like(logit), torch.randn(logit.shape))
    assert set(code.latent.unique().tolist()) == {-1.0, 1.0}
    share = (code.latent == 1).float().mean(0)
    torch.testing.assert_close(share, torch.sigmoid(logit[0]), atol=0.015, rtol=0)
    q = torch.distributions.Bernoulli(logits=logit[0])
    fair = torch.distributions.Bernoulli(torch.full((3,), 0.5))
    torch.testing.assert_close(code.nats[0], torch.distributions.kl_divergence(q, fair))


def test_the_gradient_passes_straight_through_a_bit() -> None:
    logit = torch.zeros(1, 2, requires_grad=True)
    Bernoulli()(logit, torch.zeros(1, 2), torch.randn(1, 2)).latent.sum().backward()
    # d(2p - 1) / d logit = 2 p (1 - p) = 1/2 at a logit of 0
    torch.testing.assert_close(logit.grad, torch.full((1, 2), 0.5))


def test_without_a_bottleneck_a_number_costs_32_bits() -> None:
    location = torch.randn(2, 3)
    code = Identity()(location, torch.zeros(2, 3), torch.randn(2, 3))
    assert torch.equal(code.latent, location)
    assert code.nats.sum(1).tolist() == pytest.approx([3 * 32 * math.log(2)] * 2)


@pytest.mark.parametrize("heads", [1, 2])
def test_codes_are_entries_of_the_codebook_and_cost_its_logarithm(heads: int) -> None:
    layer = vq(codebook_heads=heads)
    location = torch.randn(50, 4)
    layer.start(location)
    code = layer(location, torch.zeros_like(location), torch.zeros_like(location))
    entries = layer.codebook._codebook.embed
    index = layer.indices(location)
    assert index.shape == (50, heads)
    for head in range(heads):
        columns = slice(head * 4 // heads, (head + 1) * 4 // heads)
        torch.testing.assert_close(code.latent[:, columns], entries[head][index[:, head]])
    assert code.nats.sum(1).tolist() == pytest.approx([heads * math.log(8)] * 50)
    assert code.penalty > 0


def test_the_code_is_the_nearest_entry() -> None:
    layer = vq()
    location = torch.randn(30, 4)
    layer.start(location)
    nearest = torch.cdist(location, layer.codebook._codebook.embed[0]).argmin(1)
    assert torch.equal(layer.indices(location)[:, 0], nearest)


def test_codebooks_start_where_the_data_are_so_that_many_entries_are_used() -> None:
    layer = vq(codebook_size=16)
    location = 5 + torch.randn(400, 4)
    before = len(layer.indices(location).unique())
    layer.start(location)
    assert before < 6 < len(layer.indices(location).unique())


def test_windows_have_codebooks_of_their_own_unless_shared() -> None:
    windows = {"shape": "windowed", "windows": (0, 2, 4)}
    assert len(vq(**windows).codebook._codebook.embed) == 3
    assert len(vq(**windows, shared_codebook=True).codebook._codebook.embed) == 1


def test_codebook_and_encoder_are_drawn_together() -> None:
    layer = vq()
    location = torch.randn(20, 4, requires_grad=True)
    layer(location, torch.zeros(20, 4), torch.zeros(20, 4)).penalty.backward()
    assert location.grad is not None
    assert location.grad.abs().sum() > 0
    assert layer.codebook._codebook.embed.grad.abs().sum() > 0
