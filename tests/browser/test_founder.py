"""Clicks on the map of origins of the entropy page."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.serving import Server
from tests.browser.visiting import Visitor
from tests.panels import random_panel
from vaeviz.data.vcz import save_panel
from vaeviz.ui.state import AppState

pytestmark = pytest.mark.browser

POINT = """
(plot, start) => {
  const places = plot.calcdata.map((d) => Object.values(d[0]?.trace?.customdata ?? {}));
  const starts = (place) => String(place).startsWith(start);
  const n = places.findIndex((trace) => trace.some(starts));
  const at = plot.calcdata[n][places[n].findIndex(starts)];
  const box = plot.getBoundingClientRect(), { xaxis, yaxis } = plot._fullLayout;
  return [box.x + xaxis._offset + xaxis.d2p(at.x), box.y + yaxis._offset + yaxis.d2p(at.y)];
}
"""
"""Where on the screen the first point lies whose place starts so."""


def open_view(visit: Visit, server: Server, view: str) -> Visitor:
    folder = server.home / "panels"
    folder.mkdir(exist_ok=True)
    save_panel(random_panel(n_populations=6), folder / "a.vcz")
    (server.home / "session.json").write_text(AppState(panel_ref="panels/a.vcz").to_json())
    visitor = visit()
    visitor.open("entropy")
    visitor.segment(view)
    return visitor


def click_place(visitor: Visitor, start: str) -> None:
    """Click the point of the last map whose place starts so."""
    plot = visitor.main.locator(".js-plotly-plot").last
    expect(plot).to_be_visible()
    plot.scroll_into_view_if_needed()
    x, y = plot.evaluate(POINT, start)
    visitor.page.mouse.move(x - 3, y - 3)
    visitor.page.mouse.move(x, y)
    visitor.page.wait_for_timeout(300)
    visitor.page.mouse.click(x, y)
    visitor.settle()


@pytest.mark.slow
def test_clicking_a_cell_takes_it_as_origin(visit: Visit, server: Server) -> None:
    visitor = open_view(visit, server, "Serial founder")
    click_place(visitor, "-18.00,18.")
    expect(visitor.main.get_by_label("Latitude (° N)")).to_have_value("-18.00")
    expect(visitor.main.get_by_label("Longitude (° E)")).to_have_value("18.84")
