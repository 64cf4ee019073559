from __future__ import annotations

import math

import numpy as np
import pytest

from tests.panels import random_panel
from vaeviz.synthesis.fidelity import (
    Axes,
    PairDistances,
    blocks,
    frequency_agreement,
    heterozygosity_agreement,
    sliced_wasserstein,
    spectrum_distance,
)
from vaeviz.synthesis.people import People


def drawn(frequency: np.ndarray, n_people: int, seed: int) -> People:
    rng = np.random.default_rng(seed)
    return People((rng.random((2 * n_people, len(frequency))) < frequency).astype(np.int8), 1)


FREQUENCIES = np.random.default_rng(0).uniform(0.05, 0.95, 400)


def test_against_oneself_nothing_differs() -> None:
    people = drawn(FREQUENCIES, 30, 1)
    assert frequency_agreement(people, people) == (pytest.approx(1), 0)
    assert heterozygosity_agreement(people, people) == (1, 0)
    assert spectrum_distance(people, people) == 0
    assert PairDistances.of(people, people).spread() == 0


def test_frequency_difference_is_what_was_put_in() -> None:
    zero, half = (People(np.tile(row, (10, 1)).astype(np.int8), 1) for row in ([0, 1], [1, 1]))
    r, rmse = frequency_agreement(zero, half)
    assert math.isnan(r)
    assert rmse == pytest.approx(math.sqrt(1 / 2))
    shift = frequency_agreement(drawn(FREQUENCIES, 2000, 1), drawn(FREQUENCIES * 0.9, 2000, 2))[1]
    assert shift == pytest.approx(np.sqrt(((0.1 * FREQUENCIES) ** 2).mean()), rel=0.05)


def test_heterozygosity_of_inbred_people_is_low() -> None:
    people = drawn(FREQUENCIES, 40, 1)
    inbred = People(people.counts[np.repeat(np.arange(0, 80, 2), 2)], 1)
    ratio, ks = heterozygosity_agreement(inbred, people)
    assert ratio == 0
    assert ks == 1


def test_spectrum_counts_the_share_of_sites_moved() -> None:
    people = People(np.tile([0, 0, 0, 1, 1], (40, 1)).astype(np.int8), 1)
    other = people.counts.copy()
    other[:10, 0] = 1  # one site of five goes from fixed to a quarter
    assert spectrum_distance(people, People(other, 1)) == pytest.approx(1 / 5)


def test_edges_of_the_spectrum_ignore_rounding() -> None:
    counts = np.zeros((20, 1), np.int8)
    counts[:3] = 1  # 3 / 20 is on an edge
    assert spectrum_distance(People(counts, 1), People(np.repeat(counts, 3, 0), 1)) == 0


def test_adversarial_halves_tell_copies_from_strangers() -> None:
    real, alike = drawn(FREQUENCIES, 60, 1), drawn(FREQUENCIES, 60, 2)
    truth, syn = PairDistances.of(alike, real).adversarial()
    assert truth == pytest.approx(0.5, abs=0.15)
    assert syn == pytest.approx(0.5, abs=0.15)
    assert PairDistances.of(real, real).adversarial() == (0, 0)
    far = drawn(1 - FREQUENCIES, 60, 3)
    assert PairDistances.of(far, real).adversarial() == (1, 1)


def test_adversarial_ties_count_half() -> None:
    same = People(np.zeros((20, 5), np.int8), 1)
    assert PairDistances.of(same, same).adversarial() == (0.5, 0.5)


def test_axes_separate_populations_and_missing_calls_stay_in_the_middle() -> None:
    panel = random_panel(n_samples=90, n_sites=300, n_populations=3)
    everyone = People(panel.counts, 1)
    axes = Axes.fit(everyone, everyone, seed=1)
    places = axes.places(everyone)
    np.testing.assert_allclose(places.std(0), 1, rtol=1e-3)
    labels = panel.labels("population")
    first, second = (places[labels == x] for x in sorted(set(labels))[:2])
    assert sliced_wasserstein(first, second) > 2 * sliced_wasserstein(first[::2], first[1::2])
    nobody = People(np.full((2, 300), -1, np.int8), 1)
    np.testing.assert_allclose(axes.places(nobody), 0, atol=1e-4)


def test_sliced_distance_of_a_shift() -> None:
    points = np.random.default_rng(0).normal(size=(500, 6))
    assert sliced_wasserstein(points, points) == 0
    shifted = points + np.array([1.0, 0, 0, 0, 0, 0])
    # Mean absolute cosine between a fixed and a random direction in six dimensions.
    expected = math.gamma(3) / (math.sqrt(math.pi) * math.gamma(3.5))
    assert sliced_wasserstein(points, shifted) == pytest.approx(expected, rel=0.2)


def test_blocks_are_disjoint_and_of_one_size() -> None:
    people = People(np.repeat(np.arange(25, dtype=np.int8), 2)[:, None], 1)
    found = blocks(people, 8, 3, seed=1)
    assert [block.n_people for block in found] == [8, 8, 8]
    assert len(np.unique(np.concatenate([b.counts for b in found]))) == 24
    assert [b.n_people for b in blocks(people, 30, 3, seed=1)] == [25]
    assert len(blocks(people, 10, 1, seed=1)) == 1
