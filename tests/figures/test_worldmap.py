"""The map: places, projections, routes; nothing overlaps."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.figures.builders import places
from vaeviz.data.assets import migration_routes, population_table
from vaeviz.figures import mapview
from vaeviz.figures.placing import mark_boxes, name_positions, overlaps, spread, text_box
from vaeviz.figures.routes import route_hover, route_table, smooth
from vaeviz.figures.worldmap import world_map


def populations(panel: str) -> pd.DataFrame:
    table = population_table().query("panel == @panel")
    return table.rename(columns={"population": "group", "default_n": "n_samples"})


def test_equal_earth_is_centred_on_150_east() -> None:
    view = mapview.world_view()
    x, y = view.project([150.0, 150.0, -30.0, 330.0], [0.0, 90.0, 0.0, 0.0])
    # Savric et al. 2019: half the width is 2.70663 radii, half the height 1.31735.
    assert x[0] == pytest.approx(0)
    assert y[1] == pytest.approx(1.3173627591574 * 6.371, rel=1e-6)
    assert x[2] == pytest.approx(-2.7066299836 * 6.371, rel=1e-6)
    assert x[3] == pytest.approx(2.7066299836 * 6.371, rel=1e-6)


@given(st.floats(-180, 360), st.floats(-60, 90))
def test_every_place_is_inside_the_world(longitude: float, latitude: float) -> None:
    view = mapview.world_view()
    x, y = view.project([longitude], [latitude])
    assert view.x_range[0] <= x[0] <= view.x_range[1]
    assert view.y_range[0] <= y[0] <= view.y_range[1]
    again, _ = view.project([longitude - 360], [latitude])
    if abs(abs(longitude - 150) % 360 - 180) > 1e-6:
        assert again[0] == pytest.approx(x[0], abs=1e-6)


def test_lines_break_at_the_seam_and_nowhere_else() -> None:
    view = mapview.world_view()
    x, _ = view.line([10.0, -20.0, -40.0, -60.0], [0.0, 0.0, 0.0, 0.0])
    assert np.isnan(x).tolist() == [False, False, True, False, False]
    x, _ = view.line([170.0, 190.0, 210.0], [0.0, 0.0, 0.0])
    assert not np.isnan(x).any()


def test_densified_edges_are_short_and_keep_their_corners() -> None:
    lon, lat = mapview.densified(np.array([0.0, 9.0, 9.0]), np.array([0.0, 0.0, -5.0]))
    assert np.abs(np.diff(lon)).max() <= mapview.STEP_DEG
    assert np.abs(np.diff(lat)).max() <= mapview.STEP_DEG
    corners = set(zip(lon.round(9), lat.round(9), strict=True))
    assert {(0.0, 0.0), (9.0, 0.0), (9.0, -5.0)} <= corners


def test_land_is_where_land_is() -> None:
    view = mapview.world_view()
    x, y = mapview.land_outline(view)
    assert np.isnan(x).sum() > 50
    assert np.nanmin(y) > view.y_range[0]
    east, _ = view.project([180 - 34.8], [-7.0])
    assert np.nanmax(x) <= view.x_range[1]
    assert np.isfinite(east[0])


def test_close_points_get_their_region_far_ones_the_world() -> None:
    assert mapview.view_of([-20, -10], [-32, -22], whole_world=False).region
    assert not mapview.view_of([-20, -10], [-32, -22], whole_world=True).region
    assert not mapview.view_of([-100, 140], [0, 10], whole_world=False).region
    over = mapview.view_of([178, -178], [-17, -15], whole_world=False)
    assert over.region
    assert abs(abs(over.centre_deg) - 180) < 1e-6
    assert not mapview.view_of([], [], whole_world=False).region


def test_a_region_is_true_to_scale() -> None:
    view = mapview.view_of([10, 20], [45, 55], whole_world=False)
    x, y = view.project([15, 16, 15], [50, 50, 51])
    km_a_degree = 6.371 * np.pi / 180
    assert y[2] - y[0] == pytest.approx(km_a_degree, rel=1e-6)
    assert x[1] - x[0] == pytest.approx(km_a_degree * np.cos(np.radians(50)), rel=1e-6)


def test_degrees_name_their_side() -> None:
    assert [mapview.degrees(v, "EW") for v in (7.4, -7.0, 190.0, 0.0)] == [
        "7.4° E",
        "7° W",
        "170° W",
        "0°",
    ]


def test_points_are_populations_at_their_places() -> None:
    table = places()
    chart = world_map(table)
    view = mapview.world_view()
    drawn = {
        c: (x, y)
        for t in chart.figure.data
        if t.customdata
        for c, x, y in zip(t.customdata, t.x, t.y, strict=True)
    }
    assert sorted(drawn) == sorted(table["group"])
    x, y = view.project(table["longitude"], table["latitude"])
    for group, place in zip(table["group"], zip(x, y, strict=True), strict=True):
        assert drawn[group] == pytest.approx(place, abs=0.01)
    assert chart.table["group"].tolist() == sorted(table["group"])


def test_axes_have_one_scale_and_no_numbers() -> None:
    layout = world_map(places()).figure.layout
    assert layout.yaxis.scaleanchor == "x"
    assert layout.yaxis.scaleratio == 1
    assert layout.xaxis.visible is False


def test_the_grid_is_shown_as_a_region_with_degrees() -> None:
    layout = world_map(populations("grid")).figure.layout
    assert layout.xaxis.visible
    assert "20° W" in layout.xaxis.ticktext
    assert "30° S" in layout.yaxis.ticktext


def test_value_gets_a_colour_bar_with_its_title() -> None:
    chart = world_map(places(), "mean_entropy_bits", value_title="mean entropy (bits)")
    marks = [t for t in chart.figure.data if t.customdata]
    assert len(marks) == 1
    assert marks[0].marker.colorbar.title.text == "mean entropy &#40;bits&#41;"
    expected = chart.table["mean_entropy_bits"]
    np.testing.assert_allclose(marks[0].marker.color, expected, rtol=1e-3)
    assert "lowest ADM (0.15), highest AFR (0.26)" in chart.alt


def test_groups_without_a_value_are_grey() -> None:
    table = places()
    table.loc[1, "mean_entropy_bits"] = np.nan
    grey, scale = (t for t in world_map(table, "mean_entropy_bits").figure.data if t.customdata)
    assert list(grey.customdata) == ["EUR"]
    assert not grey.marker.showscale
    assert len(scale.customdata) == 3
    nothing = world_map(table.assign(mean_entropy_bits=np.nan), "mean_entropy_bits")
    assert sum(bool(t.customdata) for t in nothing.figure.data) == 1


def test_populations_without_place_are_left_out_and_counted() -> None:
    table = places()
    table.loc[0, "latitude"] = np.nan
    chart = world_map(table)
    assert len(chart.table) == 3
    assert "1 populations have no coordinates" in chart.alt
    nobody = world_map(table.assign(latitude=np.nan))
    assert nobody.table.empty


def test_every_route_is_an_arrow_with_citation() -> None:
    routes = migration_routes()
    data = world_map(places(), routes=routes).figure.data
    heads = [t for t in data if t.mode == "markers" and t.marker.symbol == "arrow"]
    lines = [t for t in data if t.mode == "lines" and t.hovertext]
    assert len(heads) == len(lines) == len(routes)
    assert sum(t.showlegend for t in lines) == len({r.kind for r in routes})
    told = " ".join(t.hovertext for t in lines)
    assert "Mellars 2013" in told
    assert "thousand years ago" in told


@pytest.mark.parametrize("route", migration_routes(), ids=lambda r: r.id)
def test_curves_run_from_end_to_end_without_wide_detours(route) -> None:
    lon, lat = smooth(route)
    points = np.array(route.waypoints)
    assert (lat[0], lon[0]) == pytest.approx(points[0])
    assert (lat[-1], lon[-1]) == pytest.approx(points[-1])
    assert lon.max() < points[:, 1].max() + 5
    assert lat.max() < points[:, 0].max() + 5
    assert "<b>" in route_hover(route)


def test_routes_have_a_table_twin() -> None:
    table = route_table(migration_routes())
    assert len(table) == len(migration_routes())
    assert {"route", "ka_start", "ka_end", "citations"} <= set(table.columns)


@given(
    st.lists(
        st.tuples(st.floats(0, 500), st.floats(0, 300), st.floats(5, 15)), min_size=1, max_size=25
    )
)
def test_spread_discs_hardly_overlap(discs: list[tuple[float, float, float]]) -> None:
    array = np.array(discs)
    points, diameters = array[:, :2], array[:, 2]
    moved = spread(points, diameters)
    apart = np.hypot(*(moved[:, None] - moved[None]).transpose(2, 0, 1))
    need = (diameters[:, None] + diameters[None]) / 2
    np.fill_diagonal(apart, np.inf)
    assert (need - apart).max() < 4


def test_discs_that_touch_nobody_stay() -> None:
    points = np.array([[0.0, 0.0], [100.0, 0.0]])
    np.testing.assert_array_equal(spread(points, np.array([10.0, 10.0])), points)


def test_names_cover_neither_marks_nor_each_other() -> None:
    rng = np.random.default_rng(0)
    points, diameters = rng.uniform(0, 300, (30, 2)), np.full(30, 10.0)
    names = ["name"] * 30
    positions = name_positions(points, diameters, names)
    assert positions.count("") < 15
    marks = np.array(mark_boxes(points, diameters))
    right = positions.index("middle right")
    box = text_box(points[right] + [5 + 6.2 * 4 / 2, 0], "name")
    assert not overlaps(box, np.delete(marks, right, axis=0))


def test_a_name_without_room_is_dropped() -> None:
    points = np.array([[0.0, 0.0]])
    wall = np.array([-500.0, -500.0, 500.0, 500.0])
    assert name_positions(points, np.array([10.0]), ["name"], [wall]) == [""]
