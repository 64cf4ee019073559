"""One map of people against the truth: every figure, or the reason why there is none."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vaeviz.analysis import map_metrics
from vaeviz.analysis.evaluation_report import Measured
from vaeviz.analysis.method_maps import MapInput
from vaeviz.analysis.neighbours import HeldOutAccuracy, knn_accuracy, lda_accuracy
from vaeviz.analysis.popgen import hudson_fst_matrix
from vaeviz.data.panel import LEVELS
from vaeviz.errors import PanelError

NO_LABELS = "The panel has no labels at this level."
ONE_LABEL = "Everybody has the same label at this level."


@dataclasses.dataclass(frozen=True, eq=False)
class Truth:
    """What maps are judged by; the same for all methods.

    Attributes
    ----------
    labels : dict
        Level -> object array (n_samples,), for levels with two labels or more.
    missing : dict
        Level -> why it has no labels to find.
    level : str or None
        Finest level with labels: that of clusters and distances.
    train, held_out : bool, shape (n_samples,)
    fst_train, fst_all : DataFrame or None
        Hudson's Fst of training people and of everybody.
    places : float64, shape (n_samples, 2)
        As `map_metrics.flat_places`.
    reference : float64, shape (n_samples, n_components)
        Cross-fitted principal components.
    """

    labels: dict[str, NDArray[np.object_]]
    missing: dict[str, str]
    level: str | None
    train: NDArray[np.bool_]
    held_out: NDArray[np.bool_]
    fst_train: pd.DataFrame | None
    fst_all: pd.DataFrame | None
    places: NDArray[np.float64]
    reference: NDArray[np.float64]


def make_truth(given: MapInput) -> Truth:
    """Labels, Fst, places and neighbours to judge maps by."""
    panel, train = given.panel, given.train
    labels = {level: panel.labels(level) for level in LEVELS if panel.has_labels(level)}
    several = {level: x for level, x in labels.items() if len(set(x)) > 1}
    missing = {x: ONE_LABEL if x in labels else NO_LABELS for x in LEVELS if x not in several}
    level = next((x for x in ("population", "superpopulation") if x in several), None)
    fst_train = fst_all = None
    if level is not None:
        fst_all = hudson_fst_matrix(panel, level)
        if train.any():
            fst_train = hudson_fst_matrix(panel.take_samples(train), level)
    places = map_metrics.flat_places(panel.samples["latitude"], panel.samples["longitude"])
    reference = given.scores.drop(columns="sample").to_numpy(float)
    return Truth(
        several, missing, level, train, given.held_out, fst_train, fst_all, places, reference
    )


def judge(points: NDArray[np.float64], truth: Truth) -> dict[str, Measured]:
    """Every figure of one map, but bits; shape of `points` (n_samples, n_dimensions)."""
    found: dict[str, Measured] = {}
    for rule, measure in (("knn", knn_accuracy), ("lda", lda_accuracy)):
        for level in ("population", "superpopulation"):
            found[f"{rule}_{level}"] = _vote(measure, points, truth, level)
    found |= _clusters(points, truth)
    found["rho"] = _rho(points, truth, truth.held_out, truth.fst_train)
    found["rho_all"] = _rho(points, truth, np.ones_like(truth.held_out), truth.fst_all)
    found |= _geography(points, truth)
    found["neighbours_kept"] = _measured(
        lambda: map_metrics.neighbours_kept(truth.reference, points, truth.held_out)
    )
    held = truth.held_out
    found["trustworthiness"] = _measured(
        lambda: (map_metrics.trust(truth.reference[held], points[held]), int(held.sum()))
    )
    return found


def _vote(
    measure: Callable[..., HeldOutAccuracy], points: NDArray[np.float64], truth: Truth, level: str
) -> Measured:
    if level not in truth.labels:
        return Measured(why=truth.missing[level])
    try:
        x = measure(points, truth.labels[level], truth.train, truth.held_out)
    except PanelError as error:
        return Measured(why=error.message)
    return Measured(value=x.accuracy, ci_low=x.ci_low, ci_high=x.ci_high, n=x.n)


def _clusters(points: NDArray[np.float64], truth: Truth) -> dict[str, Measured]:
    names = ("silhouette", "calinski_harabasz", "davies_bouldin")
    if truth.level is None:
        return {name: Measured(why=truth.missing["population"]) for name in names}
    held = truth.held_out
    try:
        scores = map_metrics.cluster_scores(points[held], truth.labels[truth.level][held])
    except PanelError as error:
        return {name: Measured(why=error.message) for name in names}
    return {name: Measured(value=scores[name], n=int(held.sum())) for name in names}


def _rho(
    points: NDArray[np.float64],
    truth: Truth,
    people: NDArray[np.bool_],
    fst: pd.DataFrame | None,
) -> Measured:
    if truth.level is None:
        return Measured(why=truth.missing["population"])
    if fst is None:
        return Measured(why="The panel holds no training people of the model.")
    labels = truth.labels[truth.level]
    try:
        rho, low, high, n = map_metrics.distance_rho(points[people], labels[people], fst)
    except PanelError as error:
        return Measured(why=error.message)
    return Measured(value=rho, ci_low=finite(low), ci_high=finite(high), n=n)


def _geography(points: NDArray[np.float64], truth: Truth) -> dict[str, Measured]:
    held = truth.held_out
    found = {
        "procrustes": _measured(
            lambda: map_metrics.procrustes_correlation(points[held], truth.places[held])
        )
    }
    try:
        *r2, n = map_metrics.place_r2(points, truth.places, truth.train, held)
    except PanelError as error:
        return found | {
            name: Measured(why=error.message)
            for name in ("r2_places", "r2_latitude", "r2_longitude")
        }
    longitude, latitude = (finite(x) for x in r2)
    both = [x for x in (longitude, latitude) if x is not None]
    why = "" if both else "Held-out people all come from one place."
    mean = float(np.mean(both)) if both else None
    return found | {
        "r2_places": Measured(value=mean, n=n, why=why),
        "r2_latitude": Measured(value=latitude, n=n),
        "r2_longitude": Measured(value=longitude, n=n),
    }


def _measured(compute: Callable[[], tuple[float, int]]) -> Measured:
    try:
        value, n = compute()
    except PanelError as error:
        return Measured(why=error.message)
    return Measured(value=finite(value), n=n)


def finite(value: float) -> float | None:
    """The value; None where it is NaN or infinite, which JSON has no word for."""
    return float(value) if math.isfinite(value) else None
