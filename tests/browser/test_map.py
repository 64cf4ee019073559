"""The world map in a real browser: every layer without a request outside, a lasso, the story."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.browser import gestures
from tests.browser.conftest import Visit
from tests.browser.visiting import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

_MOMENT = "e => (e.matches('.js-plotly-plot') ? e : e.querySelector('.js-plotly-plot'))"
_SLIDER = f"e => ({_MOMENT})(e)._fullLayout.sliders[0].active"
_LINES = """e => [...e.querySelectorAll('.scatterlayer .js-line')]
    .map(line => line.getAttribute('d')).join()"""


def open_map(visitor: Visitor, show: str) -> Locator:
    visitor.open("entropy")
    visitor.segment("World map")
    visitor.segment(show)
    return visitor.plot()


def play(visitor: Visitor, chart: Locator) -> tuple[int, str]:
    """Press Play and wait until time has moved; returns moment and picture after it."""
    before, picture = int(chart.evaluate(_SLIDER)), chart.evaluate(_LINES)
    visitor.page.wait_for_timeout(1500)
    assert chart.evaluate(_SLIDER) == before, "it moves before anybody pressed Play"
    assert chart.evaluate(_LINES) == picture
    chart.locator(".updatemenu-button").first.click()
    visitor.wait_for(lambda: int(chart.evaluate(_SLIDER)) > before + 12, 30_000)
    return before, picture


def test_every_layer_of_the_map_stays_on_this_machine(visit: Visit) -> None:
    visitor = visit()
    open_map(visitor, "Groups")
    for kind in ("Later movements", "Recent admixture"):
        visitor.main.get_by_role("button", name=kind, exact=True).click()
        visitor.settle()
    for kind in ("Fst (Hudson)", "f2", "Shared drift (covariance)", "Distance in latent space"):
        gestures.choose(visitor, "Computed links", kind)
        legend = visitor.plot().locator(".legendtext").all_text_contents()
        assert any("similarity, not migration" in text for text in legend)
    visitor.main.get_by_text("All pairs").click()
    visitor.settle()
    expect(visitor.plot(1).locator(".hm").first).to_be_attached()
    visitor.segment("People")
    assert visitor.plot().locator(".scatterlayer .point").count() > 1000
    visitor.record.check()


def test_a_lasso_on_the_map_is_the_selection_of_the_latent_page(visit: Visit) -> None:
    visitor = visit()
    chart = open_map(visitor, "Groups")
    inside = gestures.lasso_left(visitor, chart, 0.25)
    assert inside > 3
    visitor.settle()
    expect(visitor.main.get_by_text("people are selected")).to_be_visible()
    told = visitor.main.get_by_text("people are selected").inner_text()
    visitor.go("Latent space")
    expect(visitor.people_selected()).to_have_text(told.split()[0])


def test_play_draws_routes_without_the_server(visit: Visit, tmp_path: Path) -> None:
    visitor = visit()
    chart = open_map(visitor, "Peopling of the world")
    before, picture = play(visitor, chart)
    assert before == 0
    assert chart.evaluate(_LINES) != picture
    assert visitor.page.locator("[data-testid=stApp][data-test-script-state=running]").count() == 0


@pytest.mark.slow
def test_the_saved_page_plays_too(visit: Visit, tmp_path: Path) -> None:
    visitor = visit()
    open_map(visitor, "Peopling of the world")
    visitor.main.get_by_text("Table and downloads").first.click()
    visitor.settle()
    saved = gestures.save(visitor, "HTML", tmp_path)
    visitor.page.set_content(saved.read_text(encoding="utf-8"))
    chart = visitor.page.locator(".js-plotly-plot")
    expect(chart.locator(".main-svg").first).to_be_visible()
    _, picture = play(visitor, chart)
    assert chart.evaluate(_LINES) != picture
