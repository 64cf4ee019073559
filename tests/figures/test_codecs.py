from __future__ import annotations

import numpy as np
import pytest

from tests.figures.builders import codec_table
from vaeviz.escape import unescape
from vaeviz.figures.codecs import codec_bars


def lengths(figure: object) -> dict[str, dict[str, float]]:
    return {
        bar.name: dict(zip(map(unescape, bar.y), bar.x, strict=True))
        for bar in figure.data
        if bar.type == "bar"
    }


def test_own_methods_stand_apart_and_the_best_is_on_top() -> None:
    chart = codec_bars(codec_table())
    bars = lengths(chart.figure)
    assert bars["this program"] == pytest.approx({"autoencoder": 0.018, "copying model": 0.008})
    assert bars["others"] == pytest.approx({"xz -9e": 0.024, "PLINK 2 .pgen": 0.16})
    order = [unescape(x) for x in chart.figure.layout.yaxis.categoryarray]
    assert order == ["copying model", "autoencoder", "xz -9e", "PLINK 2 .pgen"]
    assert "4 methods" in chart.alt
    assert "copying model with 0.0080" in chart.alt


def test_counted_pieces_add_up_and_change_the_order() -> None:
    table = codec_table()
    chart = codec_bars(table, counted=True)
    bars = lengths(chart.figure)
    for row in table.dropna(subset=["bits_per_allele"]).itertuples():
        whole = sum(bars[piece][row.title] for piece in ("genotypes", "panel", "model"))
        assert whole == pytest.approx(row.bits_per_allele_counted, rel=1e-3)
    assert unescape(chart.figure.layout.yaxis.categoryarray[0]) == "xz -9e"


def test_the_ends_say_bits_and_times() -> None:
    written = codec_bars(codec_table()).figure.data[-1]
    texts = dict(zip(map(unescape, written.y), written.text, strict=True))
    assert texts["copying model"] == " 0.0080 · 125×"
    assert texts["PLINK 2 .pgen"] == " 0.1600 · 6.2×"


def test_bars_beyond_the_raw_size_are_cut_and_told() -> None:
    table = codec_table().assign(bits_per_allele_counted=[37.2, 0.2, 0.03, 0.2, np.nan])
    figure = codec_bars(table, counted=True).figure
    assert figure.layout.xaxis.range[1] < 2
    told = {unescape(note.text) for note in figure.layout.annotations}
    assert {"37.20 · 0.027× →", "not compressed"} <= told
    assert "autoencoder" not in map(unescape, figure.data[-1].y)


def test_a_method_that_fell_back_says_so() -> None:
    table = codec_table().assign(note=["The file holds xz: smaller.", None, "told", None, None])
    order = [unescape(x) for x in codec_bars(table).figure.layout.yaxis.categoryarray]
    assert "autoencoder (fell back to xz)" in order
    assert "xz -9e" in order


def test_nothing_ran() -> None:
    table = codec_table().assign(bits_per_allele=np.nan)
    assert "0 methods" in codec_bars(table).alt
