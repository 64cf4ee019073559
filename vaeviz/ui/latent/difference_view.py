"""What tells the selection from everybody else: sites by Fst and by allele frequency."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from vaeviz.data.panel import Panel
from vaeviz.data.selection import Selection
from vaeviz.errors import RegionError
from vaeviz.escape import escape
from vaeviz.ui.cache import remembered
from vaeviz.ui.look import look
from vaeviz.ui.show import show_chart
from vaeviz.ui.tables import csv_button, show_frame
from vaeviz.ui.widgets import segments

if TYPE_CHECKING:
    from vaeviz.figures.difference import Measure

N_TOP = 50
MEASURES: dict[str, Measure] = {"Fst": "fst", "Frequency difference": "difference"}
_WARNING = (
    "Sites are ranked among many: by chance alone some differ, the more the fewer people are "
    "selected. Neighbours share history (LD), and a large Fst is no proof of selection."
)


def show(panel: Panel, selection: Selection) -> None:
    """Plot along the genome and the sites that differ most."""
    from vaeviz.analysis.difference import mean_fst
    from vaeviz.figures.difference import difference_along_genome

    try:
        table = _table(panel, selection)
    except RegionError as error:
        st.caption(f"{escape(error.message, 200)} {escape(error.hint, 200)}")
        return
    measure = MEASURES[segments("Measure", list(MEASURES), "difference_measure", hide_label=True)]
    if not table[measure].notna().any():
        st.caption("No site varies between the two sides.")
        return
    n = len(selection.sample_ids)
    note = (
        f"{n:,} people against {panel.n_samples - n:,} · Fst over all sites {mean_fst(table):.4f}"
    )
    chart = difference_along_genome(table, measure, **look(panel, note))
    show_chart(chart, f"difference_{measure}")
    st.caption(_WARNING)
    order = table[measure].abs().sort_values(ascending=False, kind="stable").index
    ranked = table.loc[order].reset_index(drop=True)
    show_frame(ranked.head(N_TOP), "difference_top")
    csv_button(ranked, "selection_difference", "All sites (CSV)")


def _table(panel: Panel, selection: Selection) -> pd.DataFrame:
    from vaeviz.analysis.difference import difference_table

    ids = "\n".join(sorted(selection.sample_ids)).encode()
    return remembered(
        "difference",
        (panel.digest,),
        lambda: difference_table(panel, selection.index(panel)),
        (hashlib.blake2b(ids).hexdigest(),),
    )
