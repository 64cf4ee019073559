"""Export: figures, tables, models and settings in one zip that says how it was made."""

from __future__ import annotations

import streamlit as st

from vaeviz.ui import cohorts, explain, guards, state
from vaeviz.ui.errors import shown_errors
from vaeviz.ui.export import export_view, export_zip
from vaeviz.ui.export.export_parts import Source

explain.open_page("export")
panel = guards.need_panel()
model, sequence = guards.find_model(), guards.find_sequence_model()
with shown_errors():
    by, dark, images = export_view.settings(panel)
    source = Source(
        panel=panel,
        model=model,
        sequence=sequence,
        kept=cohorts.kept(panel, model, sequence),
        selection=state.get().selection,
        by=by,
        theme="dark" if dark else "light",
    )
    chosen = export_view.checklist(source)
    allowed = export_view.cohort_allowed(chosen, source) and bool(chosen)
    st.caption(f"About {export_view.size_mb(chosen, source, images):.0f} MB.")
    if st.button("Build the zip", key="export_go", type="primary", disabled=not allowed):
        export_zip.build(chosen, source, images, allowed)
    path = export_zip.built(export_zip.export_key(chosen, source, images))
    if path is not None:
        export_zip.show_zip(path, panel)
    else:
        export_zip.preview(chosen, source)
