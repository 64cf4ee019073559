"""Labels, IDs and a file name that try to escape are inert on every page and in every view."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser import files, gestures
from tests.browser.conftest import Visit
from tests.browser.visiting import Visitor
from tests.panels import HOSTILE, hostile_panel

pytestmark = [pytest.mark.browser, pytest.mark.timeout(1200)]

PAGES = (
    "Panel",
    "Train",
    "Latent space",
    "Compression",
    "Entropy and migrations",
    "Simulate",
    "Export",
)
VIEWS = ("Preview", "View", "Show", "Draw people from")
ESCAPED = "img[src='x'], img[src*='//x'], [onerror], a[href*='//x'], script[src*='//x']"


def test_hostile_labels_are_inert_everywhere(visit: Visit, tmp_path: Path) -> None:
    visitor = visit()
    visitor.open("panel")
    vcf, sheet = files.vcf_and_sheet(hostile_panel(), tmp_path)
    gestures.upload(
        visitor,
        [gestures.payload(vcf, f"{HOSTILE[1]}.vcf.gz"), gestures.payload(sheet, "=1+1.tsv")],
    )
    check_inert(visitor)
    visitor.press("Import")
    visitor.expect_notice("samples × 200 sites")
    check_inert(visitor)
    train(visitor)
    for page in PAGES:
        visitor.go(page)
        check_inert(visitor)
        see_every_view(visitor)
    select_all(visitor)
    generate_and_export(visitor, tmp_path)


def check_inert(visitor: Visitor) -> None:
    """No element of a label's making, no dialog, no request."""
    assert visitor.page.locator(ESCAPED).count() == 0
    visitor.record.check()


def see_every_view(visitor: Visitor) -> None:
    """Choose every option of every switch between views, and hover over what is drawn."""
    for switch in VIEWS:
        for _ in visitor.views(switch):
            hover_over_points(visitor)
            check_inert(visitor)


def hover_over_points(visitor: Visitor) -> None:
    """Show the hover text of a few points of the first chart, where there is one."""
    points = visitor.main.locator(".scatterlayer .point, .barlayer .point").filter(visible=True)
    for number in range(min(3, points.count())):
        points.nth(number).hover(force=True)


def train(visitor: Visitor) -> None:
    """A quick model, whose name takes that of the panel."""
    visitor.go("Train")
    visitor.segment("Train a model")
    visitor.segment("Quick")
    visitor.press("Start training")
    visitor.expect_notice("is in use")
    check_inert(visitor)


def select_all(visitor: Visitor) -> None:
    """Everybody: Invert with nobody selected."""
    visitor.go("Latent space")
    visitor.press("Invert")
    expect(visitor.people_selected()).to_have_text("60")
    visitor.settle()
    check_inert(visitor)


def generate_and_export(visitor: Visitor, folder: Path) -> None:
    """A cohort of all of them, and everything in a zip."""
    visitor.go("Simulate")
    visitor.segment("Admixture")
    visitor.settle()
    see_every_view(visitor)
    visitor.segment("Synthetic people")
    visitor.segment("A selection")
    visitor.press("Generate")
    expect(visitor.main.get_by_role("heading", name="100 synthetic people")).to_be_visible()
    visitor.settle()
    see_every_view(visitor)
    visitor.go("Export")
    gestures.accept_near_copies(visitor)
    visitor.press("Build the zip")
    expect(visitor.main.get_by_role("button", name="Download the zip")).to_be_visible()
    visitor.settle()
    check_inert(visitor)
    gestures.save(visitor, "Download the zip", folder)
