"""Selections put aside: used again, coloured, drawn on the map, let go, and read from a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from vaeviz.data.panel import Panel
from vaeviz.data.selection import MAX_SELECTION_BYTES, Selection
from vaeviz.errors import RegionError
from vaeviz.escape import escape
from vaeviz.ui import selecting, state

if TYPE_CHECKING:
    from vaeviz.figures.chart import Chart

_UPLOAD, _ROUND, _ERROR = "kept_upload", "vaeviz_kept_round", "vaeviz_kept_error"
MAX_MB = MAX_SELECTION_BYTES // 1_000_000


def wanted() -> bool:
    """A switch for drawing kept selections on the map."""
    return st.toggle(
        "Kept selections",
        key="latent_kept",
        persist_state="session",
        bind="query-params",
        help="Rings in the colours of the selections that were kept.",
    )


def on_map(chart: Chart, table: pd.DataFrame, axes: Sequence[str]) -> Chart:
    """A 2-D map with the people of kept selections ringed.

    Parameters
    ----------
    chart
        From `figures.latent.scatter_2d`.
    table
        Of coordinates, one row a person.
    axes
        The two columns drawn.
    """
    from vaeviz.figures.outlines import with_kept

    return with_kept(chart, list(table["sample"]), table[list(axes)], state.get().kept)


def section(panel: Panel) -> None:
    """Every kept selection with its buttons, and a field for a file."""
    kept = state.get().kept
    with st.expander(f"Kept selections ({len(kept)})", icon=":material/bookmark:"):
        if not kept:
            st.caption(
                "*Keep* puts the current selection aside under its name. Kept ones can be added "
                "to the current one, taken away from it, or intersected with it."
            )
        for number, selection in enumerate(kept):
            _entry(number, selection)
        _upload(panel)


def _entry(number: int, selection: Selection) -> None:
    name = escape(selection.name, 40)
    with st.container(horizontal=True, vertical_alignment="center"):
        _colour_picker(number, selection)
        st.markdown(f"**{name}** · {len(selection.sample_ids):,}", help=escape(selection.rule, 300))
        for text, action in (("Use", selecting.use_kept), ("Remove", state.forget)):
            st.button(
                text,
                key=f"kept_{text}_{number}",
                type="tertiary",
                on_click=action,
                args=(selection.name,),
            )


def _colour_picker(number: int, selection: Selection) -> None:
    key = f"kept_colour_{number}"
    # Entries move up when one is removed, so a picker always shows what its entry has now.
    st.session_state[key] = selection.colour
    st.color_picker(
        f"Colour of {escape(selection.name, 40)}",
        key=key,
        label_visibility="collapsed",
        on_change=_take_colour,
        args=(selection.name, key),
    )


def _take_colour(name: str, key: str) -> None:
    selecting.recolour(name, str(st.session_state.get(key)))


def _upload(panel: Panel) -> None:
    """A file makes the selection once; then the field is empty again."""
    key = f"{_UPLOAD}_{st.session_state.get(_ROUND, 0)}"
    st.file_uploader(
        "Load a selection (JSON) or a list of IDs (text)",
        type=["json", "txt"],
        key=key,
        max_upload_size=MAX_MB,
        on_change=_take,
        args=(panel, key),
    )
    error = st.session_state.pop(_ERROR, None)
    if isinstance(error, RegionError):
        st.error(f"{escape(error.message, 300)} {escape(error.hint, 300)}")


def _take(panel: Panel, key: str) -> None:
    uploaded = st.session_state.get(key)
    if uploaded is None:
        return
    try:
        selecting.take_file(panel, uploaded.getvalue(), uploaded.name)
    except RegionError as error:
        st.session_state[_ERROR] = error
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
