"""The one current selection: made by lasso, box, labels or IDs; kept by us, not by a chart."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, cast

import streamlit as st

from vaeviz.data.panel import Panel
from vaeviz.data.selection import Selection, combine, parse_selection
from vaeviz.data.selection_rule import MAX_CORNERS, ByIds, ByPolygon, How, Inverted, Rule
from vaeviz.errors import RegionError
from vaeviz.ui import guards, state

ToIds = Callable[[object], tuple[str, ...]]
Drawn = Callable[[tuple[tuple[float, float], ...]], ByPolygon]
HOWS: tuple[How, ...] = ("replace", "add", "subtract", "intersect")
HOW_KEY = "selection_how"
LARGEST = 1e300
"""Larger coordinates of a lasso are no places on a chart."""
_CHARTS = "vaeviz_chart_round"
_RINGED = "vaeviz_ringed"
_PERSON = "vaeviz_person"


def chart_key(base: str) -> str:
    """Key of a selectable chart; a new one after `redraw_charts`, so that its lasso is gone."""
    return f"{base}_{chart_round()}"


def chart_round() -> int:
    """How often selectable charts were made to start afresh."""
    return int(st.session_state.get(_CHARTS, 0))


def redraw_charts() -> None:
    """Make selectable charts start afresh, without the lasso drawn on them."""
    st.session_state[_CHARTS] = st.session_state.get(_CHARTS, 0) + 1


def event_ids(event: object) -> tuple[str, ...]:
    """Sample IDs of a chart's selection event, in order, each once.

    Points are known by ``customdata`` alone: their indices restart in every trace.
    """
    points = _chosen(event).get("points")
    found: dict[str, None] = {}
    for point in points if isinstance(points, list) else ():
        data = point.get("customdata") if isinstance(point, Mapping) else None
        first = data[0] if isinstance(data, (list, tuple)) and data else data
        if isinstance(first, str):
            found[first] = None
    return tuple(found)


def among(sample_ids: Iterable[object]) -> ToIds:
    """`event_ids` without strangers: a chart may be of a panel since closed."""

    def known_ids(event: object) -> tuple[str, ...]:
        known = set(sample_ids)
        return tuple(x for x in event_ids(event) if x in known)

    return known_ids


def event_place(event: object) -> tuple[float, float] | None:
    """Latitude and longitude of the first point of an event whose `customdata` is 'lat,lon'."""
    found = event_ids(event)
    try:
        latitude, longitude = map(float, found[0].split(","))
    except (IndexError, ValueError):
        return None
    on_globe = abs(latitude) <= 90 and abs(longitude) <= 180
    return (latitude, longitude) if on_globe else None


def from_chart(key: str, rule: str, to_ids: ToIds = event_ids, drawn: Drawn | None = None) -> None:
    """Callback of a selectable chart: its points change the selection as the user chose.

    An empty event changes nothing: clearing is a button. `to_ids` finds the people of an event
    whose points are not people; `drawn` makes a rule of the corners of its lasso or box.
    """
    event = st.session_state.get(key)
    ids = to_ids(event)
    if not ids:
        return
    how = current_how()
    corners = event_corners(event)
    origin: Rule = drawn(corners) if drawn and len(corners) > 2 else ByIds(source=rule[:200])
    if len(ids) == 1 and not corners:
        show_person(ids[0])
    apply(ids, rule, how, origin)
    if how != "replace":
        redraw_charts()


def event_corners(event: object) -> tuple[tuple[float, float], ...]:
    """Corners of the one lasso or box of a chart's event; none for clicks and for several."""
    chosen = _chosen(event)
    lines = [
        line
        for kind in ("lasso", "box")
        if isinstance(chosen.get(kind), list)
        for line in chosen[kind]
    ]
    if len(lines) != 1 or not isinstance(lines[0], Mapping):
        return ()
    x, y = _numbers(lines[0].get("x")), _numbers(lines[0].get("y"))
    if len(x) == len(y) == 2:
        x, y = (x[0], x[1], x[1], x[0]), (y[0], y[0], y[1], y[1])
    return tuple(zip(x, y, strict=True)) if len(x) == len(y) <= MAX_CORNERS else ()


def _chosen(event: object) -> Mapping[str, Any]:
    """The selection in a chart's event. A browser can send anything, so its parts are checked."""
    chosen = event.get("selection") if isinstance(event, Mapping) else None
    return chosen if isinstance(chosen, Mapping) else {}


def _numbers(sent: object) -> tuple[float, ...]:
    """Numbers as sent; none where there is anything else among them, such as NaN."""
    listed = sent if isinstance(sent, list | tuple) else ()
    fit = all(isinstance(x, int | float) and abs(x) <= LARGEST for x in listed)
    return tuple(map(float, listed)) if fit else ()


def show_person(sample_id: str) -> None:
    """Open the card of this person."""
    st.session_state[_PERSON] = sample_id


def person() -> str | None:
    """Whose card is open."""
    found = st.session_state.get(_PERSON)
    return found if isinstance(found, str) else None


def close_person() -> None:
    """Close the card."""
    st.session_state.pop(_PERSON, None)


