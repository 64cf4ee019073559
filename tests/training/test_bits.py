from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from vaeviz.training.bits import (
    best_clip,
    binomial_bits,
    observed_alleles,
    training_frequencies,
)


@pytest.mark.parametrize("ploidy", [1, 2])
def test_bits_are_scipys_and_missing_is_free(ploidy: int) -> None:
    rng = np.random.default_rng(1)
    counts = rng.integers(-1, ploidy + 1, (4, 9)).astype(np.int8)
    frequency = rng.uniform(0.05, 0.95, 9)
    expected = np.where(counts < 0, 0, -stats.binom.logpmf(counts, ploidy, frequency) / np.log(2))
    np.testing.assert_allclose(binomial_bits(counts, frequency, ploidy), expected.sum(1))


def test_frequencies_and_alleles_by_hand() -> None:
    counts = np.array([[0, 2, -1], [1, 2, -1]], np.int8)
    np.testing.assert_allclose(training_frequencies(counts, 2), [1.5 / 5, 4.5 / 5, 0.5])
    np.testing.assert_array_equal(observed_alleles(counts, 2), [4, 4])


def test_best_clip_guards_against_certainty_that_is_wrong() -> None:
    counts = np.array([[1] + [0] * 99], np.int8)
    certain = np.zeros((1, 100))
    assert best_clip(counts, certain, 1) == 1e-2
