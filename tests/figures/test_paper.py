"""Figures at their size on paper."""

from __future__ import annotations

import dataclasses
import re
import struct

import numpy as np
import plotly.graph_objects as go
import pytest

from tests.figures.builders import all_charts
from vaeviz.figures.chart import Chart, image_export_available
from vaeviz.figures.paper import (
    HEIGHTS_MM,
    PRESETS,
    draw,
    figure_legend,
    paper_figure,
    proposed_height_mm,
)

CHARTS = {theme: all_charts(theme) for theme in ("light", "dark")}
needs_browser = pytest.mark.skipif(not image_export_available(), reason="no Chrome or Chromium")


@pytest.fixture
def chart() -> Chart:
    return CHARTS["light"]["bits_by_group"]


@pytest.mark.parametrize("name", CHARTS["light"])
@pytest.mark.parametrize("preset", PRESETS)
def test_every_figure_is_laid_out_for_every_preset(name: str, preset: str) -> None:
    chart = CHARTS["dark"][name]
    before = chart.figure.to_json()
    figure = paper_figure(chart, preset)
    assert chart.figure.to_json() == before
    assert figure.layout.paper_bgcolor == "#FFFFFF"
    assert "simulated data" in str(figure.layout.title.to_plotly_json())
    assert HEIGHTS_MM[0] <= proposed_height_mm(chart, preset) <= HEIGHTS_MM[1]


@pytest.mark.parametrize("preset", PRESETS)
def test_text_has_its_size_in_points(preset: str) -> None:
    place = PRESETS[preset]
    width_px = place.canvas_px(place.width_mm)
    text_mm = 13 / width_px * place.width_mm
    assert text_mm / 25.4 * 72 == pytest.approx(place.text_pt)
    assert place.length_mm(width_px) == pytest.approx(place.width_mm)


def test_a_list_of_groups_keeps_a_line_for_each(chart: Chart) -> None:
    low = proposed_height_mm(chart, "single-column")
    tall = go.Figure(chart.figure).update_layout(height=900)
    assert proposed_height_mm(dataclasses.replace(chart, figure=tall), "single-column") > 2 * low


def test_title_stays_on_slides_only(chart: Chart) -> None:
    assert paper_figure(chart, "slide").layout.title.text == chart.title
    assert paper_figure(chart, "single-column").layout.title.text == "simulated data"


def test_real_data_carry_no_note(chart: Chart) -> None:
    real = dataclasses.replace(chart, caption="n = 40")
    assert paper_figure(real, "single-column").layout.title.text is None


def test_points_become_shapes_unless_too_many(chart: Chart) -> None:
    for n, kind in ((100, "scatter"), (30_000, "scattergl")):
        figure = go.Figure(go.Scattergl(x=np.zeros(n), y=np.zeros(n)))
        figure.update_layout(chart.figure.layout)
        drawn = paper_figure(dataclasses.replace(chart, figure=figure), "single-column")
        assert drawn.data[0].type == kind


def test_figure_legend_says_what_and_of_which_data(chart: Chart) -> None:
    text = figure_legend(chart)
    assert text.startswith(f"{chart.title}. {chart.alt}")
    assert "Data: n = 40, 100 sites; panel 01234567; simulated data." in text
    assert re.search(r"Drawn with VAEviz \d", text)


@needs_browser
def test_files_have_their_size_on_paper(chart: Chart) -> None:
    svg = draw(chart, "single-column", "svg", 60).decode()
    assert 'width="89.00mm" height="60.00mm"' in svg
    png = draw(chart, "single-column", "png", 60)
    width, height = struct.unpack(">II", png[16:24])
    assert width == pytest.approx(89 / 25.4 * 300, abs=1)
    assert height == pytest.approx(60 / 25.4 * 300, abs=1)
    assert png[37:41] == b"pHYs"
    assert struct.unpack(">I", png[41:45])[0] == round(300 / 0.0254)


@needs_browser
def test_pdf_is_one_page_of_the_right_size(chart: Chart) -> None:
    pdf = draw(chart, "double-column", "pdf", 100)
    assert pdf.startswith(b"%PDF")
    (box,) = re.findall(rb"MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    width, height = (float(points) / 72 * 25.4 for points in box)
    assert width == pytest.approx(183, abs=0.5)
    assert height == pytest.approx(100, abs=0.5)
