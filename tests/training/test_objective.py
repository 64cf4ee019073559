from __future__ import annotations

import numpy as np
import pytest
import torch

from vaeviz.config import ModelConfig, TrainConfig
from vaeviz.errors import ConfigError
from vaeviz.models.autoencoder import Autoencoder
from vaeviz.training.geometry import Geometry, affinities
from vaeviz.training.objective import Batch, Objective, kl_weight


@pytest.mark.parametrize(
    ("schedule", "progress", "weight"),
    [
        ("linear", 0.1, 0.5),
        ("linear", 0.2, 1.0),
        ("linear", 0.9, 1.0),
        ("constant", 0.0, 1.0),
        ("cyclical", 0.0625, 0.5),
        ("cyclical", 0.2, 1.0),
        ("cyclical", 0.25, 0.0),
        ("cyclical", 0.3125, 0.5),
        ("cyclical", 1.0, 1.0),
    ],
)
def test_the_weight_of_the_latents_cost_follows_its_schedule(
    schedule: str, progress: float, weight: float
) -> None:
    config = TrainConfig.make(kl_schedule=schedule, warmup=0.2, beta=3)
    assert kl_weight(config, progress) == pytest.approx(3 * weight)


def batch() -> tuple[Autoencoder, Batch]:
    torch.manual_seed(0)
    network = Autoencoder(ModelConfig(n_sites=9, n_latent=2, n_components=4, rank=3, hidden=(5,)))
    counts = torch.randint(0, 3, (6, 9), dtype=torch.int8)
    return network, Batch(torch.randn(6, 4), counts, torch.randn(6, 2), None, None, torch.arange(6))


def test_free_bits_count_nothing_below_the_floor() -> None:
    network, rows = batch()
    nats = network(*rows[:5]).kl_nats.mean(0).detach()
    floor = float(nats.max()) / np.log(2) + 1
    loss, _ = Objective(network, None, TrainConfig(free_bits=floor))(rows, 1.0)
    loss.backward()
    free = network.encoder.log_variance.bias.grad.clone()
    network.zero_grad()
    Objective(network, None, TrainConfig())(rows, 1.0)[0].backward()
    assert network.encoder.log_variance.bias.grad.abs().sum() > free.abs().sum()


def test_neighbours_cost_less_together_and_distances_less_in_order() -> None:
    rng = np.random.default_rng(0)
    scores = np.concatenate([rng.normal(3 * k, 0.3, (20, 5)) for k in range(3)]).astype(np.float32)
    members = torch.arange(60)
    together = torch.from_numpy(scores[:, :2] / 10)
    apart = together[torch.from_numpy(rng.permutation(60))]
    for weights in ({"distance_weight": 0}, {"neighbour_weight": 0}):
        term = Geometry(scores, TrainConfig.make(**weights))
        assert term(together, members) < term(apart, members)


def test_the_distance_term_vanishes_where_distances_are_the_squared_ones() -> None:
    points = torch.linspace(0, 1, 12)
    scores = torch.sqrt(points)[:, None].numpy().astype(np.float32)
    term = Geometry(scores, TrainConfig(neighbour_weight=0, distance_weight=1))
    latent = torch.cdist(torch.from_numpy(scores), torch.from_numpy(scores)).square()
    # one dimension cannot hold squared distances, so compare with the best line by hand
    wanted = latent.flatten() - latent.mean()
    line = torch.cdist(points[:, None], points[:, None]).flatten()
    correlation = (
        torch.dot(wanted, line - line.mean()) / wanted.norm() / (line - line.mean()).norm()
    )
    got = term(points[:, None], torch.arange(12))
    assert got.item() == pytest.approx(1 - correlation.item(), abs=1e-4)


def test_geometry_is_about_people_where_mosaics_stand_in_for_them() -> None:
    network, rows = batch()
    scores = np.random.default_rng(0).normal(size=(6, 4)).astype(np.float32)
    objective = Objective(network, Geometry(scores, TrainConfig()), TrainConfig())
    own = rows._replace(anchor=rows.features)
    torch.testing.assert_close(objective(own, 1.0)[0], objective(rows, 1.0)[0])
    mosaic = own._replace(features=rows.features.flip(0))
    nats = Objective(network, None, TrainConfig())
    geometry = objective(own, 1.0)[0] - nats(own, 1.0)[0]
    torch.testing.assert_close(objective(mosaic, 1.0)[0] - nats(mosaic, 1.0)[0], geometry)


def test_geometry_of_windows_is_refused() -> None:
    with pytest.raises(ConfigError, match="global shape"):
        TrainConfig.preset("sequence", geometry=True)


def test_affinities_are_symmetric_and_sum_to_one() -> None:
    scores = np.random.default_rng(1).normal(size=(40, 6)).astype(np.float32)
    found = affinities(scores)
    np.testing.assert_allclose(found, found.T, atol=1e-7)
    assert found.sum() == pytest.approx(1, abs=1e-4)
    assert (np.diag(found) == 0).all()


def test_geometry_of_two_people_is_nothing() -> None:
    scores = np.random.default_rng(1).normal(size=(40, 6)).astype(np.float32)
    assert Geometry(scores, TrainConfig())(torch.zeros(2, 2), torch.arange(2)) == 0
