"""Maps of people: what is drawn is what the table says."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.figures.builders import embedding, small_panel
from vaeviz.data.panel import UNLABELLED
from vaeviz.figures.latent import composition, scatter_2d, scatter_3d
from vaeviz.figures.palette import colours
from vaeviz.figures.points import axis_label
from vaeviz.figures.theme import rounded

X, Y, Z = "latent_1_mean", "latent_2_mean", "latent_3_mean"


def test_one_trace_a_label_with_the_tables_points() -> None:
    chart = scatter_2d(embedding(), X, Y, "superpopulation")
    assert [t.name for t in chart.figure.data] == ["ADM", "AFR", "EAS", "EUR"]
    for trace in chart.figure.data:
        rows = chart.table[chart.table["superpopulation"] == trace.name]
        np.testing.assert_array_equal(trace.x, rows[X].to_numpy(np.float32))
        np.testing.assert_array_equal(trace.y, rows[Y].to_numpy(np.float32))
        assert list(trace.customdata) == rows["sample"].tolist()
        assert trace.marker.color == colours(["AFR", "ADM", "EAS", "EUR"])[trace.name]


def test_coordinates_are_rounded_to_four_digits() -> None:
    points = embedding()
    drawn = scatter_2d(points, X, Y).table[X].to_numpy()
    np.testing.assert_allclose(drawn, points[X], rtol=6e-4)
    np.testing.assert_array_equal(
        rounded([0.0, 123456.0, -0.00012345, np.nan, np.inf])[:3],
        np.array([0, 123500, -0.0001234], np.float32),
    )


def test_many_points_use_webgl() -> None:
    few = embedding(("A",), 5000)
    many = embedding(("A",), 5001)
    assert scatter_2d(few, X, Y).figure.data[0].type == "scatter"
    assert scatter_2d(many, X, Y).figure.data[0].type == "scattergl"


def test_a_panel_of_1235_people_stays_small() -> None:
    points = embedding(tuple("ABCDE"), 247)
    chart = scatter_2d(points, X, Y, "population", show_sd=True, selected_ids=points["sample"])
    assert len(chart.figure.to_json()) < 2_000_000


def test_selected_people_get_rings_and_the_others_fade() -> None:
    chart = scatter_2d(embedding(), X, Y, selected_ids=["ID003", "ID007", "unknown"])
    rings = chart.figure.data[-1]
    assert rings.name == "selected (2)"
    assert rings.customdata is None
    assert len(rings.x) == 2
    assert chart.table.loc[chart.table["selected"], "sample"].tolist() == ["ID003", "ID007"]
    assert all(t.selectedpoints is None for t in chart.figure.data)
    opacity = {
        i: o
        for t in chart.figure.data[:-1]
        for i, o in zip(t.customdata, t.marker.opacity, strict=True)
    }
    assert opacity["ID003"] == opacity["ID007"] > 2 * opacity["ID000"]
    assert len(scatter_2d(embedding(), X, Y).figure.data) == len(chart.figure.data) - 1


def test_lasso_and_zoom_survive_a_new_colour() -> None:
    first = scatter_2d(embedding(), X, Y, "population").figure.layout
    second = scatter_2d(embedding(), X, Y, "superpopulation").figure.layout
    assert first.dragmode == "lasso"
    assert first.uirevision == second.uirevision


def test_absent_labels_are_grey_and_named() -> None:
    points = embedding()
    labels = points["superpopulation"].where(points["superpopulation"] != "EUR")
    chart = scatter_2d(points, X, Y, labels=labels)
    names = {t.name for t in chart.figure.data}
    assert "&#40;no label&#41;" in names
    assert (chart.table["coloured_by"] == UNLABELLED).sum() == 10


def test_numbers_get_a_colour_bar_and_gaps_are_grey() -> None:
    points = embedding()
    values = pd.Series(np.arange(40.0)).where(np.arange(40) != 5)
    chart = scatter_2d(points, X, Y, "age", labels=values)
    grey, scale = chart.figure.data
    assert list(grey.customdata) == ["ID005"]
    assert scale.marker.showscale
    np.testing.assert_array_equal(scale.marker.color, values.dropna())
    assert "from 0 to 39" in chart.alt


def test_ellipses_have_half_axes_of_one_sd() -> None:
    points = embedding(("A",), 1)
    ellipse = scatter_2d(points, X, Y, show_sd=True).figure.data[0]
    mean, sd = points.loc[0, X], points.loc[0, "latent_1_sd"]
    assert np.nanmax(ellipse.x) == pytest.approx(mean + sd, rel=1e-2)
    assert np.nanmin(ellipse.x) == pytest.approx(mean - sd, abs=0.01)


def test_components_have_no_sd_to_draw() -> None:
    points = embedding().rename(columns={X: "PC1", Y: "PC2"})
    assert len(scatter_2d(points, "PC1", "PC2", show_sd=True).figure.data) == 4


def test_synthetic_people_are_open_diamonds_that_no_lasso_takes() -> None:
    points = embedding()
    chart = scatter_2d(points, X, Y, synthetic=points.head(5))
    drawn = chart.figure.data[-1]
    assert drawn.name == "synthetic (5)"
    assert drawn.marker.symbol == "diamond-open"
    assert drawn.customdata is None
    assert (chart.table["kind"] == "synthetic").sum() == 5
    np.testing.assert_array_equal(drawn.x, rounded(points[X].head(5)))


def test_highlighted_labels_keep_their_colour() -> None:
    chart = scatter_2d(embedding(), X, Y, highlight=["EUR"])
    lit = {t.name: t.marker.opacity for t in chart.figure.data}
    assert lit["EUR"] > 0.5 > lit["AFR"]


def test_many_labels_are_grouped_in_the_legend() -> None:
    groups = tuple(f"G{i:02d}" for i in range(15))
    points = embedding(groups, 2)
    points["superpopulation"] = np.where(np.arange(30) < 12, "EUR", "EAS")
    chart = scatter_2d(points, X, Y, "population")
    titles = [t.legendgrouptitle.text for t in chart.figure.data]
    assert titles == sorted(titles)
    assert set(titles) == {"EUR", "EAS"}


def test_haplotypes_share_their_persons_id() -> None:
    points = pd.concat([embedding(("A",), 2)] * 2).sort_values("sample", ignore_index=True)
    points["haplotype"] = [1, 2, 1, 2]
    chart = scatter_2d(points, X, Y)
    assert list(chart.figure.data[0].customdata) == ["ID000", "ID000", "ID001", "ID001"]
    assert "haplotype 2" in chart.figure.data[0].text[1]
    assert "2 people" in chart.alt


def test_3d_uses_symbols_that_3d_knows() -> None:
    groups = tuple("ABCDEFGHIJKLMN")
    chart = scatter_3d(embedding(groups, 2), X, Y, Z, selected_ids=["ID000"])
    assert all(t.type == "scatter3d" for t in chart.figure.data)
    known = {"circle", "square", "diamond", "cross", "x", "circle-open", "diamond-open"}
    assert {t.marker.symbol for t in chart.figure.data} <= known
    np.testing.assert_array_equal(chart.figure.data[0].z, rounded(chart.table[Z].head(2)))


def test_axis_labels_are_for_people() -> None:
    assert axis_label("latent_12_mean") == "latent 12"
    assert axis_label("PC1") == "PC1"


def test_composition_counts_the_selected() -> None:
    panel = small_panel(("AFR", "EUR"))
    chart = composition(panel, np.array([0, 1, 2, 10]), "population")
    rows = chart.table.set_index("population")
    assert rows.loc["AFR1", "n_selected"] == 3
    assert rows.loc["AFR1", "share_percent"] == pytest.approx(30)
    assert chart.table["population"].tolist() == ["AFR1", "EUR1"]
    everybody, chosen = chart.figure.data
    assert list(chosen.x) == [1, 3]
    assert list(everybody.x) == [10, 10]
    assert "4 people selected" in chart.alt


def test_nobody_selected_is_an_empty_chart() -> None:
    assert composition(small_panel(("AFR",)), np.array([], int)).table.empty
