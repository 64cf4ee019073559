from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from vaeviz.compression.codec.coder import ONE, Reading, Writing
from vaeviz.compression.codec.latents import code_numbers, inverse_of, inverse_sd_of
from vaeviz.compression.codec.logits import (
    LOGIT_SCALE,
    MAX_ACTIVATION,
    MAX_LOGIT,
    TAIL_ONE,
    TAIL_SCALE,
    UNIT,
    silu,
    silu_table,
    squash,
    squash_table,
    stretch,
    tail_table,
)
from vaeviz.errors import CodecError
from vaeviz.training.latent_code import LatentCode


def test_tables_are_the_functions_they_stand_for() -> None:
    logits = np.arange(-MAX_LOGIT, MAX_LOGIT + 1) / LOGIT_SCALE
    exact = np.clip(np.rint(ONE / (1 + np.exp(-logits))), 1, ONE - 1)
    np.testing.assert_array_equal(squash_table(), exact)
    x = np.arange(-MAX_ACTIVATION, MAX_ACTIVATION + 1) / UNIT
    np.testing.assert_array_equal(silu_table(), np.rint(UNIT * x / (1 + np.exp(-x))))
    z = np.arange(-4 * TAIL_SCALE, 4 * TAIL_SCALE + 1) / TAIL_SCALE
    middle = len(tail_table()) // 2
    inside = tail_table()[middle - 4 * TAIL_SCALE : middle + 4 * TAIL_SCALE + 1]
    np.testing.assert_allclose(inside / TAIL_ONE, norm.sf(z), rtol=2e-5)
    assert inside[4 * TAIL_SCALE] == TAIL_ONE // 2
    whole = np.arange(-3 * UNIT, 3 * UNIT)
    sd = UNIT * UNIT / inverse_sd_of(whole.astype(float))
    np.testing.assert_allclose(sd, np.exp(whole / UNIT), rtol=0.02)


def test_outside_of_its_table_silu_goes_on() -> None:
    far = np.array([-(2.0**30), -MAX_ACTIVATION - 1.0, MAX_ACTIVATION + 1.0, 2.0**30])
    np.testing.assert_array_equal(silu(far), [0, 0, MAX_ACTIVATION + 1, 2.0**30])


@given(st.integers(-2 * MAX_LOGIT, 2 * MAX_LOGIT))
def test_stretch_turns_squash_around(logit: int) -> None:
    p = squash(np.array([logit]))
    back = stretch(p)
    assert squash(back) == p
    assert back[0] >= np.clip(logit, -MAX_LOGIT, MAX_LOGIT)
    assert back[0] == MAX_LOGIT or squash(back + 1) > p


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(-3000, 3000),
            st.integers(1, 5000),
            st.integers(-(2**20), 2**20),
            st.integers(1, 2**20),
        ),
        max_size=12,
    )
)
def test_any_number_under_any_distribution_comes_back(rows: list[tuple[int, ...]]) -> None:
    distance, step, mean, sd = np.array(rows, np.int64).reshape(-1, 4).T
    numbers = mean // step + distance
    writing = Writing()
    code_numbers(writing, numbers, step, mean, inverse_of(sd))
    reading = Reading(writing.finish())
    found = code_numbers(reading, np.zeros_like(numbers), step, mean, inverse_of(sd))
    np.testing.assert_array_equal(found, numbers)


def test_the_cost_is_that_of_the_distribution() -> None:
    rng = np.random.default_rng(0)
    n = 20_000
    step, sd = rng.integers(20, 900, n), rng.integers(50, 2000, n)
    mean = rng.integers(-2000, 2000, n)
    numbers = np.rint(rng.normal(mean, sd) / step).astype(np.int64)
    writing = Writing()
    code_numbers(writing, numbers, step, mean, inverse_of(sd))
    upper, lower = ((numbers + side) * step for side in (0.5, -0.5))
    exact = -np.log2(norm.cdf(upper, mean, sd) - norm.cdf(lower, mean, sd)).sum()
    assert 8 * len(writing.finish()) == pytest.approx(exact, rel=0.005)


def test_bits_that_lead_nowhere_are_refused() -> None:
    reading = Reading(b"\xff\xff\xff\xff" * 4000)
    with pytest.raises(CodecError, match="damaged"):
        code_numbers(reading, *np.array([[0], [1], [0], [1 << 20]], np.int64))


def test_numbers_that_tell_nothing_are_not_sent() -> None:
    mean = np.array([[0.0, 1.0], [2.0, 1.0]])
    code = LatentCode.fit(mean, np.full((2, 2), 0.1), np.array([[2.0, 0.0], [2.0, 0.01]]))
    assert code.step[0] == pytest.approx(0.1 * np.sqrt(12) * UNIT, abs=1)
    assert code.step[1] == 0
    assert code.mean.tolist() == [UNIT, UNIT]
    assert code.sd[0] == pytest.approx(UNIT * np.sqrt(1.01), abs=1)


def test_a_latent_code_of_another_shape_is_refused() -> None:
    arrays = LatentCode.fit(*np.ones((3, 4, 2))).to_arrays()
    assert LatentCode.from_arrays(arrays, 2).step.shape == (2,)
    with pytest.raises(ValueError, match="shape"):
        LatentCode.from_arrays(arrays, 3)
    with pytest.raises(ValueError, match="range"):
        LatentCode.from_arrays({**arrays, "sd": np.zeros(2, np.int32)}, 2)
