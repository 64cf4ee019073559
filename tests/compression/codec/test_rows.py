from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.compression.codec.fakes import Frequencies
from tests.compression.codec.strategies import panels
from vaeviz.compression.codec.coder import ONE
from vaeviz.compression.codec.rows import decode_rows, encode_rows, genotype_probabilities
from vaeviz.data.panel import Panel
from vaeviz.errors import Cancelled, CodecError
from vaeviz.progress import Silent


def predictor(panel: Panel) -> Frequencies:
    return Frequencies(np.full(panel.n_sites, ONE // 3), panel.n_rows)


@given(panels())
def test_rows_come_back(panel: Panel) -> None:
    encoding, decoding = predictor(panel), predictor(panel)
    data = encode_rows(panel.counts, panel.ploidy, encoding)
    missing = panel.counts < 0
    back = decode_rows(data, panel.ploidy, missing, panel.counts.shape, decoding)
    assert back.dtype == np.int8
    assert back.flags.c_contiguous
    np.testing.assert_array_equal(back, panel.counts)
    for told, again in zip(encoding.seen, decoding.seen, strict=True):
        np.testing.assert_array_equal(told, again)


@pytest.mark.parametrize("ploidy", [1, 2])
def test_the_size_is_the_entropy(ploidy: int) -> None:
    rng = np.random.default_rng(1)
    counts = rng.binomial(ploidy, 1 / 32, (400, 300)).astype(np.int8)
    coder = Frequencies(np.full(300, ONE // 32), 400)
    coder.update = lambda counts: setattr(coder, "site", coder.site + 1)  # type: ignore[method-assign]
    n_bits = 8 * len(encode_rows(counts, ploidy, coder))
    p = np.array([1 / 32, 31 / 32])
    if ploidy == 2:
        p = np.array([p[0] ** 2, 2 * p[0] * p[1], p[1] ** 2])
    expected = -(p * np.log2(p)).sum() * counts.size
    assert n_bits == pytest.approx(expected, rel=0.02)


@given(st.integers(1, ONE - 1))
def test_genotypes_have_their_binomial_probabilities(p: int) -> None:
    p_any, p_both = genotype_probabilities(np.array([p], np.int32))
    assert 0 < p_any[0] < ONE
    assert 0 < p_both[0] < ONE
    share = p / ONE
    assert p_any[0] / ONE == pytest.approx(1 - (1 - share) ** 2, abs=2 / ONE)
    assert p_both[0] / ONE == pytest.approx(share / (2 - share), abs=2 / ONE)


def test_bytes_of_another_make_are_refused_or_differ() -> None:
    coder = Frequencies(np.full(50, ONE // 3), 40)
    with pytest.raises(CodecError, match="coded stream"):
        decode_rows(b"odd", 1, None, (40, 50), coder)


def test_stops_when_asked() -> None:
    class Impatient(Silent):
        def cancelled(self) -> bool:
            return True

    counts = np.zeros((4, 3), np.int8)
    with pytest.raises(Cancelled):
        encode_rows(counts, 1, Frequencies(np.full(3, ONE // 2), 4), Impatient())
