"""The SVG of the bar code: valid, inert, and of the colours of its table."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import numpy as np
import pytest

from tests.analysis.test_strips import sites_at
from tests.panels import HOSTILE
from vaeviz.analysis.genome_axis import GenomeAxis, index_axis, position_axis
from vaeviz.figures.genome_ticks import window_ticks
from vaeviz.figures.palette import Theme
from vaeviz.figures.strips_svg import Picture, Strip, colour_table, strips_svg

SITES = sites_at(*[("22", 20_000_000 + 1_000 * i) for i in range(1001)])
TWO = sites_at(*[("1", 1 + 100 * i) for i in range(50)], *[("X", 1 + 100 * i) for i in range(50)])
SVG = "{http://www.w3.org/2000/svg}"


def a_picture(
    names: tuple[str, ...] = ("AFR", "EUR"),
    values: np.ndarray | None = None,
    theme: Theme = "light",
    axis: GenomeAxis | None = None,
) -> Picture:
    axis = axis or position_axis(SITES)
    rng = np.random.default_rng(0)
    strips = [Strip(name, "group", "#0072B2", 0.25) for name in names]
    strips += [Strip("mixed", "admixed", "#888888"), Strip("A − B", "difference", "#888888")]
    if values is None:
        values = rng.uniform(0, 1, (len(strips), 40))
    title, caption = "Entropy along the genome", "n = 3 · panel 01234567"
    return Picture(strips, values, axis, *axis.whole, 1.0, 0.5, title, caption, theme)


def runs(root: ET.Element, strip: int) -> list[tuple[float, float, str]]:
    """Left, right and colour of every rectangle of a strip, its ground left out."""
    group = root.findall(f"{SVG}g")[strip]
    boxes = [(float(r.get("x")), float(r.get("width")), r.get("fill")) for r in group][1:]
    return [(x, x + width, fill) for x, width, fill in boxes]


def test_colours_run_along_the_scale() -> None:
    table = colour_table(["#000000", "#FF8000"])
    assert table.shape == (256, 3)
    assert table[0].tolist() == [0, 0, 0]
    assert table[255].tolist() == [255, 128, 0]
    assert (np.diff(table[:, 0].astype(int)) == 1).all()


def test_strips_have_the_colours_of_their_values() -> None:
    values = np.array([[0, 0, 1, np.nan], [1, 1, 1, 1], [0.5] * 4, [0.5, -0.5, 0, np.nan]])
    root = ET.fromstring(strips_svg(a_picture(values=values)))
    first = runs(root, 0)
    assert [fill for _, _, fill in first] == ["#05000A", "#FCFFA4"]
    width = first[0][1] - first[0][0]
    assert first[1][1] - first[1][0] == pytest.approx(width / 2)
    assert len(runs(root, 1)) == 1
    assert [fill for _, _, fill in runs(root, 3)][:2] == ["#A63A00", "#0B4F8A"]
    assert len(runs(root, 3)) == 3


def test_chromosomes_are_apart() -> None:
    axis = position_axis(TWO)
    root = ET.fromstring(strips_svg(a_picture(values=np.ones((4, 50)), axis=axis)))
    left, right, fill = runs(root, 0)[-1]
    assert fill == "#FFFFFF"
    share = (axis.stretches["x0"].iloc[1] - axis.stretches["x1"].iloc[0]) / axis.whole[1]
    assert (right - left) / 780 == pytest.approx(share, abs=1e-5)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_everything_is_named(theme: Theme) -> None:
    root = ET.fromstring(strips_svg(a_picture(theme=theme)))
    texts = [t.text for t in root.iter(f"{SVG}text")]
    for words in ("AFR", "EUR", "mixed", "recently admixed", "difference", "A − B", "0.250"):
        assert words in texts
    assert "chromosome 22, Mb" in texts
    assert "n = 3 · panel 01234567" in texts


def test_hostile_labels_are_text() -> None:
    text = strips_svg(a_picture(names=(*HOSTILE, "\ufffe\ud800")))
    root = ET.fromstring(text)
    assert not list(root.iter(f"{SVG}img"))
    assert "<img" not in text
    assert all(len(t.text or "") < 300 for t in root.iter(f"{SVG}text"))


def test_ticks_tell_megabases_bases_or_numbers() -> None:
    axis = position_axis(SITES)
    ticks, title = window_ticks(axis, *axis.whole)
    assert title == "chromosome 22, Mb"
    assert [text for _, text in ticks] == ["20.0", "20.2", "20.4", "20.6", "20.8", "21.0"]
    assert ticks[1][0] == pytest.approx(200_000.5)
    ticks, title = window_ticks(axis, 500_000, 500_100)
    assert title == "chromosome 22, bp"
    assert ticks[0][1].startswith("20,500,0")
    numbers, title = window_ticks(index_axis(SITES), 100, 171)
    assert title == "chromosome 22, site"
    assert numbers[0] == (119.5, "120")


def test_ticks_of_several_chromosomes_are_names() -> None:
    for axis in (position_axis(TWO), index_axis(TWO)):
        ticks, title = window_ticks(axis, *axis.whole)
        assert title == "chromosome"
        assert [text for _, text in ticks] == ["1", "X"]
        half = axis.stretches["x1"].iloc[0] / 2
        assert ticks[0][0] == pytest.approx(half)
