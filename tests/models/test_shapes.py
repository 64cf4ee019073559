from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from vaeviz.config import ModelConfig
from vaeviz.errors import ConfigError
from vaeviz.models.autoencoder import Autoencoder
from vaeviz.models.likelihood import binomial_nats, linear_binomial_nats
from vaeviz.models.shapes import GlobalDecoder
from vaeviz.models.windows import WindowLayout

WINDOWS = (0, 3, 4, 9)
N_SITES = 11


def network(shape: str = "windowed", **changes: object) -> Autoencoder:
    values = {
        "n_sites": N_SITES,
        "shape": shape,
        "windows": () if shape == "global" else WINDOWS,
        "n_latent": 2,
        "n_components": 3,
        "rank": 4,
        "hidden": (5,),
        "window_hidden": 6,
        "window_features": 3,
        "ploidy": 1,
    }
    torch.manual_seed(0)
    made = Autoencoder(ModelConfig.make(**{**values, **changes})).eval()
    made.encoder.site_scale.fill_(1.0)
    return made


@settings(max_examples=25, deadline=None)
@given(st.sets(st.integers(1, N_SITES - 1)))
def test_windows_come_back_as_the_sites_they_were_cut_from(starts: set[int]) -> None:
    config = ModelConfig(n_sites=N_SITES, shape="windowed", windows=(0, *sorted(starts)))
    layout = WindowLayout(config)
    rows = torch.arange(2 * N_SITES, dtype=torch.float32).reshape(2, N_SITES) + 1
    parts = layout.split(rows)
    assert parts.shape == (config.n_windows, 2, config.window_width)
    assert torch.equal(layout.join(parts), rows)
    assert (parts == 0).sum() == 2 * (config.n_windows * config.window_width - N_SITES)


def test_a_window_reads_and_writes_its_own_sites_only() -> None:
    model = network()
    counts = torch.zeros(1, N_SITES)
    changed = counts.clone()
    changed[0, 5] = 1  # in the third window, sites 4-8
    old, new = model.encode(model.features(counts))[0], model.encode(model.features(changed))[0]
    assert (old != new)[0].nonzero().flatten().tolist() == [4, 5]
    logits = model.decode(old) != model.decode(new)
    assert logits[0].nonzero().flatten().tolist() == [4, 5, 6, 7, 8]


def test_hybrid_windows_merge_into_one_latent() -> None:
    model = network("hybrid")
    mean, _ = model.encode(model.features(torch.randint(0, 2, (3, N_SITES)).float()))
    assert mean.shape == (3, 2)
    assert model.decode(mean).shape == (3, N_SITES)
    assert (model.decode(mean) != model.decode(mean + 1)).all()


def test_shared_windows_hold_one_set_of_weights() -> None:
    def n_weights(shared: bool) -> int:
        return sum(p.numel() for p in network(shared_windows=shared).decoder.second.parameters())

    assert n_weights(False) == len(WINDOWS) * n_weights(True)


@pytest.mark.parametrize("shape", ["global", "windowed", "hybrid"])
def test_a_label_reaches_encoder_and_decoder(shape: str) -> None:
    model = network(shape, condition="population", condition_labels=("a", "b"))
    if shape == "global":
        torch.nn.init.normal_(model.encoder.location[-1].weight)
    features = model.features(torch.randint(0, 2, (1, N_SITES)).float())
    first, second = torch.tensor([1]), torch.tensor([2])
    assert not torch.equal(model.encode(features, first)[0], model.encode(features, second)[0])
    latent = torch.zeros(1, model.config.n_codes)
    assert not torch.equal(model.decode(latent, first), model.decode(latent, second))


@pytest.mark.parametrize("ploidy", [1, 2])
def test_blocks_of_sites_add_up_to_the_whole(ploidy: int) -> None:
    whole, parts = network("global", ploidy=ploidy), network("global", ploidy=ploidy, site_blocks=3)
    decoder = parts.decoder
    assert isinstance(decoder, GlobalDecoder)
    with torch.no_grad():
        decoder.hidden.load_state_dict(whole.decoder.hidden.state_dict())
        for k in range(3):
            decoder.weights[k].copy_(whole.decoder.weights[0][k::3])
            decoder.biases[k].copy_(whole.decoder.biases[0][k::3])
    latent = torch.randn(4, 2)
    counts = torch.randint(-1, ploidy + 1, (4, N_SITES), dtype=torch.int8)
    torch.testing.assert_close(parts.decode(latent), whole.decode(latent))
    shares = [len(decoder.biases[k]) / N_SITES for k in range(3)]
    summed = sum(
        share * decoder.nats(latent, None, counts[:, k::3], k) for k, share in enumerate(shares)
    )
    expected = binomial_nats(whole.decode(latent), counts, ploidy)
    torch.testing.assert_close(summed, expected)


@pytest.mark.parametrize("ploidy", [1, 2])
def test_the_fast_gradient_is_autograds(ploidy: int) -> None:
    torch.manual_seed(2)
    counts = torch.randint(-1, ploidy + 1, (5, 7), dtype=torch.int8)
    tensors = [torch.randn(s, requires_grad=True) for s in ((5, 3), (7, 3), (7,))]
    weights = torch.rand(5)
    fast = linear_binomial_nats(*tensors, counts, ploidy)
    (fast * weights).sum().backward()
    got = [t.grad.clone() for t in tensors]
    for t in tensors:
        t.grad = None
    hidden, weight, bias = tensors
    slow = binomial_nats(hidden @ weight.T + bias, counts, ploidy)
    (slow * weights).sum().backward()
    torch.testing.assert_close(fast, slow, rtol=1e-5, atol=1e-4)
    for mine, theirs in zip(got, tensors, strict=True):
        torch.testing.assert_close(mine, theirs.grad, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    "wrong",
    [
        {"shape": "windowed"},
        {"shape": "global", "windows": (0, 3)},
        {"shape": "windowed", "windows": (1, 3)},
        {"shape": "windowed", "windows": (0, 5, 5)},
        {"shape": "windowed", "windows": (0, N_SITES)},
        {"bottleneck": "vq", "n_latent": 3, "codebook_heads": 2},
        {"shape": "windowed", "n_sites": 2_000_000, "windows": (*range(1_900_000), 1_990_000)},
    ],
)
def test_settings_that_fit_nothing_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ConfigError):
        ModelConfig.make(**{"n_sites": N_SITES, **wrong})


def test_missing_counts_enter_as_the_mean() -> None:
    model = network()
    model.encoder.site_center.copy_(torch.rand(N_SITES))
    features = model.features(torch.full((1, N_SITES), -1.0))
    np.testing.assert_array_equal(features.numpy(), 0.0)
