"""Compression as the page shows it: whom to score, the headline, one picture at a time, notes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from vaeviz.data.panel import Panel
from vaeviz.escape import escape
from vaeviz.ui import guards, measured
from vaeviz.ui.columns import group_choice
from vaeviz.ui.look import GroupLook, group_look
from vaeviz.ui.show import show_chart
from vaeviz.ui.tables import csv_button, show_frame, show_table
from vaeviz.ui.waiting import asked, named_steps, remember_asked
from vaeviz.ui.widgets import choice, segments

if TYPE_CHECKING:
    from vaeviz.compression.table import CompressionResult
    from vaeviz.figures.compression import Baseline
    from vaeviz.training.model import TrainedModel

AT_ONCE_GENOTYPES = 30_000_000
"""Rows x sites up to which the table is computed without being asked for: some seconds."""

WORST = 20
WORST_COLUMNS = [
    "sample",
    "population",
    "superpopulation",
    "split",
    "bits_per_allele",
    "frequencies_bits_per_allele",
    "heterozygosity",
]
PARTS = {
    "test": "held-out test people",
    "validation": "validation people",
    "train": "training people",
    "new": "people the model never saw",
    "all": "everybody",
}
BITS = (
    "Bits per allele = (reconstruction + KL) / ln 2 / alleles: the length of an ideal code for "
    "the genotypes under the model; the model itself is not counted. Whiskers: 95 % intervals "
    "from resampling people. Hollow: fewer than 5 people."
)
PCA = (
    "PCA has as many components as the model has latent dimensions (at most those of the model's "
    "own PCA) and keeps the mean; the cost of its scores is not counted, which favours it."
)
RATIO = (
    "Ratio = bits of the baseline / bits of the model. Above 1 the model's code is shorter; "
    "under 1 the baseline describes these people better than the model does."
)
FACTOR = (
    "**Factor of the paper's Table 1** = sites / (32 bits × latent dimensions + 16 bits × runs); "
    "a binary latent counts 1 bit a dimension, a code of a codebook the log2 of its size. "
    "*Runs* is the mean number of runs in the run-length code of the residual: the sites at which "
    "the thresholded reconstruction is wrong (Geleta et al. 2026). Under 1 the code is longer "
    "than one bit a site."
)
HETEROZYGOSITY = (
    "Heterozygosity is the share of a person's sites with two different alleles. Where it is "
    "low there is less to describe, whatever the model."
)
NOT_THE_PAPERS = (
    ":orange-badge[not the paper's definition] This model reads dosages: raw is 2 bits a "
    "genotype, and runs are counted over residuals from -2 to 2. Never compare it with the paper."
)


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
    left, right = st.columns([5, 1], vertical_alignment="center")
    left.caption(
        "This model reads persons: phase is not coded, and the factor is not the paper's. For "
        "both, train a **Sequence** model: **A row of the model is a: haplotype**."
    )
    right.page_link("pages/train.py", label="Train", icon=":material/model_training:")


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
        st.markdown(
            f"{panel.n_samples:,} samples × {panel.n_sites:,} sites: this may take a minute."
        )
        if not st.button("Compute", key="compression_go", type="primary"):
            return None
    with named_steps("Matching sites", known=asked(key)) as progress:
        found = measured.compression(model, panel, by, split, progress)
    remember_asked(key)
    return found


def headline(found: CompressionResult) -> None:
    """The total row as five numbers, and a red line when nobody scored was held out."""
    total = found.groups.iloc[-1]
    figures = {
        "Model": total["bits_per_allele"],
        "Training frequencies": total["frequencies_bits_per_allele"],
        "PCA of equal size": total["pca_bits_per_allele"],
        "Ratio to frequencies": total["ratio_frequencies"],
    }
    with st.container(horizontal=True, gap="large"):
        st.metric("People scored", f"{int(total['n_samples']):,}", width="content")
        for label, value in figures.items():
            shown = f"{value:.4f}" if pd.notna(value) else "–"
            st.metric(label, shown, width="content")
    st.caption("Model, frequencies and PCA in bits per allele: fewer is better.")
    parts = set(found.samples["split"])
    if "train" in parts:
        st.error(
            "Not held out: people are scored on whom the model was trained. "
            "These figures flatter the model.",
            icon=":material/warning:",
        )


def pictures(found: CompressionResult, model: TrainedModel, panel: Panel) -> None:
    """One picture at a time with its definition."""
    views: dict[str, Callable[[], None]] = {
        "Bits per allele": lambda: _bits_per_allele(found, panel),
        "Ratio": lambda: _ratio(found, panel),
        "Paper's factor": lambda: _paper(found, model, panel),
        "Against heterozygosity": lambda: _heterozygosity(found, panel),
        "All numbers": lambda: show_table(found.groups, "compression_groups"),
        "Worst described": lambda: _worst(found),
    }
    views[segments("Show", list(views), "compression_view", hide_label=True)]()


def notes(found: CompressionResult) -> None:
    """What a reader has to know beside the numbers."""
    st.subheader("Read with the numbers", anchor=False)
    st.markdown("\n".join(f"- {escape(note, 600)}" for note in found.notes))


def _bits_per_allele(found: CompressionResult, panel: Panel) -> None:
    from vaeviz.figures.compression import bits_by_group

    st.caption(f"{BITS} {PCA}")
    show_chart(bits_by_group(found.groups, **_look(found, panel)), "compression_bits")


def _ratio(found: CompressionResult, panel: Panel) -> None:
    from vaeviz.figures.compression import ratio_by_group

    baselines: dict[Baseline, str] = {
        "frequencies": "training frequencies",
        "superpopulation": "label frequencies",
    }
    known = [b for b in baselines if found.groups[f"ratio_{b}"].notna().any()]
    left, _ = st.columns(2)
    with left:
        names = [baselines[b] for b in known]
        chosen = choice("Against", names, "compression_baseline")
    baseline = known[names.index(chosen)]
    st.caption(RATIO)
    chart = ratio_by_group(found.groups, baseline, **_look(found, panel))
    show_chart(chart, "compression_ratio")


def _paper(found: CompressionResult, model: TrainedModel, panel: Panel) -> None:
    from vaeviz.figures.compression import paper_factor

    st.markdown(FACTOR if model.config.ploidy == 1 else f"{FACTOR}\n\n{NOT_THE_PAPERS}")
    show_chart(paper_factor(found.groups, **_look(found, panel)), "compression_factor")


def _heterozygosity(found: CompressionResult, panel: Panel) -> None:
    from vaeviz.figures.compression import bits_against

    if len(found.groups) < 2:
        st.info("One group alone has nothing to compare with.", icon=":material/info:")
        return
    st.caption(HETEROZYGOSITY)
    chart = bits_against(found.groups, "heterozygosity", **_look(found, panel))
    show_chart(chart, "compression_heterozygosity")


def _worst(found: CompressionResult) -> None:
    people = found.samples.sort_values("bits_per_allele", ascending=False, ignore_index=True)
    st.caption(
        f"The {min(WORST, len(people))} people who cost most: high diversity, an ancestry with "
        "few training people, or genotyping errors."
    )
    show_frame(people.loc[: WORST - 1, WORST_COLUMNS], "compression_worst")
    csv_button(people, "compression_people", "Everybody scored (CSV)")


def _look(found: CompressionResult, panel: Panel) -> GroupLook:
    """Colours and a caption that says who was scored."""
    parts = found.samples["split"].value_counts()
    scored = ", ".join(f"{n:,} {part}" for part, n in parts.items())
    return group_look(panel, f"scored: {scored}")


def how_to_train(panel: Panel) -> None:
    """What kind of model to train for this page."""
    if panel.phased:
        st.markdown(
            "Compression is measured on people the model has never seen. This panel is phased: "
            "train a **Sequence** model (**A row of the model is a: haplotype**) to code phase "
            "too and to get the factor of the paper's Table 1 (command line: "
            "`--purpose sequence`)."
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
