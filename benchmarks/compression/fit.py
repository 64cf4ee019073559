"""One model in a process of its own: `python -m benchmarks.compression.fit FIT_AS_JSON`.

An interrupted training goes on from its last epoch.
"""

from __future__ import annotations

import sys
import time

import numpy as np

from benchmarks.compression.plan import DATA, Fit, FitRecord
from benchmarks.measure import data_file
from vaeviz.data.catalogue import open_panel
from vaeviz.data.panel import Panel
from vaeviz.data.qc import allele_frequencies
from vaeviz.data.vcz import save_panel
from vaeviz.training.loop import train_model
from vaeviz.training.split import TEST, TRAIN, split_samples


def fit(task: Fit) -> FitRecord:
    """Prepare the panel, train, leave the model in the folder."""
    panel = prepared(task)
    state = task.file(".state")
    state.mkdir(exist_ok=True)
    start = time.perf_counter()
    model = train_model(panel, task.config(), state_dir=state)
    wall_s = time.perf_counter() - start
    model.save(task.model)
    parts = model.split_of(panel)
    assert (parts == TEST).any()
    return FitRecord(
        data=task.data,
        seed=task.seed,
        wall_s=wall_s,
        n_train=int((parts == TRAIN).sum()),
        n_sites=panel.n_sites,
        n_epochs=len(model.history),
        model_bits=float(model.metrics["test_bits_per_allele"]),
    )


def prepared(task: Fit) -> Panel:
    """The panel to code, from the folder or put there."""
    if task.panel.exists():
        return open_panel(task.panel)
    data = DATA[task.data]
    if not task.imported.exists():
        source = data.source if data.built_in else data_file(data.source)
        assert source is not None
        save_panel(open_panel(source), task.imported)
    panel = open_panel(task.imported)
    if data.min_maf is not None:
        panel = common_sites(panel, task, data.min_maf)
        save_panel(panel, task.panel)
    return panel


def common_sites(panel: Panel, task: Fit, min_maf: float) -> Panel:
    """Sites whose minor allele is as frequent as that among the training people."""
    config = task.config()
    parts = split_samples(panel, task.seed, config.train_fraction, config.validation_fraction)
    alt, n_called = allele_frequencies(panel, np.flatnonzero(parts == TRAIN))
    frequency = alt / np.maximum(n_called, 1)
    return panel.take_sites(np.minimum(frequency, 1 - frequency) >= min_maf)


if __name__ == "__main__":
    sys.stdout.write("\n" + fit(Fit.from_json(sys.argv[1])).model_dump_json() + "\n")
