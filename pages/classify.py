"""Classify: which group of training people each person of a query is most like."""

from __future__ import annotations

from vaeviz.ui import explain, guards
from vaeviz.ui.classify import classify_source, classify_view
from vaeviz.ui.errors import shown_errors
from vaeviz.ui.train.train_view import overlap_report

explain.open_page("classify")
panel = guards.need_panel()
model = guards.need_model()
with shown_errors():
    chosen = classify_view.controls(model)
    query = classify_source.choose(panel, model) if chosen is not None else None
    if chosen is not None and query is not None:
        found = classify_view.calls(model, query.panel, *chosen)
        overlap_report(found.overlap)
        report = classify_view.judged(found)
        classify_view.headline(found, report, query.who)
        classify_view.pictures(found, report, query, model, panel)
