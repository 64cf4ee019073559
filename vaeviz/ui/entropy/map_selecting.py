"""Selecting on the world map: populations stand for their people, with one Selection for all."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from vaeviz.data.panel import Panel
from vaeviz.escape import escape
from vaeviz.ui import selecting, state
from vaeviz.ui.latent import selection_view

GROUP_RULE = "populations lassoed on the map"
PEOPLE_RULE = "people lassoed on the map"
MOST_NAMED = 12


def people_of(panel: Panel, by: str, event: object) -> tuple[str, ...]:
    """IDs of the people of the groups in a chart's event; they go by `customdata`."""
    return selecting.with_label(panel, by, selecting.event_ids(event))


def on_groups(panel: Panel, by: str, key: str) -> partial[None]:
    """Callback of a map of groups: a lasso, box or click selects their people."""
    to_ids = partial(people_of, panel, by)
    return partial(selecting.from_chart, key, f"{GROUP_RULE} ({by})", to_ids)


def ringed_shares(panel: Panel, by: str, key: str) -> dict[str, float]:
    """Share of every group that is selected, as a map is to ring it; see `selecting.rings`."""
    ids = selecting.rings(key, partial(people_of, panel, by))
    return shares(panel, by, ids)


def shares(panel: Panel, by: str, ids: tuple[str, ...]) -> dict[str, float]:
    """Share of every group's people among these IDs; groups without any are left out."""
    if not ids:
        return {}
    inside = pd.Series(panel.sample_ids, dtype=object).isin(set(ids)).to_numpy()
    share = pd.Series(inside, dtype=float).groupby(panel.labels(by)).mean()
    return {str(group): float(part) for group, part in share.items() if part > 0}


def tools(panel: Panel, by: str | None) -> None:
    """What the next lasso does, who is selected, and ways to select without a mouse."""
    selection_view.mode_switch()
    selection = state.get().selection
    if selection is None:
        st.caption(
            "Nobody is selected. Draw a lasso or a box on the map, or click a mark: the "
            "selection is that of the Latent page."
        )
    else:
        st.caption(_summary(panel, by, selection.sample_ids))
    with st.container(horizontal=True):
        undoable = bool(state.get().history)
        st.button("Undo", key="map_undo", on_click=selecting.undo, disabled=not undoable)
        none = selection is None
        st.button("Clear", key="map_clear", on_click=selecting.clear, disabled=none)
    with st.expander("Select by label or ID", icon=":material/keyboard:"):
        selection_view.pickers(panel)


def _summary(panel: Panel, by: str | None, ids: tuple[str, ...]) -> str:
    text = f"{len(ids):,} people are selected"
    found = shares(panel, by, ids) if by else {}
    if not found:
        return f"{text}."
    names = [escape(g, 40) + ("" if part >= 1 else f" ({part:.0%})") for g, part in found.items()]
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return f"{text}: {', '.join(names[:MOST_NAMED])}{more}."
