"""One measurement: train or load the model, draw every group, judge it by the program's report."""

from __future__ import annotations

import math
import time

import numpy as np
import pandas as pd

from benchmarks.measure import data_file
from benchmarks.synthetic.plan import ALL, BY, DATA, MIN_MAF, Figure, Record, Task
from vaeviz.data.catalogue import open_panel
from vaeviz.data.panel import UNLABELLED, Panel
from vaeviz.data.qc import allele_frequencies
from vaeviz.data.vcz import save_panel
from vaeviz.synthesis.generate import generate
from vaeviz.synthesis.people import Index, People, together
from vaeviz.synthesis.region import population_region
from vaeviz.synthesis.report import cohort_report
from vaeviz.synthesis.telling_apart import Labeller, boosted_auc
from vaeviz.training.loop import train_model
from vaeviz.training.model import TrainedModel, load_model
from vaeviz.training.split import TEST, TRAIN, split_samples


def measured(task: Task) -> Record:
    """Figures of every group that is large enough, and of all of them together."""
    panel = prepared(task)
    model = trained(task, panel)
    split = model.split_of(panel)
    groups = group_members(panel, split, DATA[task.data].min_train)
    figures, drawn, seconds = [], {}, []
    for label in groups:
        start = time.perf_counter()
        cohort = generate(model, panel, population_region(panel, label), task.drawing())
        seconds.append(time.perf_counter() - start)
        metrics = cohort_report(model, panel, cohort, seed=task.seed).metrics
        figures += [_figure(label, *row) for row in _rows(metrics)]
        drawn[label] = People(cohort.panel.counts, cohort.panel.ploidy)
    figures += _of_all(People(panel.counts, panel.ploidy), split, groups, drawn, task.seed)
    return Record(
        data=task.data,
        seed=task.seed,
        generator=task.generator,
        n_sites=panel.n_sites,
        n_train={label: int((split[people] == TRAIN).sum()) for label, people in groups.items()},
        drawing_s=float(np.mean(seconds)),
        figures=figures,
    )


def prepared(task: Task) -> Panel:
    """The panel's sites that are common among the split's training people."""
    if not task.imported.exists():
        data = DATA[task.data]
        source = data.source if data.built_in else data_file(data.source)
        assert source is not None
        save_panel(open_panel(source), task.imported)
    panel, config = open_panel(task.imported), task.training()
    parts = split_samples(panel, task.seed, config.train_fraction, config.validation_fraction)
    alt, n_called = allele_frequencies(panel, np.flatnonzero(parts == TRAIN))
    frequency = alt / np.maximum(n_called, 1)
    return panel.take_sites(np.minimum(frequency, 1 - frequency) >= MIN_MAF)


def trained(task: Task, panel: Panel) -> TrainedModel:
    """The task's model, from the folder or trained now."""
    if not task.model.exists():
        train_model(panel, task.training()).save(task.model)
    return load_model(task.model)


def group_members(panel: Panel, split: np.ndarray, min_train: int) -> dict[str, Index]:
    """Samples of every label with so many training people."""
    labels = panel.labels(BY)
    found = {label: np.flatnonzero(labels == label) for label in sorted(set(labels))}
    return {
        label: people
        for label, people in found.items()
        if label != UNLABELLED and (split[people] == TRAIN).sum() >= min_train
    }


def _rows(metrics: pd.DataFrame) -> list[tuple[str, float, float]]:
    return list(metrics[["key", "value", "reference"]].itertuples(index=False, name=None))


def _figure(group: str, key: str, value: float, reference: float) -> Figure:
    kept = (x if math.isfinite(x) else None for x in (float(value), float(reference)))
    return Figure(group=group, key=key, value=next(kept), reference=next(kept))


def _of_all(
    everyone: People,
    split: np.ndarray,
    groups: dict[str, Index],
    drawn: dict[str, People],
    seed: int,
) -> list[Figure]:
    """Labels learned from cohorts alone, and all cohorts told from all test people.

    Each cohort and the real people in its place are as many as the group's test people.
    """
    rng = np.random.default_rng(seed)
    test = {x: everyone.some(people[split[people] == TEST]) for x, people in groups.items()}
    train = {x: everyone.some(people[split[people] == TRAIN]) for x, people in groups.items()}
    frequencies = together(list(train.values())).frequencies
    values: dict[str, list[float]] = {"tstr": [], "auc": []}
    for source in (drawn, train):
        some = {x: people.sample(test[x].n_people, rng) for x, people in source.items()}
        values["tstr"].append(Labeller.fit(some).balanced_accuracy(test))
        apart = boosted_auc(together([*some.values()]), together([*test.values()]), frequencies)
        values["auc"].append(apart)
    return [_figure(ALL, key, *pair) for key, pair in values.items()]
