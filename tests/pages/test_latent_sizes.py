"""The tab *Latent size*: settings, the job's command, finished sizes, the printed layer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import OpenPage, check_sound, messages
from tests.panels import odd_panels, random_panel
from vaeviz.compression.latent_plan import LatentSizesConfig
from vaeviz.compression.latent_sizes import latent_size_table
from vaeviz.config import Environment
from vaeviz.data.panel import Panel
from vaeviz.ui import jobs, steps
from vaeviz.ui.compression import latent_sizes_view
from vaeviz.ui.compression.latent_sizes_job import FOLDER
from vaeviz.ui.state import AppState

ODD = odd_panels()
VIEWS = ("Table", "By group", "By method", "All numbers")
CHOSEN = LatentSizesConfig(sizes=(2, 8), families=("pca",), maf=0.01)


def open_tab(open_page: OpenPage, ref: str, **values: object) -> AppTest:
    app = open_page("compression", AppState(panel_ref=ref))
    app.session_state[steps.COMPRESSION] = "Latent size"
    for key, value in values.items():
        app.session_state[f"latent_sizes_{key}"] = value
    app.run()
    return app


def pca_of(panel: Panel, home: Path) -> None:
    """What a job leaves."""
    latent_size_table(panel, CHOSEN, home / FOLDER)


def test_it_offers_what_is_missing(open_page: OpenPage, keep: Callable[[Panel], str]) -> None:
    app = open_tab(open_page, keep(random_panel()))
    check_sound(app)
    assert app.button(key="latent_sizes_run").label.startswith("Fit 18 models (about ")
    assert "held-out people" in messages(app)
    app.button_group(key="latent_sizes_sizes").set_value([]).run()
    check_sound(app)
    assert latent_sizes_view.NOTHING in messages(app)


def test_the_button_starts_the_command(
    open_page: OpenPage, keep: Callable[[Panel], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []
    monkeypatch.setattr(jobs, "begin", lambda kind, arguments, label: asked.append(arguments))
    values = {"sizes": [8, 2], "methods": ["VAE"], "maf": "0.05", "effort": "quick"}
    app = open_tab(open_page, keep(random_panel()), **values)
    app.button(key="latent_sizes_run").click().run()
    check_sound(app)
    (arguments,) = asked
    assert arguments[0] == "latent-sizes"
    assert arguments[1].endswith("a.vcz")
    for option, value in (("--sizes", "2,8"), ("--families", "vae"), ("--maf", "0.05")):
        assert arguments[arguments.index(option) + 1] == value
    assert int(arguments[arguments.index("--epochs") + 1]) > 0
    assert Path(arguments[arguments.index("--folder") + 1]).parent == Environment().workspace()


@pytest.mark.parametrize("paper", [False, True])
def test_finished_sizes_are_shown_in_every_view(
    paper: bool, open_page: OpenPage, keep: Callable[[Panel], str], home: Path
) -> None:
    panel = random_panel()
    ref = keep(panel)
    pca_of(panel, home)
    app = open_tab(open_page, ref, sizes=[2, 8], methods=["PCA"], paper=paper)
    for view in VIEWS:
        app.session_state["latent_sizes_view"] = view
        app.run()
        check_sound(app)
        assert "latent_sizes_run" not in [button.key for button in app.button]
        assert ("Not the same experiment" in messages(app)) == paper
        if view != "All numbers":
            specs = [chart.proto.spec for chart in app.get("plotly_chart")]
            assert len(specs) == 1
            assert ("paper&#58; VAE 32" in specs[0]) == (paper and view == "Table")


def test_what_is_finished_is_shown_and_the_rest_offered(
    open_page: OpenPage, keep: Callable[[Panel], str], home: Path
) -> None:
    panel = random_panel()
    ref = keep(panel)
    pca_of(panel, home)
    app = open_tab(open_page, ref, sizes=[2, 4, 8], methods=["PCA"])
    check_sound(app)
    assert app.button(key="latent_sizes_run").label.startswith("Fit 1 more model (about ")
    assert len(app.get("plotly_chart")) == 1


@pytest.mark.parametrize("odd_name", sorted(ODD))
def test_odd_panels(
    odd_name: str, open_page: OpenPage, keep: Callable[[Panel], str], home: Path
) -> None:
    panel = ODD[odd_name]
    ref = keep(panel)
    pca_of(panel, home)
    app = open_tab(open_page, ref, sizes=[2, 8], methods=["PCA"], paper=True)
    for view in VIEWS:
        app.session_state["latent_sizes_view"] = view
        app.run()
        check_sound(app)
        assert "<img" not in messages(app)
