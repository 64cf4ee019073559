"""The serial founder figures: what is drawn, hollow, marked, and said."""

from __future__ import annotations

import numpy as np
import pytest

from tests.figures import founder_builders as made
from vaeviz.analysis.serial_founder import best_origin, line_band, origin_grid
from vaeviz.figures.placegrid import place_grid
from vaeviz.figures.serial_founder import founder_line, origin_map

GROUPS = ("AFR", "WAS", "EUR", "SAS", "EAS", "ASW")


def test_populations_that_do_not_count_are_hollow_and_say_so() -> None:
    found = made.founder(GROUPS)
    chart = founder_line(found.table, found.line, line_band(found), "mean entropy")
    points = chart.figure.data[-1]
    open_marks = [str(s).endswith("-open") for s in points.marker.symbol]
    assert open_marks == (~found.table["used"]).tolist()
    assert sum("recently admixed" in t for t in points.hovertext) == 1
    assert len(chart.table) == len(GROUPS)


@pytest.mark.parametrize("include", [False, True])
def test_figure_tells_slope_and_number(include: bool) -> None:
    found = made.founder(GROUPS, include)
    chart = founder_line(found.table, found.line, line_band(found), "mean entropy", unit="bits")
    words = chart.figure.layout.annotations[0].text
    assert f"{abs(found.line.slope_per_1000_km):.3g} bits per 1,000 km" in words
    assert f"({5 + include} populations)" in words
    assert f"{found.line.r2:.0%}" in chart.alt


def test_line_without_interval_has_no_band() -> None:
    found = made.founder(GROUPS[:4])
    chart = founder_line(found.table, found.line, line_band(found), "mean entropy")
    assert all(trace.fill is None for trace in chart.figure.data)
    assert "too few for an interval" in chart.figure.layout.annotations[0].text


def test_cells_can_be_clicked_and_wrong_slopes_are_grey() -> None:
    places, values = made.group_places(GROUPS), made.group_values(GROUPS)
    grid = origin_grid(places, values, step_deg=made.STEP_DEG)
    chart = origin_map(grid, places, made.ORIGIN, best_origin(grid), step_deg=made.STEP_DEG)
    cells = {t.name: t for t in chart.figure.data if t.customdata is not None}
    assert len(cells["cells"].customdata) == int((grid["slope_per_1000_km"] < 0).sum())
    assert len(cells["no such fall"].customdata) == int((grid["slope_per_1000_km"] >= 0).sum())
    latitude, longitude = (float(x) for x in cells["cells"].customdata[0].split(","))
    near = np.hypot(grid["latitude"] - latitude, grid["longitude"] - longitude)
    assert near.min() < 0.01


def test_a_narrow_page_has_no_empty_bands_and_shorter_lines() -> None:
    found = made.founder(GROUPS)
    grid = origin_grid(made.group_places(GROUPS), made.group_values(GROUPS), step_deg=made.STEP_DEG)
    heights, longest = [], []
    for width in (440, 1000):
        origins = origin_map(grid, found.table, made.ORIGIN, None, width_px=width)
        heights.append(origins.figure.layout.height)
        line = founder_line(
            found.table, found.line, line_band(found), "mean entropy", width_px=width
        )
        words = line.figure.layout.annotations[0].text.split("<br>")
        longest.append(max(len(text) for text in words))
    assert heights[0] < heights[1]
    assert longest[0] < longest[1]


def test_map_without_a_best_origin_says_so() -> None:
    places = made.group_places(GROUPS)
    grid = origin_grid(places, made.group_values(GROUPS) * 0, step_deg=made.STEP_DEG)
    chart = origin_map(grid, places, made.ORIGIN, None, step_deg=made.STEP_DEG)
    assert "no cell has a slope" in chart.alt
    assert not any("best" in str(t.name) for t in chart.figure.data)


def test_picker_enlarges_the_chosen_group() -> None:
    places = made.group_places(GROUPS)
    chart = place_grid(places, places.assign(latitude=np.nan), "AFR")
    assert len(chart.table) == 0
    chart = place_grid(places, places, "EUR")
    large = chart.figure.data[-1]
    assert len(large.x) == 1
    assert large.marker.size > chart.figure.data[-2].marker.size
