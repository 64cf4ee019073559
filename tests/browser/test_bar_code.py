"""The bar code under mouse, wheel and keys: windows move, values are told, files hold them."""

from __future__ import annotations

import os
import re
import time
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Locator, expect

from tests.browser import gestures
from tests.browser.conftest import Visit
from tests.browser.serving import Server
from tests.browser.visiting import Visitor
from tests.panels import random_panel
from vaeviz.data.panel import Panel
from vaeviz.data.vcz import save_panel
from vaeviz.ui.state import AppState

pytestmark = pytest.mark.browser


def open_strips(visit: Visit, server: Server, panel: Panel, **options: object) -> Visitor:
    """The entropy page of a panel of the workspace, with the strips drawn."""
    folder = server.home / "panels"
    folder.mkdir(exist_ok=True)
    save_panel(panel, folder / "a.vcz")
    (server.home / "session.json").write_text(AppState(panel_ref="panels/a.vcz").to_json())
    visitor = visit(**options)
    visitor.open("entropy")
    expect(canvas(visitor)).to_be_visible()
    answered(visitor)
    return visitor


def canvas(visitor: Visitor) -> Locator:
    return visitor.main.locator("canvas.canvas")


def window(visitor: Visitor) -> tuple[float, float]:
    """The window that the strips last sent by the server are of."""
    start, end = visitor.main.locator(".strips").get_attribute("data-window").split()
    return float(start), float(end)


def answered(visitor: Visitor) -> None:
    """Wait until the server has binned the window that the hand left."""
    visitor.page.wait_for_timeout(150)
    visitor.settle()


def place(visitor: Visitor, share: float, row: int = 0) -> dict[str, float]:
    """A point of the strips, by its share of the width."""
    box = canvas(visitor).bounding_box()
    assert box is not None
    return {"x": 60 + share * (box["width"] - 120), "y": 37 + 38 * row}


def tip(visitor: Visitor) -> str:
    """What is told about the place under the mouse."""
    return visitor.main.locator(".tip").inner_text()


def test_hands_move_the_window(visit: Visit, server: Server) -> None:
    visitor = open_strips(visit, server, random_panel(n_sites=5000))
    strips = canvas(visitor)
    whole = window(visitor)
    strips.hover(position=place(visitor, 0.5))
    visitor.page.mouse.wheel(0, -300)
    answered(visitor)
    zoomed = window(visitor)
    assert zoomed[0] > whole[0]
    assert zoomed[1] < whole[1]
    box = strips.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + 40
    visitor.page.mouse.move(x, y)
    visitor.page.mouse.down()
    visitor.page.mouse.move(x + 100, y, steps=5)
    visitor.page.mouse.up()
    answered(visitor)
    dragged = window(visitor)
    assert dragged[0] < zoomed[0]
    assert dragged[1] - dragged[0] == pytest.approx(zoomed[1] - zoomed[0])
    visitor.page.keyboard.down("Shift")
    visitor.page.mouse.move(x, y)
    visitor.page.mouse.down()
    visitor.page.mouse.move(x + 100, y, steps=5)
    visitor.page.mouse.up()
    visitor.page.keyboard.up("Shift")
    answered(visitor)
    ranged = window(visitor)
    assert dragged[0] < ranged[0] < ranged[1] < dragged[1]
    strips.dblclick(position=place(visitor, 0.5))
    answered(visitor)
    assert window(visitor) == whole


@pytest.mark.slow
def test_buttons_and_keys_do_the_same(visit: Visit, server: Server) -> None:
    visitor = open_strips(visit, server, random_panel(n_sites=5000), scheme="dark", width=800)
    whole = window(visitor)
    for press in (lambda: visitor.press("Zoom in"), lambda: canvas(visitor).press("+")):
        before = window(visitor)
        press()
        answered(visitor)
        after = window(visitor)
        assert after[1] - after[0] == pytest.approx((before[1] - before[0]) / 2)
    visitor.press("Move left")
    answered(visitor)
    left = window(visitor)
    canvas(visitor).press("Shift+ArrowRight")
    answered(visitor)
    assert window(visitor)[0] == pytest.approx(left[0] + (left[1] - left[0]) / 2)
    canvas(visitor).press("ArrowDown")
    canvas(visitor).press(".")
    assert "bits" in tip(visitor)
    assert "bits" in visitor.main.locator(".spoken").inner_text()
    canvas(visitor).press("Home")
    answered(visitor)
    assert window(visitor) == whole


