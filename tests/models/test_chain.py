from __future__ import annotations

import numpy as np
import pytest
import torch

from tests.models.test_shapes import N_SITES, WINDOWS, network
from vaeviz.config import ModelConfig, TrainConfig
from vaeviz.errors import ConfigError
from vaeviz.models.autoencoder import Autoencoder
from vaeviz.models.bottlenecks import step_nats
from vaeviz.models.chain import SiteContext, linked, shifted
from vaeviz.models.shapes import WindowDecoder


def chained(stretches: tuple[int, ...] = (0,)) -> Autoencoder:
    """Network with random weights where training starts from zeros."""
    model = network(autoregressive=True, stretches=stretches)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(generator=torch.Generator().manual_seed(1))
    return model


def context_of(model: Autoencoder) -> SiteContext:
    assert isinstance(model.decoder, WindowDecoder)
    assert model.decoder.context is not None
    return model.decoder.context


@pytest.mark.parametrize("site", range(N_SITES))
def test_a_site_tells_later_sites_of_its_window_and_the_next_only(site: int) -> None:
    context = context_of(chained())
    counts = torch.zeros(1, N_SITES)
    changed = counts.clone()
    changed[0, site] = 1
    told = (context(counts) != context(changed))[0].nonzero().flatten().tolist()
    window = max(w for w, start in enumerate(WINDOWS) if start <= site)
    ends = (*WINDOWS[1:], N_SITES)
    last = ends[min(window + 1, len(WINDOWS) - 1)]
    assert told == list(range(site + 1, last))


def test_nothing_is_told_across_the_end_of_a_stretch() -> None:
    context = context_of(chained(stretches=(0, 4)))
    counts = torch.zeros(1, N_SITES)
    changed = counts.clone()
    changed[0, :4] = 1
    told = (context(counts) != context(changed))[0].nonzero().flatten()
    assert told.max() < 4


def test_missing_counts_tell_nothing() -> None:
    context = context_of(chained())
    context.site_mean.fill_(0.3)
    missing = torch.full((1, N_SITES), -1)
    assert context(missing).abs().max() == 0
    assert context(torch.zeros(1, N_SITES)).abs().max() > 0


def test_windows_move_on_by_one_within_a_stretch() -> None:
    config = ModelConfig(n_sites=N_SITES, shape="windowed", windows=WINDOWS, stretches=(0, 4))
    windows = torch.arange(1.0, 5).reshape(4, 1, 1)
    assert shifted(windows, linked(config)).flatten().tolist() == [0, 1, 0, 3]


@pytest.mark.parametrize("width", [0.03, 0.5, 4.0])
def test_steps_share_one_whole(width: float) -> None:
    place = torch.arange(-40.0, 40.0, width, dtype=torch.float64) + 0.3 * width
    mass = torch.exp(-step_nats(place, torch.tensor(width, dtype=torch.float64)))
    assert mass.sum() == pytest.approx(1, abs=1e-4)


def test_far_steps_cost_more_and_keep_a_gradient() -> None:
    place = torch.linspace(0, 50, 101, requires_grad=True)
    nats = step_nats(place, torch.tensor(0.5))
    assert (nats.diff() > 0).all()
    (gradient,) = torch.autograd.grad(nats.sum(), place)
    assert (gradient[1:] > 0).all()


def test_noise_is_what_rounding_does() -> None:
    model = network(autoregressive=True)
    model.get_parameter("bottleneck.log_step").data.fill_(np.log(0.5))
    location = torch.randn(2000, 8, generator=torch.Generator().manual_seed(0))
    noise = torch.randn(2000, 8, generator=torch.Generator().manual_seed(1))
    added = model.bottleneck(location, location, noise).latent.detach() - location
    assert added.abs().max() <= 0.25
    rounded = torch.round(location / 0.5) * 0.5 - location
    assert added.std().item() == pytest.approx(rounded.std().item(), rel=0.02)
    _, sd = model.bottleneck.posterior(location, location)
    assert sd[0, 0].item() == pytest.approx(rounded.std().item(), rel=0.02)


def test_a_chain_is_worth_what_it_knows() -> None:
    """A latent that lies where the window before says costs less than one that does not."""
    model = chained()
    location = torch.zeros(3, 8)
    for _ in range(4):  # window by window, the chain's mean becomes the location
        location, _ = model.bottleneck.chain(location)
    expected = model.bottleneck(location, location, torch.zeros(3, 8)).nats
    # The last window tells no other.
    moved = location + torch.tensor([0.0] * 6 + [3.0] * 2)
    elsewhere = model.bottleneck(moved, moved, torch.zeros(3, 8)).nats
    assert (elsewhere > expected + 0.1)[:, 6:].any()
    assert torch.equal(elsewhere[:, :6], expected[:, :6])


@pytest.mark.parametrize(
    "changes",
    [
        {"shape": "global"},
        {"shape": "hybrid"},
        {"bottleneck": "vq"},
        {"shared_windows": True},
        {"denoise": 0.1},
    ],
)
def test_it_is_refused_where_it_means_nothing(changes: dict[str, object]) -> None:
    with pytest.raises(ConfigError, match="autoregressive"):
        TrainConfig.preset("sequence", autoregressive=True, **changes)


def test_a_stretch_begins_with_a_window() -> None:
    with pytest.raises(ConfigError, match="stretch"):
        ModelConfig.make(n_sites=N_SITES, shape="windowed", windows=WINDOWS, stretches=(5,))
