"""Dots, whiskers and baselines are the table's."""

from __future__ import annotations

import numpy as np
import pytest

from tests.figures.builders import compression_table
from vaeviz.figures.compression import bits_against, bits_by_group, paper_factor, ratio_by_group


def trace(chart, name):
    found = [t for t in chart.figure.data if t.name == name and t.y[0] is not None]
    assert len(found) == 1
    return found[0]


def test_dots_and_whiskers() -> None:
    table = compression_table()
    dots = trace(bits_by_group(table), "model")
    np.testing.assert_allclose(dots.x, table["bits_per_allele"], rtol=1e-3)
    np.testing.assert_allclose(dots.error_x.array, 0.02, rtol=1e-3)
    np.testing.assert_allclose(dots.error_x.arrayminus, 0.01, rtol=1e-3)


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("training frequencies", "frequencies_bits_per_allele"),
        ("superpopulation frequencies", "superpopulation_bits_per_allele"),
        ("PCA of equal size", "pca_bits_per_allele"),
    ],
)
def test_baselines_are_drawn_where_known(name: str, column: str) -> None:
    table = compression_table()
    np.testing.assert_allclose(trace(bits_by_group(table), name).x, table[column], rtol=1e-3)
    without = bits_by_group(table.assign(**{column: np.nan}))
    assert name not in {t.name for t in without.figure.data}


def test_small_groups_are_hollow_and_all_stands_apart() -> None:
    chart = bits_by_group(compression_table())
    dots = trace(chart, "model")
    assert list(dots.marker.symbol) == ["circle-open", *["circle"] * 4]
    assert list(dots.y) == [0, 1, 2, 3, 4.5]
    assert chart.figure.layout.yaxis.ticktext[0] == "AFR (4)"
    assert "lowest AFR with 0.200, highest ADM with 0.275" in chart.alt


def test_everybody_alone_is_drawn_too() -> None:
    alone = compression_table().tail(1).reset_index(drop=True)
    chart = bits_by_group(alone)
    assert list(trace(chart, "model").y) == [0]
    assert "all" in chart.alt


def test_ratio_has_a_line_at_no_gain() -> None:
    chart = ratio_by_group(compression_table())
    assert chart.figure.layout.shapes[0].x0 == 1
    assert list(chart.table.columns)[2:] == [
        "ratio_frequencies",
        "ratio_frequencies_low",
        "ratio_frequencies_high",
    ]
    other = ratio_by_group(compression_table(), "superpopulation")
    assert trace(other, "model").error_x.array is None


def test_paper_factor_of_model_and_pca() -> None:
    chart = paper_factor(compression_table())
    assert set(trace(chart, "model").x) == {1.5}
    np.testing.assert_allclose(trace(chart, "PCA of equal size").x, 0.6, rtol=1e-3)
    assert chart.figure.layout.shapes[0].x0 == 1


def test_bits_against_leaves_out_everybody() -> None:
    chart = bits_against(compression_table())
    assert "all" not in chart.table["group"].tolist()
    np.testing.assert_allclose(chart.figure.data[0].x, chart.table["heterozygosity"], rtol=1e-3)
    assert chart.name == "bits_per_allele_against_heterozygosity"
    assert chart.figure.layout.xaxis.title.text == "mean heterozygosity"
