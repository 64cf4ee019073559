"""The guided tour: every step leads to its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import ROOT, TIMEOUT_S, OpenPage, check_sound, messages
from vaeviz.data.catalogue import BUILT_IN, load_builtin
from vaeviz.data.selection import Selection
from vaeviz.data.tour import tour_steps
from vaeviz.ui.explain import PAGES
from vaeviz.ui.state import AppState, demo
from vaeviz.ui.tour import ADDRESS, PLACES, STEP

KEYS = [step.key for step in tour_steps()]


def in_teaching_mode(open_page: OpenPage, number: int = 0) -> AppTest:
    app = open_page("export", AppState(panel_ref="canid"))
    app.session_state[STEP] = number
    return app.toggle(key="teaching").set_value(True).run()


def test_there_is_no_card_without_teaching_mode(open_page: OpenPage) -> None:
    app = open_page("export", AppState(panel_ref="grid"))
    assert not any("Guided tour" in e.label for e in app.expander)


def test_every_step_has_a_place_and_every_place_a_step() -> None:
    assert set(PLACES) == set(KEYS)
    assert all(place.panel in BUILT_IN and place.page in PAGES for place in PLACES.values())


def test_next_and_back_turn_the_pages_of_the_tour(open_page: OpenPage) -> None:
    app = in_teaching_mode(open_page)
    assert app.button(key="tour_back").disabled
    for number, step in enumerate(tour_steps(), 1):
        assert any(f"step {number} of 8 · {step.title}" in e.label for e in app.expander)
        assert step.question in messages(app)
        if number < len(KEYS):
            app.button(key="tour_next").click().run()
    assert app.button(key="tour_next").disabled
    app.button(key="tour_back").click().run()
    assert any("step 7 of 8" in e.label for e in app.expander)


@pytest.mark.parametrize("key", KEYS)
def test_a_step_opens_its_panel_and_page(open_page: OpenPage, key: str) -> None:
    app = in_teaching_mode(open_page, KEYS.index(key))
    app.button(key="tour_go").click().run()
    check_sound(app)
    assert app.session_state["vaeviz_state"].panel_ref == PLACES[key].panel
    assert app.title[0].value == PAGES[PLACES[key].page].title
    for name, value in PLACES[key].settings.items():
        assert app.session_state[name] == value


def test_the_matrix_is_drawn_where_its_step_is(open_page: OpenPage) -> None:
    app = in_teaching_mode(open_page)
    assert not app.get("plotly_chart")
    app.button(key="tour_go").click().run()
    assert "A corner of the matrix" in app.get("plotly_chart")[0].proto.spec


def test_pca_stands_beside_the_map(open_page: OpenPage) -> None:
    app = in_teaching_mode(open_page, KEYS.index("pca"))
    app.button(key="tour_go").click().run()
    assert len(app.get("plotly_chart")) == 2


def at_address(open_page: OpenPage, step: str) -> AppTest:
    """A new session, which knows nothing but the address."""
    open_page("export", AppState(panel_ref="canid"))
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=TIMEOUT_S)
    app.query_params[ADDRESS] = step
    return app.run()


def test_a_reload_goes_on_at_the_same_step(open_page: OpenPage) -> None:
    assert in_teaching_mode(open_page, 4).query_params[ADDRESS] == "5"
    app = at_address(open_page, "5")
    assert any("step 5 of 8" in e.label for e in app.expander)
    app.toggle(key="teaching").set_value(False).run()
    assert ADDRESS not in app.query_params


@pytest.mark.parametrize("odd", ["", "0", "9", "x", "\N{SUPERSCRIPT TWO}"])
def test_an_odd_step_in_the_address_starts_no_tour(open_page: OpenPage, odd: str) -> None:
    app = at_address(open_page, odd)
    check_sound(app)
    assert not any("Guided tour" in e.label for e in app.expander)


def test_the_untouched_demo_offers_the_tour(home: Path) -> None:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=TIMEOUT_S).run()
    app.button(key="welcome_tour").click().run()
    check_sound(app)
    assert any("step 1 of 8" in box.label for box in app.expander)
    assert "welcome_tour" not in {button.key for button in app.button}
    app.toggle(key="teaching").set_value(False).run()
    app.button(key="welcome_data").click().run()
    assert app.session_state["panel_step"] == "Bring your own"


def test_who_has_begun_is_not_welcomed(home: Path, open_page: OpenPage) -> None:
    ids = tuple(str(x) for x in load_builtin("human-array").sample_ids[:20])
    chosen = Selection(name="mine", sample_ids=ids)
    app = open_page("latent", demo().model_copy(update={"selection": chosen}))
    assert "welcome_tour" not in {button.key for button in app.button}
