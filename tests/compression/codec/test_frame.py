from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from pandas.testing import assert_frame_equal

from tests.compression.codec.strategies import panels
from tests.panels import hostile_panel, random_panel
from vaeviz.compression.codec.frame import pack_frame, unpack_frame
from vaeviz.compression.codec.packing import squeeze, unsqueeze
from vaeviz.data.panel import Panel
from vaeviz.errors import CodecError


def check(panel: Panel) -> None:
    back = unpack_frame(pack_frame(panel))
    rebuilt = Panel.create(
        panel.counts, back.frame.ploidy, back.frame.samples, back.frame.sites, back.info
    )
    assert rebuilt.digest == panel.digest
    assert rebuilt.info == panel.info
    for one, other in ((rebuilt.samples, panel.samples), (rebuilt.sites, panel.sites)):
        assert_frame_equal(one, other, check_exact=True)
    assert_frame_equal(back.frame.samples, panel.samples, check_exact=True)
    assert_frame_equal(back.frame.sites, panel.sites, check_exact=True)


@given(panels())
def test_a_frame_comes_back(panel: Panel) -> None:
    check(panel)


def test_an_odd_frame_comes_back(odd: Panel) -> None:
    check(odd)


def test_user_columns_keep_type_order_and_holes() -> None:
    base = random_panel(n_samples=4, n_sites=5)
    samples = base.samples.assign(
        z=[1.5, np.nan, -0.0, np.inf],
        a=[True, False, True, False],
        whole=[2**52, -1, 0, 7],
        text=["", np.nan, "nan", "\n\x1f"],
        empty=[np.nan] * 4,
    )
    sites = base.sites.assign(info=[0.1, np.nan, 1, 2, 3], gene=["a", np.nan, "", "b", "c"])
    sites["id"] = pd.Series(["é\u2028", "", ".", "a;b", "\0"], dtype=object)
    panel = Panel.create(base.counts, 1, samples, sites, base.info)
    assert list(panel.samples.columns[5:]) == ["z", "a", "whole", "text", "empty"]
    check(panel)


def test_provenance_comes_back() -> None:
    panel = hostile_panel()
    check(panel.take_sites(np.arange(20), "cut").with_info(citations=("a", "b"), build="GRCh37"))


def test_sites_are_small() -> None:
    panel = random_panel(n_samples=2, n_sites=2_000)
    assert len(pack_frame(panel)) < 2 * panel.n_sites


@pytest.mark.parametrize(
    "ids",
    [
        ["rs1", "rs22", "rs999999999999999999"],
        ["rs01", "rs2", "rs3"],
        ["rs0", "rs2", "rs3"],
        ["rs1", "ss2", "rs3"],
        ["7", "8", "9"],
        ["rs9999999999999999999", "rs1", "rs2"],
        ["rs١", "rs1", "rs2"],
        ["a1b2", "a1b3", "a1b4"],
        ["x-1", "x-2", "x-3"],
        ["rs1\n", "rs2\n", "rs3\n"],
        ["rs1", "", "."],
    ],
)
def test_ids_with_numbers_come_back(ids: list[str]) -> None:
    base = random_panel(n_samples=2, n_sites=3)
    sites = base.sites.assign(id=pd.Series(ids, dtype=object))
    check(Panel.create(base.counts, 1, base.samples, sites))


def test_tables_too_large_to_read_are_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vaeviz.compression.codec.frame.MAX_FRAME_BYTES", 2_000)
    with pytest.raises(CodecError, match="MB"):
        pack_frame(random_panel())


@pytest.mark.parametrize("place", [0, 5, 40, 200, -1])
def test_an_altered_frame_is_refused_or_another(place: int) -> None:
    panel = random_panel(n_samples=4, n_sites=30)
    raw = bytearray(unsqueeze(pack_frame(panel), 10**6))
    raw[place] ^= 0x55
    try:
        back = unpack_frame(squeeze(bytes(raw)))
    except CodecError:
        return
    same = back.frame.samples.equals(panel.samples) and back.frame.sites.equals(panel.sites)
    assert not same or back.info != panel.info


def test_a_bomb_is_not_unpacked() -> None:
    with pytest.raises(CodecError, match="claims"):
        unsqueeze(squeeze(bytes(10_000_000)), 9_999_999)


@pytest.mark.parametrize("data", [b"", b"no zstd", squeeze(b""), squeeze(b"\xff\xff\xff\xff{}")])
def test_no_frame_is_refused(data: bytes) -> None:
    with pytest.raises(CodecError):
        unpack_frame(data)


def test_nested_json_is_refused() -> None:
    text = b"[" * 1_000_000
    with pytest.raises(CodecError):
        unpack_frame(squeeze(len(text).to_bytes(4, "little") + text))


def test_a_table_without_columns_has_no_rows() -> None:
    panel = random_panel(n_samples=4, n_sites=6)
    raw = unsqueeze(pack_frame(panel), 10**6)
    n = int.from_bytes(raw[:4], "little")
    text = raw[4 : 4 + n].replace(b'"n_samples":4', b'"n_samples":5')
    with pytest.raises(CodecError, match="sizes"):
        unpack_frame(squeeze(raw[:4] + text + raw[4 + n :]))
    assert isinstance(unpack_frame(squeeze(raw)).frame.samples, pd.DataFrame)
