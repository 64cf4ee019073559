"""Entropy of each group against what the model needs for its held-out people."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from vaeviz.data.panel import Panel
from vaeviz.ui import guards, measured
from vaeviz.ui.columns import group_choice
from vaeviz.ui.compression import compression_view
from vaeviz.ui.look import group_look
from vaeviz.ui.show import show_chart
from vaeviz.ui.tables import show_table
from vaeviz.ui.widgets import choice

if TYPE_CHECKING:
    from vaeviz.analysis.correlation import Correlation

MEASURES = {
    "bits_per_allele": "Bits per allele",
    "ratio_frequencies": "Gain over training frequencies",
    "paper_factor": "Compression factor of the paper",
}
EXPECTED = (
    "Groups with more entropy need more bits per allele, and compress by a smaller factor: in the "
    "paper, entropy and compressibility run against each other."
)
DEPENDENT = (
    "Intervals are 95 % of resamples of the groups. Groups share history and are few, so the "
    "intervals describe them and are no test."
)


def against_compression(panel: Panel) -> None:
    """Entropy of each group against what the model needs for its held-out people."""
    from vaeviz.figures.entropy import entropy_against_compression

    if guards.find_model() is None:
        st.info("Compression needs a model of the panel.", icon=":material/info:")
        st.page_link("pages/train.py", label="Train or load one", icon=":material/model_training:")
        return
    left, right = st.columns(2)
    with left:
        by = group_choice(panel, "against_by")
    with right:
        measure = choice(
            "Compression as",
            list(MEASURES),
            "against_measure",
            "bits_per_allele",
            MEASURES.__getitem__,
            bind=True,
        )
    bits = compression_view.held_out_groups(panel, by)
    table = measured.entropy_table(panel, by)
    chart = entropy_against_compression(
        table, bits, measure, **group_look(panel, "held-out people only")
    )
    _words(chart.table, measure)
    show_chart(chart, "entropy_against")
    st.caption(EXPECTED)
    _all_measures(table, bits)


def _words(table: pd.DataFrame, measure: str) -> None:
    """Both coefficients of the groups that are drawn, beside their number."""
    from vaeviz.analysis.correlation import LEAST_GROUPS, correlate

    found = correlate(table["mean_entropy_bits"], table[measure])
    if found.n_groups < LEAST_GROUPS:
        st.info(
            f"{found.n_groups} groups have held-out people and an entropy: a correlation needs "
            f"at least {LEAST_GROUPS}.",
            icon=":material/info:",
        )
        return
    grid = st.grid(3, min_column_width=150)
    with grid.cell():
        st.metric("Groups", f"{found.n_groups:,}")
    with grid.cell():
        ends = (found.pearson_low, found.pearson_high)
        st.metric("Pearson's r", _number(found.pearson), help=_interval(ends))
    with grid.cell():
        ends = (found.spearman_low, found.spearman_high)
        st.metric("Spearman's ρ", _number(found.spearman), help=_interval(ends))


def _all_measures(entropy: pd.DataFrame, bits: pd.DataFrame) -> None:
    from vaeviz.analysis.correlation import correlate

    both = bits.merge(entropy[["group", "mean_entropy_bits"]], on="group")
    rows = {
        title: correlate(both["mean_entropy_bits"], both[measure])
        for measure, title in MEASURES.items()
    }
    with st.expander("Correlations with intervals", icon=":material/table_chart:"):
        show_table(_table(rows), "against_correlations")
        st.caption(DEPENDENT)


def _table(rows: dict[str, Correlation]) -> pd.DataFrame:
    values = [{"entropy_against": k, **dataclasses.asdict(v)} for k, v in rows.items()]
    return pd.DataFrame(values)


def _number(value: float) -> str:
    return f"{value:.2f}".replace("-", "−") if pd.notna(value) else "–"


def _interval(ends: tuple[float, float]) -> str:
    if pd.isna(ends[0]):
        return "Too few groups for an interval."
    return f"95 % of resamples of the groups: {_number(ends[0])} to {_number(ends[1])}."
