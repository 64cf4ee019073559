"""Rules that every figure obeys."""

from __future__ import annotations

import re
from collections.abc import Iterator

import plotly.graph_objects as go
import pytest

from tests.figures.builders import GROUPS, all_charts
from tests.panels import HOSTILE
from vaeviz.escape import unescape
from vaeviz.figures.chart import Chart
from vaeviz.figures.theme import style

CHARTS = {theme: all_charts(theme) for theme in ("light", "dark")}
ALL = [(theme, name) for theme, charts in CHARTS.items() for name in charts]
HOSTILE_GROUPS = (*HOSTILE, "AFR")
OWN_TAGS = re.compile(r"</?b>|<br>|</?extra>")


@pytest.fixture(params=ALL, ids=lambda p: f"{p[1]}-{p[0]}")
def chart(request: pytest.FixtureRequest) -> Chart:
    theme, name = request.param
    return CHARTS[theme][name]


@pytest.fixture(scope="module")
def hostile() -> dict[str, Chart]:
    return all_charts("light", HOSTILE_GROUPS)


def strings(node: object, key: str = "") -> Iterator[tuple[str, str]]:
    """Every text in a figure's JSON with the key that it stands under."""
    if isinstance(node, dict):
        for name, value in node.items():
            yield from strings(value, name)
    elif isinstance(node, str):
        yield key, node
    elif hasattr(node, "tolist"):
        yield from strings(node.tolist(), key)
    elif isinstance(node, list | tuple):
        for value in node:
            yield from strings(value, key)


def test_words_are_there(chart: Chart) -> None:
    assert chart.title
    assert re.search(r"\d", chart.alt)
    assert chart.alt.endswith(".")
    assert re.fullmatch(r"[a-z0-9_]+", chart.name)
    assert len(chart.table)


def test_caption_travels_inside_the_figure(chart: Chart) -> None:
    inside = chart.figure.layout.title.subtitle.text
    assert inside.startswith("n &#61;") or inside.startswith("n = 40")
    assert "simulated data" in inside


def test_captions_break_between_their_parts() -> None:
    parts = ["n = 1,235, 10,000 sites", "panel 504f50bd", "simulated data", "model 4d5bb3d3"]
    figure = style(go.Figure(), "light", title="T", caption=" · ".join(parts))
    first, second = unescape(figure.layout.title.subtitle.text).split("<br>")
    assert first.endswith("simulated data ·")
    assert second == "model 4d5bb3d3"


def test_ground_is_transparent_and_height_fixed(chart: Chart) -> None:
    assert chart.figure.layout.template.layout.paper_bgcolor == "rgba(0,0,0,0)"
    assert chart.figure.layout.paper_bgcolor is None
    assert 240 <= chart.figure.layout.height <= 1000


def test_mode_bar_has_room(chart: Chart) -> None:
    assert chart.figure.layout.margin.t >= 40


def test_no_trace_that_fetches_from_the_network(chart: Chart) -> None:
    kinds = {trace.type for trace in chart.figure.data}
    assert kinds <= {"scatter", "scattergl", "scatter3d", "bar", "heatmap"}


def test_themes_differ_only_in_colour() -> None:
    for name, light in CHARTS["light"].items():
        dark = CHARTS["dark"][name]
        assert light.table.equals(dark.table)
        assert len(light.figure.data) == len(dark.figure.data)
        assert light.figure.to_json() != dark.figure.to_json()


def test_equal_inputs_give_equal_json() -> None:
    again = all_charts("light")
    for name, chart in CHARTS["light"].items():
        assert chart.figure.to_json() == again[name].figure.to_json(), name


def test_hostile_labels_are_inert_in_every_figure(hostile: dict[str, Chart]) -> None:
    for name, chart in hostile.items():
        for key, text in strings(chart.figure.to_plotly_json()):
            if key == "customdata":
                continue
            assert "<" not in OWN_TAGS.sub("", text), (name, key, text[:80])
            assert not re.search(r"[\x00-\x1f\u202e]", text), (name, key, text[:80])
            assert not any(bad in text for bad in HOSTILE), (name, key, text[:80])
            assert "L" * 61 not in text, (name, key)


def test_hostile_labels_are_inert_in_pages_and_tables(hostile: dict[str, Chart]) -> None:
    chart = hostile["population_counts"]
    page = chart.html()
    assert "<img src" not in page
    assert "\n=1+1" not in chart.csv()
    assert "'=1+1" in chart.csv()


def test_at_most_twelve_symbols(chart: Chart) -> None:
    used = set()
    for trace in chart.figure.data:
        symbol = getattr(getattr(trace, "marker", None), "symbol", None)
        used |= {symbol} if isinstance(symbol, str) else set(symbol or ())
    assert len({s.removesuffix("-open") for s in used}) <= 12


def test_selection_reads_one_raw_text_a_point() -> None:
    charts = CHARTS["light"]
    samples = charts["scatter_2d"].table["sample"].tolist()
    found = [c for t in charts["scatter_2d"].figure.data for c in (t.customdata or ())]
    assert set(found) == set(samples)
    assert len(found) == 40
    groups = [c for t in charts["sample_map"].figure.data for c in (t.customdata or ())]
    assert sorted(groups) == sorted(GROUPS)
