"""Figures of admixed people show what they are given."""

from __future__ import annotations

import numpy as np

from tests.figures.admix_builders import lengths, tracts
from tests.figures.builders import embedding
from vaeviz.figures import admix


def test_cline_colours_admixed_people_by_share() -> None:
    people = embedding(("A", "B", "C"))
    share = np.array([0.1, 0.9, 0.5])
    chart = admix.cline(
        people,
        "latent_1_mean",
        "latent_2_mean",
        sources={"A": np.arange(10), "B": np.arange(10, 20)},
        admixed=people.head(3),
        share=share,
    )
    last = chart.figure.data[-1]
    np.testing.assert_allclose(last.marker.color, 100 * share, rtol=1e-3)
    assert last.customdata is None
    assert (chart.table["kind"] == "admixed").sum() == 3
    assert {t.name for t in chart.figure.data} >= {"A", "B", admix.OTHERS}
    assert "from 10% to 90%" in chart.alt


def test_bars_are_sorted_and_full() -> None:
    shares = np.array([[0.2, 0.8], [0.9, 0.1], [0.5, 0.5]])
    chart = admix.ancestry_bars(shares, ["A", "B"])
    first, second = chart.figure.data
    np.testing.assert_allclose(first.y, [90, 50, 20])
    np.testing.assert_allclose(np.add(first.y, second.y), 100)


def test_painting_draws_every_tract_in_its_row() -> None:
    table = tracts(["A", "B"])
    chart = admix.painting(table, ["A", "B"])
    assert sum(len(t.x) for t in chart.figure.data) == len(table)
    rows = np.unique(np.concatenate([t.y for t in chart.figure.data]))
    np.testing.assert_allclose(rows, [-0.19, 0.19, 0.81, 1.19])
    np.testing.assert_allclose(chart.figure.data[1].base, 1.000001)
    np.testing.assert_allclose(chart.figure.data[1].x, 1)
    assert "sample" not in chart.table


def test_theory_is_drawn_only_where_there_is_one() -> None:
    table = lengths(["A"])
    assert [t.mode for t in admix.tract_lengths(table).figure.data] == ["markers", "lines"]
    chart = admix.tract_lengths(table.assign(expected=np.nan))
    assert [t.mode for t in chart.figure.data] == ["markers"]
