"""What a classifier needs of the training people, and a model file may publish of them."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Annotated, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from vaeviz.config import MAX_LATENT, Settings
from vaeviz.errors import CheckpointError, ConfigError
from vaeviz.training.groups import Floats, Groups
from vaeviz.training.linear import (
    Linear,
)

Method = Literal["lda", "logistic", "knn"]
METHODS: tuple[Method, ...] = ("logistic", "lda", "knn")
"""In the order in which ties are broken: logistic regression is the least overconfident."""
MAX_CLASSES, MAX_COMPONENTS, MAX_POINTS = 1_000, 1_024, 1_000_000
NEIGHBOURS = 10

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
