"""What the axes mean: sites, allele frequencies and populations along each latent axis."""

from __future__ import annotations

import streamlit as st

from vaeviz.ui import axes_view, explain, guards
from vaeviz.ui.errors import shown_errors

explain.open_page("axes")
panel = guards.need_panel()
model = guards.need_model()
with shown_errors():
    if not model.is_map:
        axes_view.no_map(model)
        st.stop()
    axes_view.explore()
