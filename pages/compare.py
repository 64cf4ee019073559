"""Compare: the model's map beside PCA, UMAP and t-SNE, judged by held-out people."""

from __future__ import annotations

import streamlit as st

from vaeviz.ui import explain, guards, state
from vaeviz.ui.compare import compare_table, compare_view
from vaeviz.ui.errors import shown_errors


@st.fragment
@shown_errors()
def compare() -> None:
    """Maps, figures and downloads; redrawn without the rest of the page."""
    if state.take_frame_stale():
        st.rerun()
    panel, model = guards.need_panel(), guards.need_model()
    found = compare_view.result(model, panel)
    if found is None:
        return
    compare_view.runs(model, panel, found.report)
    compare_view.honesty(model, found.report)
    compare_view.maps(panel, found)
    compare_view.selection_line()
    st.subheader("Figures", anchor=False)
    compare_table.figures(found)
    compare_table.meanings()
    compare_view.trade_off(panel, found.report)
    st.subheader("Take it away", anchor=False)
    compare_table.downloads(found)


explain.open_page("compare")
guards.need_panel()
guards.need_model()
compare()
