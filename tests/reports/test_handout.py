"""The tour on paper."""

from __future__ import annotations

import dataclasses
import re
from html.parser import HTMLParser

from tests.figures.builders import all_charts
from vaeviz.data.tour import tour_steps
from vaeviz.reports.handout import handout_html


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        if tag not in ("meta", "img", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_every_step_is_on_it_and_thoughts_come_last() -> None:
    page = handout_html(tour_steps())
    tags = Tags()
    tags.feed(page)
    assert not tags.open
    assert tags.seen.count("h2") == 8
    assert page.index("Thoughts on the questions") > page.index("8. What labels mean")
    assert "<strong>SNP</strong>" in page
    assert "http" not in page


def test_pictures_are_inside_with_their_legends() -> None:
    chart = all_charts("light")["population_counts"]
    page = handout_html(tour_steps(), {"matrix": (chart, b"<svg/>")})
    assert page.count("data:image/svg+xml;base64,PHN2Zy8+") == 1
    assert re.search(r"<figcaption>People per population\..*simulated data", page)


def test_markup_in_a_step_stays_text() -> None:
    step = dataclasses.replace(tour_steps()[0], title="<b>", text="<script>x</script>")
    page = handout_html([step])
    assert "<script>" not in page
    assert "1. &lt;b&gt;" in page
