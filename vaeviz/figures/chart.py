"""Chart: a figure, the table that it draws, and the words that go with it; and its exports."""

from __future__ import annotations

import dataclasses
import html
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Literal

import pandas as pd
import plotly.graph_objects as go

from vaeviz.data.panel import Panel
from vaeviz.data.tables import csv_text
from vaeviz.errors import ImageExportError
from vaeviz.figures.palette import BACKGROUND, Theme

DIGEST_SHOWN = 8
EXPORT_WIDTH_PX = 1000
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>body{{margin:0;background:{ground};color:{ink};font:15px/1.5 sans-serif}}
figure{{max-width:1400px;margin:0 auto;padding:8px}}figcaption{{padding:8px 14px}}</style>
</head><body><figure role="group" aria-label="{alt}">{plot}
<figcaption>{alt}<br><small>{caption}</small></figcaption></figure></body></html>
"""


@dataclasses.dataclass(frozen=True, eq=False)
class Chart:
    """A figure and its twins.

    Attributes
    ----------
    figure : Figure
        Transparent ground; strings of users are escaped; raw sample IDs only in `customdata`.
    table : DataFrame
        The data drawn, with units in the column names.
    title, alt, caption : str
        Plain text: escape it where it is shown. `alt` says in a sentence what the figure shows.
    name : str
        Stem of file names.
    theme : 'light' or 'dark'
        Ground that the colours were chosen for.
    """

    figure: go.Figure
    table: pd.DataFrame
    title: str
    alt: str
    caption: str
    name: str
    theme: Theme = "light"

    @property
    def config(self) -> dict[str, object]:
        """Plotly's settings for a page: SVG from the mode bar, no logo.

        Plotly 4's own "Share chart" button would upload genotypes' figures: it is taken away,
        and has no address to send to.
        """
        image = {"format": "svg", "filename": f"vaeviz_{self.name}"}
        return {
            "displaylogo": False,
            "responsive": True,
            "showSendToCloud": False,
            "plotlyServerURL": "",
            "toImageButtonOptions": image,
        }

    def csv(self) -> str:
        """The table as CSV, with no cell that a spreadsheet would run."""
        return csv_text(self.table)

    def html(self) -> str:
        """A page that needs no network: the interactive figure (about 5 MB with Plotly)."""
        plot = self._solid().to_html(
            full_html=False,
            include_plotlyjs=True,
            include_mathjax=False,
            auto_play=False,
            config=self.config,
            div_id=self.name,
        )
        return _PAGE.format(
            title=html.escape(self.title),
            alt=html.escape(self.alt),
            caption=html.escape(self.caption),
            ground=BACKGROUND[self.theme],
            ink="#1F2933" if self.theme == "light" else "#F1F4F8",
            plot=plot,
        )

    def svg(self, width: int = EXPORT_WIDTH_PX, height: int | None = None) -> bytes:
        """SVG on solid ground; raises `ImageExportError` without a Chrome or Chromium."""
        return self._image("svg", width, height, 1)

    def png(
        self, width: int = EXPORT_WIDTH_PX, height: int | None = None, scale: float = 2
    ) -> bytes:
        """PNG of `scale` x width pixels; raises `ImageExportError` without a browser."""
        return self._image("png", width, height, scale)

    def _solid(self) -> go.Figure:
        return go.Figure(self.figure).update_layout(paper_bgcolor=BACKGROUND[self.theme])

    def _image(
        self, kind: Literal["svg", "png"], width: int, height: int | None, scale: float
    ) -> bytes:
        figure = self._solid()
        return draw_image(figure, kind, width, height or figure.layout.height or width * 0.6, scale)


class _Drawing:
    """The one browser that draws images: one thread at a time, sessions within sessions."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.depth = 0


_DRAWING = _Drawing()


@contextmanager
def image_session() -> Iterator[None]:
    """Keep one browser for all images drawn inside: a start costs seconds, an image a third of one.

    Without a browser it does nothing.
    """
    import kaleido

    browser = _browser()
    with _DRAWING.lock:
        starts = browser is not None and not _DRAWING.depth
        if starts:
            kaleido.start_sync_server(path=browser, mathjax=False)
        _DRAWING.depth += 1
        try:
            yield
        finally:
            _DRAWING.depth -= 1
            if starts:
                kaleido.stop_sync_server()


def draw_image(
    figure: go.Figure,
    kind: Literal["svg", "pdf", "png"],
    width: float,
    height: float,
    scale: float,
) -> bytes:
    """A figure as an image file of `scale` x (width x height) pixels.

    Raises
    ------
    ImageExportError
        Without a Chrome or Chromium, or when it fails.
    """
    browser = _browser()
    if browser is None:
        raise ImageExportError(
            "Images are drawn by Chrome or Chromium, and none was found.",
            "Install one (Debian: apt install chromium), or set BROWSER_PATH; or use the "
            "camera button of the figure, or its HTML page.",
        )
    import kaleido

    options = {"format": kind, "width": width, "height": height, "scale": scale}
    try:
        with image_session():
            return kaleido.calc_fig_sync(figure.to_plotly_json(), opts=options)
    except Exception as error:
        raise ImageExportError(
            f"The browser could not draw the image ({type(error).__name__}).",
            "Use the camera button of the figure, or its HTML page.",
        ) from error


def image_export_available() -> bool:
    """Whether `Chart.svg` and `Chart.png` can work: a Chrome or Chromium is installed."""
    return _browser() is not None


def panel_caption(panel: Panel, note: str = "") -> str:
    """Caption for a figure of a panel: its size, digest and whether its data are simulated.

    Parameters
    ----------
    panel
        What the figure shows; its name is left out, since captions hold no text of users.
    note
        Text of our own to append, such as 'held-out people only'.
    """
    info = panel.info
    parts = [
        f"n = {panel.n_samples:,}, {panel.n_sites:,} sites",
        f"panel {panel.digest[:DIGEST_SHOWN]}",
    ]
    if info.synthetic:
        parts.append("synthetic genotypes")
    if info.simulated:
        parts.append("simulated data")
    return " · ".join([*parts, note] if note else parts)


@cache
def _probe(environment: str | None) -> str | None:
    if environment:
        return environment if Path(environment).is_file() else None
    return next((found for name in _BROWSERS if (found := shutil.which(name))), None)


def _browser() -> str | None:
    return _probe(os.environ.get("BROWSER_PATH"))
