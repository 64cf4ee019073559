"""Compression: how many bits the model needs for each population."""

from __future__ import annotations

import streamlit as st

from vaeviz.ui import compression_view, explain, guards, model_choice
from vaeviz.ui.errors import shown_errors

explain.open_page("compression")
panel = guards.need_panel()
model = model_choice.coding_model()
if model is None:
    compression_view.how_to_train(panel)
    guards.empty_state(
        "This page needs a model of the panel.", "Train or load one", "pages/train.py"
    )
else:
    with shown_errors():
        compression_view.rows_hint(model, panel)
        by, split = compression_view.controls(panel)
        found = compression_view.result(model, panel, by, split)
        if found is None:
            st.stop()
        compression_view.headline(found)
        compression_view.pictures(found, model, panel)
        compression_view.notes(found)
