"""Fitting what a map's file publishes for classifiers; choices are made on validation people."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vaeviz.data.panel import UNLABELLED
from vaeviz.training.groups import Floats, Groups, cut_offs
from vaeviz.training.linear import (
    MIN_HELD,
    choose_lda,
    choose_logistic,
    code_logits,
    fit_temperature,
    label_nats,
)
from vaeviz.training.reference import (
    METHODS,
    NEIGHBOURS,
    Level,
    LevelSettings,
    Reference,
    neighbour_logits,
)
from vaeviz.training.split import TRAIN, VALIDATION

TIE_NATS = 0.02
MIN_PEOPLE = 2
DECIMALS = 3

CodeLengths = tuple[str, tuple[str, ...], Floats]


def fit_reference(
    scores: ArrayLike,
    latent: ArrayLike,
    labels: Mapping[str, NDArray[np.object_]],
    parts: NDArray[np.object_],
    seed: int,
    code_lengths: CodeLengths | None = None,
) -> Reference:
    """Fit classifiers on training people; choose their settings on validation people.

    The linear ones are then fitted on both. Test people enter nothing. Levels with fewer than two
    labels of at least two training people are left out.

    Parameters
    ----------
    scores : shape (n_samples, n_components)
        Component scores, cross-fitted for training people.
    latent : shape (n_samples, n_latent)
        Posterior means.
    labels : dict of level to object array (n_samples,)
        `UNLABELLED` where a person has none.
    parts : object array, shape (n_samples,)
        'train', 'validation', 'test'.
    seed : int
        Of the order of the published points.
    code_lengths : tuple, optional
        Of a conditional model: the level it is conditioned on, its labels, and the bits of every
        sample under each of them, (n_samples, n_labels).
    """
    values, places = np.asarray(scores, dtype=float), np.asarray(latent, dtype=float)
    train = np.flatnonzero(parts == TRAIN)
    order = np.random.default_rng([seed, 7]).permutation(train)
    points = _rounded(places[order])
    held = np.flatnonzero(parts == VALIDATION)
    levels = {}
    for name, column in labels.items():
        classes = _classes(column[train])
        if len(classes) >= 2:
            levels[name] = _fit_level(values, places, column, classes, order, held, points)
    temperature = _code_temperature(labels, held, code_lengths) if code_lengths else None
    return Reference(levels, points, values.shape[1], temperature)


def _code_temperature(
    labels: Mapping[str, NDArray[np.object_]], held: NDArray[np.int64], lengths: CodeLengths
) -> float:
    level, names, bits = lengths
    codes = _codes(labels[level], names)
    known = held[codes[held] >= 0]
    return fit_temperature(code_logits(bits[known]), codes[known])


def _codes(labels: NDArray[np.object_], classes: tuple[str, ...]) -> NDArray[np.int64]:
    """Place of every label among the classes, -1 where it is none of them."""
    place = {label: k for k, label in enumerate(classes)}
    return np.array([place.get(label, -1) for label in labels], dtype=np.int64)


def _fit_level(
    scores: Floats,
    latent: Floats,
    labels: NDArray[np.object_],
    classes: tuple[str, ...],
    order: NDArray[np.int64],
    held: NDArray[np.int64],
    points: Floats,
) -> Level:
    codes = _codes(labels, classes)
    train, held = order[codes[order] >= 0], held[codes[held] >= 0]
    fit = (scores[train], codes[train], scores[held], codes[held])
    lda, logistic = choose_lda(*fit), choose_logistic(*fit)
    published = codes[order].astype(np.int32)
    votes = neighbour_logits(points, published, latent[held], len(classes))
    temperature = fit_temperature(votes, codes[held])
    nats = {
        "lda": lda.nats,
        "logistic": logistic.nats,
        "knn": label_nats(votes, codes[held], temperature),
    }
    groups = Groups.fit(scores[train], codes[train])
    asked = held if len(held) >= MIN_HELD else train
    cut = cut_offs(groups.places(scores[asked]))
    settings = LevelSettings.make(
        classes=classes,
        best=next(m for m in METHODS if nats[m] <= min(nats.values()) + TIE_NATS),
        temperatures={
            "lda": lda.temperature,
            "logistic": logistic.temperature,
            "knn": temperature,
        },
        chosen={
            "lda": lda.setting,
            "logistic": logistic.setting,
            "knn": f"{NEIGHBOURS} neighbours",
        },
        nats=nats,
        far_cutoff=cut.nearest,
        outside_cutoff=cut.outside,
        gain_cutoff=cut.gain,
        n_validation=len(held),
    )
    return Level(settings, lda.linear, logistic.linear, groups, published)


def _classes(labels: NDArray[np.object_]) -> tuple[str, ...]:
    names, counts = np.unique(labels.astype(str), return_counts=True)
    return tuple(
        str(n) for n, c in zip(names, counts, strict=True) if c >= MIN_PEOPLE and n != UNLABELLED
    )


def _rounded(values: Floats) -> Floats:
    """Three decimals of the scale of the map: no fingerprint beyond what a map shows."""
    scale = 10.0 ** np.floor(np.log10(max(float(values.std()), 1e-12)))
    return np.round(values / scale, DECIMALS) * scale
