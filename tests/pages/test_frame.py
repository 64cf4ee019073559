"""The frame: never left out, never shown on an open address, demo and reset."""

from __future__ import annotations

from pathlib import Path

import pytest
import streamlit as st
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import ROOT, OpenPage, check_sound, messages
from vaeviz.ui.state import AppState


def test_an_open_address_shows_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    get = st.get_option
    monkeypatch.setattr(
        st, "get_option", lambda name: "0.0.0.0" if name == "server.address" else get(name)
    )
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    assert "this machine only" in app.error[0].value
    assert not app.title
    assert not app.sidebar.markdown


def test_a_page_started_alone_runs_inside_the_frame(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    monkeypatch.undo()
    monkeypatch.setenv("VAEVIZ_HOME", str(home))
    monkeypatch.chdir(ROOT)
    app.switch_page("pages/panel.py").run()
    assert app.title[0].value == "Panel"
    assert "**Panel**" in messages(app)
    assert PagesManager.uses_pages_directory is False


def test_the_first_visit_shows_the_demo_panel(home: Path) -> None:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    check_sound(app)
    assert "1,235 samples × 10,000 sites" in messages(app)
    assert "simulated" in messages(app)
    assert len(app.get("plotly_chart")) == 1


def test_load_demo_brings_the_demo_back(open_page: OpenPage) -> None:
    app = open_page("latent", AppState(panel_ref="grid"))
    app.button(key="load_demo").click().run()
    assert app.session_state["vaeviz_state"].panel_ref == "human-array"


def test_reset_asks_first(open_page: OpenPage) -> None:
    app = open_page("panel", AppState(panel_ref="grid"))
    app.button(key="reset_all").click().run()
    assert app.session_state["vaeviz_state"].panel_ref == "grid"
    app.button(key="reset_yes").click().run()
    assert app.session_state["vaeviz_state"].panel_ref == "human-array"


def test_teaching_mode_adds_questions(open_page: OpenPage) -> None:
    app = open_page("train", AppState(panel_ref="grid"))
    assert "Questions for a class" not in messages(app)
    app.toggle(key="teaching").set_value(True).run()
    assert "Questions for a class" in messages(app)
