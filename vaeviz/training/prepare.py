"""From a panel and settings to everything the loop needs: split, scores, an initialised network."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import Tensor

from vaeviz.config import ModelConfig, TrainConfig
from vaeviz.data.panel import UNLABELLED, Panel
from vaeviz.errors import ModelError
from vaeviz.models.autoencoder import Autoencoder
from vaeviz.models.shapes import ComponentEncoder, GlobalDecoder, WindowDecoder
from vaeviz.training.bits import training_frequencies
from vaeviz.training.components import Components, fit_components
from vaeviz.training.geometry import Geometry
from vaeviz.training.mosaic import Mosaic
from vaeviz.training.split import TEST, TRAIN, VALIDATION, family_of, split_samples
from vaeviz.training.windows import stretch_starts, window_starts

MAX_START_ROWS = 1_024
MIN_SHRINKAGE = 0.01
MIN_VARIANCE = 0.05
"""Rare sites enter a window's encoder with no more weight than a site of this variance."""
SAME_FIELDS = (
    "rows",
    "shape",
    "shared_windows",
    "window_hidden",
    "window_features",
    "bottleneck",
    "codebook_size",
    "codebook_heads",
    "shared_codebook",
    "autoregressive",
    "n_latent",
    "hidden",
    "condition",
)
"""Settings that a run hands on to the network as they are."""


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
    features : float32 Tensor, shape (n_rows, n_components), or None
        Encoder input of the global shape: scores, cross-fitted on training rows, plain
        projections elsewhere. Other shapes read the counts.
    category : int64 Tensor, shape (n_rows,) or None
    geometry : Geometry or None
        Terms of the loss beside the ELBO.
    mosaic : Mosaic or None
        Augmentation.
    """

    panel: Panel
    parts: NDArray[np.object_]
    rows: dict[str, NDArray[np.int64]]
    components: Components
    frequencies: NDArray[np.float64]
    network: Autoencoder
    features: Tensor | None
    category: Tensor | None
    geometry: Geometry | None
    mosaic: Mosaic | None


def prepare(
    panel: Panel, config: TrainConfig, genetic_map: NDArray[np.float64] | None = None
) -> Prepared:
    """Split samples, fit components on training rows, and start a network from them.

    Raises
    ------
    PanelError, ModelError
        Too few samples, no varying site, haplotypes of an unphased panel, unknown condition.
    """
    panel = panel.model_rows(config.rows)
    parts = split_samples(panel, config.seed, config.train_fraction, config.validation_fraction)
    rows = {p: panel.row_index(np.flatnonzero(parts == p)) for p in (TRAIN, VALIDATION, TEST)}
    components = training_components(panel, config, parts)
    frequencies = training_frequencies(panel.counts[rows[TRAIN]], panel.ploidy)
    labels = condition_labels(panel, config.condition, parts)
    shape = model_config(panel, config, components.n_components, labels)
    network = _network(shape, components, frequencies, config.seed)
    features = None
    if isinstance(network.encoder, ComponentEncoder):
        scores = components.all_scores(panel.counts)
        features = torch.from_numpy(scores) * network.encoder.score_scale
    category = None
    if config.condition is not None:
        category = torch.from_numpy(categories(panel, config.condition, labels))
        if isinstance(network.encoder, ComponentEncoder):
            _start_labels(network, components, category[torch.from_numpy(rows[TRAIN])])
    geometry = None
    if config.uses_geometry():
        geometry = Geometry(components.train_scores, config)
    prepared = Prepared(
        panel,
        parts,
        rows,
        components,
        frequencies,
        network,
        features,
        category,
        geometry,
        _mosaic(panel, config, rows[TRAIN], genetic_map),
    )
    _start_bottleneck(prepared, config.seed)
    return prepared


def training_components(
    panel: Panel, config: TrainConfig, parts: NDArray[np.object_]
) -> Components:
    """Components of the training people, as a run with these settings and split fits them.

    `panel` has the rows the model reads. Same arguments, same components: what a model needs to
    find the cross-fitted scores of its training people again.
    """
    rows = panel.row_index(np.flatnonzero(parts == TRAIN))
    # One fold of everybody is not cross-fitted: without a component encoder there is no need.
    # Relatives share a fold: their scores would otherwise tell each other's.
    is_global = config.shape == "global"
    family = family_of(panel) if is_global else np.zeros(panel.n_samples, np.int64)
    folds = np.repeat(family, panel.rows_per_sample)
    return fit_components(panel.counts, panel.ploidy, rows, config.n_components, config.seed, folds)


def model_config(
    panel: Panel, config: TrainConfig, n_components: int, labels: tuple[str, ...]
) -> ModelConfig:
    """Shape of the network for this panel and these settings."""
    same = config.model_dump(include=set(SAME_FIELDS))
    is_global = config.shape == "global"
    windows = () if is_global else window_starts(panel.sites, config)
    return ModelConfig.make(
        **same,
        ploidy=panel.ploidy,
        n_sites=panel.n_sites,
        windows=windows,
        stretches=stretch_starts(panel.sites) if config.autoregressive else (),
        n_components=n_components,
        rank=max(config.rank, min(config.n_latent, panel.n_sites)),
        site_blocks=min(config.site_blocks, panel.n_sites) if is_global else 1,
        dropout=config.decoder_dropout(),
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
    bias = torch.from_numpy(np.log(frequencies / (1 - frequencies)).astype(np.float32))
    encoder, decoder = network.encoder, network.decoder
    with torch.no_grad():
        encoder.site_center.copy_(torch.from_numpy(components.center))
        if isinstance(encoder, ComponentEncoder) and isinstance(decoder, GlobalDecoder):
            _start_global(encoder, decoder, components, frequencies, bias)
        elif isinstance(decoder, WindowDecoder):
            variance = shape.ploidy * frequencies * (1 - frequencies)
            scale = 1 / np.sqrt(np.maximum(variance, MIN_VARIANCE))
            encoder.site_scale.copy_(torch.from_numpy(scale.astype(np.float32)))
            decoder.bias.copy_(bias)
            if decoder.context is not None:
                decoder.context.site_mean.copy_(torch.from_numpy(shape.ploidy * frequencies))
    return network


def _start_global(
    encoder: ComponentEncoder,
    decoder: GlobalDecoder,
    components: Components,
    frequencies: NDArray[np.float64],
    bias: Tensor,
) -> None:
    """Loadings into the encoder; into the decoder, what a unit of each component does to logits."""
    spread = np.maximum(components.train_scores.std(0), 1e-6)
    rank = min(decoder.weights[0].shape[1], components.n_components)
    safe_scale = np.where(components.scale > 0, components.scale, np.inf)
    # First-order change of the logit per standard deviation of a component.
    change = components.loadings[:, :rank] * spread[:rank]
    change = change / (safe_scale * decoder.ploidy * frequencies * (1 - frequencies))[:, None]
    start = torch.from_numpy(change.astype(np.float32))
    encoder.site_scale.copy_(torch.from_numpy(components.scale))
    encoder.loadings.copy_(torch.from_numpy(components.loadings))
    reliable = components.shrinkage.clip(MIN_SHRINKAGE, 1) / spread[0]
    encoder.score_scale.copy_(torch.from_numpy(reliable.astype(np.float32)))
    for k, (weight, block_bias) in enumerate(zip(decoder.weights, decoder.biases, strict=True)):
        weight[:, :rank] = start[k :: decoder.n_blocks]
        block_bias.copy_(bias[k :: decoder.n_blocks])


def _start_labels(network: Autoencoder, components: Components, category: Tensor) -> None:
    """Mean components of every label: off the encoder's input, into the decoder.

    A conditional decoder starts with what it is told, to first order, so that the latent need not
    carry it.
    """
    encoder, decoder = network.encoder, network.decoder
    assert isinstance(encoder, ComponentEncoder)
    assert isinstance(decoder, GlobalDecoder)
    assert decoder.label_skip is not None
    scores = torch.from_numpy(components.train_scores)
    spread = scores.std(0).clamp(min=1e-6)
    rank = min(decoder.label_skip.out_features, scores.shape[1])
    with torch.no_grad():
        for k in range(1, len(encoder.label_center)):
            mean = scores[category == k].mean(0)
            encoder.label_center[k] = mean * encoder.score_scale
            decoder.label_skip.weight[:rank, k] = (mean / spread)[:rank]


def _mosaic(
    panel: Panel,
    config: TrainConfig,
    train: NDArray[np.int64],
    genetic_map: NDArray[np.float64] | None,
) -> Mosaic | None:
    if config.augment == "none":
        return None
    codes, names = pd.factorize(panel.labels("population"), sort=True)
    codes = np.where(np.isin(names[codes], [UNLABELLED]), -1, codes).astype(np.int64)
    return Mosaic(
        torch.from_numpy(np.array(panel.counts)),
        np.repeat(codes, panel.rows_per_sample),
        train,
        panel.sites,
        generations=config.generations,
        genetic_map=genetic_map,
        cm_per_mb=config.cm_per_mb,
    )


def _start_bottleneck(prepared: Prepared, seed: int) -> None:
    """Codebooks start where the encoder puts training rows."""
    rows = torch.from_numpy(prepared.rows[TRAIN])
    generator = torch.Generator().manual_seed(seed)
    rows = rows[torch.randperm(len(rows), generator=generator)[:MAX_START_ROWS]]
    network, category = prepared.network, prepared.category
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(seed)
        if prepared.features is None:
            features = network.features(torch.from_numpy(prepared.panel.counts[rows.numpy()]))
        else:
            features = prepared.features[rows]
        location, _ = network.locate(features, None if category is None else category[rows])
        network.bottleneck.start(location)
