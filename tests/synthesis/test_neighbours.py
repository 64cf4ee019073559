from __future__ import annotations

import numpy as np
import pytest

from vaeviz.synthesis.neighbours import NeighbourDistances, nearest_mismatch


@pytest.mark.parametrize("ploidy", [1, 2])
@pytest.mark.parametrize("missing", [False, True])
def test_equals_a_plain_loop(ploidy: int, missing: bool) -> None:
    rng = np.random.default_rng(1)
    low = -1 if missing else 0
    rows = rng.integers(low, ploidy + 1, (200, 31)).astype(np.int8)
    known = rng.integers(low, ploidy + 1, (23, 31)).astype(np.int8)
    expected = []
    for row in rows:
        shares = []
        for other in known:
            both = (row >= 0) & (other >= 0)
            difference = np.abs(row[both].astype(int) - other[both])
            shares.append(difference.sum() / (ploidy * both.sum()))
        expected.append(min(shares))
    np.testing.assert_allclose(nearest_mismatch(rows, known, ploidy), expected, atol=1e-6)


def test_a_row_is_never_compared_with_its_own_person() -> None:
    rows = np.array([[0, 0, 1, 1], [0, 1, 1, 1]], np.int8)
    people = np.array([0, 1])
    assert nearest_mismatch(rows, rows, 1).tolist() == [0, 0]
    assert nearest_mismatch(rows, rows, 1, people, people).tolist() == [0.25, 0.25]
    alone = nearest_mismatch(rows, rows, 1, np.zeros(2, int), np.zeros(2, int))
    assert np.isnan(alone).all()


def test_copies_are_found() -> None:
    rng = np.random.default_rng(0)
    real = rng.uniform(0.2, 0.3, 200)
    synthetic = np.concatenate([np.full(6, 0.01), rng.uniform(0.25, 0.3, 94)])
    distances = NeighbourDistances(synthetic, real)
    assert 0.2 <= distances.threshold < 0.21
    assert distances.near_copies(1) == 6
    assert distances.near_copies(2) == 3
    assert distances.share_close() == pytest.approx(0.06)
    assert distances.expected_share == pytest.approx(0.01)
    assert NeighbourDistances(synthetic, real[:9]).expected_share == pytest.approx(0.1)
