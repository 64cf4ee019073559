from __future__ import annotations

import numpy as np

from vaeviz.synthesis.neighbourhood import neighbourhoods_of


def test_codes_drawn_around_everybody_keep_mean_and_covariance() -> None:
    rng = np.random.default_rng(0)
    n = 200
    codes = rng.normal(size=(n, 3)) * (rng.random((n, 1)) < 0.5) + [5, 0, -2]
    sd = np.full((n, 3), 0.5)
    found = neighbourhoods_of(codes, sd, 20, rng)
    drawn = np.concatenate(
        [found.codes(np.arange(n), rng.standard_normal((n, 3))) for _ in range(500)]
    )
    np.testing.assert_allclose(drawn.mean(0), codes.mean(0), atol=0.02)
    expected = np.cov(codes.T, bias=True) + 0.25 * np.eye(3)
    np.testing.assert_allclose(np.cov(drawn.T), expected, atol=0.03)


def test_no_centre_is_one_haplotype() -> None:
    codes = np.random.default_rng(0).normal(size=(300, 12))
    codes[:100] = codes[0]
    found = neighbourhoods_of(codes, np.full(codes.shape, 0.1), 20, np.random.default_rng(1))
    spread = np.linalg.norm(codes[100:] - codes.mean(0), axis=1).mean()
    assert np.linalg.norm(found.centre - codes, axis=1)[100:].min() > 0.1 * spread


def test_codes_are_the_same_one_by_one() -> None:
    rng = np.random.default_rng(0)
    found = neighbourhoods_of(rng.normal(size=(30, 12)), np.full((30, 12), 0.1), 5, rng)
    at, standard = rng.integers(0, 30, 50), rng.standard_normal((50, 12))
    alone = [found.codes(at[i : i + 1], standard[i : i + 1])[0] for i in range(50)]
    assert np.array_equal(found.codes(at, standard), np.array(alone))
