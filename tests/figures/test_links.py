"""Links on the map and as a heatmap: great circles, widths, and what they are not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from pyproj import Geod

from tests.figures.builders import GROUPS, link_layer, places, similarity
from vaeviz.analysis.links import CAVEAT, pair_table
from vaeviz.figures.links import LinkLayer, great_circle, link_heatmap
from vaeviz.figures.worldmap import world_map


def lines(chart) -> list:
    return [t for t in chart.figure.data if t.legendgroup == "links"]


def test_great_circles_are_as_long_as_the_distance() -> None:
    geod = Geod(ellps="WGS84")
    lon, lat = great_circle(-77.0, -12.0, 139.7, 35.7)
    _, _, whole = geod.inv(-77.0, -12.0, 139.7, 35.7)
    assert geod.line_length(lon, lat) == pytest.approx(whole, rel=1e-9)
    assert (lon[0], lat[0], lon[-1], lat[-1]) == (-77.0, -12.0, 139.7, 35.7)


def test_links_across_the_seam_are_cut_there() -> None:
    table = places(("A", "B")).assign(latitude=[10.0, 15.0], longitude=[-10.0, -60.0])
    far = places(("A", "B", "C")).assign(latitude=[10.0, 15, 0], longitude=[-10.0, -60.0, 120])
    for where in (table, far):
        layer = LinkLayer(pair_table(similarity(("A", "B")), "fst", 1), "fst")
        (line,) = lines(world_map(where, links=layer))
        x = np.asarray(line.x, float)
        steps = np.abs(np.diff(x))
        assert np.nanmax(steps) < 2
        assert np.isnan(x).any() == (len(where) == 3)


def test_links_say_what_they_are_not_wherever_they_go() -> None:
    chart = world_map(places(), links=link_layer())
    drawn = lines(chart)
    assert sum(t.showlegend for t in drawn) == 1
    assert CAVEAT in drawn[0].name
    assert all(CAVEAT in t.hovertext and t.line.dash for t in drawn)
    assert CAVEAT in chart.alt
    assert CAVEAT in chart.html()
    heatmap = link_heatmap(similarity(), "fst", link_layer().table)
    assert CAVEAT in heatmap.title
    assert CAVEAT in heatmap.csv()


def test_width_grows_with_likeness() -> None:
    drawn = lines(world_map(places(), links=link_layer()))
    near = {t.line.width for t in drawn if "AFR and EUR" in t.hovertext}
    far = {t.line.width for t in drawn if "AFR and EAS" in t.hovertext}
    assert min(near) > max(far)


def test_links_of_groups_that_are_not_on_the_map_are_left_out() -> None:
    table = places()
    table.loc[0, "latitude"] = np.nan
    drawn = lines(world_map(table, links=link_layer()))
    assert drawn
    assert not any("AFR" in t.hovertext for t in drawn)


def test_heatmap_stands_in_the_order_asked_and_leaves_the_diagonal_free() -> None:
    order = list(reversed(GROUPS))
    chart = link_heatmap(similarity(), "fst", link_layer().table, order)
    heat = chart.figure.data[0]
    assert list(heat.x) == order
    assert np.isnan(np.diag(heat.z)).all()
    assert heat.z[0][1] == pytest.approx(0.1)


def test_names_that_look_alike_stay_apart() -> None:
    names = ["population_number_one", "population_number_two"]
    matrix = pd.DataFrame([[0, 1.0], [1.0, 0]], index=names, columns=names)
    heat = link_heatmap(matrix, "fst", pair_table(matrix, "fst", 1)).figure.data[0]
    assert len(set(heat.x)) == 2
