"""Cells, dots and bars are the tables'."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.figures.builders import GROUPS
from tests.figures.classify_builders import (
    confusion_table,
    label_table,
    points,
    reliability_table,
)
from vaeviz.figures.classify import accuracy_by_label, calibration, confusion
from vaeviz.figures.query import label_probabilities, query_map


def test_confusion_shades_are_shares_of_rows_and_text_is_counts() -> None:
    table = confusion_table(GROUPS)
    chart = confusion(table)
    heat = chart.figure.data[0]
    assert heat.z[0].tolist() == pytest.approx([0.9, 0.1, 0, 0])
    assert heat.z[3].tolist() == pytest.approx([0, 0, 0, 1])
    written = [t for trace in chart.figure.data[1:] for t in trace.text]
    assert sorted(written) == sorted(["9"] * 4 + ["1"] * 3)
    assert "36 of 39 people" in chart.alt
    assert chart.table["reported"].tolist() == list(GROUPS)


def test_large_confusion_has_no_text() -> None:
    names = [f"P{i}" for i in range(40)]
    assert len(confusion(confusion_table(names)).figure.data) == 1


def test_rows_without_their_own_column_are_no_hits() -> None:
    table = pd.DataFrame([[3, 1]], index=["X"], columns=["Y", "Z"])
    assert "0 of 4 people" in confusion(table).alt


def test_worst_label_is_first_and_small_ones_hollow() -> None:
    chart = accuracy_by_label(label_table(GROUPS))
    dots = chart.figure.data[1]
    assert list(dots.x) == sorted(dots.x)
    assert dots.marker.symbol[0] == "circle-open"
    assert set(dots.marker.symbol[1:]) == {"circle"}
    np.testing.assert_allclose(dots.error_x.arrayminus, 0.1, rtol=1e-3)


def test_calibration_dots() -> None:
    dots = calibration(reliability_table()).figure.data[1]
    assert list(dots.x) == pytest.approx([0.55, 0.97])
    assert list(dots.y) == pytest.approx([0.67, 0.95])
    assert dots.marker.symbol == ("circle-open", "circle")


def test_flagged_people_are_crosses_with_their_ids_in_customdata() -> None:
    reference, asked = points(GROUPS)
    chart = query_map(reference, asked, "latent_1_mean", "latent_2_mean")
    people = {t.marker.symbol: t for t in chart.figure.data if t.name == "people"}
    assert list(people["x"].customdata) == ["Q0"]
    assert list(people["diamond"].customdata) == ["Q1", "Q2", "Q3"]
    assert {"query", "query, flagged"} < {t.name for t in chart.figure.data}
    assert "1 are flagged" in chart.alt


def test_bars_are_cut_and_the_table_is_whole() -> None:
    chances = pd.Series(np.arange(1, 21) / 210, index=[f"P{i}" for i in range(20)])
    chart = label_probabilities(chances, at_most=5)
    assert list(chart.figure.data[0].x) == pytest.approx(
        [v / 210 for v in (20, 19, 18, 17, 16)], rel=1e-3
    )
    assert len(chart.table) == 20
    assert chart.table["label"].iloc[0] == "P19"
