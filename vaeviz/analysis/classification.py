"""Which group of training people each person of a query is most like, and when not to say."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vaeviz.data.align import AlignmentReport, aligned_counts
from vaeviz.data.panel import Panel
from vaeviz.errors import ModelError
from vaeviz.training.linear import code_logits, softmax
from vaeviz.training.reference import METHODS, Level, Method

if TYPE_CHECKING:
    from vaeviz.training.model import TrainedModel

Floats = NDArray[np.float64]
Asked = Literal["auto", "lda", "knn", "logistic", "code-length"]
ASKED: tuple[Asked, ...] = ("auto", "lda", "knn", "logistic", "code-length")

BETWEEN, FAR, FEW = "between groups", "far from all groups", "few sites"
FLAGS = (BETWEEN, FAR, FEW)
MIN_PROBABILITY = 0.7
"""Probability of the likeliest label under which a person counts as between groups."""
MIN_PERSON_SITES = 0.25
"""Share of the model's sites that a person needs, or the call is flagged."""


@dataclasses.dataclass(frozen=True)
class Calls:
    """Calls of a query, one row a person.

    Attributes
    ----------
    table : DataFrame
        sample, predicted, probability, flag ('' or one of `FLAGS`), site_overlap (share of the
        model's sites observed in the person), second, second_probability, distance_ratio
        (distance to the nearest group over the cut-off: above 1 is far; NaN where the model
        gives no scores), split, reported (the person's own label).
    probabilities : DataFrame
        One column a label, rows as in `table`.
    level : str
    method : str
        What decided; never 'auto'.
    overlap : AlignmentReport
    """

    table: pd.DataFrame
    probabilities: pd.DataFrame
    level: str
    method: Method | Literal["code-length"]
    overlap: AlignmentReport


def classify(
    model: TrainedModel, query: Panel, level: str = "population", method: Asked = "auto"
) -> Calls:
    """Infer a label for every person of a query from a model's training people.

    Flagged people keep their best guess in `predicted`; whether to use it is for the reader.

    Parameters
    ----------
    model : TrainedModel
    query : Panel
        Any panel with enough of the model's sites; labels are not needed and not used.
    level : str
        'population' or 'superpopulation'.
    method : str
        'auto' takes what fitted validation people best. 'lda' and 'logistic' work on component
        scores, 'knn' on the latent map. 'code-length' takes the label under which a conditional
        model needs the fewest bits for the person (Geleta et al. 2026).

    Raises
    ------
    ModelError
        The model knows no such level or method, or under a tenth of its sites are in the query.
    """
    alignment = model.align(query)
    observed = (aligned_counts(query.as_dosages(), alignment) >= 0).mean(axis=1)
    names, logits, used = _logits(model, query, level, method)
    probability = softmax(logits)
    ratio, flags = _flags(model, query, level, probability.max(axis=1))
    flags = np.where(observed < MIN_PERSON_SITES, FEW, flags)
    table = _table(query, level, np.array(names, dtype=object), probability)
    table["flag"], table["site_overlap"] = flags, observed
    table["distance_ratio"], table["split"] = ratio, model.split_of(query)
    columns = ["sample", "predicted", "probability", "flag", "site_overlap"]
    table = table[[*columns, *(c for c in table if c not in columns)]]
    shares = pd.DataFrame(probability, columns=pd.Index(names, dtype=object))
    return Calls(table, shares, level, used, alignment.report)


def levels_of(model: TrainedModel) -> list[str]:
    """Levels of labels that the model can infer, by whatever method."""
    levels = list(model.reference.levels) if model.reference is not None else []
    condition = model.config.condition
    return levels + [condition] if condition and condition not in levels else levels


def methods_of(model: TrainedModel, level: str) -> list[Asked]:
    """Methods that the model offers at a level, 'auto' first."""
    found: list[Asked] = []
    if model.reference is not None and level in model.reference.levels:
        found += ["auto", "lda", "logistic"]
        found += [] if model.config.condition else ["knn"]
    if model.config.condition == level:
        found += ["code-length"] if found else ["auto", "code-length"]
    return found


