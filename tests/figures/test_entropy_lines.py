"""Bars of other measures, cuts on the frequency, entropy by context: what is drawn."""

from __future__ import annotations

import numpy as np
import pytest

from tests.figures.builders import GROUPS, arcs
from tests.figures.entropy_builders import cuts, model_bits, quantity_table, rates
from vaeviz.analysis.quantities import QUANTITIES
from vaeviz.figures.entropy import entropy_bars
from vaeviz.figures.entropy_rate import JOINT, entropy_rate
from vaeviz.figures.frequency_cut import cut_words, frequency_cut
from vaeviz.figures.palette import neutral


@pytest.mark.parametrize("key", QUANTITIES)
def test_bars_sort_by_the_measure_shown_and_have_its_interval(key: str) -> None:
    quantity = QUANTITIES[key]
    chart = entropy_bars(quantity_table(GROUPS), arcs(), quantity=quantity)
    bar = chart.figure.data[0]
    plain = chart.table[~chart.table["admixed"]]
    assert plain[quantity.column].is_monotonic_decreasing
    np.testing.assert_allclose(bar.y, chart.table[quantity.column], rtol=1e-3)
    np.testing.assert_allclose(bar.error_y.array, 0.02, rtol=1e-2)
    assert quantity.unit in chart.figure.layout.yaxis.title.text
    assert quantity.unit in chart.alt
    assert any(t.mode == "lines" for t in chart.figure.data[1:])


def test_groups_without_a_value_have_no_bar() -> None:
    table = quantity_table(GROUPS)
    table.loc[table["group"] == "EUR", "rarefied_entropy_bits"] = np.nan
    chart = entropy_bars(table, quantity=QUANTITIES["equal-size"])
    assert len(chart.figure.data[0].x) == 3
    assert "EUR" not in chart.alt


def test_cuts_are_evenly_spaced_and_named() -> None:
    chart = frequency_cut(cuts(GROUPS), 0.05)
    assert list(chart.figure.layout.xaxis.ticktext) == ["no cut", "1 %", "5 %"]
    assert chart.figure.layout.shapes[0].x0 == 2
    assert [t.name for t in chart.figure.data] == ["ADM", "EAS", "EUR", "AFR"]
    np.testing.assert_allclose(chart.figure.data[0].y, [0.2, 0.3, 0.4], rtol=1e-3)
    assert "at 5 %: AFR, EUR, EAS, ADM." in chart.alt
    assert "30 sites" in chart.figure.data[0].hovertext[2]
    assert cut_words(0.002) == "0.2 %"


def test_bounds_are_full_and_plug_in_dotted() -> None:
    table = rates(GROUPS)
    figure = entropy_rate(table).figure
    full, dotted = figure.data[0], figure.data[1]
    rows = table[table["group"] == "AFR"]
    np.testing.assert_allclose(full.y, rows["upper_bound_bits"], rtol=1e-3)
    np.testing.assert_allclose(dotted.y, rows["plug_in_bits"], rtol=1e-3)
    assert (full.line.dash, dotted.line.dash) == ("solid", "dot")
    assert not dotted.showlegend
    assert figure.data[-1].name == "plug-in: too low"
    assert len(entropy_rate(table, "plug_in_bits").figure.data) == len(GROUPS)


def test_model_stands_to_the_right_of_the_lines() -> None:
    chart = entropy_rate(rates(GROUPS), model=model_bits(("AFR", "EUR", "other")))
    points = chart.figure.data[2 * len(GROUPS) + 1 :]
    assert [list(p.x) for p in points] == [[4], [4]]
    assert list(chart.figure.layout.xaxis.ticktext) == ["0", "1", "2", "3", "model"]
    assert chart.table.groupby("group")["model_bits"].first().notna().sum() == 2


def test_admixed_groups_come_last_and_grey() -> None:
    chart = frequency_cut(cuts(GROUPS), admixed={"ADM"})
    assert [t.name for t in chart.figure.data] == ["EAS", "EUR", "AFR", "ADM"]
    assert chart.figure.data[3].line.color == neutral("light")


def test_joint_entropy_has_a_unit_of_its_own_and_no_model() -> None:
    table = rates(GROUPS)
    chart = entropy_rate(table, JOINT, model_bits(GROUPS))
    assert "bits per block" in chart.figure.layout.yaxis.title.text
    assert "model" not in chart.figure.layout.xaxis.ticktext
    rows = table[table["group"] == "AFR"]
    np.testing.assert_allclose(chart.figure.data[0].y, rows[JOINT], rtol=1e-3)
    np.testing.assert_allclose(chart.figure.data[1].y, rows["block_plug_in_bits"], rtol=1e-3)


def test_unit_is_on_the_axis() -> None:
    chart = entropy_rate(rates(GROUPS, "bits per genotype"))
    assert "bits per genotype" in chart.figure.layout.yaxis.title.text
    assert "bits per genotype" in chart.alt
