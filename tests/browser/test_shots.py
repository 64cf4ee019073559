"""Every page in light and dark, wide and narrow, as a picture to look at (`make shots`)."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser import gestures
from tests.browser.conftest import Visit
from tests.browser.visiting import Scheme, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(1200)]

PAGES = ("latent", "panel", "train", "compression", "entropy", "simulate", "export")
WIDTHS = (1440, 800)
SWITCH = {"Panel": "Preview", "Compression": "Show", "Entropy and migrations": "View"}
"""Pages of which a picture is taken in every view when pictures are kept, and their switch."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where pictures go: VAEVIZ_SHOTS, else a place that is soon forgotten."""
    wanted = os.environ.get("VAEVIZ_SHOTS")
    path = Path(wanted) if wanted else tmp_path / "shots"
    path.mkdir(parents=True, exist_ok=True)
    return path


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.slow)])
def test_every_page_has_its_picture(visit: Visit, folder: Path, scheme: Scheme) -> None:
    visitor = visit(scheme=scheme)
    visitor.open()
    gestures.choose(visitor, "Labels", "OCE")
    visitor.press("Select these labels")
    expect(visitor.people_selected()).to_have_text("75")
    visitor.settle()
    picture(visitor, folder / f"latent-{scheme}")
    for page in ("Panel", "Train", "Compression", "Entropy and migrations"):
        visitor.go(page)
        picture(visitor, folder / f"{page.split()[0].lower()}-{scheme}")
        if "VAEVIZ_SHOTS" in os.environ and page in SWITCH:
            every_view(visitor, folder, scheme, page)
    train_form(visitor, folder, scheme)
    generate(visitor)
    picture(visitor, folder / f"simulate-{scheme}")
    visitor.go("Export")
    picture(visitor, folder / f"export-{scheme}")
    names = {path.name for path in folder.glob(f"*-{scheme}-*.png")}
    assert {f"{page}-{scheme}-{width}.png" for page in PAGES for width in WIDTHS} <= names


def picture(visitor: Visitor, stem: Path) -> None:
    """The page in every width."""
    for width in WIDTHS:
        visitor.page.set_viewport_size({"width": width, "height": 900})
        visitor.settle()
        visitor.screenshot(stem.with_name(f"{stem.name}-{width}.png"))
    visitor.page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    visitor.settle()


def every_view(visitor: Visitor, folder: Path, scheme: Scheme, page: str) -> None:
    """Pictures of all views of a page."""
    for name in visitor.views(SWITCH[page]):
        view = re.sub("[^a-z]+", "_", name.lower())
        picture(visitor, folder / f"{page.split()[0].lower()}-{view}-{scheme}")


def train_form(visitor: Visitor, folder: Path, scheme: Scheme) -> None:
    """The settings of training, all of them."""
    visitor.go("Train")
    visitor.segment("Train a model")
    visitor.segment("Custom")
    picture(visitor, folder / f"train-custom-{scheme}")


def generate(visitor: Visitor) -> None:
    """A cohort of 100 people from the selection."""
    visitor.go("Simulate")
    visitor.segment("A selection")
    visitor.press("Generate")
    expect(visitor.main.get_by_role("heading", name="100 synthetic people")).to_be_visible()
    visitor.settle()
