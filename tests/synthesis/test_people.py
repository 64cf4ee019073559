from __future__ import annotations

import numpy as np

from vaeviz.synthesis.people import People, filled, missing_like, together

HAPLOTYPES = People(
    np.array([[0, 1, 1], [1, 1, -1], [0, 0, 1], [0, 1, 1]], np.int8), ploidy=1
)  # two people


def test_figures_by_hand() -> None:
    assert HAPLOTYPES.n_people == 2
    assert HAPLOTYPES.dosages.tolist() == [[1, 2, -1], [0, 1, 2]]
    np.testing.assert_allclose(HAPLOTYPES.frequencies, [1 / 4, 3 / 4, 1])
    np.testing.assert_allclose(HAPLOTYPES.heterozygosity, [1 / 2, 1 / 3])


def test_dosages_give_the_same_figures() -> None:
    counts = np.random.default_rng(0).integers(0, 2, (20, 50)).astype(np.int8)
    phased = People(counts, 1)
    unphased = People(phased.dosages, 2)
    assert unphased.n_people == phased.n_people == 10
    np.testing.assert_array_equal(phased.frequencies, unphased.frequencies)
    np.testing.assert_array_equal(phased.heterozygosity, unphased.heterozygosity)


def test_people_keep_both_haplotypes() -> None:
    second = HAPLOTYPES.some(np.array([1]))
    assert second.counts.tolist() == HAPLOTYPES.counts[2:].tolist()
    assert together([second, second]).n_people == 2
    few = HAPLOTYPES.sample(1, np.random.default_rng(0))
    assert few.counts.tolist() in (HAPLOTYPES.counts[:2].tolist(), HAPLOTYPES.counts[2:].tolist())


def test_missing_calls_are_filled_and_passed_on() -> None:
    assert filled(HAPLOTYPES.counts, np.array([0.1, np.nan, 0.5]))[1].tolist() == [1, 1, 0.5]
    complete = People(np.ones((100, 3), np.int8), 1)
    hidden = missing_like(complete, HAPLOTYPES, seed=1).counts < 0
    # The first real person lacks the third site of the second haplotype, the other lacks none.
    assert set(map(tuple, hidden.reshape(50, 6).tolist())) == {
        (False,) * 6,
        (False, False, False, False, False, True),
    }
    assert missing_like(HAPLOTYPES, complete, seed=1) is HAPLOTYPES
