"""Train: a model of the panel, or one that was trained before."""

from __future__ import annotations

import streamlit as st

from vaeviz.ui import explain, guards, jobs, state
from vaeviz.ui.errors import shown_errors
from vaeviz.ui.steps import FIT, IN_USE, LOAD, TRAIN, switch
from vaeviz.ui.train import model_view, train_form, train_view

explain.open_page("train")
panel = guards.need_panel()
running = jobs.active("train")
if running is not None:
    train_view.live_run(running.name)
else:
    train_view.last_failure()
step = switch(TRAIN, [IN_USE, FIT, LOAD] if state.get().purposes else [FIT, LOAD])
if step == FIT:
    if running is None:
        train_form.train_form(panel)
    else:
        st.caption("One run at a time: wait for the one above, or cancel it.")
elif step == LOAD:
    train_view.load_model_file(panel)
    st.subheader("Kept in your workspace", anchor=False)
    train_view.kept_models(panel)
else:
    with shown_errors():
        model_view.models_in_use(panel)
