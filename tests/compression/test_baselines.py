from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom

from tests.panels import random_panel
from vaeviz.compression.baselines import fit_pca_coder, frequency_bits, label_bits
from vaeviz.training.bits import binomial_bits, training_frequencies


@pytest.mark.parametrize("ploidy", [1, 2])
def test_frequency_bits_are_binomial_and_skip_missing(ploidy: int) -> None:
    rng = np.random.default_rng(0)
    counts = rng.integers(-1, ploidy + 1, (130, 17)).astype(np.int8)
    frequency = rng.uniform(0.05, 0.95, 17)
    by_site = -binom.logpmf(np.maximum(counts, 0), ploidy, frequency) / np.log(2)
    expected = np.where(counts >= 0, by_site, 0).sum(1)
    np.testing.assert_allclose(frequency_bits(counts, frequency, ploidy), expected)


def test_label_bits_use_the_label_and_fall_back_for_an_unknown_one() -> None:
    train = np.array([[0, 0], [0, 0], [2, 2], [2, 2]], np.int8)
    labels = np.array(["a", "a", "b", "b"], object)
    rows = np.array([[0, 0], [2, 2], [2, 2]], np.int8)
    fallback = np.array([0.5, 0.5])
    bits = label_bits(rows, np.array(["a", "b", "c"], object), train, labels, 2, fallback)
    # 4 alleles seen, none of them the other one: p = 4.5 / 5 of what was seen.
    assert bits[0] == pytest.approx(-4 * np.log2(0.9))
    assert bits[1] == pytest.approx(-4 * np.log2(0.9))
    assert bits[2] == pytest.approx(4.0)


def test_pca_keeps_the_mean_and_beats_frequencies_on_structure() -> None:
    panel = random_panel(n_samples=150, n_sites=300)
    rows = np.random.default_rng(1).permutation(panel.n_rows)
    train, validation, test = (
        panel.counts[rows[a:b]] for a, b in ((0, 220), (220, 260), (260, 300))
    )
    coder = fit_pca_coder(train, validation, 1, 2, seed=1)
    frequency = training_frequencies(train, 1)
    assert coder.score_bits == 64
    assert coder.frequencies(test).mean() == pytest.approx(frequency.mean(), abs=0.02)
    assert coder.bits(test).sum() < frequency_bits(test, frequency, 1).sum()
    np.testing.assert_allclose(coder.bits(test), binomial_bits(test, coder.frequencies(test), 1))


def test_pca_clip_does_not_depend_on_scored_rows() -> None:
    panel = random_panel(n_samples=100, n_sites=100, phased=False)
    train, validation = panel.counts[:70], panel.counts[70:85]
    clip = fit_pca_coder(train, validation, 2, 2, seed=1).clip
    assert clip in (1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1)
    frequencies = fit_pca_coder(train, validation, 2, 2, seed=1).frequencies(panel.counts[85:])
    assert frequencies.min() >= clip
    assert frequencies.max() <= 1 - clip
