"""The axes page: one axis at a time, a walk on it, sites and groups along it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import OpenPage, check_sound, messages
from tests.pages.trained import trained_state
from tests.panels import odd_panels
from tests.trained import model_panel, small_model
from vaeviz.analysis.axes import expected_heterozygosity
from vaeviz.config import TrainConfig
from vaeviz.data.panel import Panel
from vaeviz.data.selection import Selection
from vaeviz.data.vcz import save_panel
from vaeviz.training.loop import train_model
from vaeviz.ui.axes.axes_view import ALL_AXES, GENOME, GROUPS, WALK
from vaeviz.ui.state import AppState

ODD = odd_panels()


def show(app: AppTest, view: str) -> None:
    app.session_state["axes_view"] = view
    app.run()
    check_sound(app)


def test_walk_tells_what_the_decoder_expects(open_page: OpenPage, home: Path) -> None:
    app = open_page("axes", trained_state(home))
    check_sound(app)
    model = small_model()
    app.selectbox(key="axes_axis").set_value("1").run()
    app.selectbox(key="axes_start").set_value("origin").run()
    shown = {m.label: m.value for m in app.metric}
    start = expected_heterozygosity(model.probabilities(np.zeros((1, 2)))[0])
    assert shown["Expected heterozygosity"] == f"{start:.4f}"
    assert shown["latent 1"] == "0.00"
    sd = model.encode(model_panel()).mean[:, 0].std()
    app.slider[0].set_value(1.0).run()
    check_sound(app)
    shown = {m.label: m.value for m in app.metric}
    moved = expected_heterozygosity(model.probabilities([[sd, 0.0]])[0])
    assert shown["latent 1"] == f"{sd:.2f}"
    assert shown["Expected heterozygosity"] == f"{moved:.4f}"


def test_beyond_everybody_it_says_so(open_page: OpenPage, home: Path) -> None:
    app = open_page("axes", trained_state(home))
    app.slider[0].set_value(app.slider[0].max).run()
    assert "Nobody of the panel is near" in messages(app)
    app.selectbox(key="axes_by").set_value("population").run()
    app.selectbox(key="axes_start").set_value("group:POP3").run()
    app.slider[0].set_value(0.0).run()
    assert "People of the panel lie around" in messages(app)


def test_start_at_the_mean_of_a_group(open_page: OpenPage, home: Path) -> None:
    app = open_page("axes", trained_state(home))
    app.selectbox(key="axes_by").set_value("population").run()
    app.selectbox(key="axes_start").set_value("group:POP2").run()
    check_sound(app)
    inside = model_panel().labels("population") == "POP2"
    mean = small_model().encode(model_panel()).mean[inside].mean(axis=0)
    axis = int(app.selectbox(key="axes_axis").value)
    assert {m.label: m.value for m in app.metric}[f"latent {axis}"] == f"{mean[axis - 1]:.2f}"
    shown = {m.label: m.value for m in app.metric}
    assert shown["Nearest mean"] == "POP2"


def test_start_at_the_mean_of_the_selection(open_page: OpenPage, home: Path) -> None:
    people = Selection(
        name="two",
        sample_ids=("ID0003", "ID0150"),
        rule="by hand",
        panel_digest=model_panel().digest,
        created="2026-01-01T00:00:00+00:00",
    )
    app = open_page("axes", trained_state(home).model_copy(update={"selection": people}))
    app.selectbox(key="axes_start").set_value("selection").run()
    check_sound(app)
    mean = small_model().encode(model_panel()).mean[[3, 150]].mean(axis=0)
    axis = int(app.selectbox(key="axes_axis").value)
    assert {m.label: m.value for m in app.metric}[f"latent {axis}"] == f"{mean[axis - 1]:.2f}"


@pytest.mark.parametrize("view", [GENOME, GROUPS, ALL_AXES])
def test_every_view_has_a_chart_and_a_table(view: str, open_page: OpenPage, home: Path) -> None:
    app = open_page("axes", trained_state(home))
    show(app, view)
    assert app.get("plotly_chart")
    assert app.dataframe


def test_top_sites_come_with_frequencies_of_the_groups(open_page: OpenPage, home: Path) -> None:
    app = open_page("axes", trained_state(home))
    app.selectbox(key="axes_by").set_value("population").run()
    show(app, GENOME)
    table = app.dataframe[-1].value
    assert len(table) == 20
    assert {f"ALT frequency POP{i}" for i in (1, 2, 3)} <= set(table.columns)
    assert table["change over sd"].abs().is_monotonic_decreasing


def test_a_conditional_model_asks_for_a_label(open_page: OpenPage, home: Path) -> None:
    state = trained_state(home)
    small_model(condition="population").save(home / "models" / "t.vaeviz")
    app = open_page("axes", state)
    check_sound(app)
    app.selectbox(key="axes_start").set_value("origin").run()
    app.selectbox(key="axes_condition").set_value("POP2").run()
    check_sound(app)
    expected = small_model(condition="population").probabilities(np.zeros((1, 2)), ["POP2"])[0]
    shown = {m.label: m.value for m in app.metric}
    assert shown["Expected heterozygosity"] == f"{expected_heterozygosity(expected):.4f}"


def test_a_codebook_has_nothing_between_its_entries(open_page: OpenPage, home: Path) -> None:
    state = trained_state(home)
    config = TrainConfig(
        bottleneck="vq", codebook_size=8, epochs=2, hidden=(8,), n_components=3, rank=4
    )
    train_model(model_panel(), config).save(home / "models" / "t.vaeviz")
    app = open_page("axes", state)
    for view in (WALK, GENOME, GROUPS, ALL_AXES):
        show(app, view)
        assert "entries only" in messages(app)
    app = open_page("latent", state)
    check_sound(app)
    assert "latent_sd" not in [toggle.key for toggle in app.toggle]


def test_a_haplotype_model_has_axes_too(open_page: OpenPage, home: Path) -> None:
    app = open_page("axes", trained_state(home, "haplotype"))
    for view in (WALK, GENOME, GROUPS, ALL_AXES):
        show(app, view)


@pytest.mark.parametrize("odd_name", sorted(ODD))
def test_odd_panels_in_every_view(
    odd_name: str,
    open_page: OpenPage,
    keep: Callable[[Panel], str],
    keep_model: Callable[[Panel], str],
) -> None:
    panel = ODD[odd_name]
    app = open_page("axes", AppState(panel_ref=keep(panel), model_ref=keep_model(panel)))
    for view in (WALK, GENOME, GROUPS, ALL_AXES):
        show(app, view)


def test_a_panel_with_half_of_the_sites(open_page: OpenPage, home: Path) -> None:
    state = trained_state(home)
    half = model_panel().take_sites(np.arange(0, 300, 2))
    save_panel(half, home / "panels" / "half.vcz")
    app = open_page("axes", state.model_copy(update={"panel_ref": "panels/half.vcz"}))
    for view in (WALK, GENOME):
        show(app, view)
