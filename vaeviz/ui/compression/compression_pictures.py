"""Pictures of the compression table, one at a time, each with its definition."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from vaeviz.data.panel import Panel
from vaeviz.ui import measured
from vaeviz.ui.compression import compression_people
from vaeviz.ui.look import GroupLook, group_look
from vaeviz.ui.show import show_chart
from vaeviz.ui.tables import csv_button, show_frame, show_table
from vaeviz.ui.widgets import choice, loading, segments

if TYPE_CHECKING:
    from vaeviz.compression.table import CompressionResult
    from vaeviz.figures.compression import Baseline
    from vaeviz.training.model import TrainedModel

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
ENTROPY = (
    "Entropy of everybody in a group, in bits per site: the uncertainty of an allele drawn from "
    "it, which is what coding by the group's own allele frequencies would cost. A model that uses "
    "linkage between sites needs less."
)
ALONE = "One group alone has nothing to compare with."
NOT_THE_PAPERS = (
    ":orange-badge[not the paper's definition] This model reads dosages: raw is 2 bits a "
    "genotype, and runs are counted over residuals from -2 to 2. Never compare it with the paper."
)


def pictures(found: CompressionResult, model: TrainedModel, panel: Panel, by: str) -> None:
    """One picture at a time with its definition."""
    views: dict[str, Callable[[], None]] = {
        "Bits per allele": lambda: _bits_per_allele(found, panel),
        "Ratio": lambda: _ratio(found, panel),
        "Paper's factor": lambda: _paper(found, model, panel),
        "Against heterozygosity": lambda: _heterozygosity(found, panel),
        "Against entropy": lambda: _entropy(found, panel, by),
        "Person by person": lambda: compression_people.show(found, by, _look(found, panel)),
        "All numbers": lambda: show_table(found.groups, "compression_groups"),
        "Worst described": lambda: _worst(found),
    }
    views[segments("Show", list(views), "compression_view", hide_label=True)]()


def _bits_per_allele(found: CompressionResult, panel: Panel) -> None:
    from vaeviz.figures.compression import bits_by_group

    show_chart(bits_by_group(found.groups, **_look(found, panel)), "compression_bits")
    st.caption(f"{BITS} {PCA}")


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
    large = too_large(model)
    if large:
        st.info(large, icon=":material/info:")
    show_chart(paper_factor(found.groups, **_look(found, panel)), "compression_factor")


def too_large(model: TrainedModel) -> str:
    """Why the paper's definition cannot do justice to a model with a large latent; else ''."""
    config = model.config
    raw_bits, latent_bits = config.n_sites * config.ploidy, 32 * config.n_codes
    if config.bottleneck != "gaussian" or latent_bits < raw_bits / 2:
        return ""
    return (
        f"At 32 bits each, this model's {config.n_codes:,} latent numbers count {latent_bits:,} "
        f"bits; the {config.n_sites:,} sites of a row, not compressed, are {raw_bits:,}. The "
        "paper's definition is made for a few latent numbers (see *Latent size*). What this model "
        "is worth in files, where latents cost far less, is under *Codecs*."
    )


def _heterozygosity(found: CompressionResult, panel: Panel) -> None:
    from vaeviz.figures.compression import bits_against

    if len(found.groups) < 2:
        st.info(ALONE, icon=":material/info:")
        return
    st.caption(HETEROZYGOSITY)
    chart = bits_against(found.groups, "heterozygosity", **_look(found, panel))
    show_chart(chart, "compression_heterozygosity")


def _entropy(found: CompressionResult, panel: Panel, by: str) -> None:
    from vaeviz.figures.entropy import entropy_against_compression

    if len(found.groups) < 2:
        st.info(ALONE, icon=":material/info:")
        return
    st.caption(ENTROPY)
    with loading("compression_entropy", 420, "Entropy of every group…"):
        table = measured.entropy_table(panel, by)
    chart = entropy_against_compression(table, found.groups.iloc[:-1], **_look(found, panel))
    show_chart(chart, "compression_entropy")


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