def test_a_site_tells_its_exact_values(visit: Visit, server: Server) -> None:
    panel = random_panel(n_sites=5000)
    visitor = open_strips(visit, server, panel)
    canvas(visitor).hover(position=place(visitor, 0.4))
    assert "sites" in tip(visitor)
    box = visitor.main.get_by_role("textbox", name="Go to")
    box.fill("rs1234")
    box.press("Enter")
    answered(visitor)
    canvas(visitor).scroll_into_view_if_needed()
    size = canvas(visitor).bounding_box()
    assert size is not None
    for share in np.linspace(0.4, 0.6, 60):
        canvas(visitor).hover(position={"x": share * size["width"], "y": 37})
        if "rs1234 " in tip(visitor):
            break
    lines = tip(visitor).split("\n")
    row = panel.sites.iloc[1233]
    assert lines[1] == f"rs1234 · {row['chrom']}:{row['pos']:,} {row['ref']}>{row['alt']}"
    group = lines[0]
    people = np.flatnonzero(panel.labels("superpopulation") == group)
    alleles = panel.counts[panel.row_index(people), 1233]
    p = alleles.mean()
    bits = -(p * np.log2(p) + (1 - p) * np.log2(1 - p))
    assert float(lines[2].split()[1]) == pytest.approx(bits, abs=1e-4)
    assert float(lines[3].split()[-1]) == pytest.approx(p, abs=1e-4)
    assert lines[4] == f"n = {len(alleles)} alleles"


@pytest.mark.slow
def test_regions_that_are_not_there_are_told(visit: Visit, server: Server) -> None:
    visitor = open_strips(visit, server, random_panel())
    whole = window(visitor)
    box = visitor.main.get_by_role("textbox", name="Go to")
    box.fill("9:1-100")
    box.press("Enter")
    expect(visitor.main.get_by_text("This panel has no chromosome '9'")).to_be_visible()
    assert window(visitor) == whole
    box.fill("2")
    box.press("Enter")
    answered(visitor)
    assert window(visitor)[0] > whole[0]


def test_files_hold_what_is_in_sight(visit: Visit, server: Server, tmp_path: Path) -> None:
    panel = random_panel(n_sites=400)
    visitor = open_strips(visit, server, panel)
    gestures.choose(visitor, "Difference", "Every group")
    box = visitor.main.get_by_role("textbox", name="Go to")
    box.fill("2:50000-60000")
    box.press("Enter")
    answered(visitor)
    visitor.main.get_by_text("Table and downloads").click()
    visitor.settle()
    table = pd.read_csv(gestures.save(visitor, "CSV of this window", tmp_path))
    assert table["id"].tolist() == [f"rs{i}" for i in range(250, 261)]
    assert {"SUP1 entropy_bits", "SUP2 frequency"} <= set(table.columns)
    assert any(" minus " in column for column in table.columns)
    drawing = ET.parse(gestures.save(visitor, "SVG of this window", tmp_path))
    texts = "".join(drawing.getroot().itertext())
    assert "SUP1" in texts
    assert "2:50,000 to 60,000" in texts
    png = gestures.save(visitor, "Save the picture as PNG", tmp_path).read_bytes()
    assert png.startswith(b"\x89PNG")


@pytest.mark.skipif("VAEVIZ_BENCH" not in os.environ, reason="a measurement, not a test")
def test_time_from_gesture_to_new_strips(visit: Visit, server: Server) -> None:
    """317,408 sites x 7 groups, the paper's size: printed, to be read by people."""
    n_sites, rng = 317_408, np.random.default_rng(0)
    base = random_panel(n_samples=70, n_sites=10, n_populations=7)
    counts = (rng.random((140, n_sites), dtype=np.float32) < 0.2).astype(np.int8)
    sites = pd.DataFrame(
        {
            "chrom": "22",
            "pos": 16_000_000 + 100 * np.arange(n_sites),
            "id": [f"rs{i}" for i in range(n_sites)],
            "ref": "A",
            "alt": "C",
        }
    )
    panel = Panel.create(counts, 1, base.samples, sites, base.info)
    visitor = open_strips(visit, server, panel)
    gestures.choose(visitor, "Group by", "population")
    root, times = visitor.main.locator(".strips"), []
    for gesture in ("+", "+", "ArrowRight", "+", "ArrowLeft", "+", "+", "-", "Home", "+"):
        number = root.get_attribute("data-answer")
        canvas(visitor).press(gesture)
        visitor.wait_for(lambda n=number: root.get_attribute("data-answer") != n)
        times.append(int(root.get_attribute("data-answer-ms") or 0))
    began = time.monotonic()
    visitor.segment("Mean entropy")
    away = time.monotonic() - began
    began = time.monotonic()
    visitor.segment("Along the genome")
    back = time.monotonic() - began
    print(f"gesture to strips, ms: {times}; back to the view {back:.2f} s, away {away:.2f} s")


@pytest.mark.slow
def test_hostile_labels_stay_text(visit: Visit, server: Server) -> None:
    from tests.panels import hostile_panel

    visitor = open_strips(visit, server, hostile_panel())
    canvas(visitor).hover(position=place(visitor, 0.5))
    assert re.search("bits|called", tip(visitor))
    assert visitor.main.locator(".strips img").count() == 0
