"""Entropy of each group against what the model needs for its held-out people."""

from __future__ import annotations

import streamlit as st

from vaeviz.data.panel import Panel
from vaeviz.ui import compression_view, guards, measured
from vaeviz.ui.columns import half_width_group
from vaeviz.ui.look import group_look
from vaeviz.ui.show import show_chart


def against_compression(panel: Panel) -> None:
    """Entropy of each group against what the model needs for its held-out people."""
    from vaeviz.figures.entropy import entropy_against_compression

    if guards.find_model() is None:
        st.info("Compression needs a model of the panel.", icon=":material/info:")
        st.page_link("pages/train.py", label="Train or load one", icon=":material/model_training:")
        return
    by = half_width_group(panel, "against_by")
    bits = compression_view.held_out_groups(panel, by)
    table = measured.entropy_table(panel, by)
    chart = entropy_against_compression(table, bits, **group_look(panel))
    show_chart(chart, "entropy_against")
