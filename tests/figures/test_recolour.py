"""Colours for paper: on white, and for readers who tell fewer colours apart."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import plotly.graph_objects as go
import pytest
from numpy.typing import NDArray

from tests.figures.builders import all_charts
from vaeviz.figures.mapground import LAND, SEA
from vaeviz.figures.palette import SUPERPOPULATIONS, colours, contrast, readable
from vaeviz.figures.recolour import SAFE_GROUPS, colour_blind_safe, on_white
from vaeviz.figures.theme import INKS

# Machado, Oliveira and Fernandes 2009, doi:10.1109/TVCG.2009.113, severity 1.
SIGHT = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def lab(colour: str, sight: NDArray[np.float64]) -> NDArray[np.float64]:
    """CIE L*a*b* (D65) of #RRGGBB as somebody sees it."""
    coded = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)
    xyz = TO_XYZ @ np.clip(sight @ linear, 0, 1) / np.array([0.9505, 1, 1.089])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def nearest(chosen: list[str], sight: str) -> float:
    seen = [lab(colour, SIGHT[sight]) for colour in chosen]
    return min(float(np.linalg.norm(a - b)) for a, b in combinations(seen, 2))


@pytest.mark.parametrize("sight", SIGHT)
def test_everybody_tells_the_stand_ins_apart(sight: str) -> None:
    chosen = [*SAFE_GROUPS.values(), SUPERPOPULATIONS["ADM"]]
    assert nearest(chosen, sight) >= 15
    assert all(contrast(colour, "#FFFFFF") >= 3 for colour in chosen)


def test_the_measure_finds_colours_that_are_confused() -> None:
    assert nearest([readable(c, "light") for c in SUPERPOPULATIONS.values()], "protanopia") < 5


def points(shades: list[str]) -> go.Figure:
    marks = go.Scatter(x=[1, 2], y=[1, 2], marker={"color": shades}, customdata=["#7F7F1E", "a"])
    return go.Figure(marks)


def test_groups_get_their_stand_ins_and_people_keep_their_names() -> None:
    figure = points([readable(SUPERPOPULATIONS["AFR"], "light"), INKS["light"].accent])
    safe = colour_blind_safe(figure).data[0]
    assert list(safe.marker.color) == [SAFE_GROUPS["AFR"], INKS["light"].accent]
    assert list(safe.customdata) == ["#7F7F1E", "a"]


def test_shades_of_a_group_stay_apart_with_the_contrast_they_had() -> None:
    shades = list(colours(["YRI", "ESN", "LWK"]).values())
    safe = colour_blind_safe(points(shades)).data[0].marker.color
    assert len(set(safe)) == 3
    for before, after in zip(shades, safe, strict=True):
        assert contrast(after, "#FFFFFF") == pytest.approx(contrast(before, "#FFFFFF"), abs=0.2)


def test_a_figure_for_dark_ground_gets_the_colours_of_the_light_one() -> None:
    light, dark = all_charts("light"), all_charts("dark")
    for name in ("bits_by_group", "population_counts", "scatter_2d", "frequency_spectrum"):
        turned = on_white(dark[name].figure, "dark")
        for mine, wanted in zip(turned.data, light[name].figure.data, strict=True):
            assert str(mine.marker.color) == str(wanted.marker.color), name
    land = str(on_white(dark["world_map"].figure, "dark").to_plotly_json())
    assert LAND["light"] in land
    assert SEA["light"] in land
    assert "#171614" not in land


def test_words_on_bars_stay_readable() -> None:
    bars = on_white(all_charts("dark")["entropy_bars"].figure, "dark").data[0]
    plain = [not shape for shape in bars.marker.pattern.shape]
    for ground, word, is_plain in zip(bars.marker.color, bars.textfont.color, plain, strict=True):
        assert not is_plain or contrast(ground, word) >= 3


def test_figures_on_white_stay() -> None:
    chart = all_charts("light")["world_map"]
    assert on_white(chart.figure, "light") is chart.figure


@pytest.mark.parametrize("group", SAFE_GROUPS)
def test_words_on_bars_follow_the_stand_ins(group: str) -> None:
    """The ink chosen for a screen's orange cannot be read on the dark red in its place."""
    shade = colours([group])[group]
    inks = (INKS["light"].text, "#FFFFFF")
    chosen = max(inks, key=lambda ink: contrast(shade, ink))
    bars = go.Bar(x=[1], y=[1], marker={"color": [shade]}, textfont={"color": [chosen]})
    safe = colour_blind_safe(go.Figure(bars)).data[0]
    ground, words = safe.marker.color[0], safe.textfont.color[0]
    assert contrast(ground, words) == max(contrast(ground, ink) for ink in inks)
