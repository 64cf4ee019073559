"""One fit in a process of its own: `python -m benchmarks.latent.fit TASK_AS_JSON`.

Before the clock starts, the same method runs for an epoch on a small piece of the panel, so that
neither imports nor compilation are counted; small, for the sake of the memory that is read.
Models and points are left in the task's folder.
"""

from __future__ import annotations

import os
import sys
import time

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.latent.plan import METHODS, Cost, Method, Task
from benchmarks.measure import own_peak_mb
from vaeviz.config import TrainConfig
from vaeviz.data.catalogue import open_panel
from vaeviz.data.panel import Panel
from vaeviz.progress import Silent
from vaeviz.training.split import TRAIN, split_samples

WARM_PEOPLE, WARM_SITES = 4, 20
"""One person and one site in so many make that piece."""

Flags = NDArray[np.bool_]
Points = NDArray[np.float64]


Reading = tuple[float, float]
"""Processor seconds of the process, and its peak memory in MB."""


class _Meter(Silent):
    """Time and memory when an epoch was last done."""

    def __init__(self) -> None:
        self.read = _read()

    def update(self, done: float, total: float, message: str, **metrics: float) -> None:
        """Note both."""
        self.read = _read()


def _read() -> Reading:
    return time.process_time(), own_peak_mb()


def measure(task: Task) -> Cost:
    """Fit, read clock and memory, leave model or points in the task's folder."""
    panel = open_panel(task.panel_ref())
    fit = _train if METHODS[task.method].training else _place
    piece = panel.take_samples(np.arange(0, panel.n_samples, WARM_PEOPLE))
    piece = piece.take_sites(np.arange(0, panel.n_sites, WARM_SITES))
    fit(task, piece, task.config().model_copy(update={"epochs": 1}))
    start = time.process_time()
    (done, memory), (whole, whole_memory) = fit(task, panel, task.config())
    return Cost(
        cpu_s=done - start,
        peak_mb=memory,
        whole_cpu_s=whole - start,
        whole_peak_mb=whole_memory,
        load=os.getloadavg()[0],
    )


def _train(task: Task, panel: Panel, config: TrainConfig) -> tuple[Reading, Reading]:
    """Train a VAE; readings when its last epoch was done, and when its model was."""
    from vaeviz.training.loop import train_model

    meter = _Meter()
    model = train_model(panel, config, meter)
    whole = _read()
    model.save(task.file(".vaeviz"))
    return meter.read, whole


def _place(task: Task, panel: Panel, config: TrainConfig) -> tuple[Reading, Reading]:
    """Place everybody without a network; readings when that was done."""
    parts = split_samples(panel, config.seed, config.train_fraction, config.validation_fraction)
    train = np.asarray(parts == TRAIN, bool)
    points = _layout(METHODS[task.method], panel, train, config.seed)
    done = _read()
    np.save(task.file(".npy"), points)
    return done, done


def _layout(method: Method, panel: Panel, train: Flags, seed: int) -> Points:
    """Points of everybody, with the settings of the program."""
    from vaeviz.analysis import method_maps
    from vaeviz.analysis.embedding import pca_table, tsne_table, umap_table

    if method.cross_fitted:
        table = pca_table(panel, method_maps.N_COMPONENTS, train, seed)
    else:
        table = _raw_scores(panel, method_maps.N_COMPONENTS, train, seed)
    if method.layout == "umap":
        settings = (method_maps.UMAP_NEIGHBOURS, method_maps.UMAP_MIN_DIST)
        table = umap_table(table, seed, *settings, train)
    elif method.layout == "tsne":
        table = tsne_table(table, seed, method_maps.TSNE_PERPLEXITY, train)
    return table.drop(columns="sample").to_numpy(float)[:, : method.width]


def _raw_scores(panel: Panel, n_components: int, train: Flags, seed: int) -> pd.DataFrame:
    """Scores as most programs give them: in-sample on training people, projected elsewhere."""
    from vaeviz.training.components import fit_components

    counts = panel.as_dosages().counts
    one_fold = np.zeros(len(counts), np.int64)
    fitted = fit_components(counts, 2, np.flatnonzero(train), n_components, seed, one_fold)
    scores = fitted.scores(counts).astype(float)
    return pd.DataFrame(scores).assign(sample=panel.sample_ids)


if __name__ == "__main__":
    sys.stdout.write("\n" + measure(Task.from_json(sys.argv[1])).model_dump_json() + "\n")
