"""The way from a chart to a figure for a paper."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import OpenPage, check_sound, messages
from vaeviz.figures.chart import image_export_available
from vaeviz.ui.state import AppState


def open_form(open_page: OpenPage) -> AppTest:
    app = open_page("panel", AppState(panel_ref="grid"))
    app.session_state["panel_counts_paper"] = True
    return app.run()


def test_nothing_is_offered_before_it_is_asked_for(open_page: OpenPage) -> None:
    app = open_page("panel", AppState(panel_ref="grid"))
    assert not [b for b in app.get("download_button") if "300 dpi" in b.proto.label]


@pytest.mark.skipif(not image_export_available(), reason="no Chrome or Chromium")
def test_the_form_has_sizes_and_files(open_page: OpenPage) -> None:
    app = open_form(open_page)
    check_sound(app)
    labels = [b.proto.label for b in app.get("download_button")]
    assert {"SVG", "PDF", "PNG, 300 dpi"} <= set(labels)
    assert "simulated data" in app.code[0].value


def test_without_a_browser_it_says_so(open_page: OpenPage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROWSER_PATH", "/nowhere/chrome")
    app = open_form(open_page)
    check_sound(app)
    assert "Chrome or Chromium" in messages(app)
