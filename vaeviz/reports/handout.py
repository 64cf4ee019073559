"""The guided tour on paper: one page of HTML that needs no network, made to be printed."""

from __future__ import annotations

import base64
import html
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING

from vaeviz import __version__
from vaeviz.data.tour import TourStep, tour_steps
from vaeviz.figures.chart import image_export_available, image_session
from vaeviz.figures.paper import draw, figure_legend
from vaeviz.reports.handout_pictures import handout_charts

if TYPE_CHECKING:
    from vaeviz.figures.chart import Chart

LINES_TO_WRITE_ON = 4
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>VAEviz: a tour in {n} steps</title>
<style>
@page {{ size: A4; margin: 18mm }}
body {{ margin: 0 auto; padding: 1rem; max-width: 46rem; color: #1F2933; background: #FFFFFF;
  font: 11pt/1.45 Georgia, "Times New Roman", serif }}
h1, h2 {{ font-family: Helvetica, Arial, sans-serif; line-height: 1.2 }}
h1 {{ font-size: 20pt }} h2 {{ font-size: 14pt; margin-top: 2.2em; break-after: avoid }}
figure {{ margin: 1em 0; break-inside: avoid }} figure img {{ width: 100% }}
figcaption, footer {{ font-size: 9pt; color: #5A6572 }}
.box {{ border-left: 3px solid #0072B2; padding: .1em 1em; margin: 1em 0; break-inside: avoid }}
.line {{ border-bottom: 1px solid #AEB7C2; height: 2.1em }}
.teacher {{ break-before: page }}
</style></head><body>
<h1>From genotypes to people who never lived</h1>
<p>A tour of VAEviz in {n} steps. Everything runs on panels that come with the program: start it,
switch <b>Teaching mode</b> on in the sidebar, and follow the card on top of the page. All people
in these panels are simulated.</p>
<p>Name: ______________________________ &emsp; Date: ________________</p>
{steps}
<section class="teacher"><h1>Thoughts on the questions</h1>
{thoughts}</section>
<footer>VAEviz {version}. Simulated data throughout; computed figures describe these panels,
not mankind.</footer>
</body></html>
"""


def handout() -> str:
    """The handout with its figures where a Chrome or Chromium can draw them; takes seconds."""
    pictures = image_export_available()
    with image_session() if pictures else nullcontext():
        charts = handout_charts() if pictures else {}
        images = {
            key: (chart, draw(chart, "double-column", "svg")) for key, chart in charts.items()
        }
    return handout_html(tour_steps(), images)


def handout_html(
    steps: Sequence[TourStep], images: Mapping[str, tuple[Chart, bytes]] | None = None
) -> str:
    """The handout as a page.

    Parameters
    ----------
    steps
        In order; the thoughts on their questions come last, on a page of their own.
    images
        Chart and SVG of some steps, by the step's key.
    """
    found = images or {}
    parts = [_step(i, step, found.get(step.key)) for i, step in enumerate(steps, 1)]
    thoughts = [f"<p><b>{i}.</b></p>{_html(step.thought)}" for i, step in enumerate(steps, 1)]
    return _PAGE.format(
        n=len(steps), steps="\n".join(parts), thoughts="\n".join(thoughts), version=__version__
    )


def _step(number: int, step: TourStep, image: tuple[Chart, bytes] | None) -> str:
    lines = '<div class="line"></div>' * LINES_TO_WRITE_ON
    return (
        f"<section><h2>{number}. {html.escape(step.title)}</h2>{_html(step.text)}"
        f"{_figure(*image) if image else ''}"
        f'<div class="box"><b>Do</b>{_html(step.task)}</div>'
        f'<div class="box"><b>Question</b>{_html(step.question)}{lines}</div></section>'
    )


def _figure(chart: Chart, svg: bytes) -> str:
    """An image of its own: several SVG in one page would share the names of their parts."""
    data = base64.b64encode(svg).decode()
    words = html.escape(figure_legend(chart))
    return (
        f'<figure><img alt="{html.escape(chart.alt)}" src="data:image/svg+xml;base64,{data}">'
        f"<figcaption>{words}</figcaption></figure>"
    )


def _html(markdown: str) -> str:
    from markdown_it import MarkdownIt

    text: str = MarkdownIt("commonmark", {"html": False}).render(markdown)
    return text