def apply(ids: Iterable[str], rule: str, how: How = "replace", origin: Rule | None = None) -> None:
    """Change the selection by these sample IDs; `rule` says in words how they were found."""
    new = make(ids, rule, origin)
    current = state.get().selection
    result = new if current is None or how == "replace" else combine(current, new, how)
    state.select(result if result.sample_ids else None)


def make(ids: Iterable[str], rule: str, origin: Rule | None = None) -> Selection:
    """A selection of these sample IDs on the open panel, with a number for a name."""
    facts = guards.panel_facts()
    return Selection(
        name=f"Selection {len(state.get().history) + 1}",
        sample_ids=tuple(ids),
        rule=rule,
        origin=origin,
        panel_digest=facts.digest if facts else "",
        created=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def current_how() -> How:
    """What the next lasso or pick does to the selection."""
    chosen = st.session_state.get(HOW_KEY)
    return cast(How, chosen) if chosen in HOWS else "replace"


def invert(panel: Panel) -> None:
    """Select everybody who is not selected."""
    current = state.get().selection
    inside = set(current.sample_ids) if current else set()
    rest = [x for x in panel.sample_ids if x not in inside]
    name = current.name if current else "nobody"
    redraw_charts()
    origin = Inverted(of=current.origin if current else None)
    apply(rest, f"everybody outside {name}", origin=origin)


def undo() -> None:
    """Back to the selection before."""
    redraw_charts()
    state.undo_selection()


def redo() -> None:
    """Forward again to the selection that was undone."""
    redraw_charts()
    state.redo_selection()


def clear() -> None:
    """Select nobody."""
    redraw_charts()
    state.select(None)


def keep() -> None:
    """Put the current selection aside in a colour of its own."""
    from vaeviz.figures.palette import OKABE_ITO

    current, kept = state.get().selection, state.get().kept
    if current is None:
        return
    taken = {x.colour for x in kept if x.name != current.name}
    free = [c for c in OKABE_ITO if c not in taken] or [OKABE_ITO[len(kept) % len(OKABE_ITO)]]
    state.keep(current.model_copy(update={"colour": free[0]}))


def recolour(name: str, colour: str) -> None:
    """Give a kept selection another colour, '#rrggbb'; anything else changes nothing."""
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", colour):
        return
    kept = state.get().kept
    state.update(
        kept=tuple(x.model_copy(update={"colour": colour}) if x.name == name else x for x in kept)
    )


def use_kept(name: str) -> None:
    """Bring a kept selection to the current one, as the user chose: in its place, added, ..."""
    found = next((x for x in state.get().kept if x.name == name), None)
    current = state.get().selection
    if found is None:
        return
    redraw_charts()
    how = current_how()
    result = found if current is None else combine(current, found, how)
    state.select(result if result.sample_ids else None)


def take_file(panel: Panel, content: bytes, name: str) -> None:
    """Make a saved selection or a list of IDs the current selection.

    Raises
    ------
    RegionError
        Neither of the two, or none of its samples is in the panel; IDs that are not in the panel
        are left out with a notice.
    """
    loaded = parse_selection(content, name)
    known = set(map(str, panel.sample_ids))
    here = tuple(x for x in loaded.sample_ids if x in known)
    n_absent = len(loaded.sample_ids) - len(here)
    if not here:
        raise RegionError(
            f"None of the {len(loaded.sample_ids):,} samples of this file is in the open panel.",
            "Open the panel that the selection was made on.",
        )
    if n_absent:
        state.notice(f"{n_absent:,} samples of the file are not in this panel and were left out.")
    redraw_charts()
    state.select(loaded.model_copy(update={"sample_ids": here}))


def rename(key: str) -> None:
    """Callback of the name field: the selection takes its text as name."""
    current = state.get().selection
    name = str(st.session_state.get(key, "")).strip()
    if current is not None and name:
        state.update(selection=current.model_copy(update={"name": name}))
        state.mark_frame_stale()


def search(panel: Panel, text: str) -> tuple[str, ...]:
    """IDs of samples whose ID contains the text, or, for a list, equals one of its entries."""
    wanted = text.replace(",", " ").split()
    ids = [str(x) for x in panel.sample_ids]
    exact = set(wanted) & set(ids)
    if exact:
        return tuple(x for x in ids if x in exact)
    needle = text.strip().lower()
    return tuple(x for x in ids if needle and needle in x.lower())


def with_label(panel: Panel, column: str, labels: Iterable[str]) -> tuple[str, ...]:
    """IDs of samples with one of the labels in a sample column."""
    wanted = set(labels)
    column_labels = panel.labels(column)
    return tuple(
        str(x) for x, label in zip(panel.sample_ids, column_labels, strict=True) if label in wanted
    )


def rings(key: str, to_ids: ToIds = event_ids) -> tuple[str, ...]:
    """IDs to ring on a chart: the selection, unless the chart's own lasso shows it already.

    Rings change the figure, which makes the browser forget zoom and lasso; so a chart on which
    the selection was just drawn by lasso is left as it is.
    """
    selection = state.get().selection
    if selection is None:
        st.session_state[f"{_RINGED}_{key}"] = False
        return ()
    drawn_here = to_ids(st.session_state.get(key)) == selection.sample_ids
    ringed = bool(st.session_state.get(f"{_RINGED}_{key}", False)) or not drawn_here
    st.session_state[f"{_RINGED}_{key}"] = ringed
    return selection.sample_ids if ringed else ()
