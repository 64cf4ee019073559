"""The Classify page: figures of the core, every view on odd panels, other panels as queries."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import OpenPage, check_sound, messages
from tests.pages.trained import trained_state
from tests.panels import odd_panels, random_panel
from tests.trained import model_panel, small_model
from vaeviz.analysis.calls import judge_calls
from vaeviz.analysis.classification import classify
from vaeviz.data.panel import Panel
from vaeviz.data.vcz import save_panel
from vaeviz.ui import library
from vaeviz.ui.classify.classify_source import HELD_OUT, OTHER, UPLOAD
from vaeviz.ui.state import AppState

ODD = odd_panels()
VIEWS = ("Map", "Calls", "One person", "Confusion", "By label", "Calibration")


def show(app: AppTest, view: str) -> None:
    app.session_state["classify_view"] = view
    app.run()
    check_sound(app)


def test_headline_equals_the_core_on_held_out_people(open_page: OpenPage, home: Path) -> None:
    app = open_page("classify", trained_state(home))
    check_sound(app)
    panel, model = model_panel(), small_model("person")
    people = panel.take_samples(model.split_of(panel) == "test")
    report = judge_calls(classify(model, people, "population"))
    shown = {metric.label: metric.value for metric in app.metric}
    assert shown["People"] == f"{report.n}"
    assert shown["As reported"] == f"{100 * report.accuracy:.1f} %"
    assert shown["Labels equally"] == f"{100 * report.balanced_accuracy:.1f} %"
    text = messages(app)
    assert "neither biological facts nor" in text
    assert "held-out test people" in text.replace("&#45;", "-")


def test_every_view_shows_something(open_page: OpenPage, home: Path) -> None:
    app = open_page("classify", trained_state(home))
    for view in VIEWS:
        show(app, view)
        assert app.dataframe or app.get("plotly_chart"), view


def test_calls_can_be_searched_and_flagged_people_stand_apart(
    open_page: OpenPage, home: Path
) -> None:
    app = open_page("classify", trained_state(home))
    show(app, "Calls")
    everybody = sum(len(table.value) for table in app.dataframe)
    assert "flagged" in messages(app)
    app.text_input(key="classify_find").set_value(str(model_panel().sample_ids[0])[:3]).run()
    check_sound(app)
    app.text_input(key="classify_find").set_value("no such person").run()
    check_sound(app)
    assert sum(len(table.value) for table in app.dataframe) < everybody


def test_the_level_and_every_method_can_be_chosen(open_page: OpenPage, home: Path) -> None:
    app = open_page("classify", trained_state(home))
    for method in ("lda", "logistic", "knn"):
        app.selectbox(key="classify_method").set_value(method).run()
        check_sound(app)
    app.selectbox(key="classify_level").set_value("superpopulation").run()
    check_sound(app)
    assert "inferred **superpopulation**" in messages(app)


def test_another_panel_is_matched_or_refused(open_page: OpenPage, home: Path) -> None:
    app = open_page("classify", trained_state(home))
    other = model_panel().take_sites(range(0, 300, 3))
    save_panel(other, home / "panels" / "o.vcz")
    library.add(home / "panels" / "o.vcz", "mine", "", other.digest)
    app.session_state["classify_source"] = OTHER
    app.run()
    check_sound(app)
    assert "Positions in latent space are unreliable" in messages(app)
    assert "people of random" in messages(app)
    app.selectbox(key="classify_panel").set_value("grid").run()
    check_sound(app)
    assert "at least 10%" in messages(app).replace("&#37;", "%")


def test_people_the_model_learnt_from_are_told(open_page: OpenPage, home: Path) -> None:
    app = open_page("classify", trained_state(home))
    assert "learnt from, or" not in messages(app)
    app.session_state["classify_source"] = OTHER
    everybody = model_panel().take_sites(range(299))
    save_panel(everybody, home / "panels" / "o.vcz")
    library.add(home / "panels" / "o.vcz", "copy", "", everybody.digest)
    app.run()
    check_sound(app)
    (warning,) = app.warning
    learnt = sum(x != "test" for x in small_model("person").split_of(everybody))
    assert f"{learnt:,} of these {everybody.n_samples:,} people" in warning.value


def test_the_uploader_waits_for_files(open_page: OpenPage, home: Path) -> None:
    app = open_page("classify", trained_state(home))
    app.session_state["classify_source"] = UPLOAD
    app.run()
    check_sound(app)
    assert "Labels are not needed" in messages(app)
    assert not app.metric
    app.session_state["classify_source"] = HELD_OUT
    app.run()
    assert app.metric


def test_a_panel_without_labels_says_what_to_do(
    open_page: OpenPage, keep: Callable[[Panel], str], keep_model: Callable[[Panel], str]
) -> None:
    panel = ODD["no_labels"]
    app = open_page("classify", AppState(panel_ref=keep(panel), model_ref=keep_model(panel)))
    check_sound(app)
    assert "at least two reported labels" in messages(app)


@pytest.mark.parametrize("odd_name", sorted(ODD))
def test_odd_panels_in_every_view(
    odd_name: str,
    open_page: OpenPage,
    keep: Callable[[Panel], str],
    keep_model: Callable[[Panel], str],
) -> None:
    panel = ODD[odd_name]
    app = open_page("classify", AppState(panel_ref=keep(panel), model_ref=keep_model(panel)))
    for view in VIEWS:
        show(app, view)
        assert "<img" not in messages(app)


def test_labels_only_in_the_query_are_no_matter(open_page: OpenPage, home: Path) -> None:
    """A model with labels on a panel without: calls are made and not judged."""
    bare = random_panel(n_samples=40, n_sites=300, seed=3)
    bare = bare.with_samples(bare.samples[["sample"]])
    app = open_page("classify", trained_state(home, panel=bare))
    for view in VIEWS[:3]:
        show(app, view)
    assert "Calls are not judged" in messages(app)
