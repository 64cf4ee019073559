from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vaeviz.compression.codec.missing import pack_missing, unpack_missing
from vaeviz.errors import CodecError


def mask(seed: int, shape: tuple[int, int], share: float) -> np.ndarray:
    return np.random.default_rng(seed).random(shape) < share


@given(st.integers(0, 99), st.integers(1, 30), st.integers(1, 50), st.floats(0, 1))
def test_a_mask_comes_back(seed: int, n_rows: int, n_sites: int, share: float) -> None:
    missing = mask(seed, (n_rows, n_sites), share)
    back = unpack_missing(pack_missing(missing), missing.shape)
    np.testing.assert_array_equal(np.zeros_like(missing) if back is None else back, missing)


def test_nothing_missing_costs_nothing() -> None:
    assert pack_missing(np.zeros((500, 900), bool)) == b""
    assert unpack_missing(b"", (500, 900)) is None


def test_scattered_holes_cost_about_their_entropy() -> None:
    missing = mask(0, (300, 2_000), 0.01)
    entropy_bits = missing.size * (0.01 * np.log2(100) + 0.99 * np.log2(1 / 0.99))
    assert 8 * len(pack_missing(missing)) < 1.2 * entropy_bits


def test_a_lost_batch_of_sites_costs_next_to_nothing() -> None:
    missing = np.zeros((400, 2_000), bool)
    missing[:200, 500:900] = True
    assert len(pack_missing(missing)) < 300


@pytest.mark.parametrize(
    "data", [b"x", b"p", b"m", b"pr", b"m\xff\xff\xff\xff", b"prxz", b"m123456"]
)
def test_no_mask_is_refused(data: bytes) -> None:
    with pytest.raises(CodecError):
        unpack_missing(data, (10, 20))


def test_a_mask_of_another_panel_is_refused() -> None:
    for share in (0.01, 0.5):
        data = pack_missing(mask(1, (64, 80), share))
        with pytest.raises(CodecError):
            unpack_missing(data, (64, 90))
