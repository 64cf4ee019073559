from __future__ import annotations

import numpy as np

from vaeviz.compression.bootstrap import ratio_interval, resample_weights


def test_interval_holds_the_ratio_and_follows_the_seed() -> None:
    rng = np.random.default_rng(0)
    size = rng.integers(50, 100, 80).astype(float)
    bits = size * rng.normal(0.5, 0.05, 80)
    low, high = ratio_interval(bits, size, resample_weights(80, 500, seed=1))
    assert low < bits.sum() / size.sum() < high
    # Standard error of the mean of 80 values with sd .05 is .0056; the interval is about 4 wide.
    assert 0.015 < high - low < 0.030
    again = ratio_interval(bits, size, resample_weights(80, 500, seed=1))
    assert (low, high) == again
    assert (low, high) != ratio_interval(bits, size, resample_weights(80, 500, seed=2))


def test_coverage_of_the_mean_is_about_95_percent() -> None:
    rng = np.random.default_rng(0)
    ones = np.ones(60)
    weights = resample_weights(60, 200, seed=1)
    hits = 0
    for _ in range(300):
        low, high = ratio_interval(rng.normal(1.0, 0.2, 60), ones, weights)
        hits += low < 1.0 < high
    assert 0.88 < hits / 300 < 0.98


def test_one_person_has_no_interval() -> None:
    low, high = ratio_interval(np.ones(1), np.ones(1), resample_weights(1, 100, seed=1))
    assert np.isnan(low)
    assert np.isnan(high)
