"""Figures of latent axes: what is drawn is what the table says."""

from __future__ import annotations

import numpy as np
import pytest

from tests.figures.builders import effects, positions, top_sites
from vaeviz.figures import along_genome
from vaeviz.figures.along_genome import sites_along_genome, thinned_sites
from vaeviz.figures.axes import groups_along_axis, walk_frequencies
from vaeviz.figures.palette import colours
from vaeviz.figures.theme import rounded


def test_chromosomes_lie_side_by_side_in_natural_order() -> None:
    table = effects(("10",), 30)
    chart = sites_along_genome(table, "latent 1")
    assert list(chart.figure.layout.xaxis.ticktext) == ["1", "2", "10"]
    odd, even = chart.figure.data[:2]
    assert odd.marker.color != even.marker.color
    assert len(odd.x) == 20
    assert len(even.x) == 10
    assert max(odd.x[:10]) < min(even.x) <= max(even.x) < min(odd.x[10:])
    np.testing.assert_array_equal(odd.y[:10], rounded(table["change_over_sd"].abs()[:10]))


def test_one_chromosome_is_in_megabases() -> None:
    chart = sites_along_genome(effects().assign(chrom="chr7"), "latent 1")
    assert chart.figure.layout.xaxis.title.text == "chromosome chr7, Mb"
    np.testing.assert_allclose(chart.figure.data[0].x, 0.001 * np.arange(1, 31), rtol=1e-5)


def test_the_largest_are_ringed_and_named() -> None:
    table = effects()
    chart = sites_along_genome(table, "latent 1", 3)
    rings = chart.figure.data[-1]
    size = table["change_over_sd"].abs()
    np.testing.assert_array_equal(np.sort(rings.y), rounded(np.sort(size)[-3:]))
    assert table.loc[size.idxmax(), "id"] in chart.alt


def test_many_sites_are_thinned_and_the_caption_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(along_genome, "MOST_SITES", 40)
    table = effects(n=300)
    kept, thinned = thinned_sites(table)
    assert thinned
    assert 21 <= len(kept) <= 40
    top = table["change_over_sd"].abs().nlargest(20).index
    assert set(top) <= set(kept.index)
    assert kept.index.is_monotonic_increasing
    chart = sites_along_genome(table, "latent 1", caption="c")
    assert f"{len(kept)} of 300 sites drawn" in chart.caption
    assert len(chart.table) == len(kept)
    assert not thinned_sites(table.head(40))[1]


def test_groups_stand_in_the_order_of_the_table() -> None:
    table = positions()
    chart = groups_along_axis(table, "latent 2")
    dots = chart.figure.data[-1]
    np.testing.assert_array_equal(dots.x, rounded(table["mean"]))
    assert list(chart.figure.layout.yaxis.ticktext) == ["AFR", "EUR", "EAS", "ADM"]
    assert dots.marker.symbol[0].endswith("-open")
    thin, thick = chart.figure.data[1], chart.figure.data[5]
    np.testing.assert_array_equal(thin.x, rounded([table["low"][1], table["high"][1]]))
    np.testing.assert_array_equal(
        thick.x, rounded([table["mean"][1] - 0.3, table["mean"][1] + 0.3])
    )
    assert thin.line.color == thick.line.color == colours(["EUR"])["EUR"]


def test_walk_shows_start_and_place_reached() -> None:
    sites, here = top_sites(), np.linspace(0, 1, 6)
    chart = walk_frequencies(sites, here, ["AFR", "EUR"])
    steps, expected = chart.figure.data[0], chart.figure.data[-1]
    np.testing.assert_array_equal(expected.x, rounded(here))
    np.testing.assert_array_equal(steps.x[1::3], rounded(here))
    np.testing.assert_array_equal(steps.x[0::3], rounded(sites["frequency"]))
    assert [t.name for t in chart.figure.data[1:-1]] == ["AFR", "EUR"]
    assert (chart.table["observed EUR"] == 0.1).all()
