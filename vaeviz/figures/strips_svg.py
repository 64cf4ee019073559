"""The bar code of a window of the genome as an SVG of its own making, for papers and slides."""

from __future__ import annotations

import dataclasses
import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from plotly.colors import hex_to_rgb

from vaeviz.analysis.genome_axis import GenomeAxis
from vaeviz.escape import plain
from vaeviz.figures.bar_code import ENTROPY_SCALE
from vaeviz.figures.genome_ticks import window_ticks
from vaeviz.figures.palette import BACKGROUND, Theme
from vaeviz.figures.theme import FONT, INKS, LABEL_CHARACTERS

Kind = Literal["group", "admixed", "difference"]

DIFFERENCE_SCALE: dict[Theme, list[str]] = {
    "light": ["#0B4F8A", "#5FA8D8", "#FFFEFA", "#F0A04B", "#A63A00"],
    "dark": ["#9AD0F5", "#2F7FB8", "#1D1B19", "#C0651A", "#FFC58A"],
}
"""Blue where the second group has more entropy, orange where the first; the ground in between."""

EMPTY: dict[Theme, str] = {"light": "#E4E7EB", "dark": "#3A424D"}
"""Where there is no site, or none with a called allele."""

TITLES: dict[Kind, str] = {
    "group": "",
    "admixed": "recently admixed",
    "difference": "difference",
}
LEAST_GAP_SHARE = 0.0003
"""Of the width: narrower gaps would not be seen."""

WIDTH_PX = 1000
LEFT_PX, RIGHT_PX, TOP_PX, BOTTOM_PX = 150, 70, 84, 60

_NOT_XML = re.compile("[\ufffe\uffff\ud800-\udfff]")


@dataclasses.dataclass(frozen=True)
class Strip:
    """One line of the picture: a group, or a difference of two.

    Attributes
    ----------
    name : str
        Plain text of users, escaped where it is drawn.
    kind : 'group', 'admixed' or 'difference'
    colour : str
        Of the mark beside the name.
    mean : float or None
        Mean entropy in bits of the window; None for differences.
    """

    name: str
    kind: Kind
    colour: str
    mean: float | None = None


@dataclasses.dataclass(frozen=True, eq=False)
class Picture:
    """A window with its strips.

    Attributes
    ----------
    strips : sequence of Strip
    values : float64, shape (n_strips, n_bins)
        Bits; NaN where there is nothing.
    axis : GenomeAxis
    start, end : float
        The window on the axis.
    top_bits, top_difference_bits : float
        Ends of the two colour scales.
    title, caption : str
        Plain text of our own.
    theme : 'light' or 'dark'
    """

    strips: Sequence[Strip]
    values: NDArray[np.float64]
    axis: GenomeAxis
    start: float
    end: float
    top_bits: float
    top_difference_bits: float
    title: str
    caption: str
    theme: Theme


def colour_table(scale: Sequence[str]) -> NDArray[np.uint8]:
    """256 colours, shape (256, 3), evenly along a scale of #RRGGBB."""
    stops = np.array([hex_to_rgb(colour) for colour in scale], dtype=float)
    at = np.linspace(0, len(stops) - 1, 256)
    channels = [np.interp(at, np.arange(len(stops)), stops[:, c]) for c in range(3)]
    return np.round(np.stack(channels, axis=1)).astype(np.uint8)


def strip_tops(strips: Sequence[Strip], height: int) -> list[int]:
    """Upper edges of strips; admixed groups and differences stand apart, under a heading."""
    tops, y, before = [], 0, "group"
    for strip in strips:
        y += 22 if strip.kind != before else 0
        before = strip.kind
        tops.append(y)
        y += height + 4
    return tops


def strips_svg(picture: Picture) -> str:
    """The picture as SVG text: valid XML, solid ground, labels inert."""
    height = 30 if len(picture.strips) <= 12 else 16
    tops = [TOP_PX + top for top in strip_tops(picture.strips, height)]
    bottom = tops[-1] + height
    size = {"width": str(WIDTH_PX), "height": str(bottom + BOTTOM_PX)}
    box = f"0 0 {WIDTH_PX} {bottom + BOTTOM_PX}"
    svg = ET.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "viewBox": box, **size})
    svg.set("font-family", FONT)
    svg.set("font-size", "13")
    ET.SubElement(svg, "title").text = _inert(picture.title)
    ET.SubElement(svg, "desc").text = _inert(picture.caption)
    ET.SubElement(
        svg, "rect", {"width": "100%", "height": "100%", "fill": BACKGROUND[picture.theme]}
    )
    inks = INKS[picture.theme]
    _text(svg, 16, 30, picture.title, inks.text, size=16, weight="600")
    _text(svg, 16, 48, picture.caption, inks.muted, size=11.5)
    before = "group"
    for strip, values, top in zip(picture.strips, picture.values, tops, strict=True):
        if strip.kind != before:
            _text(svg, LEFT_PX, top - 6, TITLES[strip.kind], inks.muted, size=11)
        before = strip.kind
        _draw_strip(svg, picture, strip, values, top, height)
    _draw_ticks(svg, picture, bottom)
    _draw_scales(svg, picture)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(svg, encoding="unicode")


