"""Compression by population: whom to score, the headline, what to read beside the pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from vaeviz.data.panel import Panel
from vaeviz.escape import escape
from vaeviz.ui import guards, measured, model_choice
from vaeviz.ui.columns import group_choice
from vaeviz.ui.compression import compression_pictures
from vaeviz.ui.waiting import asked, named_steps, remember_asked
from vaeviz.ui.widgets import choice

if TYPE_CHECKING:
    from vaeviz.compression.table import CompressionResult
    from vaeviz.training.model import TrainedModel

AT_ONCE_GENOTYPES = 30_000_000
"""Rows x sites up to which the table is computed without being asked for: some seconds."""

PARTS = {
    "test": "held-out test people",
    "validation": "validation people",
    "train": "training people",
    "new": "people the model never saw",
    "all": "everybody",
}


def tab(panel: Panel) -> None:
    """The tab *By population*; without a model it says which one to train."""
    model = model_choice.coding_model()
    if model is None:
        how_to_train(panel)
        model_choice.none_yet()
        return
    by, split = controls(panel)
    found = result(model, panel, by, split)
    if found is None:
        return
    headline(found)
    compression_pictures.pictures(found, model, panel, by)
    rows_hint(model, panel)
    notes(found)


def rows_hint(model: TrainedModel, panel: Panel) -> None:
    """On a model of persons: what a haplotype model would add, and how to get one."""
    if model.config.rows == "haplotype":
        return
    if not panel.phased:
        st.caption(
            "The panel is unphased, so bits are those of dosages; the paper's factor needs a "
            "phased panel."
        )
        return
    model_choice.advise(
        "This model reads persons: phase is not coded, and the factor is not the paper's. A "
        "**Sequence** model reads haplotypes, so it gives both.",
        "rows_train",
    )


def controls(panel: Panel) -> tuple[str, str]:
    """Column to group by, and the part of the model's split to score."""
    left, right = st.columns(2)
    with left:
        by = group_choice(panel, "compression_by")
    with right:
        split = choice("Whom to score", list(PARTS), "compression_split", "test", PARTS.__getitem__)
    return by, split


def result(model: TrainedModel, panel: Panel, by: str, split: str) -> CompressionResult | None:
    """The table, computed at once on small panels and after a button on large ones."""
    key = ("compression", model.digest, panel.digest, by, split)
    large = panel.n_rows * panel.n_sites > AT_ONCE_GENOTYPES
    if large and not asked(key):
        offer = st.empty()
        with offer.container():
            st.markdown(
                f"{panel.n_samples:,} samples × {panel.n_sites:,} sites: this may take a minute."
            )
            if not st.button("Compute", key="compression_go", type="primary"):
                return None
        offer.empty()
    with named_steps("Matching sites", known=asked(key)) as progress:
        found = measured.compression(model, panel, by, split, progress)
    remember_asked(key)
    return found


def headline(found: CompressionResult) -> None:
    """The total row as five numbers, and a red line when nobody scored was held out."""
    total = found.groups.iloc[-1]
    figures = {
        "Model": (total["bits_per_allele"], "{:.4f}"),
        "Training frequencies": (total["frequencies_bits_per_allele"], "{:.4f}"),
        "PCA of equal size": (total["pca_bits_per_allele"], "{:.4f}"),
        "Gain over frequencies": (total["ratio_frequencies"], "{:.2f}×"),
    }
    grid = st.grid(len(figures) + 1, min_column_width=150)
    with grid.cell():
        st.metric("People scored", f"{int(total['n_samples']):,}")
    for label, (value, form) in figures.items():
        with grid.cell():
            st.metric(label, form.format(value) if pd.notna(value) else "–")
    st.caption("Model, frequencies and PCA in bits per allele: fewer is better.")
    parts = set(found.samples["split"])
    if "train" in parts:
        st.error(
            "Not held out: people are scored on whom the model was trained. "
            "These figures flatter the model.",
            icon=":material/warning:",
        )


def notes(found: CompressionResult) -> None:
    """What a reader has to know beside the numbers."""
    st.subheader("Read with the numbers", anchor=False)
    st.markdown("\n".join(f"- {escape(note, 600)}" for note in found.notes))


def how_to_train(panel: Panel) -> None:
    """What kind of model to train for this page."""
    if panel.phased:
        st.markdown(
            "Compression is measured on people the model has never seen. This panel is phased, so "
            "a **Sequence** model reads haplotypes: it codes phase too, and its factor is that of "
            "the paper's Table 1."
        )
    else:
        st.markdown(
            "Compression is measured on people the model has never seen. This panel is unphased, "
            "so a model reads dosages, and phase is not coded."
        )


def held_out_groups(panel: Panel, by: str) -> pd.DataFrame:
    """Groups of the compression table for held-out people, without the total.

    The page ends here while there is no model, or while the user has not asked for the table.
    """
    found = result(guards.need_model(), panel, by, "test")
    if found is None:
        st.stop()
    return found.groups.iloc[:-1]
