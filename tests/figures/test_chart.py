"""Exports of a chart."""

from __future__ import annotations

import dataclasses

import pandas as pd
import pytest

from tests.figures.builders import CAPTION, places
from vaeviz.data.panel import Panel
from vaeviz.errors import ImageExportError
from vaeviz.figures.chart import Chart, image_export_available, panel_caption
from vaeviz.figures.panel import population_counts


@pytest.fixture
def chart() -> Chart:
    return population_counts(places(), theme="dark", caption=CAPTION)


def test_page_needs_no_network(chart: Chart) -> None:
    page = chart.html()
    assert chart.alt in page
    assert chart.caption in page
    own = page.replace(page[page.index("/**\n* plotly.js") : page.rindex("</script>")], "")
    assert 'src="http' not in own
    assert "Plotly.newPlot" in page


def test_nothing_can_be_sent_to_a_cloud(chart: Chart) -> None:
    assert chart.config["showSendToCloud"] is False
    assert chart.config["plotlyServerURL"] == ""
    assert "sendChartToCloud" in chart.figure.layout.template.layout.modebar.remove
    assert '"showSendToCloud": false' in chart.html()


def test_exports_stand_on_solid_ground(chart: Chart) -> None:
    assert '"paper_bgcolor":"#171614"' in chart.html().replace(" ", "")
    assert chart.figure.layout.paper_bgcolor is None


def test_page_escapes_its_words(chart: Chart) -> None:
    bad = dataclasses.replace(chart, title="<script>1", alt='"><img src=x>', caption="</figure>")
    page = bad.html()
    assert "<script>1" not in page
    assert "<img src=x" not in page
    assert "&lt;/figure&gt;" in page


def test_csv_defuses_formulas() -> None:
    base = population_counts(places())
    table = pd.DataFrame({"group": ["=1+1", "-2", None, "x"], "value": [1.5, -2.0, 3.0, 4.0]})
    lines = dataclasses.replace(base, table=table).csv().splitlines()
    assert lines == ["group,value", "'=1+1,1.5", "'-2,-2.0", ",3.0", "x,4.0"]


def test_without_a_browser_the_hint_says_what_to_do(
    chart: Chart, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BROWSER_PATH", "/nowhere/chrome")
    assert not image_export_available()
    with pytest.raises(ImageExportError, match="BROWSER_PATH"):
        chart.svg()


needs_browser = pytest.mark.skipif(not image_export_available(), reason="no Chrome or Chromium")


@needs_browser
def test_svg_is_drawn_with_its_caption(chart: Chart) -> None:
    svg = chart.svg(width=480)
    assert svg.startswith(b"<svg")
    assert b"People per population" in svg
    assert b"simulated data" in svg


@pytest.mark.slow
@needs_browser
def test_png_is_drawn(chart: Chart) -> None:
    assert chart.png(width=300, scale=1).startswith(b"\x89PNG")


def test_caption_tells_size_digest_and_simulation(phased: Panel, tiny: Panel) -> None:
    caption = panel_caption(phased, "held-out people only")
    assert caption == (
        f"n = 60, 200 sites · panel {phased.digest[:8]} · simulated data · held-out people only"
    )
    assert "simulated" not in panel_caption(tiny)
    assert "synthetic genotypes" in panel_caption(tiny.with_info(synthetic=True))
