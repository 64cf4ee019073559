"""Held-out figures of a fit, by the functions of the Compare and Classify pages."""

from __future__ import annotations

import dataclasses
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from benchmarks.latent.plan import DRAWN, METHODS, REFERENCE, Cost, Record, Task
from vaeviz.analysis.calls import judge_calls
from vaeviz.analysis.classification import Asked, classify
from vaeviz.analysis.evaluation import map_input
from vaeviz.analysis.judging import Truth, judge, make_truth
from vaeviz.analysis.method_maps import MapInput, make_map
from vaeviz.data.catalogue import open_panel
from vaeviz.data.panel import Panel
from vaeviz.training.model import TrainedModel, load_model

CALLS: tuple[Asked, ...] = ("auto", "lda", "logistic", "knn")
CALLED = ("population", "superpopulation")

Figures = dict[str, float | None]


def judged(task: Task, cost: Cost) -> Record:
    """The record of a fit that left its files in the task's folder."""
    reference = task.model_copy(update={"method": REFERENCE})
    given, truth = _truth(reference)
    model = load_model(task.file(".vaeviz")) if METHODS[task.method].training else None
    if model is not None and model.config.condition is not None:
        figures, points = _code_length(model, given.panel) | _gains(model), np.empty((0, 2))
    else:
        points = _points(task, given, model)
        figures = {key: x.value for key, x in judge(points, truth).items()}
        figures |= _gains(model) if model else {}
    if task == reference and model is not None and "conditional-population" in task.methods():
        figures |= _calls(model, given.panel)
    return Record(
        panel=task.panel,
        method=task.method,
        seed=task.seed,
        n_train=int(given.train.sum()),
        held_out=[int(i) for i in np.flatnonzero(given.held_out)],
        cost=cost,
        figures=figures,
        points=_drawn(points) if task.method in DRAWN else [],
    )


@lru_cache(maxsize=1)
def _truth(reference: Task) -> tuple[MapInput, Truth]:
    """What the maps of one panel and seed are judged by: the split and scores of one model."""
    panel = open_panel(reference.panel_ref())
    given = map_input(load_model(reference.file(".vaeviz")), panel, reference.seed)
    return given, make_truth(given)


def _points(task: Task, given: MapInput, model: TrainedModel | None) -> NDArray[np.float64]:
    if model is not None:
        return make_map("vae", dataclasses.replace(given, model=model)).points
    points: NDArray[np.float64] = np.load(task.file(".npy"), allow_pickle=False)
    return points


def _gains(model: TrainedModel) -> Figures:
    """Bits a genotype of test people under those of training frequencies: VAE, PCA of its size."""
    bits = {
        name: 2 * float(model.metrics[f"test_bits_per_allele{end}"])
        for name, end in (("vae", ""), ("pca", "_pca"), ("frequencies", "_frequencies"))
    }
    gain = {name: bits["frequencies"] - bits[name] for name in ("vae", "pca")}
    return {"gain": gain["vae"], "gain_pca": gain["pca"]}


def _calls(model: TrainedModel, panel: Panel) -> Figures:
    return {
        f"call_{method}_{level}": _balanced(model, panel, level, method)
        for method in CALLS
        for level in CALLED
    }


def _code_length(model: TrainedModel, panel: Panel) -> Figures:
    level = str(model.config.condition)
    return {f"call_code-length_{level}": _balanced(model, panel, level, "code-length")}


def _balanced(model: TrainedModel, panel: Panel, level: str, method: Asked) -> float:
    return judge_calls(classify(model, panel, level, method)).balanced_accuracy


def _drawn(points: NDArray[np.float64]) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in np.round(points[:, :2], 5)]
