from __future__ import annotations

import lzma

import numpy as np
import pytest
from hypothesis import given

from tests.compression.codec.strategies import panels
from tests.panels import random_panel
from vaeviz.compression.codec import fallback
from vaeviz.compression.codec.packing import unpack_xz
from vaeviz.data.panel import Panel
from vaeviz.errors import CodecError


@given(panels())
def test_genotypes_come_back(panel: Panel) -> None:
    data = fallback.pack_genotypes(panel.counts, panel.ploidy)
    missing = panel.counts < 0
    back = fallback.unpack_genotypes(data, panel.ploidy, missing, panel.counts.shape)
    np.testing.assert_array_equal(back, panel.counts)


def test_repeated_haplotypes_and_repeated_sites_are_short() -> None:
    rng = np.random.default_rng(0)
    rows = np.repeat(rng.integers(0, 2, (1, 4_000)), 200, axis=0).astype(np.int8)
    for counts in (rows, np.ascontiguousarray(rows.T)):
        assert len(fallback.pack_genotypes(counts, 1)) < 1_200


def test_wrong_sizes_are_refused() -> None:
    panel = random_panel()
    data = fallback.pack_genotypes(panel.counts, 1)
    for shape in ((120, 199), (121, 200), (1, 1), (120, 100_000)):
        with pytest.raises(CodecError):
            fallback.unpack_genotypes(data, 1, None, shape)


def test_a_genotype_of_both_without_any_is_refused() -> None:
    data = fallback.pack_bits(np.array([[False] * 8, [True] * 8]))
    with pytest.raises(CodecError, match="two copies"):
        fallback.unpack_genotypes(data, 2, None, (1, 8))


def test_a_bomb_is_not_unpacked() -> None:
    bomb = lzma.compress(bytes(50_000_000))
    with pytest.raises(CodecError, match="does not hold"):
        unpack_xz(bomb, 1_000)


def test_a_dictionary_of_a_gigabyte_is_refused() -> None:
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 1 << 30}]
    with pytest.raises(CodecError):
        unpack_xz(lzma.compress(b"x", lzma.FORMAT_XZ, filters=filters), 1)


def test_the_slow_xz_is_skipped_only_when_far_behind() -> None:
    panel = random_panel()
    n_bytes = len(fallback.pack_genotypes(panel.counts, 1))
    assert fallback.might_win(panel.counts, 1, n_bytes)
    assert not fallback.might_win(panel.counts, 1, n_bytes // 10)
