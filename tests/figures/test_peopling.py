"""The peopling of the world: what is drawn when, and that it plays by itself nowhere."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.figures.builders import places
from vaeviz.data.assets import Route, migration_routes
from vaeviz.figures.chart import Chart
from vaeviz.figures.mapview import world_view
from vaeviz.figures.palette import neutral
from vaeviz.figures.peopling import TIMES_KA, peopling, progress, reached_ka

ROUTES = migration_routes()


def story(at_ka: float = 0.0) -> Chart:
    return peopling(places().assign(admixed=[False, False, False, True]), ROUTES, at_ka)


def someone(superpopulation: str, latitude: float, longitude: float, admixed: bool = False):
    facts = {"superpopulation": superpopulation, "admixed": admixed}
    return pd.Series(facts | {"latitude": latitude, "longitude": longitude})


def walked(chart: Chart, frame: str) -> int:
    """Points of the lines in a frame."""
    (found,) = (f for f in chart.figure.frames if f.name == frame)
    return sum(int(np.isfinite(t.x).sum()) for t in found.data if t.x is not None and not t.text)


def route(name: str) -> Route:
    return next(r for r in ROUTES if r.id == name)


def test_routes_grow_with_time_and_are_whole_today() -> None:
    chart = story()
    drawn = [walked(chart, f"{ka:g} ka") for ka in (65, 55, 40, 15, 0)]
    assert drawn[0] == 0
    assert drawn == sorted(drawn)
    assert len(set(drawn)) == 5
    view = world_view()
    last = chart.figure.frames[-1].data[0]
    ends = {
        tuple(np.round(np.ravel(view.project(r.waypoints[-1][1], r.waypoints[-1][0])), 1))
        for r in ROUTES
        if r.kind == "first-peopling"
    }
    found = {tuple(p) for p in np.round(np.column_stack([last.x, last.y]).astype(float), 1)}
    assert ends <= found


def test_progress_is_by_the_dates_of_the_route() -> None:
    out = route("out_of_africa")
    assert [progress(out, ka) for ka in (61, 60, 55, 50, 3)] == [0, 0, 0.5, 1, 1]


def test_populations_light_up_when_their_route_passes_nearest() -> None:
    beginning = reached_ka(someone("AFR", 7, 4), ROUTES)
    europe = reached_ka(someone("EUR", 46, 2), ROUTES)
    north, south = (reached_ka(someone("AMR", lat, -75), ROUTES) for lat in (50, -50))
    assert beginning == np.inf
    assert europe == pytest.approx(route("into_europe").ka_end)
    assert south < north <= route("into_americas").ka_start
    assert np.isnan(reached_ka(someone("ELSEWHERE", 0, 0), ROUTES))


def test_admixed_populations_wait_for_the_mixture() -> None:
    mixed = reached_ka(someone("AFR", 33, -97, admixed=True), ROUTES)
    assert mixed == route("atlantic_admixture").ka_end
    first = [r for r in ROUTES if r.kind == "first-peopling"]
    assert np.isnan(reached_ka(someone("AFR", 33, -97, admixed=True), first))


def test_marks_are_grey_before_and_coloured_after() -> None:
    chart = story()
    number = next(i for i, t in enumerate(chart.figure.data) if t.name == "EUR")
    seen = {}
    for frame in chart.figure.frames:
        changed = dict(zip(frame.traces, frame.data, strict=True))[number]
        seen[frame.name] = changed.marker.color[0]
    assert seen["65 ka"] == neutral("light")
    assert seen["0 ka"] != neutral("light")


def test_the_words_tell_date_route_and_citation() -> None:
    frame = next(f for f in story().figure.frames if f.name == "45 ka")
    words = " ".join(t.text[0] for t in frame.data if t.text)
    assert "45,000 years ago" in words
    assert "Into Europe" in words
    assert "47–43 ka" in words
    assert "20" in words.split("(")[-1]


def test_slider_has_every_moment_and_starts_where_asked() -> None:
    layout = story(at_ka=20.0).figure.layout
    labels = [step.label for step in layout.sliders[0].steps]
    assert len(labels) == len(TIMES_KA)
    assert labels[layout.sliders[0].active] == "20 ka"
    assert [b.label.split()[-1] for b in layout.updatemenus[0].buttons] == ["Play", "Pause"]


def test_every_frame_changes_the_same_traces() -> None:
    chart = story()
    moving = {tuple(f.traces) for f in chart.figure.frames}
    assert len(moving) == 1
    for frame in chart.figure.frames:
        assert len(frame.data) == len(frame.traces)
        kinds = [chart.figure.data[i].mode for i in frame.traces]
        assert kinds[0] == "lines"


def test_the_page_does_not_play_by_itself_and_holds_the_citations() -> None:
    chart = story()
    page = chart.html()
    assert "Plotly.addFrames" in page
    assert "Plotly.animate" not in page.split("Plotly.addFrames")[-1]
    told = chart.table["citations"].str.contains("doi:")
    assert told.tolist() == [bool(r.citations) for r in ROUTES]
