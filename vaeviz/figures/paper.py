"""Figures for papers and slides: one look at a stated size, and the words that go under it."""

from __future__ import annotations

import dataclasses
import re
import struct
import zlib
from typing import Literal

import plotly.graph_objects as go

from vaeviz import __version__
from vaeviz.figures.chart import Chart, draw_image
from vaeviz.figures.palette import BACKGROUND
from vaeviz.figures.recolour import colour_blind_safe, on_white
from vaeviz.figures.theme import INKS

PresetName = Literal["single-column", "double-column", "slide"]
FileKind = Literal["svg", "pdf", "png"]

MM_PER_INCH = 25.4
CSS_PX_PER_INCH = 96
PT_PER_INCH = 72
PNG_DPI = 300

SCREEN_TEXT_PX = 13.0
"""Size of plain text in `vaeviz.figures.theme`; everything else keeps its proportion to it."""

FONT = "Helvetica, Arial, 'Liberation Sans', sans-serif"
HEIGHTS_MM = (40, 240)
"""Least and greatest height of a figure in a column: a page is about 247 mm high."""

VECTOR_POINTS = 20_000
"""Most points of one trace that an SVG or PDF draws as shapes; more become a picture inside it."""

_TOP_PX, _NOTE_PX = 14, 16
_LEAST_OF_LISTS = 0.75
_ORIGINS = ("synthetic genotypes", "simulated data")


@dataclasses.dataclass(frozen=True)
class Preset:
    """A place where figures go.

    Attributes
    ----------
    title : str
    width_mm : float
    text_pt : float
        Size of plain text; titles of axes are as large, numbers on them a little smaller.
    aspect : float
        Height over width of figures that do not list one group a line.
    titled : bool
        Whether title and caption stand inside the figure; a paper has them in its text.
    """

    title: str
    width_mm: float
    text_pt: float
    aspect: float
    titled: bool = False

    @property
    def px_of_screen(self) -> float:
        """CSS pixels of the finished figure for one pixel of the screen's design."""
        return self.text_pt / PT_PER_INCH * CSS_PX_PER_INCH / SCREEN_TEXT_PX

    def canvas_px(self, length_mm: float) -> float:
        """A length of the finished figure in the pixels that its design is laid out in."""
        return length_mm / MM_PER_INCH * CSS_PX_PER_INCH / self.px_of_screen

    def length_mm(self, canvas_px: float) -> float:
        """Inverse of `canvas_px`."""
        return canvas_px * self.px_of_screen / CSS_PX_PER_INCH * MM_PER_INCH


PRESETS: dict[PresetName, Preset] = {
    "single-column": Preset("Single column", 89, 7, 0.85),
    "double-column": Preset("Double column", 183, 7, 0.55),
    "slide": Preset("Slide", 338.7, 16, 0.5625, titled=True),
}
"""Column widths as most journals have them; a slide of 16:9 at 13.33 inches."""


def proposed_height_mm(chart: Chart, preset: PresetName) -> int:
    """Height that suits a figure: its own where it has a line a group, else by the aspect."""
    place = PRESETS[preset]
    wanted = place.width_mm * place.aspect
    if not place.titled and _lists_groups(chart.figure):
        least = _LEAST_OF_LISTS * wanted
        wanted = max(place.length_mm(_height(chart) - _saved_px(chart)), least)
    low, high = HEIGHTS_MM
    return round(min(max(wanted, low), high))


def paper_figure(
    chart: Chart, preset: PresetName, height_mm: float | None = None, safe: bool = True
) -> go.Figure:
    """The figure on white, laid out for a preset; the chart itself stays as it is.

    Parameters
    ----------
    chart, preset
    height_mm
        Millimetres; `proposed_height_mm` when absent.
    safe
        Exchange the colours of ancestry groups for ones that colour-blind readers tell apart.

    Returns
    -------
    Figure
        In pixels of the design; `draw` brings it to its size on paper. What is simulated or
        synthetic says so inside.
    """
    place = PRESETS[preset]
    figure = on_white(_as_shapes(chart.figure), chart.theme)
    figure = colour_blind_safe(figure) if safe else figure
    figure.update_layout(
        width=place.canvas_px(place.width_mm),
        height=place.canvas_px(height_mm or proposed_height_mm(chart, preset)),
        autosize=False,
        paper_bgcolor=BACKGROUND["light"],
        font={"family": FONT},
    )
    if not place.titled:
        _bare(figure, chart)
    return figure


