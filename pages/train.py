"""Train: a model of the panel, or one that was trained before."""

from __future__ import annotations

import streamlit as st

from vaeviz.ui import explain, guards, jobs, train_form, train_view
from vaeviz.ui.errors import shown_errors
from vaeviz.ui.widgets import segments

IN_USE, TRAIN, LOAD = "Model in use", "Train a model", "Load a model"

explain.open_page("train")
panel = guards.need_panel()
running = jobs.active("train")
if running is not None:
    train_view.live_run(running.name)
else:
    train_view.last_failure()
step = segments("Step", [IN_USE, TRAIN, LOAD], "train_step", hide_label=True)
if step == TRAIN:
    if running is None:
        train_form.train_form(panel)
    else:
        st.caption("One run at a time: wait for the one above, or cancel it.")
elif step == LOAD:
    train_view.load_model_file(panel)
    st.subheader("Kept in your workspace", anchor=False)
    train_view.kept_models(panel)
else:
    model = guards.find_model()
    if model is None:
        st.info("No model is in use. Train one, or load one.", icon=":material/info:")
    else:
        with shown_errors():
            train_view.model_summary(model, panel)
