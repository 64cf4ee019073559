"""The lasso in three dimensions under mouse and keys; the server computes the same people."""

from __future__ import annotations

import os
from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Visit
from tests.browser.gestures import choose
from tests.browser.serving import Server
from tests.browser.visiting import Visitor
from tests.panels import hostile_panel, random_panel
from vaeviz.analysis.embedding import pca_table
from vaeviz.analysis.lasso import within
from vaeviz.data.panel import Panel
from vaeviz.data.selection import Selection
from vaeviz.data.selection_rule import ByPolygon
from vaeviz.data.vcz import save_panel
from vaeviz.ui.colouring import ONE_COLOUR
from vaeviz.ui.derived import PCA_SEED
from vaeviz.ui.latent.coordinates import N_COMPONENTS
from vaeviz.ui.state import AppState

pytestmark = pytest.mark.browser

PATH = ((-0.25, -0.25), (0.02, -0.3), (0.1, 0.05), (-0.05, 0.3), (-0.3, 0.2))
"""Corners of a line, as shares of the canvas from its middle."""


def open_canvas(visit: Visit, server: Server, panel: Panel, **options: object) -> Visitor:
    """The Latent page of a panel without a model, in three principal components."""
    folder = server.home / "panels"
    folder.mkdir(exist_ok=True)
    save_panel(panel, folder / "a.vcz")
    (server.home / "session.json").write_text(AppState(panel_ref="panels/a.vcz").to_json())
    visitor = visit(**options)
    visitor.open()
    visitor.segment("3-D")
    expect(canvas(visitor)).to_be_visible()
    visitor.settle()
    return visitor


def canvas(visitor: Visitor) -> Locator:
    return visitor.main.locator("canvas.canvas")


def drag(visitor: Visitor, path: tuple[tuple[float, float], ...]) -> None:
    """Drag through points, given as shares of the canvas from its middle."""
    canvas(visitor).scroll_into_view_if_needed()
    box = canvas(visitor).bounding_box()
    assert box is not None
    points = [
        (box["x"] + (0.5 + x) * box["width"], box["y"] + (0.5 + y) * box["height"]) for x, y in path
    ]
    visitor.page.mouse.move(*points[0])
    visitor.page.mouse.down()
    for point in points[1:]:
        visitor.page.mouse.move(*point, steps=12)
    visitor.page.mouse.up()


def answered(visitor: Visitor, gesture: Callable[[], None]) -> int:
    """Milliseconds from the end of a gesture that circles people to the server's answer."""
    root = visitor.main.locator(".lasso3d")
    before = root.get_attribute("data-answer")
    gesture()
    visitor.wait_for(lambda: root.get_attribute("data-answer") != before)
    visitor.settle()
    return int(root.get_attribute("data-answer-ms") or 0)


def lasso(visitor: Visitor, path: tuple[tuple[float, float], ...] = PATH) -> int:
    """Circle people with Shift held."""
    visitor.page.keyboard.down("Shift")
    taken = answered(visitor, lambda: drag(visitor, path))
    visitor.page.keyboard.up("Shift")
    return taken


def selected(server: Server) -> Selection:
    """What the server holds as the selection."""
    selection = AppState.from_json((server.home / "session.json").read_bytes()).selection
    assert selection is not None
    return selection


def computed(panel: Panel, rule: object) -> set[str]:
    """Who is inside a kept line, from the principal components themselves."""
    assert isinstance(rule, ByPolygon)
    n = min(N_COMPONENTS, panel.n_samples - 1, panel.n_sites)
    table = pca_table(panel, n, seed=PCA_SEED)
    inside = within(table[list(rule.axes)], rule)
    assert 0 < inside.sum() < len(inside)
    return set(table["sample"][inside])


