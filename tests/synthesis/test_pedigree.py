"""The pedigree behind admixture: it covers the genome, and has the known expectations."""

from __future__ import annotations

import numpy as np
import pytest

from vaeviz.synthesis.pedigree import Segments, founder_segments

ONE = (np.zeros(1), np.array([50.0]))
"""One chromosome of 50 morgans: its ends hardly matter."""


def drawn(
    people: int, generations: int, continuous: bool = False, n_chromosomes: int = 1
) -> list[Segments]:
    begin, end = np.zeros(n_chromosomes), np.full(n_chromosomes, 50.0)
    return [
        founder_segments(np.random.default_rng([7, k]), begin, end, generations, continuous)
        for k in range(people)
    ]


@pytest.mark.parametrize("continuous", [False, True])
@pytest.mark.parametrize("generations", [0, 1, 6])
def test_segments_tile_both_haplotypes(generations: int, continuous: bool) -> None:
    begin, end = np.array([0.2, 0.0]), np.array([1.7, 0.9])
    found = founder_segments(np.random.default_rng(3), begin, end, generations, continuous)
    for haplotype in (0, 1):
        for k in (0, 1):
            here = found.take((found.haplotype == haplotype) & (found.chromosome == k))
            assert here.begin[0] == begin[k]
            assert here.end[-1] == end[k]
            np.testing.assert_array_equal(here.begin[1:], here.end[:-1])
            assert (here.end > here.begin).all()


def test_children_of_founders_inherit_two_whole_haplotypes() -> None:
    found = founder_segments(np.random.default_rng(1), np.zeros(22), np.ones(22), 0)
    assert len(found.begin) == 44
    np.testing.assert_array_equal(found.ancestor, found.haplotype)


def test_a_pulse_of_one_generation_has_two_ancestors_a_haplotype_that_take_turns() -> None:
    found = founder_segments(np.random.default_rng(1), *ONE, 1)
    for haplotype in (0, 1):
        ancestor = found.ancestor[found.haplotype == haplotype]
        assert len(np.unique(ancestor)) == 2
        assert (ancestor[1:] != ancestor[:-1]).all()
    assert not set(found.ancestor[found.haplotype == 0]) & set(found.ancestor[found.haplotype == 1])


def test_crossovers_come_at_one_a_morgan_and_generation() -> None:
    n = np.array([len(s.begin) - 2 for s in drawn(40, 8)])
    expected = 2 * 50 * 8
    assert n.mean() == pytest.approx(expected, abs=4 * np.sqrt(expected / len(n)))


def test_chromosomes_are_assorted_independently() -> None:
    """With one generation, two chromosomes begin in the same ancestor half of the time."""
    same = []
    for s in drawn(300, 1, n_chromosomes=2):
        first = s.begin == 0
        for haplotype in (0, 1):
            a, b = s.ancestor[first & (s.haplotype == haplotype)]
            same.append(a == b)
    assert np.mean(same) == pytest.approx(0.5, abs=4 * 0.5 / np.sqrt(len(same)))


def test_an_ancestor_left_and_met_again_keeps_its_haplotypes_linked() -> None:
    """Places far apart descend from one of the 2^g ancestors, each as often: Mendel."""
    again = [
        s.ancestor[(s.haplotype == h)][0] == s.ancestor[(s.haplotype == h)][-1]
        for s in drawn(400, 2)
        for h in (0, 1)
    ]
    assert np.mean(again) == pytest.approx(0.25, abs=4 * np.sqrt(0.1875 / len(again)))


def test_continuous_founders_are_of_every_generation_alike() -> None:
    people = drawn(60, 4, continuous=True)
    length = np.zeros(5)
    for s in people:
        length += np.bincount(s.depth, s.end - s.begin, 5)
    # Depths are linked over 50 morgans only where a founder is near: generous bounds.
    np.testing.assert_allclose(length / length.sum(), 0.2, atol=0.09)
