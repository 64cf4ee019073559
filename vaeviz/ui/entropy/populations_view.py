"""The table of populations: places typed, picked on a map, or matched; kept as a new panel."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from vaeviz.data.panel import SAMPLE_COLUMNS, Panel
from vaeviz.escape import plain
from vaeviz.ui import derived
from vaeviz.ui.cache import remembered
from vaeviz.ui.columns import group_choice
from vaeviz.ui.entropy import places_edit
from vaeviz.ui.errors import shown_errors
from vaeviz.ui.look import look
from vaeviz.ui.selecting import event_place
from vaeviz.ui.show import show_chart
from vaeviz.ui.tables import csv_button
from vaeviz.ui.widgets import choice

PICK_STEP_DEG = 2.0
ROW_PX, MOST_ROWS = 35, 14
NO_GROUPS = (
    "Places are given to groups of samples, and no sample has a label in this column. Import the "
    "genotypes with a sample sheet that has populations, or latitudes and longitudes."
)
HOW = (
    "Type latitudes (north positive) and longitudes (east positive) in decimal degrees, match the "
    "labels against the bundled table, or pick places on the map below. Nothing changes before "
    "**Apply**, which makes a new panel; models and selection stay."
)


def populations(panel: Panel) -> None:
    """Edit the places of groups, and keep them as a new panel."""
    left, _ = st.columns(2)
    with left:
        by = group_choice(panel, "populations_by", "population")
    groups = places_edit.named(derived.populations(panel, by))
    if groups.empty:
        st.info(NO_GROUPS, icon=":material/label_off:")
        return
    st.markdown(HOW)
    before = places_edit.draft(panel, by, groups)
    table = places_edit.marked(before, _editor(before))
    _doubts(panel, table)
    _changes(table)
    _apply(panel, by, table)
    _picker(panel, table)


def _editor(table: pd.DataFrame) -> pd.DataFrame:
    shown = table.assign(group=table["group"].map(plain), source=table["source"].map(plain))
    degrees = "%.4f"
    edited = st.data_editor(
        shown,
        key=places_edit.round_key("places_editor"),
        num_rows="fixed",
        hide_index=True,
        disabled=["group", "n_samples", "source"],
        height=ROW_PX * (min(len(table), MOST_ROWS) + 1) + 3,
        column_config={
            "group": st.column_config.TextColumn("Group"),
            "n_samples": st.column_config.NumberColumn("Samples", format="localized"),
            "latitude": st.column_config.NumberColumn(
                "Latitude (° N)", min_value=-90, max_value=90, format=degrees
            ),
            "longitude": st.column_config.NumberColumn(
                "Longitude (° E)", min_value=-360, max_value=360, format=degrees
            ),
            "source": st.column_config.TextColumn("Where the place is from", width="large"),
        },
    )
    return edited.assign(group=table["group"], source=table["source"])


def _doubts(panel: Panel, table: pd.DataFrame) -> None:
    from vaeviz.analysis.places import place_doubts

    for doubt in place_doubts(table, panel.info.species == "human"):
        st.warning(doubt, icon=":material/wrong_location:")
    lacking = int(table[places_edit.COLUMNS].isna().any(axis=1).sum())
    if lacking:
        st.caption(f"{lacking} of {len(table)} groups have no place.")


def _changes(table: pd.DataFrame) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Match against the bundled table", icon=":material/travel_explore:"):
            _match(table)
        if st.button("Swap latitude and longitude", icon=":material/swap_horiz:"):
            with shown_errors():
                places_edit.change(places_edit.swapped(table))
                st.rerun()
        st.button(
            "Start over",
            icon=":material/restart_alt:",
            on_click=places_edit.forget,
            disabled=bool(table["source"].isin([places_edit.OWN, ""]).all()),
        )
        st.toggle(
            "Matching replaces places",
            key="places_overwrite",
            persist_state="session",
            help="Off: only groups without a place are filled in.",
        )


def _match(table: pd.DataFrame) -> None:
    filled, n_found = places_edit.matched(table, bool(st.session_state.get("places_overwrite")))
    if n_found:
        places_edit.change(filled)
        st.rerun()
    st.toast("No group without a place has a label that the bundled table knows.")


def _apply(panel: Panel, by: str, table: pd.DataFrame) -> None:
    with st.container(horizontal=True):
        if st.button("Apply", key="places_apply", type="primary"):
            with shown_errors():
                places_edit.keep(places_edit.with_places(panel, by, table))
                st.rerun()
        if places_edit.can_undo():
            st.button("Undo: the panel before", key="places_undo", on_click=places_edit.undo)
        csv_button(table, "populations", "Table (CSV)")
        sheet = places_edit.placed_samples(panel, by, table)[list(SAMPLE_COLUMNS)]
        csv_button(sheet, "sample_sheet", "Sample sheet (CSV)")


def _picker(panel: Panel, table: pd.DataFrame) -> None:
    with st.expander("Pick a place on the map", icon=":material/add_location:"):
        left, right = st.columns(2, vertical_alignment="bottom")
        with left:
            group = choice("Give a place to", list(table["group"]), "places_group", shown=plain)
        with right:
            st.caption(f"Points are {PICK_STEP_DEG:g} degrees apart: type for a finer place.")
        _map(panel, table, group)


def _map(panel: Panel, table: pd.DataFrame, group: str) -> None:
    from vaeviz.figures.placegrid import place_grid

    key = places_edit.round_key("places_map")
    chart = place_grid(_cells(), table, group, **look(panel))
    show_chart(chart, key, on_select=_noted)
    picked = event_place(st.session_state.get(key))
    if picked is not None:
        row = table["group"] == group
        table.loc[row, places_edit.COLUMNS] = picked
        table.loc[row, "source"] = f"picked on the map, to {PICK_STEP_DEG:g} degrees"
        places_edit.change(table)
        st.rerun()


def _noted() -> None:
    """Callback that only makes the map tell its clicks."""


def _cells() -> pd.DataFrame:
    def compute() -> pd.DataFrame:
        from vaeviz.analysis.serial_founder import land_cells

        latitude, longitude = land_cells(PICK_STEP_DEG)
        return pd.DataFrame({"latitude": latitude, "longitude": longitude})

    return remembered("place_cells", (), compute)
