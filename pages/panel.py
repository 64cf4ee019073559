"""Panel: choose genotypes, see whether they are usable, filter them on the record."""

from __future__ import annotations

import streamlit as st

from vaeviz.ui import explain, guards, jobs, state
from vaeviz.ui.errors import shown_errors
from vaeviz.ui.panel import panel_choose, panel_filter, panel_overview
from vaeviz.ui.steps import CHOOSE, FILTER, LOOK, PANEL, UPLOAD, switch

explain.open_page("panel")
has_panel = state.get().panel_ref is not None
step = switch(PANEL, [LOOK, CHOOSE, UPLOAD, FILTER] if has_panel else [CHOOSE, UPLOAD])
running = jobs.active("import")
if running is not None and step != UPLOAD:
    panel_choose.importing(running.name)
if step == LOOK:
    panel = guards.need_panel()
    st.subheader(panel_overview.title(panel), anchor=False)
    with shown_errors():
        panel_overview.headline(panel)
        panel_overview.preview(panel)
elif step == CHOOSE:
    panel_choose.built_in_cards()
    st.subheader("Kept in your workspace", anchor=False)
    panel_choose.kept_panels()
elif step == UPLOAD:
    with shown_errors():
        panel_choose.own_files()
else:
    panel = guards.need_panel()
    with shown_errors():
        panel_filter.filter_form(panel)
