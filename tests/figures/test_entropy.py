"""Bar code, bars and arcs."""

from __future__ import annotations

import numpy as np
import pytest

from tests.figures.builders import arcs, bins, compression_table, entropy_table
from vaeviz.figures.bar_code import bar_code
from vaeviz.figures.entropy import entropy_against_compression, entropy_bars


def test_strips_hold_the_tables_values_in_falling_order() -> None:
    table = bins()
    figure = bar_code(table).figure
    heat = figure.data[0]
    means = table.groupby("group")["mean_entropy_bits"].mean().sort_values(ascending=False)
    assert list(figure.layout.yaxis.ticktext) == means.index.tolist()
    for row, group in enumerate(means.index):
        drawn = heat.z[row][np.isfinite(heat.z[row])]
        expected = table.loc[table["group"] == group, "mean_entropy_bits"]
        np.testing.assert_allclose(drawn, expected, rtol=1e-3)


def test_scale_runs_from_no_bit_to_one() -> None:
    heat = bar_code(bins()).figure.data[0]
    assert (heat.zmin, heat.zmax) == (0, 1)
    assert heat.colorbar.title.text == "bits"


def test_chromosomes_are_apart_and_named() -> None:
    figure = bar_code(bins(chromosomes=("1", "2", "X"))).figure
    heat = figure.data[0]
    assert heat.z.shape == (4, 32)
    assert np.isnan(heat.z[:, [10, 21]]).all()
    assert list(figure.layout.xaxis.ticktext) == ["1", "2", "X"]
    assert list(figure.layout.xaxis.tickvals) == [4.5, 15.5, 26.5]


def test_one_chromosome_tells_megabases() -> None:
    figure = bar_code(bins(chromosomes=("22",))).figure
    assert figure.layout.xaxis.title.text == "chromosome 22, Mb"
    assert "1 chromosome " in bar_code(bins(chromosomes=("22",))).alt


def test_hover_is_exact() -> None:
    table = bins()
    text = bar_code(table, order=["EUR"]).figure.data[0].text
    first = table[(table["group"] == "EUR") & (table["bin"] == 0)].iloc[0]
    assert text[0][0] == (
        f"EUR · chr 1<br>0 to 999<br>{first['mean_entropy_bits']:.3f} bits, 5 sites"
    )


def test_bars_fall_and_admixed_stand_apart() -> None:
    chart = entropy_bars(entropy_table())
    assert chart.table["group"].tolist() == ["EAS", "EUR", "AFR", "ADM"]
    bar = chart.figure.data[0]
    np.testing.assert_allclose(bar.y, chart.table["mean_entropy_bits"], rtol=1e-3)
    assert np.diff(bar.x).tolist() == pytest.approx([1, 1, 1.7])
    assert list(bar.marker.pattern.shape) == ["", "", "", "/"]
    np.testing.assert_allclose(bar.error_y.array, 0.02, rtol=1e-3)
    np.testing.assert_allclose(bar.error_y.arrayminus, 0.01, rtol=1e-3)
    assert "Recently admixed, apart: ADM" in chart.alt


def test_no_gap_when_all_or_none_are_admixed() -> None:
    for admixed in (True, False):
        bar = entropy_bars(entropy_table().assign(admixed=admixed)).figure.data[0]
        assert np.diff(bar.x).tolist() == [1, 1, 1]


def test_arcs_join_bars_that_are_there() -> None:
    chart = entropy_bars(entropy_table(), arcs())
    drawn = chart.figure.data[1:]
    lines = [t for t in drawn if t.mode == "lines"]
    heads = [t for t in drawn if t.mode == "markers" and t.marker.symbol == "arrow"]
    assert len(lines) == len(heads) == 2
    where = dict(zip(chart.table["group"], chart.figure.data[0].x, strict=True))
    assert lines[0].x[0] == pytest.approx(where["AFR"], abs=0.2)
    assert lines[0].x[-1] == pytest.approx(where["EUR"], abs=0.2)
    assert lines[0].y.min() > chart.table["mean_entropy_bits"].min()
    assert "60–50 thousand years ago" in lines[0].hovertext
    assert "A 2020" in lines[0].hovertext


def test_arcs_stay_above_the_bars_between() -> None:
    chart = entropy_bars(entropy_table(), arcs())
    tops = chart.table["ci_high"].to_numpy()
    for line in (t for t in chart.figure.data[1:] if t.mode == "lines"):
        for x, y in zip(line.x, line.y, strict=True):
            near = np.abs(np.asarray(chart.figure.data[0].x) - x) < 0.36
            assert y >= tops[near].max(initial=0) - 1e-3


def test_rarefied_values_are_marked() -> None:
    chart = entropy_bars(entropy_table())
    mark = chart.figure.data[1]
    assert mark.name == "at 30 haplotypes each"
    np.testing.assert_allclose(mark.y, chart.table["rarefied_entropy_bits"], rtol=1e-3)
    without = entropy_bars(entropy_table().assign(rarefied_entropy_bits=np.nan))
    assert len(without.figure.data) == 1


def test_entropy_meets_compression_group_by_group() -> None:
    chart = entropy_against_compression(entropy_table(), compression_table())
    assert chart.table["group"].tolist() == ["AFR", "EUR", "EAS", "ADM"]
    np.testing.assert_allclose(chart.figure.data[0].y, chart.table["bits_per_allele"], rtol=1e-3)
    assert "rank correlation is 1.00" in chart.alt
