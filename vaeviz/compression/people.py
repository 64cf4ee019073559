"""What every chosen person costs under the model and under the baselines, in bits."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vaeviz.compression.aligned import AlignedPanel, row_blocks
from vaeviz.compression.baselines import PcaCoder, fit_pca_coder, frequency_bits, label_bits
from vaeviz.compression.paper import count_runs, residuals
from vaeviz.training.bits import observed_alleles

if TYPE_CHECKING:
    from vaeviz.data.panel import Panel
    from vaeviz.training.model import TrainedModel

N_DRAWS = 4
"""Posterior draws that the model's reconstruction cost is averaged over."""


def model_costs(
    model: TrainedModel, panel: Panel, data: AlignedPanel, index: NDArray[np.int64], seed: int
) -> pd.DataFrame:
    """Bits of the chosen people under the model.

    Parameters
    ----------
    model : TrainedModel
    panel : Panel
    data : AlignedPanel
        Of that panel and model.
    index : int64 array, shape (n_people,)
    seed : int
        Of the posterior draws.

    Returns
    -------
    DataFrame, one row a person: reconstruction_bits, kl_bits, runs (mean over the person's
    rows), n_alleles. A person's haplotypes are added up.
    """
    people = panel.take_samples(index)
    terms = model.row_terms(people, n_draws=N_DRAWS, seed=seed)
    rows = data.rows_of(index)
    return pd.DataFrame(
        {
            "reconstruction_bits": _per_person(terms.reconstruction_nats, data) / math.log(2),
            "kl_bits": _per_person(terms.kl_nats.sum(1), data) / math.log(2),
            "runs": model_runs(model, people, data, index),
            "n_alleles": _per_person(observed_alleles(data.counts[rows], data.ploidy), data),
        }
    )


def model_runs(
    model: TrainedModel, people: Panel, data: AlignedPanel, index: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Runs of the residual when the latent sent is the mean of the posterior.

    Parameters
    ----------
    model : TrainedModel
    people : Panel
        The people of `index`.
    data : AlignedPanel
        Of that model and the whole panel.
    index : int64 array, shape (n_people,)

    Returns
    -------
    float64 array, shape (n_people,): mean over the rows of a person
    """
    mean = model.encode(people).mean
    condition = model.condition_of(people)
    rows = data.rows_of(index)
    runs = np.empty(len(rows))
    for block in row_blocks(len(rows)):
        labels = None if condition is None else condition[block]
        probability = model.probabilities(mean[block], labels)[:, data.model_site]
        runs[block] = count_runs(residuals(data.counts[rows[block]], probability, data.ploidy))
    return _per_person(runs, data) / data.rows_per_sample


def frequency_costs(
    model: TrainedModel, panel: Panel, data: AlignedPanel, index: NDArray[np.int64], level: str
) -> pd.DataFrame:
    """Bits of the chosen people under training frequencies: of everybody, and of their label.

    Parameters
    ----------
    level : str
        Sample column of the labels; '' gives NaN in superpopulation_bits, and so do panels
        without a training person.

    Returns
    -------
    DataFrame, one row a person: frequencies_bits, superpopulation_bits
    """
    counts = data.counts[data.rows_of(index)]
    everybody = model.training_frequencies[data.model_site]
    bits = frequency_bits(counts, everybody, data.ploidy)
    own = np.full(len(bits), np.nan)
    train = data.samples_in("train")
    if level and len(train):
        labels = np.repeat(panel.labels(level), data.rows_per_sample)
        own = label_bits(
            counts,
            labels[data.rows_of(index)],
            data.counts[data.rows_of(train)],
            labels[data.rows_of(train)],
            data.ploidy,
            everybody,
        )
    return pd.DataFrame(
        {
            "frequencies_bits": _per_person(bits, data),
            "superpopulation_bits": _per_person(own, data),
        }
    )


def pca_coder(data: AlignedPanel, n_components: int, seed: int) -> PcaCoder | None:
    """PCA of the model's size from the panel's training people; None where there are too few.

    The clip is chosen on the validation people, or on the training people where the panel
    holds no validation person.
    """
    train = data.samples_in("train")
    if len(data.rows_of(train)) < 3:
        return None
    validation = data.samples_in("validation")
    chooser = validation if len(validation) else train
    train_counts = data.counts[data.rows_of(train)]
    chooser_counts = data.counts[data.rows_of(chooser)]
    return fit_pca_coder(train_counts, chooser_counts, data.ploidy, n_components, seed)


def pca_costs(coder: PcaCoder | None, data: AlignedPanel, index: NDArray[np.int64]) -> pd.DataFrame:
    """Bits of the chosen people under PCA; NaN without a coder.

    Returns
    -------
    DataFrame, one row a person: pca_bits (given the scores), pca_score_bits, runs_pca
    """
    columns = ["pca_bits", "pca_score_bits", "runs_pca"]
    if coder is None:
        return pd.DataFrame(np.nan, index=range(len(index)), columns=columns)
    counts = data.counts[data.rows_of(index)]
    runs = np.empty(len(counts))
    for block in row_blocks(len(counts)):
        rebuilt = coder.frequencies(counts[block])
        runs[block] = count_runs(residuals(counts[block], rebuilt, data.ploidy))
    return pd.DataFrame(
        {
            "pca_bits": _per_person(coder.bits(counts), data),
            "pca_score_bits": float(coder.score_bits * data.rows_per_sample),
            "runs_pca": _per_person(runs, data) / data.rows_per_sample,
        }
    )


def _per_person(rows: NDArray[np.generic], data: AlignedPanel) -> NDArray[np.float64]:
    return np.asarray(rows, np.float64).reshape(-1, data.rows_per_sample).sum(1)
