"""The default page: points carry sample IDs, selections are ours and survive the chart."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import ROOT, TIMEOUT_S, OpenPage, check_sound, messages
from tests.pages.trained import trained_state
from tests.panels import random_panel
from vaeviz.data.panel import Panel
from vaeviz.ui.state import AppState

PANEL = random_panel()


@pytest.fixture
def app(
    open_page: OpenPage, keep: Callable[[Panel], str], keep_model: Callable[[Panel], str]
) -> AppTest:
    return open_page("latent", AppState(panel_ref=keep(PANEL), model_ref=keep_model(PANEL)))


def _traces(app: AppTest, position: int = 0) -> list[dict[str, Any]]:
    traces: list[dict[str, Any]] = json.loads(app.get("plotly_chart")[position].proto.spec)["data"]
    return traces


def test_a_link_opens_the_view_it_was_made_of(
    home: Path, keep: Callable[[Panel], str], keep_model: Callable[[Panel], str]
) -> None:
    state = AppState(panel_ref=keep(PANEL), model_ref=keep_model(PANEL))
    (home / "session.json").write_text(state.to_json())
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=TIMEOUT_S)
    app.query_params["latent_view"] = "3-D"
    app.query_params["latent_lasso"] = "false"
    app.run()
    check_sound(app)
    assert {trace["type"] for trace in _traces(app)} == {"scatter3d"}
    assert [box.label for box in app.selectbox[:3]] == ["x", "y", "z"]
    app.toggle(key="latent_lasso").set_value(True).run()
    assert not app.get("plotly_chart")
    app.session_state["latent_view"] = "2-D"
    app.run()
    assert {trace["type"] for trace in _traces(app)} == {"scatter"}


def test_every_person_is_one_point_known_by_its_id(app: AppTest) -> None:
    ids = [x for trace in _traces(app) for x in trace.get("customdata", [])]
    assert sorted(ids) == sorted(PANEL.sample_ids)


def test_picking_a_label_selects_its_people(app: AppTest) -> None:
    app.selectbox(key="pick_column").set_value("population").run()
    app.multiselect(key="pick_labels").set_value(["POP2"])
    next(b for b in app.button if b.label == "Select these labels").click().run()
    check_sound(app)
    selection = app.session_state["vaeviz_state"].selection
    assert set(selection.sample_ids) == {f"ID{i:04d}" for i in range(20, 40)}
    assert selection.rule == "population: POP2"
    assert "20 samples" in messages(app)


def test_a_selection_is_kept_and_compared_with_the_rest(app: AppTest) -> None:
    app.multiselect(key="pick_labels").set_value(["SUP1"])
    next(b for b in app.button if b.label == "Select these labels").click().run()
    app.button(key="sel_keep").click().run()
    kept = app.session_state["vaeviz_state"].kept
    assert [x.origin.labels for x in kept] == [("SUP1",)]
    app.session_state["selection_shown"] = "Against the rest"
    app.run()
    check_sound(app)
    assert "Fst (Hudson)" in app.get("plotly_chart")[1].proto.spec
    app.color_picker(key="kept_colour_0").set_value("#123456").run()
    assert app.session_state["vaeviz_state"].kept[0].colour == "#123456"
    n_before = len(_traces(app))
    app.toggle(key="latent_kept").set_value(True).run()
    check_sound(app)
    ring = _traces(app)[-1]
    assert len(_traces(app)) == n_before + 1
    assert ring["marker"]["color"] == "#123456"
    assert "customdata" not in ring
    app.button(key="kept_Remove_0").click().run()
    assert app.session_state["vaeviz_state"].kept == ()
    assert not [x for x in app.toggle if x.key == "latent_kept"]
    app.button(key="sel_clear").click().run()
    app.text_input(key="pick_search").set_value("ID0000")
    next(b for b in app.button if b.label == "Select these IDs").click().run()
    check_sound(app)
    assert "it needs 2" in messages(app)


def test_the_card_of_a_person(app: AppTest) -> None:
    app.session_state["vaeviz_person"] = "ID0007"
    app.run()
    check_sound(app)
    told = messages(app)
    assert "standard deviations from its population" in told
    assert "What surprises the model" in app.get("plotly_chart")[1].proto.spec
    app.button(key="person_close").click().run()
    assert len(app.get("plotly_chart")) == 1


@pytest.mark.parametrize(("regions", "drawn"), [("density", 5), ("hull of selection", 1)])
def test_lines_over_the_map(app: AppTest, regions: str, drawn: int) -> None:
    app.text_input(key="pick_search").set_value("ID000")
    next(b for b in app.button if b.label == "Select these IDs").click().run()
    before = len(_traces(app))
    app.selectbox(key="latent_regions").set_value(regions).run()
    check_sound(app)
    assert len(_traces(app)) == before + drawn


def test_a_search_that_finds_nobody_says_so(app: AppTest) -> None:
    app.text_input(key="pick_search").set_value("nobody")
    next(b for b in app.button if b.label == "Select these IDs").click().run()
    assert app.session_state["vaeviz_state"].selection is None
    assert "No sample ID contains nobody" in messages(app)


def test_invert_undo_and_clear(app: AppTest) -> None:
    app.text_input(key="pick_search").set_value("ID0000 ID0001")
    next(b for b in app.button if b.label == "Select these IDs").click().run()
    app.button(key="sel_invert").click().run()
    assert len(app.session_state["vaeviz_state"].selection.sample_ids) == 58
    app.button(key="sel_undo").click().run()
    assert app.session_state["vaeviz_state"].selection.sample_ids == ("ID0000", "ID0001")
    app.button(key="sel_clear").click().run()
    assert app.session_state["vaeviz_state"].selection is None


def test_selected_people_are_ringed(app: AppTest) -> None:
    app.text_input(key="pick_search").set_value("ID0000 ID0001")
    next(b for b in app.button if b.label == "Select these IDs").click().run()
    assert "selected (2)" in [trace.get("name") for trace in _traces(app)]


def test_without_a_model_pca_stands_in(open_page: OpenPage, keep: Callable[[Panel], str]) -> None:
    app = open_page("latent", AppState(panel_ref=keep(PANEL)))
    assert "There is no map of this panel yet" in messages(app)
    assert len(app.get("plotly_chart")) == 1


def test_cross_fitted_scores_are_computed_once_for_all_pages(
    open_page: OpenPage, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from vaeviz.training import reading

    calls = []
    compute = reading.training_components

    def counted(*arguments: Any) -> Any:
        calls.append(arguments)
        return compute(*arguments)

    monkeypatch.setattr(reading, "training_components", counted)
    state = trained_state(home)
    for name in ("latent", "axes", "compare", "classify"):
        check_sound(open_page(name, state).run())
    assert len(calls) == 1


def test_another_panel_clears_the_selection_with_a_notice(app: AppTest) -> None:
    app.text_input(key="pick_search").set_value("ID0000")
    next(b for b in app.button if b.label == "Select these IDs").click().run()
    app.switch_page("pages/panel.py").run()
    app.session_state["panel_step"] = "Choose a panel"
    app.run()
    app.button(key="open_grid").click().run()
    assert app.session_state["vaeviz_state"].selection is None
    assert "was cleared" in messages(app)
