from __future__ import annotations

import numpy as np
import pytest

from vaeviz.config import SimulateConfig
from vaeviz.synthesis.decoding import LatentSource, Posteriors, fit_gaussian
from vaeviz.synthesis.draw import person_generator
from vaeviz.synthesis.region import Part, Region

RNG = np.random.default_rng(0)
N, ROWS, LATENT = 400, 2, 3
PERSON = RNG.normal(size=(N, 1, LATENT)) * [3.0, 1.0, 0.5]
POSTERIORS = Posteriors(
    mean=PERSON + RNG.normal(size=(N, ROWS, LATENT)) * 0.3, sd=np.full((N, ROWS, LATENT), 0.2)
)
REGION = Region("r", "population", np.arange(100, 300))


def path_of(start: np.ndarray, end: np.ndarray) -> Region:
    parts = (Part("a", 0.5, start), Part("b", 0.5, end))
    return Region("a to b", "path", np.union1d(start, end), parts)


def draws(config: SimulateConfig, region: Region = REGION) -> tuple[np.ndarray, list[int]]:
    source = LatentSource(POSTERIORS, region, config)
    pairs = [source.draw(k, person_generator(config.seed, k)) for k in range(config.n)]
    return np.stack([z for z, _ in pairs]), [member for _, member in pairs]


def test_streams_of_people_and_seeds_differ_and_repeat() -> None:
    a, b, c = person_generator(1, 2), person_generator(2, 1), person_generator(1, 2)
    first = a.random(5)
    assert not np.allclose(first, b.random(5))
    np.testing.assert_array_equal(first, c.random(5))


def test_posterior_noise_has_the_scale_of_the_posterior_times_temperature() -> None:
    for temperature in (0.0, 1.0, 2.0):
        z, members = draws(SimulateConfig(n=3000, temperature=temperature))
        assert set(members) <= set(range(100, 300))
        noise = z - POSTERIORS.mean[members]
        assert noise.std() == pytest.approx(0.2 * temperature, rel=0.05)
        assert noise.mean() == pytest.approx(0, abs=0.02)


def test_gaussian_has_mean_and_covariance_of_the_aggregated_posterior() -> None:
    z, _ = draws(SimulateConfig(n=6000, generator="gaussian"))
    flat = z.reshape(len(z), -1)
    members = POSTERIORS.mean[100:300]
    both = np.concatenate([members, members[:, ::-1]]).reshape(400, -1)
    expected = np.cov(both, rowvar=False) + 0.04 * np.eye(6)
    np.testing.assert_allclose(flat.mean(0), both.mean(0), atol=0.15)
    np.testing.assert_allclose(np.cov(flat, rowvar=False), expected, atol=0.6, rtol=0.1)
    # The two haplotypes of a person go together, as they do in the members.
    assert np.corrcoef(z[:, 0, 0], z[:, 1, 0])[0, 1] > 0.9


def test_gaussian_of_one_dimension_and_of_fewer_people_than_dimensions() -> None:
    wide = Posteriors(mean=RNG.normal(size=(12, 1, 30)), sd=np.full((12, 1, 30), 0.1))
    centre, root = fit_gaussian(wide, np.arange(12))
    assert centre.shape == (1, 30)
    assert np.isfinite(root).all()
    narrow = Posteriors(mean=RNG.normal(size=(12, 1, 1)), sd=np.full((12, 1, 1), 0.1))
    assert fit_gaussian(narrow, np.arange(12))[1].shape == (1, 1)


def test_path_runs_from_end_to_end() -> None:
    path = path_of(np.arange(50), np.arange(300, 400))
    z, members = draws(SimulateConfig(n=11, temperature=0), path)
    start, end = POSTERIORS.mean[:50].mean((0, 1)), POSTERIORS.mean[300:].mean((0, 1))
    expected = start + np.linspace(0, 1, 11)[:, None] * (end - start)
    np.testing.assert_allclose(z.mean(1), expected, atol=1e-12)
    assert all(m < 50 for m in members[:5])
    assert all(m >= 300 for m in members[5:])
    single, _ = draws(SimulateConfig(n=1, temperature=0), path)
    np.testing.assert_allclose(single[0, 0], (start + end) / 2, atol=1e-12)
