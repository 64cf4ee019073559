"""What a classifier needs of the training people, and a model file may publish of them."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Annotated, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import Field

from vaeviz.config import MAX_LATENT, Settings
from vaeviz.data.panel import UNLABELLED
from vaeviz.errors import CheckpointError, ConfigError
from vaeviz.training.groups import Floats, Groups, cut_offs
from vaeviz.training.linear import (
    MIN_HELD,
    Linear,
    choose_lda,
    choose_logistic,
    fit_temperature,
    label_nats,
)
from vaeviz.training.split import TRAIN, VALIDATION

Method = Literal["lda", "logistic", "knn"]
METHODS: tuple[Method, ...] = ("logistic", "lda", "knn")
"""In the order in which ties are broken: logistic regression is the least overconfident."""
TIE_NATS = 0.02
MIN_PEOPLE = 2
MAX_CLASSES, MAX_COMPONENTS, MAX_POINTS = 1_000, 1_024, 1_000_000
NEIGHBOURS = 10
DECIMALS = 3

CodeLengths = tuple[str, tuple[str, ...], Floats]
Positive = Annotated[float, Field(gt=0, le=1e12, allow_inf_nan=False)]


class LevelSettings(Settings):
    """What is said of a level in words and single numbers.

    Attributes
    ----------
    classes : labels with at least two training people, sorted
    best : the method whose probabilities fit the validation people best
    temperatures : logits of a method are divided by it
    chosen : settings of a method, for people
    nats : mean cost of a validation person's true label under each method
    far_cutoff, outside_cutoff, gain_cutoff : beyond the first two a person is far from all
        groups, beyond the third between two of them
    n_validation : people that all this was chosen on
    """

    classes: tuple[Annotated[str, Field(max_length=20_000)], ...] = Field(
        min_length=2, max_length=MAX_CLASSES
    )
    best: Method
    temperatures: dict[Method, Positive]
    chosen: dict[Method, Annotated[str, Field(max_length=200)]]
    nats: dict[Method, Annotated[float, Field(ge=0, allow_inf_nan=False)]]
    far_cutoff: Positive
    outside_cutoff: Positive
    gain_cutoff: Positive
    n_validation: Annotated[int, Field(ge=0)]


class ReferenceSettings(Settings):
    """The text part of a reference; the sizes of the arrays are checked against it."""

    levels: dict[Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")], LevelSettings] = Field(
        max_length=10
    )
    n_components: Annotated[int, Field(ge=1, le=MAX_COMPONENTS)]
    n_latent: Annotated[int, Field(ge=1, le=MAX_LATENT)]
    n_points: Annotated[int, Field(ge=1, le=MAX_POINTS)]
    code_temperature: Positive | None = None


@dataclasses.dataclass(frozen=True)
class Level:
    """Classifiers of one level of labels.

    Attributes
    ----------
    settings : LevelSettings
    lda, logistic : Linear
        On component scores.
    groups : Groups
    codes : int32, shape (n_points,)
        Class of each published latent point, -1 where it has none.
    """

    settings: LevelSettings
    lda: Linear
    logistic: Linear
    groups: Groups
    codes: NDArray[np.int32]

    def logits(self, method: Method, scores: Floats, latent: Floats, points: Floats) -> Floats:
        """Calibrated logits of people by one method: (n_samples, n_classes)."""
        temperature = self.settings.temperatures[method]
        if method == "knn":
            return neighbour_logits(points, self.codes, latent, self.n_classes) / temperature
        linear = self.lda if method == "lda" else self.logistic
        return linear.logits(scores) / temperature

    @property
    def n_classes(self) -> int:
        """Number of labels told apart."""
        return len(self.settings.classes)


@dataclasses.dataclass(frozen=True)
class Reference:
    """Classifiers by level, and latent positions of training people for a vote.

    Positions are shuffled and rounded and carry no sample IDs.

    Attributes
    ----------
    levels : dict of level name to Level
        Levels with at least two labels of at least two training people; may be empty.
    points : float64, shape (n_points, n_latent)
    n_components : int
        Width of the component scores.
    code_temperature : float or None
        Of code lengths under a conditional model.
    """

    levels: dict[str, Level]
    points: Floats
    n_components: int
    code_temperature: float | None = None

    def to_json(self) -> str:
        """Labels and settings as JSON text."""
        return ReferenceSettings(
            levels={name: level.settings for name, level in self.levels.items()},
            n_components=self.n_components,
            n_latent=self.points.shape[1],
            n_points=len(self.points),
            code_temperature=self.code_temperature,
        ).to_json()

    def to_arrays(self) -> dict[str, NDArray]:
        """Everything else: float32 and int32 arrays by name."""
        arrays = {"points": self.points.astype(np.float32)}
        for name, level in self.levels.items():
            values = {
                "lda_coef": level.lda.coef,
                "lda_intercept": level.lda.intercept,
                "logistic_coef": level.logistic.coef,
                "logistic_intercept": level.logistic.intercept,
                "means": level.groups.means,
                "covariance": level.groups.covariance,
                "spread": level.groups.spread,
            }
            arrays |= {f"{name}.{k}": np.asarray(v, np.float32) for k, v in values.items()}
            arrays[f"{name}.codes"] = level.codes.astype(np.int32)
        return arrays

    @classmethod
    def from_parts(cls, text: str | bytes, arrays: Mapping[str, NDArray]) -> Self:
        """Rebuild from `to_json` and `to_arrays`; nothing of either is believed unchecked.

        Raises
        ------
        CheckpointError
            Unknown settings, arrays of other names, shapes or types, values that are no
            numbers, a covariance that is none.
        """
        try:
            settings = ReferenceSettings.from_json(text)
        except ConfigError as error:
            raise CheckpointError(f"The model's reference is not valid. {error.message}") from None
        expected = expected_arrays(settings)
        if {k: (v.shape, v.dtype) for k, v in arrays.items()} != expected:
            raise CheckpointError("The model's reference arrays do not fit its settings.")
        if not all(np.isfinite(v).all() for v in arrays.values()):
            raise CheckpointError("The model's reference holds values that are not numbers.")
        levels = {name: _level(name, s, arrays) for name, s in settings.levels.items()}
        points = arrays["points"].astype(float)
        return cls(levels, points, settings.n_components, settings.code_temperature)


def reference_bytes(text: str | bytes) -> int:
    """Bytes that the arrays going with `to_json` text take; to check a file before it is read.

    Raises
    ------
    CheckpointError
        Unknown settings.
    """
    try:
        expected = expected_arrays(ReferenceSettings.from_json(text))
    except ConfigError as error:
        raise CheckpointError(f"The model's reference is not valid. {error.message}") from None
    return sum(math.prod(shape) * dtype.itemsize for shape, dtype in expected.values())


def expected_arrays(settings: ReferenceSettings) -> dict[str, tuple[tuple[int, ...], np.dtype]]:
    """Shape and type of every array that goes with these settings (sizes to check a file by)."""
    single, whole = np.dtype(np.float32), np.dtype(np.int32)
    width, points = settings.n_components, settings.n_points
    found: dict[str, tuple[tuple[int, ...], np.dtype]] = {
        "points": ((points, settings.n_latent), single)
    }
    for name, level in settings.levels.items():
        n = len(level.classes)
        for key in ("lda_coef", "logistic_coef", "means"):
            found[f"{name}.{key}"] = ((n, width), single)
        for key in ("lda_intercept", "logistic_intercept", "spread"):
            found[f"{name}.{key}"] = ((n,), single)
        found[f"{name}.covariance"] = ((width, width), single)
        found[f"{name}.codes"] = ((points,), whole)
    return found


def _level(name: str, settings: LevelSettings, arrays: Mapping[str, NDArray]) -> Level:
    def take(key: str) -> Floats:
        return arrays[f"{name}.{key}"].astype(float)

    groups = Groups(take("means"), take("covariance"), take("spread"))
    codes = arrays[f"{name}.codes"]
    asked = set(METHODS)
    if (
        not groups.usable()
        or not ((codes >= -1) & (codes < len(settings.classes))).all()
        or not (codes >= 0).any()
        or any(set(x) != asked for x in (settings.temperatures, settings.chosen, settings.nats))
        or len(set(settings.classes)) < len(settings.classes)
    ):
        raise CheckpointError(f"The model's reference of {name} labels is not usable.")
    lda = Linear(take("lda_coef"), take("lda_intercept"))
    logistic = Linear(take("logistic_coef"), take("logistic_intercept"))
    return Level(settings, lda, logistic, groups, codes)


def neighbour_logits(
    points: Floats, codes: NDArray[np.int32], latent: Floats, n_classes: int
) -> Floats:
    """Logarithms of the shares of a vote among the nearest labelled points.

    Every class gets half a vote beforehand, so that no share is 0.
    """
    from scipy.spatial import cKDTree

    known = codes >= 0
    labels = codes[known]
    k = min(NEIGHBOURS, len(labels))
    _, near = cKDTree(points[known]).query(latent, k=k)
    near = np.asarray(near).reshape(len(latent), k)
    votes = np.stack([(labels[near] == c).sum(axis=1) for c in range(n_classes)], axis=1)
    return np.log(votes + 0.5)


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


def code_logits(bits: Floats) -> Floats:
    """Log-likelihood of each label up to a constant a row: the shortest code wins."""
    return -(bits - bits.min(axis=1, keepdims=True)) * np.log(2)


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
