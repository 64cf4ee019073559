"""The compression table: bits per allele of held-out people by group, with intervals."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vaeviz.compression.aligned import AlignedPanel, align_panel
from vaeviz.compression.bootstrap import ratio_interval, resample_weights
from vaeviz.compression.notes import notes_for
from vaeviz.compression.paper import LATENT_BITS, latent_bits, n_pca, paper_factor
from vaeviz.compression.people import frequency_costs, model_costs, pca_coder, pca_costs
from vaeviz.data.panel import LEVELS
from vaeviz.errors import Cancelled, PanelError
from vaeviz.progress import Progress, Silent

if TYPE_CHECKING:
    from vaeviz.data.panel import Panel
    from vaeviz.training.model import TrainedModel

ALL = "all"
PARTS = ("train", "validation", "test", "new", ALL)
PER_ALLELE = ("reconstruction", "kl", "frequencies", "superpopulation", "pca", "pca_score")


@dataclasses.dataclass(frozen=True)
class CompressionResult:
    """How well a model describes each group of people.

    Attributes
    ----------
    samples : DataFrame, one row a person
        sample, population, superpopulation, group, split, n_alleles, the measures in bits per
        allele, runs of the residual, heterozygosity.
    groups : DataFrame, one row a group, best compressed first, then 'all'
        group, n_samples, bits_per_allele with ci_low and ci_high, its parts, baselines, ratios
        (baseline over model: above 1 the model is better), the paper's factor, heterozygosity.
    notes : list of str
        What a reader has to know beside the numbers.
    """

    samples: pd.DataFrame
    groups: pd.DataFrame
    notes: list[str]


def compression_result(
    model: TrainedModel,
    panel: Panel,
    by: str = "superpopulation",
    split: str = "test",
    n_bootstrap: int = 200,
    seed: int = 1,
    progress: Progress | None = None,
) -> CompressionResult:
    """Bits per allele of people under the model, against frequencies and PCA.

    Parameters
    ----------
    model : TrainedModel
    panel : Panel
        Only sites that the model knows count; missing genotypes cost nothing.
    by : str
        Sample column to group by; without a single label there, everybody is one group 'all'.
    split : {'test', 'validation', 'train', 'new', 'all'}
        Whom to score. Without a person of that part: people the model never saw, else all.
    n_bootstrap : int
        Resamples of people behind each interval.
    seed : int
        Of posterior draws, PCA and bootstrap.
    progress : Progress, optional

    Raises
    ------
    ModelError
        Model and panel share too few sites.
    PanelError
        No such column, no such part, or haplotypes asked of an unphased panel.
    Cancelled
        The listener asked to stop.

    Notes
    -----
    Model bits = (reconstruction nats + KL nats) / ln 2, reconstruction averaged over four draws
    of the posterior. The model's own size is not counted.
    """
    if split not in PARTS:
        raise PanelError(
            f"There is no part {split[:40]!r} of a split.", f"Use one of: {', '.join(PARTS)}."
        )
    labels = panel.labels(by)
    step = _Steps(progress or Silent())
    step("Matching sites")
    data = align_panel(model, panel)
    index, part = _chosen(data, split)
    step("Coding with the model")
    costs = model_costs(model, panel, data, index, seed)
    step("Coding with frequencies")
    level = _label_level(panel, by)
    costs = costs.join(frequency_costs(model, panel, data, index, level))
    step("Coding with principal components")
    coder = pca_coder(data, n_pca(model.config), seed)
    costs = costs.join(pca_costs(coder, data, index))
    costs["heterozygosity"] = _heterozygosity(panel, data, index)
    step("Intervals")
    groups = _groups(costs, labels[index], panel.has_labels(by), data, model, n_bootstrap, seed)
    samples = _samples(panel, data, index, labels[index], costs)
    notes = notes_for(data, groups, coder, split=split, part=part, level=level)
    return CompressionResult(samples, groups, notes)


class _Steps:
    """Tells a listener about five steps and stops where it asks to."""

    def __init__(self, progress: Progress) -> None:
        self.progress, self.done = progress, 0

    def __call__(self, message: str) -> None:
        if self.progress.cancelled():
            raise Cancelled("The compression table was cancelled.", "Start it again.")
        self.progress.update(self.done, 5, message)
        self.done += 1


def _chosen(data: AlignedPanel, split: str) -> tuple[NDArray[np.int64], str]:
    """People to score, and which part they are: the one asked for, else 'new', else 'all'."""
    for part in (split, "new"):
        index = data.samples_in(part)
        if len(index):
            return index, part
    return np.arange(len(data.split)), ALL


def _label_level(panel: Panel, by: str) -> str:
    """Column whose training frequencies are the second baseline; '' without any labels."""
    for level in (LEVELS[1], by, LEVELS[0]):
        if panel.has_labels(level):
            return level
    return ""


def _heterozygosity(
    panel: Panel, data: AlignedPanel, index: NDArray[np.int64]
) -> NDArray[np.float64]:
    from vaeviz.analysis.popgen import heterozygosity

    return np.asarray(heterozygosity(panel.take_samples(index).take_sites(data.panel_site)))


def _groups(
    costs: pd.DataFrame,
    labels: NDArray[np.object_],
    labelled: bool,
    data: AlignedPanel,
    model: TrainedModel,
    n_bootstrap: int,
    seed: int,
) -> pd.DataFrame:
    rows = []
    for group in sorted(set(labels)) if labelled else []:
        rows.append(_group(group, costs[labels == group], data, model, n_bootstrap, seed))
    rows.sort(key=lambda row: row["bits_per_allele"])
    rows.append(_group(ALL, costs, data, model, n_bootstrap, seed))
    return pd.DataFrame(rows)


def _group(
    name: str,
    costs: pd.DataFrame,
    data: AlignedPanel,
    model: TrainedModel,
    n_bootstrap: int,
    seed: int,
) -> dict[str, float | int | str]:
    alleles = costs["n_alleles"].to_numpy()
    model_bits = (costs["reconstruction_bits"] + costs["kl_bits"]).to_numpy()
    frequencies = costs["frequencies_bits"].to_numpy()
    weights = resample_weights(len(costs), n_bootstrap, seed)
    ci_low, ci_high = ratio_interval(model_bits, alleles, weights)
    ratio_low, ratio_high = ratio_interval(frequencies, model_bits, weights)
    total = model_bits.sum()
    per_allele = {
        f"{part}_bits_per_allele": costs[f"{part}_bits"].sum(skipna=False) / alleles.sum()
        for part in PER_ALLELE
    }
    size, ploidy, sent = data.n_sites, data.ploidy, latent_bits(model.config)
    sent_pca = LATENT_BITS * n_pca(model.config)
    return {
        "group": name,
        "n_samples": len(costs),
        "bits_per_allele": total / alleles.sum(),
        "ci_low": ci_low,
        "ci_high": ci_high,
        **per_allele,
        "ratio_frequencies": frequencies.sum() / total,
        "ratio_frequencies_low": ratio_low,
        "ratio_frequencies_high": ratio_high,
        "ratio_superpopulation": costs["superpopulation_bits"].sum(skipna=False) / total,
        "paper_factor": paper_factor(size, ploidy, sent, costs["runs"].mean()),
        "paper_factor_pca": paper_factor(size, ploidy, sent_pca, costs["runs_pca"].mean()),
        "heterozygosity": costs["heterozygosity"].mean(),
    }


def _samples(
    panel: Panel,
    data: AlignedPanel,
    index: NDArray[np.int64],
    labels: NDArray[np.object_],
    costs: pd.DataFrame,
) -> pd.DataFrame:
    table = panel.samples.iloc[index][["sample", *LEVELS]].reset_index(drop=True)
    table["group"] = labels
    table["split"] = data.split[index]
    table["n_alleles"] = costs["n_alleles"].astype(np.int64)
    total = costs["reconstruction_bits"] + costs["kl_bits"]
    table["bits_per_allele"] = total / costs["n_alleles"]
    for part in PER_ALLELE:
        table[f"{part}_bits_per_allele"] = costs[f"{part}_bits"] / costs["n_alleles"]
    return table.join(costs[["runs", "runs_pca", "heterozygosity"]])
