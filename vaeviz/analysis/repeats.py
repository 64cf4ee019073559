"""The same evaluation over several seeds: each trains a model of its own on a split of its own."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from vaeviz.analysis.evaluation import Compared, evaluate, stop_if_asked
from vaeviz.analysis.evaluation_report import METHODS, Evaluation, Method, SeedRun, Spread
from vaeviz.analysis.metric_definitions import METRICS
from vaeviz.config import TrainConfig
from vaeviz.data.panel import Panel
from vaeviz.progress import Part, Progress, Silent
from vaeviz.training.loop import train_model

TRAINING_SHARE = 0.8
"""Of the progress of a seed."""


def with_seeds(
    compared: Compared,
    panel: Panel,
    config: TrainConfig,
    n: int,
    methods: Sequence[Method] = METHODS,
    seed: int = 1,
    progress: Progress | None = None,
) -> Compared:
    """Add the figures of `n` further models to a comparison, with mean and sd of each figure.

    Parameters
    ----------
    compared
        Of the model whose settings are repeated.
    panel
        The panel to train on.
    config : TrainConfig
        Settings of every run; its seed is the first one, the others follow it. The seed rules
        split, start and training.
    n : int
    methods, seed
        As in `evaluate`; each run adds its number to `seed`.

    Raises
    ------
    PanelError, ModelError
        The panel does not suffice for training.
    Cancelled
    """
    progress = progress or Silent()
    runs = []
    for i in range(n):
        prefix = f"Seed {i + 1} of {n}: "
        settings = config.model_copy(update={"seed": config.seed + i})
        part = Part(progress, i, TRAINING_SHARE, n, prefix)
        model = train_model(panel, settings, part)
        stop_if_asked(progress)
        part = Part(progress, i + TRAINING_SHARE, 1 - TRAINING_SHARE, n, prefix)
        found = evaluate(model, panel, methods, seed + i, part).report
        runs.append(SeedRun(seed=settings.seed, methods=_values(found)))
    report = compared.report.model_copy(update={"seeds": tuple(runs), "spread": spread(runs)})
    return dataclasses.replace(compared, report=report)


def spread(runs: Sequence[SeedRun]) -> dict[str, dict[str, Spread]]:
    """Mean and sd (n - 1) of every method and metric over the runs that have it."""
    methods = dict.fromkeys(method for run in runs for method in run.methods)
    return {
        method: {
            metric: _spread([run.methods.get(method, {}).get(metric) for run in runs])
            for metric in METRICS
        }
        for method in methods
    }


def _spread(values: Sequence[float | None]) -> Spread:
    known = [x for x in values if x is not None]
    return Spread(
        mean=float(np.mean(known)) if known else None,
        sd=float(np.std(known, ddof=1)) if len(known) > 1 else None,
        n=len(known),
    )


def _values(report: Evaluation) -> dict[str, dict[str, float | None]]:
    return {
        method.name: {name: found.value for name, found in method.metrics.items()}
        for method in report.placed
    }
