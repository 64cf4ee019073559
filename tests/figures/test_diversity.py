"""Dots, whiskers and points are the tables'."""

from __future__ import annotations

import numpy as np
import pytest

from tests.figures.builders import GROUPS
from tests.figures.diversity_builders import BY_NAME, diversity_table, roh_people
from vaeviz.figures.diversity import diversity_dots, number, roh_scatter


def test_dots_fall_with_admixed_groups_apart() -> None:
    chart = diversity_dots(diversity_table(GROUPS), BY_NAME["private_alleles"])
    dots = chart.figure.data[0]
    assert list(dots.x) == pytest.approx([0.7 / 3, 0.5 / 3, 0.1, 0.3], rel=1e-3)
    assert dots.error_x.array == pytest.approx(0.01, rel=1e-3)
    assert dots.error_x.arrayminus == pytest.approx(0.02, rel=1e-3)
    texts = chart.figure.layout.yaxis.ticktext
    assert [t.split(" ")[0] for t in texts] == ["EAS", "EUR", "AFR", "ADM"]
    assert dots.y[3] - dots.y[2] > dots.y[2] - dots.y[1]
    assert "highest ADM with 0.3, lowest AFR with 0.1" in chart.alt


def test_statistics_with_a_sign_have_a_line_at_none() -> None:
    table = diversity_table(GROUPS)
    assert len(diversity_dots(table, BY_NAME["tajima_d"]).figure.layout.shapes) == 1
    assert not diversity_dots(table, BY_NAME["polymorphic_sites"]).figure.layout.shapes


def test_groups_without_a_value_are_in_the_table_alone() -> None:
    table = diversity_table(GROUPS)
    table.loc[0, "tajima_d"] = np.nan
    chart = diversity_dots(table, BY_NAME["tajima_d"])
    assert len(chart.figure.data[0].x) == 3
    assert len(chart.table) == 4
    table["tajima_d"] = np.nan
    assert "no group is large enough" in diversity_dots(table, BY_NAME["tajima_d"]).alt


def test_equal_sizes_are_told_in_the_table() -> None:
    chart = diversity_dots(diversity_table(GROUPS), BY_NAME["rarefied_private_alleles"])
    assert (chart.table["rarefied_haplotypes"] == 30).all()


def test_people_are_where_their_runs_are() -> None:
    chart = roh_scatter(roh_people(GROUPS))
    assert [trace.name for trace in chart.figure.data] == list(GROUPS)
    first = chart.figure.data[0]
    assert list(first.x) == [0, 12]
    assert list(first.y) == [0, 3]
    assert list(first.customdata) == ["ID000", "ID001"]
    assert "12.0 Mb in 3 runs" in chart.alt


def test_numbers_are_short() -> None:
    assert [number(x) for x in (0.012345, -1.5, 4218.0, 12345.6)] == [
        "0.01235",
        "-1.5",
        "4,218",
        "12,346",
    ]
