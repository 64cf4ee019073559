"""Simulate: synthetic people from a region of latent space, and what they are worth."""

from __future__ import annotations

import streamlit as st

from vaeviz.ui import cohorts, explain, guards, simulate_form, simulate_view
from vaeviz.ui.errors import shown_errors

explain.open_page("simulate")
st.caption(cohorts.SYNTHETIC_NOTICE)
panel = guards.need_panel()
model = guards.need_model()
with shown_errors(), st.container(border=True):
    region = simulate_form.region_picker(panel)
    if region is not None:
        allowed, small = simulate_form.size_rules(region)
        config = simulate_form.settings(allow_small=small)
        simulate_form.say_time(panel, config)
        if st.button("Generate", key="simulate_go", type="primary", disabled=not allowed):
            simulate_form.generate(model, panel, region, config)
kept = cohorts.kept(panel, model)
if kept is not None:
    with shown_errors():
        simulate_view.verdict(kept)
        simulate_view.checks(kept)
        simulate_view.pictures(kept, model, panel)
        simulate_view.downloads(kept)
