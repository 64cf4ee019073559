"""What a browser sends is not taken on trust: wrong types, NaN, strangers, far too much."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
import streamlit as st

from tests.panels import random_panel
from vaeviz.analysis.entropy import site_entropy
from vaeviz.analysis.strips import make_strips
from vaeviz.data.selection_rule import MAX_CORNERS, ByPolygon
from vaeviz.ui import selecting, state
from vaeviz.ui.components import room
from vaeviz.ui.entropy import bar_code_view, bar_code_window
from vaeviz.ui.latent import lasso_view
from vaeviz.ui.latent.coordinates import Coordinates

PANEL = random_panel()
NONSENSE = (1, "x", True, [1], [["a"]], {"a": 1}, float("nan"), None)
CUBE = (-1.0, -1.0, -1.0), (1.0, 1.0, 1.0)
LINE = {"corners": [[0, 0], [1, 0], [1, 1]], "view": {"yaw": 0, "pitch": 0, "zoom": 1}}


@pytest.fixture(autouse=True)
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    monkeypatch.setenv("VAEVIZ_HOME", str(tmp_path))
    values: dict[str, object] = {}
    monkeypatch.setattr(st, "session_state", values)
    return values


def circle_in_3d(session: dict[str, object], **said: object) -> tuple[str, ...]:
    coordinates = cast(Coordinates, SimpleNamespace(name="latent", digests=()))
    rule = partial(lasso_view._rule, coordinates, ("a", "b", "c"), *CUBE)
    session["canvas"] = {"drawn": {**LINE, **said}}
    lasso_view.take_drawn("canvas", frozenset(map(str, PANEL.sample_ids)), rule)
    selection = state.get().selection
    return () if selection is None else selection.sample_ids


def test_people_circled_count_once_and_strangers_not_at_all(session: dict[str, object]) -> None:
    sent = [["ID0001"], {"a": 1}, "nobody", None, "ID0002", "ID0002", 7]
    assert circle_in_3d(session, ids=sent) == ("ID0002",)


@pytest.mark.parametrize(
    "said",
    [
        *({"ids": x} for x in NONSENSE),
        *({"ids": ["ID0001"], "corners": x} for x in (*NONSENSE, [[float("nan"), 0]] * 3)),
        {"ids": ["ID0001"], "corners": [[0, 0]] * (MAX_CORNERS + 1)},
        *({"ids": ["ID0001"], "view": x} for x in (*NONSENSE, {"cls": 1}, {"self": 1})),
        {"ids": ["ID0001"], "view": {"yaw": float("inf"), "pitch": 0, "zoom": 1}},
    ],
)
def test_an_unusable_line_selects_nobody(said: object, session: dict[str, object]) -> None:
    assert circle_in_3d(session, **cast(dict[str, object], said)) == ()


@pytest.mark.parametrize("said", NONSENSE)
def test_nonsense_from_components_changes_nothing(said: object, session: dict[str, object]) -> None:
    strips = make_strips(site_entropy(PANEL, "population"), PANEL.sites)
    window = bar_code_window.current("d", strips, "site")
    known = frozenset(map(str, PANEL.sample_ids))
    for answer in (said, {"view": said, "width": said, "picked": said, "drawn": said}):
        for key in (bar_code_view.STRIPS, room._KEY, "canvas"):
            session[key] = answer
        bar_code_view._follow(strips.axes["site"])
        room._remember()
        lasso_view.take_picked("canvas", known)
        assert bar_code_window.current("d", strips, "site") == window
        assert room._known() == room.ASSUMED_PX
        assert selecting.person() is None


def test_a_window_beyond_all_numbers_is_left_alone(session: dict[str, object]) -> None:
    strips = make_strips(site_entropy(PANEL, "population"), PANEL.sites)
    window = bar_code_window.current("d", strips, "site")
    for number in (1e308, -1, 10**400):
        session[bar_code_view.STRIPS] = {"view": {"a": 1, "b": 9, "width": 9, "number": number}}
        bar_code_view._follow(strips.axes["site"])
        assert bar_code_window.current("d", strips, "site") == window


@pytest.mark.parametrize(
    "lasso",
    [
        *NONSENSE,
        ["x"],
        [{"x": [1, 2, 3], "y": [1]}],
        [{"x": ["a"] * 3, "y": [1] * 3}],
        [{"x": None, "y": None}],
        [{"x": [float("nan")] * 3, "y": [1] * 3}],
        [{"x": [10**400] * 3, "y": [1] * 3}],
        [{"x": [0.0] * (MAX_CORNERS + 1), "y": [1.0] * (MAX_CORNERS + 1)}],
    ],
)
def test_a_lasso_that_is_none_leaves_its_points(lasso: object, session: dict[str, object]) -> None:
    session["chart"] = {"selection": {"points": [{"customdata": "ID0001"}], "lasso": lasso}}
    drawn = lambda corners: ByPolygon(on="latent", axes=("a", "b"), corners=corners)  # noqa: E731
    selecting.from_chart("chart", "lasso", selecting.among(PANEL.sample_ids), drawn)
    selection = state.get().selection
    assert selection is not None
    assert selection.sample_ids == ("ID0001",)
    assert selection.origin is not None
    assert selection.origin.kind == "ids"


@pytest.mark.parametrize("points", [*NONSENSE, [1, "a"], [{"customdata": "nobody"}]])
def test_points_that_are_nobody_select_nobody(points: object, session: dict[str, object]) -> None:
    session["chart"] = {"selection": {"points": points}}
    selecting.from_chart("chart", "lasso", selecting.among(PANEL.sample_ids))
    assert state.get().selection is None


@pytest.mark.parametrize("sent", ["nan,1", "a,b", "1", "91,0", "0,181", "1,2,3", "inf,0", ""])
def test_a_place_off_the_globe_is_none(sent: str) -> None:
    event = {"selection": {"points": [{"customdata": sent}]}}
    assert selecting.event_place(event) is None
    assert selecting.event_place({"selection": {"points": [{"customdata": "9.5,-38"}]}}) == (
        9.5,
        -38.0,
    )
