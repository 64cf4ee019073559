"""Tracts of ancestry: what lies in them, and how many are expected."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest

from tests.panels import HOSTILE, site_table
from vaeviz.data.genetic_map import flat_map
from vaeviz.synthesis.tracts import TractList, chromosomes, expected_number, tracts_text


def test_chromosomes_sort_their_sites() -> None:
    sites = site_table(6, 2).iloc[[2, 0, 1, 5, 4, 3]].reset_index(drop=True)
    first, second = chromosomes(sites, flat_map(sites))
    assert (first.name, second.name) == ("1", "2")
    np.testing.assert_array_equal(first.position_bp, [1000, 2000, 3000])
    np.testing.assert_array_equal(first.sites, [1, 2, 0])
    np.testing.assert_array_equal(second.sites, [5, 4, 3])
    assert first.length_cm == pytest.approx(0.002)


def test_tracts_begin_between_the_sites_that_they_part() -> None:
    sites = site_table(4, 1)  # 1000, 2000, 3000, 4000 bp
    found = TractList(chromosomes(sites, flat_map(sites)))
    # Two stretches of one source, and one too short for a base pair.
    begin = np.array([1000, 1500, 2000.5, 2500.2, 2500.4]) * 1e-8
    found.add(3, 0, begin, np.array([0, 0, 1, 0, 1]))
    table = found.table(["A", "B"], ["x", "y"])
    assert list(table["sample"]) == ["B", "B"]
    assert list(table["haplotype"]) == [2, 2]
    assert list(table["source"]) == ["x", "y"]
    assert list(table["start_bp"]) == [1000, 2001]
    assert list(table["end_bp"]) == [2000, 4000]
    np.testing.assert_allclose(table["length_cm"], [0.0010005, 0.0019995], rtol=1e-9)


def test_expected_number_of_tracts_adds_up() -> None:
    lengths = [100.0, 250.0]
    assert expected_number(0, 0.3, 5, lengths) == pytest.approx(0.3 * (2 + 3.5 * 3.5))
    assert expected_number(99.9999, 0.3, 0, lengths) == pytest.approx(0.6)
    assert expected_number([100.0, 250.0], 0.3, 0, lengths).tolist() == [0.3, 0.0]
    assert expected_number([10.0], 1.0, 9, lengths) == pytest.approx(2.0)


def test_mean_length_is_that_of_an_exponential_on_long_chromosomes() -> None:
    """Mean = 1 / ((1 - m) g) morgans: the integral of the survival over its value at 0."""
    x = np.linspace(0, 400, 40_001)
    number = expected_number(x, 0.4, 10, [1e6])
    mean_cm = np.trapezoid(number, x) / number[0]
    assert mean_cm == pytest.approx(100 / (0.6 * 10), rel=1e-3)


def test_text_is_one_line_a_tract_whatever_sources_are_called() -> None:
    table = pd.DataFrame(
        {
            "sample": "A",
            "haplotype": 1,
            "chrom": "1",
            "start_bp": 1,
            "end_bp": 2,
            "source": list(HOSTILE),
            "length_cm": 0.5,
        }
    )
    text = tracts_text(table)
    lines = text.splitlines()
    assert len(lines) == len(HOSTILE) + 1
    assert all(line.count("\t") == 6 for line in lines)
    back = pd.read_csv(io.StringIO(text), sep="\t")
    assert not back["source"].str.startswith("=").any()
