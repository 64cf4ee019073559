"""Selections as plain functions, with session state as a dict."""

from __future__ import annotations

from pathlib import Path

import pytest
import streamlit as st

from tests.panels import random_panel, tiny_panel
from vaeviz.data.selection_rule import ByLabels
from vaeviz.errors import RegionError
from vaeviz.ui import selecting, state


@pytest.fixture(autouse=True)
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    monkeypatch.setenv("VAEVIZ_HOME", str(tmp_path))
    values: dict[str, object] = {}
    monkeypatch.setattr(st, "session_state", values)
    return values


def _event(*ids: object) -> dict[str, object]:
    return {"selection": {"points": [{"point_index": 0, "customdata": i} for i in ids]}}


def _selected() -> tuple[str, ...]:
    selection = state.get().selection
    return () if selection is None else selection.sample_ids


def test_event_ids_use_customdata_only_and_keep_each_once() -> None:
    event = _event("B", ["A"], "B", None, 7)
    assert selecting.event_ids(event) == ("B", "A")


@pytest.mark.parametrize("event", [None, {}, {"selection": {}}, {"selection": {"points": []}}])
def test_an_empty_event_changes_nothing(event: object, session: dict[str, object]) -> None:
    selecting.apply(["A"], "by hand")
    session["chart"] = event
    selecting.from_chart("chart", "lasso")
    assert _selected() == ("A",)


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ("replace", {"B", "C"}),
        ("add", {"A", "B", "C"}),
        ("subtract", {"A"}),
        ("intersect", {"B"}),
    ],
)
def test_a_lasso_does_what_the_user_chose(
    how: str, expected: set[str], session: dict[str, object]
) -> None:
    selecting.apply(["A", "B"], "by hand")
    session |= {selecting.HOW_KEY: how, "chart": _event("B", "C")}
    selecting.from_chart("chart", "lasso")
    assert set(_selected()) == expected


def test_nothing_left_means_no_selection(session: dict[str, object]) -> None:
    selecting.apply(["A"], "by hand")
    session |= {selecting.HOW_KEY: "subtract", "chart": _event("A")}
    selecting.from_chart("chart", "lasso")
    assert state.get().selection is None


def test_redo_comes_back_until_something_else_is_selected() -> None:
    for name in ("A", "B"):
        selecting.apply([name], name)
    selecting.undo()
    selecting.undo()
    assert state.get().selection is None
    selecting.redo()
    selecting.redo()
    selecting.redo()
    selection = state.get().selection
    assert selection is not None
    assert selection.sample_ids == ("B",)
    selecting.undo()
    selecting.apply(["C"], "C")
    assert state.get().undone == ()


def test_undo_goes_back_at_most_ten_steps() -> None:
    for step in range(15):
        selecting.apply([f"S{step}"], "by hand")
    for _ in range(20):
        selecting.undo()
    assert _selected() == ("S4",)


def test_rings_leave_a_chart_alone_whose_own_lasso_shows_the_selection(
    session: dict[str, object],
) -> None:
    session["chart"] = _event("A", "B")
    selecting.from_chart("chart", "lasso")
    assert selecting.rings("chart") == ()
    session["chart"] = None
    assert selecting.rings("chart") == ("A", "B")
    session["chart"] = _event("A", "B")
    assert selecting.rings("chart") == ("A", "B")
    selecting.clear()
    assert selecting.rings("chart") == ()


def test_search_takes_parts_and_lists() -> None:
    panel = random_panel()
    assert selecting.search(panel, "id000") == tuple(f"ID{i:04d}" for i in range(10))
    assert selecting.search(panel, "ID0003, ID0001") == ("ID0001", "ID0003")
    assert selecting.search(panel, "  ") == ()


def test_labels_and_inversion() -> None:
    panel = tiny_panel()
    assert selecting.with_label(panel, "population", ["BBB"]) == ("S4", "S5", "S6")
    selecting.apply(["S4", "S5", "S6"], "label")
    selecting.invert(panel)
    assert _selected() == ("S1", "S2", "S3")


def test_kept_selections_have_colours_and_combine(session: dict[str, object]) -> None:
    selecting.apply(["A", "B"], "by hand")
    selecting.keep()
    first = state.get().kept[0]
    selecting.apply(["B", "C"], "by hand")
    session[selecting.HOW_KEY] = "intersect"
    selecting.keep()
    assert len({x.colour for x in state.get().kept}) == 2
    selecting.use_kept(first.name)
    assert _selected() == ("B",)
    state.forget(first.name)
    assert [x.sample_ids for x in state.get().kept] == [("B", "C")]


def test_a_kept_selection_takes_a_colour_and_nothing_else(session: dict[str, object]) -> None:
    for name in ("one", "two"):
        state.update(selection=selecting.make(["A"], "by hand").model_copy(update={"name": name}))
        selecting.keep()
    before = state.get().kept
    selecting.recolour("two", "#ABCDEF")
    assert [x.colour for x in state.get().kept] == [before[0].colour, "#ABCDEF"]
    assert [x.name for x in state.get().kept] == ["one", "two"]
    for bad in ("red", "#12345", '#123456"><img>', "None"):
        selecting.recolour("one", bad)
    assert state.get().kept[0] == before[0]


def test_no_more_are_kept_than_there_is_room_for() -> None:
    for i in range(state.MAX_KEPT + 3):
        state.keep(selecting.make(["A"], "x").model_copy(update={"name": f"n{i}"}))
    assert [x.name for x in state.get().kept][0] == "n3"


def test_a_saved_selection_comes_back_whole() -> None:
    panel = tiny_panel()
    origin = ByLabels(column="population", labels=("AAA",))
    saved = selecting.make(["S1", "S2"], "population: AAA", origin)
    selecting.take_file(panel, saved.to_json().encode(), "a.json")
    assert state.get().selection == saved


def test_ids_of_a_file_that_are_not_here_are_told() -> None:
    selecting.take_file(tiny_panel(), b"S1\nX1\n", "ids.txt")
    assert _selected() == ("S1",)
    assert "1 samples of the file" in state.notices()[0]
    with pytest.raises(RegionError, match="None of the 1"):
        selecting.take_file(tiny_panel(), b"X1\n", "ids.txt")


def test_a_lasso_keeps_its_corners() -> None:
    lasso = {"selection": {"points": [], "lasso": [{"x": [0, 1, 1], "y": [0, 0, 1]}]}}
    assert selecting.event_corners(lasso) == ((0, 0), (1, 0), (1, 1))
    box = {"selection": {"points": [], "box": [{"x": [0, 2], "y": [3, 4]}]}}
    assert selecting.event_corners(box) == ((0, 3), (2, 3), (2, 4), (0, 4))
    assert selecting.event_corners({"selection": {"points": []}}) == ()
