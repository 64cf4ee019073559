"""Pages run without a browser, in a workspace of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest

from tests.panels import random_panel
from vaeviz.config import TrainConfig
from vaeviz.data.panel import Panel
from vaeviz.data.vcz import save_panel
from vaeviz.ui.state import AppState

ROOT = Path(__file__).resolve().parents[2]
TIMEOUT_S = 60
OpenPage = Callable[..., AppTest]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty workspace, and empty caches before and after."""
    monkeypatch.setenv("VAEVIZ_HOME", str(tmp_path))
    monkeypatch.chdir(ROOT)
    _know_of_navigation(monkeypatch)
    yield tmp_path
    st.cache_data.clear()
    st.cache_resource.clear()


def _know_of_navigation(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let AppTest behave as a server that has run st.navigation once.

    AppTest forgets it before every run and starts a page's file alone, as a fresh server does
    on its very first visit (`vaeviz.ui.navigation.ensure_framed` handles that one).
    """
    start = PagesManager.__init__

    def start_knowing(self: PagesManager, *args: object, **kwargs: object) -> None:
        start(self, *args, **kwargs)
        PagesManager.uses_pages_directory = False

    monkeypatch.setattr(PagesManager, "__init__", start_knowing)


@pytest.fixture
def open_page(home: Path) -> OpenPage:
    """Open a page with the given state, as after a refresh of the browser."""

    def run(page: str, state: AppState) -> AppTest:
        (home / "session.json").write_text(state.to_json())
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=TIMEOUT_S)
        app.run()
        return app if page == "latent" else app.switch_page(f"pages/{page}.py").run()

    return run


@pytest.fixture
def keep(home: Path) -> Callable[[Panel], str]:
    """Put a panel into the workspace; returns its reference."""

    def write(panel: Panel) -> str:
        folder = home / "panels"
        folder.mkdir(exist_ok=True)
        save_panel(panel, folder / "a.vcz")
        return "panels/a.vcz"

    return write


@pytest.fixture
def keep_model(home: Path) -> Callable[[Panel], str]:
    """Train two epochs on a panel; returns the model's reference."""

    def train(panel: Panel) -> str:
        from vaeviz.training.loop import train_model

        folder = home / "models"
        folder.mkdir(exist_ok=True)
        config = TrainConfig(epochs=2, hidden=(8,), n_components=3, rank=4)
        # A model of few people is refused; they are shown by the model of a larger panel.
        trained_on = panel if panel.n_samples >= 20 else random_panel()
        train_model(trained_on, config).save(folder / "a.vaeviz")
        return "models/a.vaeviz"

    return train


def messages(app: AppTest) -> str:
    """All Markdown, captions and boxes of a page as one text."""
    parts = [
        (area.markdown, area.caption, area.info, area.warning, area.error, area.title)
        for area in (app.main, app.sidebar)
    ]
    return "\n".join(str(e.value) for area in parts for group in area for e in group)


def check_sound(app: AppTest) -> None:
    """No exception reached the page, neither shown by streamlit nor caught by us."""
    from vaeviz.ui.errors import UNEXPECTED

    assert not app.exception
    assert UNEXPECTED not in messages(app)
