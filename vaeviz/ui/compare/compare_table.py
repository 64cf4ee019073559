"""The figures of all methods as a table: best ones marked, meanings as tooltips, downloads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from vaeviz.ui.errors import shown_errors
from vaeviz.ui.tables import csv_button
from vaeviz.ui.widgets import segments

if TYPE_CHECKING:
    from vaeviz.analysis.evaluation import Compared
    from vaeviz.analysis.evaluation_report import Evaluation

BEST = "★"


@st.fragment
@shown_errors()
def figures(found: Compared) -> None:
    """One group of figures at a time, a row a method; another group redraws no map."""
    from vaeviz.analysis.metric_definitions import METRICS

    report = found.report
    groups = list(dict.fromkeys(metric.group for metric in METRICS.values()))
    group = segments("Figures", groups, "compare_group", hide_label=True)
    names = [name for name, metric in METRICS.items() if metric.group == group]
    st.dataframe(
        _cells(report, names),
        hide_index=True,
        key="compare_figures",
        column_config={
            METRICS[name].title: st.column_config.TextColumn(
                METRICS[name].title, help=METRICS[name].definition
            )
            for name in names
        },
    )
    st.caption(_reading(report))
    reasons = _reasons(report, names)
    if reasons:
        with st.expander("Why figures are missing", icon=":material/rule:"):
            st.markdown("\n".join(f"- {line}" for line in reasons))


def meanings() -> None:
    """Every figure in words."""
    from vaeviz.analysis.metric_definitions import METRICS

    with st.expander("What each figure means", icon=":material/help:"):
        lines = [f"- **{metric.title}.** {metric.definition}" for metric in METRICS.values()]
        st.markdown("\n".join(lines))


def downloads(found: Compared) -> None:
    """All figures and everybody's places."""
    stem = f"vaeviz_compare_{found.report.model_digest[:8]}"
    with st.container(horizontal=True):
        csv_button(found.report.table(), "compare_figures", "Figures (CSV)")
        st.download_button(
            "Report (JSON)",
            data=found.report.to_json(),
            file_name=f"{stem}.json",
            mime="application/json",
            key="compare_json",
            icon=":material/download:",
            on_click="ignore",
        )
        csv_button(found.coordinates, "compare_places", "Places of everybody (CSV)")


def _cells(report: Evaluation, names: list[str]) -> pd.DataFrame:
    from vaeviz.analysis.metric_definitions import METRICS

    best = {name: report.best(name) for name in names}
    rows = [
        {
            "method": method.title,
            **{
                METRICS[name].title: report.text_of(method, name)
                + (f" {BEST}" if method.name in best[name] else "")
                for name in names
            },
        }
        for method in report.placed
    ]
    return pd.DataFrame(rows)


def _reading(report: Evaluation) -> str:
    ends = (
        f"mean ± sd over {len(report.seeds)} seeds, each with a split of its own"
        if report.seeds
        else "[95 % interval]"
    )
    bits = report.frequencies_bits_per_allele
    coded = "" if bits is None else f" Training frequencies need {bits:.4f} bits per allele."
    who = "test people" if report.held_out == "test" else "people new to the model"
    return (
        f"{report.n_held_out:,} {who}; {ends}. {BEST} marks the best of a column, which is no "
        f"test: where intervals overlap, methods may well be equal.{coded}"
    )


def _reasons(report: Evaluation, names: list[str]) -> list[str]:
    from vaeviz.analysis.metric_definitions import METRICS
    from vaeviz.escape import escape

    found: dict[str, list[str]] = {}
    for method in report.placed:
        for name in names:
            why = method.metrics[name].why
            if why:
                found.setdefault(f"{METRICS[name].title}: {escape(why, 300)}", []).append(
                    method.title
                )
    everybody = len(report.placed)
    return [
        line if len(who) == everybody else f"{line} ({', '.join(who)})"
        for line, who in found.items()
    ]