def draw(
    chart: Chart,
    preset: PresetName,
    kind: FileKind,
    height_mm: float | None = None,
    safe: bool = True,
) -> bytes:
    """A figure as a file at its size on paper; PNG at 300 dots an inch.

    Raises
    ------
    ImageExportError
        Without a Chrome or Chromium.
    """
    place = PRESETS[preset]
    figure = paper_figure(chart, preset, height_mm, safe)
    width, height = figure.layout.width, figure.layout.height
    if kind == "png":
        scale = place.px_of_screen * PNG_DPI / CSS_PX_PER_INCH
        return _with_resolution(draw_image(figure, "png", width, height, scale))
    if kind == "pdf":
        return draw_image(figure, "pdf", width, height, place.px_of_screen)
    return _in_mm(draw_image(figure, "svg", width, height, 1), place, width, height)


def figure_legend(chart: Chart) -> str:
    """Text for under the figure: what it shows, of which data, drawn with what."""
    parts = [f"{chart.title}.", chart.alt]
    if chart.caption:
        parts.append(f"Data: {chart.caption.replace(' · ', '; ')}.")
    return " ".join([*parts, f"Drawn with VAEviz {__version__}."])


def _lists_groups(figure: go.Figure) -> bool:
    """Whether the vertical axis has a line a group, so that a lower figure loses names."""
    for trace in figure.data:
        ys = getattr(trace, "y", None)
        if ys is not None and len(ys) and isinstance(ys[0], str):
            return True
    return figure.layout.yaxis.ticktext is not None


def _height(chart: Chart) -> float:
    return float(chart.figure.layout.height or 0) or 460.0


def _saved_px(chart: Chart) -> float:
    """Pixels over the plot that a figure without title and tool bar does not need."""
    top = chart.figure.layout.margin.t
    return float(top or 0) - _top(chart)


def _top(chart: Chart) -> int:
    return _TOP_PX + (_NOTE_PX if _origin(chart) else 0)


def _origin(chart: Chart) -> str:
    return ", ".join(word for word in _ORIGINS if word in chart.caption)


def _bare(figure: go.Figure, chart: Chart) -> None:
    """Take title and caption out, but never the word that data are simulated or synthetic."""
    figure.update_layout(title=None, margin={"t": _top(chart)})
    if origin := _origin(chart):
        figure.update_layout(
            title={
                "text": origin,
                "font": {"size": 11, "weight": 400, "color": INKS["light"].muted},
                **{"x": 1, "xref": "container", "xanchor": "right", "pad": {"r": 14, "t": 6}},
                **{"y": 1, "yref": "container", "yanchor": "top"},
            }
        )


def _as_shapes(figure: go.Figure) -> go.Figure:
    """A copy with points as shapes where they are not too many; WebGL is a picture in an SVG."""
    content = figure.to_plotly_json()
    for trace, drawn in zip(content["data"], figure.data, strict=True):
        if drawn.type == "scattergl" and len(drawn.x) <= VECTOR_POINTS:
            trace["type"] = "scatter"
    return go.Figure(content)


def _in_mm(svg: bytes, place: Preset, width: float, height: float) -> bytes:
    """Give the outer SVG its size on paper; its contents keep the pixels of the design."""
    size = f'width="{place.length_mm(width):.2f}mm" height="{place.length_mm(height):.2f}mm"'
    text = svg.decode()
    return re.sub(r'width="[\d.]+" height="[\d.]+"', size, text, count=1).encode()


def _with_resolution(png: bytes) -> bytes:
    """Put the resolution into a PNG (chunk pHYs), so that programs place it at its size."""
    per_metre = round(PNG_DPI / MM_PER_INCH * 1000)
    body = b"pHYs" + struct.pack(">IIB", per_metre, per_metre, 1)
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    after_header = 8 + 25
    return png[:after_header] + chunk + png[after_header:]