def _draw_strip(
    svg: ET.Element,
    picture: Picture,
    strip: Strip,
    values: NDArray[np.float64],
    top: int,
    height: int,
) -> None:
    inks = INKS[picture.theme]
    middle = top + height / 2
    mark = {"x": "16", "y": f"{middle - 4:g}", "width": "8", "height": "8", "fill": strip.colour}
    ET.SubElement(svg, "rect", mark)
    size = 13 if height > 20 else 11
    _text(svg, 30, middle + 4, plain(strip.name, LABEL_CHARACTERS), inks.text, size=size)
    if strip.mean is not None and np.isfinite(strip.mean):
        at = WIDTH_PX - RIGHT_PX + 8
        _text(svg, at, middle + 4, f"{strip.mean:.3f}", inks.muted, size=size)
    group = ET.SubElement(svg, "g", {"shape-rendering": "crispEdges"})
    _rect(group, 0, 1, top, height, EMPTY[picture.theme])
    _draw_runs(group, _shades(picture, strip, values), top, height)
    _draw_gaps(group, picture, top, height)


def _shades(picture: Picture, strip: Strip, values: NDArray[np.float64]) -> NDArray[np.object_]:
    """Colour of each bin; '' where there is nothing."""
    if strip.kind == "difference":
        share = (values / picture.top_difference_bits + 1) / 2
        table = colour_table(DIFFERENCE_SCALE[picture.theme])
    else:
        share = values / picture.top_bits
        table = colour_table(ENTROPY_SCALE)
    number = np.round(255 * np.clip(np.nan_to_num(share), 0, 1)).astype(int)
    texts = np.array([f"#{r:02X}{g:02X}{b:02X}" for r, g, b in table], dtype=object)
    return np.where(np.isfinite(values), texts[number], "")


def _draw_runs(parent: ET.Element, shades: NDArray[np.object_], top: int, height: int) -> None:
    """One rectangle a run of equal colours."""
    starts = np.concatenate([[0], np.flatnonzero(shades[1:] != shades[:-1]) + 1])
    ends = np.append(starts[1:], len(shades))
    for start, end in zip(starts, ends, strict=True):
        if shades[start]:
            _rect(parent, start / len(shades), end / len(shades), top, height, shades[start])


def _draw_gaps(parent: ET.Element, picture: Picture, top: int, height: int) -> None:
    """The ground between chromosomes and where a long gap was cut out."""
    span = picture.end - picture.start
    left = (picture.axis.stretches["x1"].to_numpy()[:-1] - picture.start) / span
    right = (picture.axis.stretches["x0"].to_numpy()[1:] - picture.start) / span
    for start, end in zip(left.clip(0, 1), right.clip(0, 1), strict=True):
        if end - start > LEAST_GAP_SHARE:
            _rect(parent, start, end, top, height, BACKGROUND[picture.theme])


def _rect(parent: ET.Element, left: float, right: float, top: int, height: int, fill: str) -> None:
    """A rectangle from `left` to `right`, shares of the window's width."""
    plot = WIDTH_PX - LEFT_PX - RIGHT_PX
    attributes = {
        "x": f"{LEFT_PX + left * plot:.3f}",
        "y": str(top),
        "width": f"{(right - left) * plot:.3f}",
        "height": str(height),
        "fill": fill,
    }
    ET.SubElement(parent, "rect", attributes)


def _draw_ticks(svg: ET.Element, picture: Picture, bottom: int) -> None:
    inks = INKS[picture.theme]
    plot = WIDTH_PX - LEFT_PX - RIGHT_PX
    ticks, title = window_ticks(picture.axis, picture.start, picture.end)
    span = picture.end - picture.start
    for at, text in ticks:
        x = LEFT_PX + (at - picture.start) / span * plot
        line = {"x1": f"{x:.2f}", "x2": f"{x:.2f}", "y1": str(bottom + 3), "y2": str(bottom + 8)}
        ET.SubElement(svg, "line", {**line, "stroke": inks.axis})
        _text(svg, x, bottom + 22, text, inks.muted, size=12, anchor="middle")
    _text(svg, LEFT_PX + plot / 2, bottom + 44, title, inks.text, anchor="middle")


def _draw_scales(svg: ET.Element, picture: Picture) -> None:
    """Colour bars with their ends, to the right above the strips."""
    right = WIDTH_PX - RIGHT_PX
    differs = any(strip.kind == "difference" for strip in picture.strips)
    _draw_scale(svg, picture, right - 190, ENTROPY_SCALE, "0", f"{picture.top_bits:.2g} bit")
    if differs:
        most = f"{picture.top_difference_bits:.2g}"
        scale = DIFFERENCE_SCALE[picture.theme]
        _draw_scale(svg, picture, right - 420, scale, f"−{most}", f"+{most} bit")


def _draw_scale(
    svg: ET.Element, picture: Picture, x: float, scale: Sequence[str], low: str, high: str
) -> None:
    inks = INKS[picture.theme]
    for number, (r, g, b) in enumerate(colour_table(scale)[::4]):
        place = {"x": f"{x + 2 * number:g}", "y": "58", "width": "2.2", "height": "10"}
        ET.SubElement(svg, "rect", {**place, "fill": f"#{r:02X}{g:02X}{b:02X}"})
    _text(svg, x - 6, 67, low, inks.muted, size=11.5, anchor="end")
    _text(svg, x + 134, 67, high, inks.muted, size=11.5)


def _text(
    svg: ET.Element,
    x: float,
    y: float,
    words: str,
    fill: str,
    size: float = 13,
    anchor: str = "start",
    weight: str = "400",
) -> None:
    place = {"x": f"{x:.2f}", "y": f"{y:.2f}", "fill": fill, "font-size": f"{size:g}"}
    element = ET.SubElement(svg, "text", {**place, "text-anchor": anchor, "font-weight": weight})
    element.text = _inert(words)


def _inert(words: str) -> str:
    """Text that XML can hold; ElementTree escapes what has a meaning."""
    return _NOT_XML.sub("�", plain(words, 300))
