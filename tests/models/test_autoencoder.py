from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy import stats

from vaeviz.config import ModelConfig
from vaeviz.models.autoencoder import Autoencoder, Terms
from vaeviz.models.bottlenecks import gaussian_kl
from vaeviz.models.likelihood import binomial_nats


def small(**changes: object) -> Autoencoder:
    values = {"n_sites": 7, "n_latent": 3, "n_components": 4, "rank": 5, "hidden": (6,)}
    torch.manual_seed(0)
    return Autoencoder(ModelConfig.make(**{**values, **changes}))


@pytest.mark.parametrize("ploidy", [1, 2])
def test_binomial_nats_is_scipys_binomial_and_skips_missing(ploidy: int) -> None:
    rng = np.random.default_rng(0)
    counts = rng.integers(-1, ploidy + 1, (5, 7))
    logits = rng.normal(size=(5, 7))
    expected = -stats.binom.logpmf(counts, ploidy, 1 / (1 + np.exp(-logits)))
    expected = np.where(counts < 0, 0.0, expected).sum(1)
    got = binomial_nats(torch.tensor(logits), torch.tensor(counts), ploidy)
    np.testing.assert_allclose(got.numpy(), expected, rtol=1e-5)


def test_gaussian_kl_is_torchs() -> None:
    mean, log_variance = torch.randn(4, 3), torch.randn(4, 3)
    q = torch.distributions.Normal(mean, torch.exp(0.5 * log_variance))
    p = torch.distributions.Normal(torch.zeros(4, 3), torch.ones(4, 3))
    expected = torch.distributions.kl_divergence(q, p)
    torch.testing.assert_close(gaussian_kl(mean, log_variance), expected)


def test_noise_is_scaled_by_the_standard_deviation() -> None:
    """popVAE scales it by the variance: with log-variance -5 that is off by a factor of 12."""
    network = small()
    scores, counts = torch.randn(2, 4), torch.ones(2, 7)
    noise = torch.randn(2, 3)
    mean, log_variance = network.locate(scores)
    by_hand = network.decode(mean + noise * torch.exp(log_variance).sqrt())
    terms: Terms = network(scores, counts, noise)
    torch.testing.assert_close(terms.reconstruction_nats, binomial_nats(by_hand, counts, 2))


def test_missing_counts_add_nothing_to_the_scores() -> None:
    network = small()
    encoder = network.encoder
    encoder.site_scale.fill_(1.0)
    encoder.site_center.fill_(0.5)
    encoder.loadings.normal_()
    counts = torch.tensor([[0.0, 1, 2, -1, 0, 1, 2]])
    known = counts[:, counts[0] >= 0] - 0.5
    expected = known @ encoder.loadings[counts[0] >= 0]
    torch.testing.assert_close(network.features(counts), expected)


def test_a_condition_changes_encoder_and_decoder_and_no_label_is_category_zero() -> None:
    network = small(condition="population", condition_labels=("a", "b"))
    torch.nn.init.normal_(network.encoder.log_variance.weight)
    scores, latent = torch.randn(2, 4), torch.randn(2, 3)
    first, second = torch.tensor([1, 1]), torch.tensor([2, 2])
    assert not torch.equal(network.encode(scores, first)[1], network.encode(scores, second)[1])
    assert not torch.equal(network.decode(latent, first), network.decode(latent, second))
    zero = torch.zeros(2, dtype=torch.long)
    torch.testing.assert_close(network.decode(latent, None), network.decode(latent, zero))


def test_a_heterozygote_at_even_frequency_costs_one_bit() -> None:
    nats = binomial_nats(torch.zeros(1, 1), torch.ones(1, 1), 2)
    assert nats.item() / math.log(2) == pytest.approx(1.0)


def test_dropout_acts_in_training_only() -> None:
    network = small(dropout=0.5)
    latent = torch.randn(50, 3)
    assert not torch.equal(network.decode(latent), network.decode(latent))
    network.eval()
    assert torch.equal(network.decode(latent), network.decode(latent))