def _table(
    query: Panel, level: str, names: NDArray[np.object_], probability: Floats
) -> pd.DataFrame:
    order = np.argsort(-probability, axis=1, kind="stable")
    rows = np.arange(len(order))
    first, second = order[:, 0], order[:, min(1, order.shape[1] - 1)]
    return pd.DataFrame(
        {
            "sample": query.sample_ids,
            "predicted": names[first],
            "probability": probability[rows, first],
            "second": names[second],
            "second_probability": probability[rows, second],
            "reported": query.labels(level),
        }
    )


def _logits(
    model: TrainedModel, query: Panel, level: str, method: Asked
) -> tuple[tuple[str, ...], Floats, Method | Literal["code-length"]]:
    """Labels, calibrated logits of every person, and the method that was used."""
    if method not in methods_of(model, level):
        raise _not_offered(model, level, method)
    if method == "code-length" or "lda" not in methods_of(model, level):
        temperature = model.reference.code_temperature if model.reference else None
        logits = code_logits(model.code_lengths(query)) / (temperature or 1.0)
        return model.config.condition_labels, logits, "code-length"
    reference = model.reference
    assert reference is not None
    found = reference.levels[level]
    used = _best(found, model) if method == "auto" else method
    latent = _latent(model, query) if used == "knn" else np.empty((query.n_samples, 0))
    logits = found.logits(used, _scores(model, query), latent, reference.points)
    return found.settings.classes, logits, used


def _best(level: Level, model: TrainedModel) -> Method:
    """The method that fitted validation people best, of those this model offers."""
    if level.settings.best == "knn" and model.config.condition:
        return min((m for m in METHODS if m != "knn"), key=level.settings.nats.__getitem__)
    return level.settings.best


def _flags(
    model: TrainedModel, query: Panel, level: str, probability: Floats
) -> tuple[Floats, NDArray[np.object_]]:
    """Distance over the cut-off, and who is between groups or far from all."""
    between = probability < MIN_PROBABILITY
    ratio = np.full(len(probability), np.nan)
    far = np.zeros(len(probability), dtype=bool)
    reference = model.reference
    if reference is not None and level in reference.levels:
        found = reference.levels[level]
        cut = found.settings
        places = found.groups.places(_scores(model, query))
        outside = places.outside / cut.outside_cutoff
        ratio = np.maximum(places.nearest.min(axis=1) / cut.far_cutoff, outside)
        on_line = (places.gain > cut.gain_cutoff) & (places.line <= cut.far_cutoff)
        on_line &= outside <= 1
        far, between = (ratio > 1) & ~on_line, between | on_line
    flags = np.select([far, between], [FAR, BETWEEN], default="").astype(object)
    return ratio, flags


def _scores(model: TrainedModel, query: Panel) -> Floats:
    return model.scores(query).astype(float)


def _latent(model: TrainedModel, query: Panel) -> Floats:
    table = model.embed(query)
    return table[[c for c in table if c.endswith("_mean")]].to_numpy(float)


def _not_offered(model: TrainedModel, level: str, method: str) -> ModelError:
    offered = methods_of(model, level)
    if method == "code-length":
        return ModelError(
            f"Code lengths need a model conditioned on {level[:40]!r}; this one is conditioned on "
            f"{model.config.condition or 'nothing'!r}.",
            f"Train one: python -m vaeviz train PANEL --condition {level[:40]} -o MODEL.vaeviz",
        )
    if model.reference is None:
        return ModelError(
            "The model file holds no reference to classify by: it reads sequences, or was made "
            "by an earlier version.",
            "Use a map model: python -m vaeviz train PANEL -o MODEL.vaeviz",
        )
    if not offered:
        known = ", ".join(levels_of(model)) or "none"
        return ModelError(
            f"The model can tell no {level[:40]!r} labels: fewer than two of them had two "
            f"training people. Levels it knows: {known}.",
            "Choose another level, or train on a panel with these labels.",
        )
    if method == "knn":
        return ModelError(
            "The map of a model conditioned on ancestry leaves ancestry out, so neighbours on it "
            "tell nothing.",
            "Use lda, logistic or code-length, or train a model without a condition.",
        )
    return ModelError(
        f"There is no method {method[:40]!r} for this model.",
        f"Choose one of: {', '.join(offered)}.",
    )
