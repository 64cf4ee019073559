"""The bar code of entropy along the genome, one strip a group."""

from __future__ import annotations

import streamlit as st

from vaeviz.data.panel import Panel
from vaeviz.ui import measured
from vaeviz.ui.columns import group_choice
from vaeviz.ui.look import look
from vaeviz.ui.show import show_chart


def bar_code(panel: Panel) -> None:
    """Entropy along the genome, one stripe a group."""
    from vaeviz.figures.bar_code import bar_code as draw

    left, right = st.columns(2, vertical_alignment="bottom")
    with left:
        by = group_choice(panel, "barcode_by")
    stretched = right.toggle(
        "Stretch the colours to this panel", key="barcode_stretch", persist_state="session"
    )
    st.caption(
        "Each line is the mean over neighbouring sites: 0 bits where the group is fixed, 1 bit "
        "where both alleles are equally common."
    )
    with st.skeleton(height=420):
        bins = measured.entropy_bins(panel, by)
    largest = bins["mean_entropy_bits"].max() if stretched else 1.0
    top = float(largest) if largest > 0 else 1.0
    show_chart(draw(bins, maximum_bits=top, **look(panel)), "entropy_barcode")
