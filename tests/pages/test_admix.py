"""The admixture tab: people at every change of a setting, and nothing where there can be none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import TIMEOUT_S, check_sound, messages
from tests.pages.trained import trained_state
from tests.panels import odd_panels, random_panel
from tests.trained import model_panel
from vaeviz.data.panel import Panel
from vaeviz.synthesis.region import mixture_region
from vaeviz.ui.simulate.admix_view import telling_axes

ODD = odd_panels()
VIEWS = ("Map", "Ancestry", "Chromosomes", "Tract lengths")


def page() -> None:
    """What stands on the Simulate page."""
    from vaeviz.ui import guards
    from vaeviz.ui.simulate import admix_view

    admix_view.tab(guards.need_panel())


@pytest.fixture
def open_tab(home: Path) -> Callable[..., AppTest]:
    def run(panel: Panel | None = None) -> AppTest:
        (home / "session.json").write_text(trained_state(home, panel=panel).to_json())
        app = AppTest.from_function(page, default_timeout=TIMEOUT_S).run()
        check_sound(app)
        return app

    return run


def summary(app: AppTest) -> dict[str, float]:
    """Mean share of each source."""
    table = app.dataframe[-1].value
    return dict(zip(table["source"], table["share"], strict=True))


def test_opens_on_a_cline_and_says_what_is_copied(open_tab: Callable[..., AppTest]) -> None:
    app = open_tab()
    assert "exact copy" in messages(app)
    assert len(summary(app)) == 2


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("when", ["One pulse", "Continuous"])
def test_every_view_shows(open_tab: Callable[..., AppTest], view: str, when: str) -> None:
    app = open_tab()
    app.segmented_control(key="admix_when").set_value(when)
    app.segmented_control(key="admix_view").set_value(view).run()
    check_sound(app)
    assert not app.error
    assert len(app.get("plotly_chart")) == 1


def test_share_and_generations_are_taken(open_tab: Callable[..., AppTest]) -> None:
    app = open_tab()
    first = min(summary(app))
    app.slider(key="admix_share").set_value(90)
    app.select_slider(key="admix_generations").set_value(50)
    app.run()
    check_sound(app)
    assert summary(app)[first] == pytest.approx(0.9, abs=0.05)


def test_three_sources_have_weights(open_tab: Callable[..., AppTest]) -> None:
    app = open_tab()
    app.selectbox(key="admix_level").set_value("population").run()
    app.multiselect(key="admix_sources_population").set_value(["POP1", "POP2", "POP3"]).run()
    app.slider(key="admix_weight_2").set_value(100)
    app.select_slider(key="admix_generations").set_value(50)
    app.run()
    check_sound(app)
    assert summary(app)["POP3"] == pytest.approx(0.5, abs=0.06)


def test_one_source_is_told(open_tab: Callable[..., AppTest]) -> None:
    app = open_tab()
    app.multiselect(key="admix_sources_superpopulation").set_value(["SUP1"]).run()
    check_sound(app)
    assert "two sources or more" in messages(app)
    assert not app.get("plotly_chart")


def test_small_sources_need_a_confirmation(open_tab: Callable[..., AppTest]) -> None:
    panel = model_panel()
    few = np.where(np.arange(panel.n_samples) < 20, "FEW", "MANY")
    app = open_tab(panel.with_samples(panel.samples.assign(superpopulation=few)))
    assert not app.get("plotly_chart")
    app.checkbox(key="admix_small").check().run()
    check_sound(app)
    assert len(app.get("plotly_chart")) == 1


@pytest.mark.parametrize("name", sorted(ODD))
def test_odd_panels(open_tab: Callable[..., AppTest], name: str) -> None:
    check_sound(open_tab(ODD[name]))


def test_unphased_panels_are_told_why(open_tab: Callable[..., AppTest]) -> None:
    app = open_tab(random_panel(n_samples=120, phased=False))
    assert any("unphased" in str(e.value) for e in app.info)


def test_axes_are_those_that_tell_sources_apart() -> None:
    panel = random_panel(n_samples=60, n_populations=2)
    mixture = mixture_region(panel, {"POP1": 0.5, "POP2": 0.5})
    second = np.arange(60) >= 30
    rng = np.random.default_rng(0)
    points = pd.DataFrame(rng.normal(size=(60, 4)), columns=list("abcd"))
    points["b"] += 3 * second
    points["d"] += 9 * second
    assert telling_axes(points, list("abcd"), mixture) == ("b", "d")
    assert telling_axes(points, ["b"], mixture) == ("b", "b")
