"""What hands do on the page: choose in a list, draw a lasso, bring files, save a download."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import FilePayload, Locator, expect

from tests.browser.visiting import Visitor

# Points of a plotly chart inside the left `share` of its plot area, by what is drawn.
_COUNT_LEFT = """(chart, share) => {
    const plot = chart.querySelector('.js-plotly-plot'), axis = plot._fullLayout.xaxis;
    return plot._fullData.filter(trace => trace.customdata).reduce((sum, trace) =>
        sum + [...trace.x].filter(x => axis.l2p(x) < share * axis._length).length, 0);
}"""


def choose(visitor: Visitor, label: str, option: str) -> None:
    """Pick an option of a list for one or for several."""
    box = visitor.main.get_by_role("combobox", name=label, exact=True)
    box.scroll_into_view_if_needed()
    box.hover()  # Waits until scrolling is over: a list closes when the page scrolls.
    box.click()
    visitor.page.get_by_role("option", name=option, exact=True).first.click()
    visitor.page.keyboard.press("Escape")  # The list for several stays open.
    visitor.settle()


def lasso_left(visitor: Visitor, chart: Locator, share: float) -> int:
    """Draw a lasso around the left `share` of a chart; returns how many points are inside."""
    chart.scroll_into_view_if_needed()
    chart.hover()
    chart.get_by_role("button", name="Lasso Select").click()
    inside = int(chart.evaluate(_COUNT_LEFT, share))
    box = chart.locator(".nsewdrag").first.bounding_box()
    assert box is not None
    left, top = box["x"] + 1, box["y"] + 1
    right, bottom = box["x"] + share * box["width"], box["y"] + box["height"] - 1
    mouse = visitor.page.mouse
    mouse.move(left, top)
    mouse.down()
    for x, y in ((right, top), (right, bottom), (left, bottom), (left, top + 5)):
        mouse.move(x, y, steps=10)
    mouse.up()
    return inside


def upload(visitor: Visitor, files: list[FilePayload]) -> None:
    """Bring files to the Panel page, up to where Import can be pressed."""
    visitor.segment("Bring your own")
    visitor.main.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(files)
    visitor.press("Use these files")
    expect(visitor.main.get_by_role("button", name="Import", exact=True)).to_be_visible()
    visitor.settle()


def payload(path: Path, name: str | None = None) -> FilePayload:
    """A file to upload, under another name if one is given."""
    return {
        "name": name or path.name,
        "mimeType": "application/octet-stream",
        "buffer": path.read_bytes(),
    }


def save(visitor: Visitor, button: str, folder: Path) -> Path:
    """Press a download button; returns the saved file, under the name that the page gave it."""
    with visitor.page.expect_download() as waiting:
        visitor.press(button)
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def accept_near_copies(visitor: Visitor) -> None:
    """Acknowledge near copies where the page asks for it."""
    question = visitor.main.get_by_role("checkbox", name=re.compile("near copies"))
    if question.count():
        question.check(force=True)
        visitor.settle()
