"""The tab of synthetic people: from the region to the files of a cohort."""

from __future__ import annotations

import streamlit as st

from vaeviz.data.panel import Panel
from vaeviz.ui import cohorts, guards
from vaeviz.ui.errors import shown_errors
from vaeviz.ui.simulate import simulate_download, simulate_form, simulate_regions, simulate_view


def tab(panel: Panel) -> None:
    """Form, report and files; ends the page where the panel has no map."""
    st.caption(cohorts.SYNTHETIC_NOTICE)
    models = simulate_form.Models(guards.need_model(), guards.find_sequence_model())
    with shown_errors(), st.container(border=True):
        _form(panel, models)
    kept = cohorts.kept(panel, models.map_model, models.sequence)
    if kept is not None:
        with shown_errors():
            simulate_view.verdict(kept)
            simulate_view.checks(kept)
            simulate_view.pictures(kept, models.map_model, panel)
            simulate_download.downloads(kept, models, panel)


def _form(panel: Panel, models: simulate_form.Models) -> None:
    region = simulate_regions.region_picker(panel, models.map_model)
    if region is None:
        return
    allowed, small = simulate_regions.size_rules(region)
    generator, model = simulate_form.generator_choice(models, panel)
    config = simulate_form.settings(generator, region, allow_small=small)
    if model is not None:
        simulate_form.say_time(panel, region, model, config)
    ready = allowed and model is not None
    if st.button("Generate", key="simulate_go", type="primary", disabled=not ready):
        simulate_form.generate(models, panel, region, config)
