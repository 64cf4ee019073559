"""From a panel and settings to everything the loop needs: split, scores, an initialised network."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vaeviz.config import ModelConfig, TrainConfig
from vaeviz.data.panel import UNLABELLED, Panel
from vaeviz.errors import ModelError
from vaeviz.models.autoencoder import Autoencoder
from vaeviz.training.bits import training_frequencies
from vaeviz.training.components import Components, fit_components
from vaeviz.training.split import TEST, TRAIN, VALIDATION, split_samples


@dataclass(frozen=True)
class Prepared:
    """Inputs of the training loop.

    Attributes
    ----------
    panel : Panel
        With the rows the model reads.
    parts : object array, shape (n_samples,)
    rows : dict part -> int64 array of rows
    components : Components
    frequencies : float64, shape (n_sites,)
        Training frequencies of the ALT allele.
    network : Autoencoder
        Initialised from the components.
    scores : float32 Tensor, shape (n_rows, n_components)
        Encoder input: cross-fitted on training rows, plain projection elsewhere.
    category : int64 Tensor, shape (n_rows,) or None
    """

    panel: Panel
    parts: NDArray[np.object_]
    rows: dict[str, NDArray[np.int64]]
    components: Components
    frequencies: NDArray[np.float64]
    network: Autoencoder
    scores: Tensor
    category: Tensor | None


def prepare(panel: Panel, config: TrainConfig) -> Prepared:
    """Split samples, fit components on training rows, and start a network from them.

    Raises
    ------
    PanelError, ModelError
        Too few samples, no varying site, haplotypes of an unphased panel, unknown condition.
    """
    panel = panel.model_rows(config.rows)
    parts = split_samples(panel, config.seed, config.train_fraction, config.validation_fraction)
    rows = {p: panel.row_index(np.flatnonzero(parts == p)) for p in (TRAIN, VALIDATION, TEST)}
    person = np.repeat(np.arange(panel.n_samples), panel.rows_per_sample)
    components = fit_components(
        panel.counts, panel.ploidy, rows[TRAIN], config.n_components, config.seed, person
    )
    frequencies = training_frequencies(panel.counts[rows[TRAIN]], panel.ploidy)
    labels = condition_labels(panel, config.condition, parts)
    shape = model_config(panel, config, components.n_components, labels)
    network = _network(shape, components, frequencies, config.seed)
    scores = torch.from_numpy(components.all_scores(panel.counts)) * network.score_scale
    category = None
    if config.condition is not None:
        category = torch.from_numpy(categories(panel, config.condition, labels))
    return Prepared(panel, parts, rows, components, frequencies, network, scores, category)


def model_config(
    panel: Panel, config: TrainConfig, n_components: int, labels: tuple[str, ...]
) -> ModelConfig:
    """Shape of the network for this panel and these settings."""
    return ModelConfig.make(
        rows=config.rows,
        ploidy=panel.ploidy,
        n_sites=panel.n_sites,
        n_latent=config.n_latent,
        n_components=n_components,
        rank=max(config.rank, min(config.n_latent, panel.n_sites)),
        hidden=config.hidden,
        dropout=config.decoder_dropout(),
        condition=config.condition,
        condition_labels=labels,
    )


def condition_labels(
    panel: Panel, condition: str | None, parts: NDArray[np.object_]
) -> tuple[str, ...]:
    """Labels of the training people in a fixed order; the missing label is not among them."""
    if condition is None:
        return ()
    known = sorted(set(panel.labels(condition)[parts == TRAIN]) - {UNLABELLED})
    if not known:
        raise ModelError(
            f"No training person has a label in the column {condition[:40]!r}.",
            "Choose another column to condition on, or train without a condition.",
        )
    return tuple(known)


def categories(panel: Panel, condition: str, labels: tuple[str, ...]) -> NDArray[np.int64]:
    """Category of every row: 1 + its label's place, 0 for a missing or unknown label."""
    place = {label: k + 1 for k, label in enumerate(labels)}
    by_sample = np.array([place.get(label, 0) for label in panel.labels(condition)], np.int64)
    return np.repeat(by_sample, panel.rows_per_sample)


def _network(
    shape: ModelConfig, components: Components, frequencies: NDArray[np.float64], seed: int
) -> Autoencoder:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = Autoencoder(shape)
    spread = np.maximum(components.train_scores.std(0), 1e-6)
    rank = min(shape.rank, components.n_components)
    variance = frequencies * (1 - frequencies)
    safe_scale = np.where(components.scale > 0, components.scale, np.inf)
    # First-order change of the logit per standard deviation of a component.
    change = components.loadings[:, :rank] * spread[:rank]
    change = change / (safe_scale * shape.ploidy * variance)[:, None]
    with torch.no_grad():
        network.site_center.copy_(torch.from_numpy(components.center))
        network.site_scale.copy_(torch.from_numpy(components.scale))
        network.loadings.copy_(torch.from_numpy(components.loadings))
        network.score_scale.fill_(float(1 / spread[0]))
        network.sites.weight.mul_(0.01)
        network.sites.weight[:, :rank] = torch.from_numpy(change.astype(np.float32))
        network.sites.bias.copy_(torch.from_numpy(np.log(frequencies / (1 - frequencies))))
    return network
