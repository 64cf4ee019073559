"""The selection on the page: how to change it, who is in it, and its downloads."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from vaeviz.data.panel import Panel
from vaeviz.data.selection import Selection
from vaeviz.data.selection_rule import ByIds, ByLabels
from vaeviz.escape import escape, file_stem, plain
from vaeviz.ui import selecting, state
from vaeviz.ui.latent import difference_view
from vaeviz.ui.show import show_chart, theme
from vaeviz.ui.tables import csv_button, csv_bytes, show_frame
from vaeviz.ui.widgets import choice, segments

COMPOSITION, PEOPLE, DIFFERENCE = SHOWN = ("Composition", "People", "Against the rest")
_COLUMN, _LABELS, _SEARCH, _NAME = "pick_column", "pick_labels", "pick_search", "selection_name"


def mode_switch() -> None:
    """What the next lasso or pick does to the selection."""
    st.segmented_control(
        "The next lasso, box or pick will",
        selecting.HOWS,
        default="replace",
        required=True,
        key=selecting.HOW_KEY,
        format_func=_HOW_WORDS.__getitem__,
        persist_state="session",
    )


def pickers(panel: Panel) -> None:
    """Ways to select that need no mouse."""
    _label_picker(panel)
    _id_search(panel)


def selection_summary(panel: Panel, embedding: pd.DataFrame) -> None:
    """Name, buttons, composition and people of the current selection."""
    selection = state.get().selection
    _buttons(panel, selection)
    if selection is None:
        st.info(
            "Nobody is selected. In the 2-D view, draw a lasso or a box around points (tools at "
            "the chart's upper right) or click single points; in 3-D, hold Shift and drag; or "
            "pick labels or IDs here.",
            icon=":material/lasso_select:",
        )
        return
    people = embedding[embedding["sample"].isin(selection.sample_ids)]
    shown = segments("Show", list(SHOWN), "selection_shown", hide_label=True)
    if shown == COMPOSITION:
        _composition(panel, selection)
    elif shown == PEOPLE:
        show_frame(people, "selection_people")
    else:
        difference_view.show(panel, selection)
    _downloads(selection, people)


_HOW_WORDS = {
    "replace": "Replace the selection",
    "add": "Add to it",
    "subtract": "Take away from it",
    "intersect": "Keep only what is in both",
}


def _label_picker(panel: Panel) -> None:
    columns = [c for c in panel.samples.columns if c != "sample" and panel.has_labels(str(c))]
    columns = [c for c in columns if panel.samples[c].nunique() <= 1000]
    if not columns:
        return
    default = "superpopulation" if "superpopulation" in columns else columns[0]
    column = choice("Pick by", columns, _COLUMN, default, plain)
    options = sorted(set(panel.labels(column)))
    with st.form("pick_labels_form", border=False):
        st.multiselect("Labels", options, key=_LABELS, format_func=plain)
        st.form_submit_button("Select these labels", on_click=_pick_labels, args=(panel, column))


def _pick_labels(panel: Panel, column: str) -> None:
    labels = st.session_state.get(_LABELS, [])
    ids = selecting.with_label(panel, column, labels)
    if ids:
        selecting.redraw_charts()
        rule = f"{column}: {', '.join(sorted(labels))}"
        origin = ByLabels(column=column, labels=tuple(sorted(labels)))
        selecting.apply(ids, rule, selecting.current_how(), origin)


def _id_search(panel: Panel) -> None:
    with st.form("pick_ids_form", border=False):
        st.text_input("Sample IDs", key=_SEARCH, placeholder="part of an ID, or a list of IDs")
        st.form_submit_button("Select these IDs", on_click=_pick_ids, args=(panel,))


def _pick_ids(panel: Panel) -> None:
    text = str(st.session_state.get(_SEARCH) or "")
    ids = selecting.search(panel, text)
    if ids:
        selecting.redraw_charts()
        rule = f"IDs like {text[:60]}"
        selecting.apply(ids, rule, selecting.current_how(), ByIds(source=rule))
    elif text.strip():
        state.notice(f"No sample ID contains {escape(text)}.")


def _buttons(panel: Panel, selection: Selection | None) -> None:
    none = selection is None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if selection is not None:
            st.session_state[_NAME] = selection.name
            st.text_input(
                "Name", key=_NAME, max_chars=60, on_change=selecting.rename, args=(_NAME,)
            )
            st.metric("People", f"{len(selection.sample_ids):,}", width="content")
        st.button("Invert", key="sel_invert", on_click=selecting.invert, args=(panel,))
        now = state.get()
        st.button("Undo", key="sel_undo", on_click=selecting.undo, disabled=not now.history)
        st.button("Redo", key="sel_redo", on_click=selecting.redo, disabled=not now.undone)
        st.button("Clear", key="sel_clear", on_click=selecting.clear, disabled=none)
        st.button("Keep", key="sel_keep", on_click=selecting.keep, disabled=none)
    if selection is not None and selection.rule:
        st.caption(f"Made by: {escape(selection.rule, 300)}")


def _composition(panel: Panel, selection: Selection) -> None:
    from vaeviz.figures.chart import panel_caption
    from vaeviz.figures.latent import composition

    levels = [level for level in ("population", "superpopulation") if panel.has_labels(level)]
    if not levels:
        st.caption("The panel has no labels to compare the selection with.")
        return
    caption = panel_caption(panel)
    chart = composition(panel, selection.index(panel), levels[0], theme=theme(), caption=caption)
    show_chart(chart, "selection_composition")


def _downloads(selection: Selection, people: pd.DataFrame) -> None:
    stem = f"vaeviz_{file_stem(selection.name)}"
    with st.container(horizontal=True):
        st.download_button(
            "Selection (JSON)",
            data=selection.to_json(),
            file_name=f"{stem}.json",
            mime="application/json",
            key="sel_json",
            icon=":material/download:",
            on_click="ignore",
        )
        st.download_button(
            "IDs (CSV)",
            data=csv_bytes(people[["sample"]]),
            file_name=f"{stem}.csv",
            mime="text/csv",
            key="sel_ids",
            icon=":material/download:",
            on_click="ignore",
        )
        csv_button(people, "selection_people", "People (CSV)")
