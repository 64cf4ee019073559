from __future__ import annotations

import numpy as np
import pytest

from vaeviz.synthesis.graph import Transitions, balanced_transitions


def clustered(n: int = 300) -> np.ndarray:
    """Codes with one dense cluster, a sparse cloud and many identical ones: hubs in plenty."""
    rng = np.random.default_rng(0)
    codes = rng.normal(size=(n, 12))
    codes[: n // 3] = codes[0]
    codes[n // 3 : n // 2] *= 0.1
    return codes


def matrix(transitions: Transitions, n: int) -> np.ndarray:
    row = np.repeat(np.arange(n), np.diff(transitions.first))
    before = np.concatenate([[0.0], transitions.cumulative[:-1]])
    before[transitions.first[:-1]] = np.arange(n)
    dense = np.zeros((n, n))
    dense[row, transitions.target] = transitions.cumulative - before
    return dense


def test_uniform_is_stationary() -> None:
    n = 300
    steps = matrix(balanced_transitions(clustered(n), 10, np.random.default_rng(1)), n)
    np.testing.assert_allclose(steps.sum(1), 1, atol=1e-9)
    np.testing.assert_allclose(steps.sum(0), 1, atol=1e-3)
    np.testing.assert_allclose(steps, steps.T, atol=1e-3)


def test_steps_go_to_near_codes_and_identical_ones_are_no_dead_end() -> None:
    codes = clustered()
    steps = matrix(balanced_transitions(codes, 10, np.random.default_rng(1)), 300)
    # A hundred identical codes have near ones enough; outliers come and go nevertheless.
    assert steps[:100, 100:].sum(1).mean() < 0.1
    assert (np.count_nonzero(steps[:100], axis=1) > 10).all()
    distance = ((codes[:, None] - codes[None]) ** 2).sum(2)
    assert (steps * distance).sum(1)[150:].mean() < 0.8 * distance[150:].mean()


def test_an_outlier_beside_identical_codes_can_leave() -> None:
    codes = np.full((100, 12), 1.0)
    codes[0] += 5
    steps = matrix(balanced_transitions(codes, 10, np.random.default_rng(1)), 100)
    assert steps[0, 0] < 0.2


def test_walkers_visit_everybody_equally_often() -> None:
    transitions = balanced_transitions(clustered(100), 5, np.random.default_rng(1))
    rng = np.random.default_rng(2)
    where = np.tile(np.arange(100), 200)
    for _ in range(30):
        where = transitions.step(where, rng.random(len(where)))
    visits = np.bincount(where, minlength=100)
    # 200 expected, standard deviation about 14.
    assert visits.min() > 140
    assert visits.max() < 260


def test_a_step_takes_the_target_of_its_share() -> None:
    three = Transitions(np.array([0, 2, 3]), np.array([0, 1, 0], np.int32), np.array([0.25, 1, 2]))
    where = three.step(np.array([0, 0, 1, 1]), np.array([0.2, 0.3, 0.0, np.nextafter(1, 0)]))
    assert where.tolist() == [0, 1, 0, 0]


@pytest.mark.parametrize("n", [2, 5, 20])
def test_fewer_codes_than_neighbours(n: int) -> None:
    codes = np.random.default_rng(0).normal(size=(n, 3))
    steps = matrix(balanced_transitions(codes, 10, np.random.default_rng(1)), n)
    np.testing.assert_allclose(steps.sum(0), 1, atol=1e-3)