def test_a_drag_selects_whom_the_server_finds_inside(visit: Visit, server: Server) -> None:
    panel = random_panel(n_samples=300)
    visitor = open_canvas(visit, server, panel)
    lasso(visitor)
    first = selected(server)
    assert set(first.sample_ids) == computed(panel, first.origin)
    drag(visitor, ((0, 0), (0.2, 0.1)))
    canvas(visitor).hover(position={"x": 200, "y": 200})
    visitor.page.mouse.wheel(0, -150)
    lasso(visitor)
    turned = selected(server)
    assert set(turned.sample_ids) == computed(panel, turned.origin)
    assert turned.origin.view.yaw != first.origin.view.yaw
    assert turned.origin.view.zoom > first.origin.view.zoom
    visitor.segment("Keep only what is in both")
    lasso(visitor, ((-0.4, -0.4), (0, -0.4), (0, 0.4), (-0.4, 0.4)))
    both = selected(server)
    assert set(both.sample_ids) == set(turned.sample_ids) & computed(
        panel, both.origin.steps[-1].rule
    )


def test_keys_draw_a_line_and_open_a_person(visit: Visit, server: Server) -> None:
    panel = random_panel(n_samples=100)
    visitor = open_canvas(visit, server, panel, scheme="dark", width=800)
    strokes = ["ArrowLeft", "+", "l", *["Shift+ArrowLeft"] * 3, *["Shift+ArrowUp"] * 6, " "]
    strokes += [*["Shift+ArrowDown"] * 12, " ", *["Shift+ArrowRight"] * 4, " "]
    for stroke in strokes:
        canvas(visitor).press("Space" if stroke == " " else stroke)
    answered(visitor, lambda: canvas(visitor).press("Enter"))
    selection = selected(server)
    assert len(selection.origin.corners) == 3
    assert set(selection.sample_ids) == computed(panel, selection.origin)
    canvas(visitor).press("Escape")
    canvas(visitor).press(".")
    told = visitor.main.locator(".spoken").inner_text()
    assert told.split(", ")[0] in set(panel.sample_ids)


@pytest.mark.slow
def test_the_button_circles_without_shift(visit: Visit, server: Server) -> None:
    panel = random_panel(n_samples=100)
    visitor = open_canvas(visit, server, panel)
    visitor.press("Drag to circle people")
    answered(visitor, lambda: drag(visitor, PATH))
    selection = selected(server)
    assert set(selection.sample_ids) == computed(panel, selection.origin)


@pytest.mark.slow
def test_without_the_lasso_plotly_draws(visit: Visit, server: Server) -> None:
    visitor = open_canvas(visit, server, random_panel())
    visitor.main.get_by_text("Lasso", exact=True).first.click()
    expect(visitor.plots().first).to_be_visible()
    assert canvas(visitor).count() == 0


@pytest.mark.slow
def test_the_address_keeps_the_view(visit: Visit, server: Server) -> None:
    visitor = open_canvas(visit, server, random_panel())
    visitor.main.get_by_text("Lasso", exact=True).first.click()
    visitor.wait_for(lambda: "latent_lasso=false" in visitor.page.url)
    assert "latent_view=3-D" in visitor.page.url
    visitor.page.reload()
    visitor.settle()
    assert "latent_view=3-D" in visitor.page.url
    expect(visitor.main.get_by_role("combobox", name="z")).to_be_visible()
    expect(visitor.plots().first).to_be_visible()
    assert canvas(visitor).count() == 0
    visitor.segment("2-D")
    visitor.wait_for(lambda: "latent_view" not in visitor.page.url)
    # Settings that moved up in their row, as z went, are still bound to the address.
    choose(visitor, "Colour by", ONE_COLOUR)
    visitor.wait_for(lambda: "colour_by=" in visitor.page.url)


@pytest.mark.slow
def test_hostile_labels_stay_text(visit: Visit, server: Server) -> None:
    visitor = open_canvas(visit, server, hostile_panel())
    canvas(visitor).press(".")
    assert visitor.main.locator(".tip").inner_text()
    assert visitor.main.locator(".lasso3d img[src^=http], .lasso3d script").count() == 0


@pytest.mark.skipif("VAEVIZ_BENCH" not in os.environ, reason="a measurement, not a test")
def test_time_from_drag_to_result(visit: Visit, server: Server) -> None:
    """5,000 people: printed, to be read by people."""
    panel = random_panel(n_samples=5000, n_sites=60)
    visitor = open_canvas(visit, server, panel)
    times = []
    for _ in range(5):
        drag(visitor, ((0, 0), (0.05, 0.02)))
        times.append(lasso(visitor))
    assert np.isfinite(times).all()
    print(f"drag to result, ms: {times}")
