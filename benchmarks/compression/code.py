"""One method in a process of its own: `python -m benchmarks.compression.code TASK_AS_JSON`.

Before anything is measured, the method runs on two people, so that neither imports nor
compilation are counted.
"""

from __future__ import annotations

import dataclasses
import math
import os
import sys

import numpy as np

from benchmarks.compression.plan import DATA, GROUPED_BY, SEEDS, Record, Task
from benchmarks.measure import own_peak_mb
from vaeviz.compression.codec_input import CodecInput, codec_input
from vaeviz.compression.codec_methods import METHODS, OWN
from vaeviz.compression.codec_table import codec_row
from vaeviz.data.catalogue import open_panel
from vaeviz.errors import VaevizError
from vaeviz.progress import Silent
from vaeviz.training.model import load_model

WARM_PEOPLE = 2


def measure(task: Task) -> Record:
    """Code everybody, then, where asked, every superpopulation in a file of its own."""
    given, _ = codec_input(load_model(task.fit.model), open_panel(task.fit.panel))
    if task.method in OWN:
        _warm_up(task.method, given)
    row = codec_row(task.method, given)
    peak_mb = own_peak_mb()
    grouped = DATA[task.fit.data].grouped and task.fit.seed == SEEDS[0]
    figures = {k: float(x) for k, x in row.items() if isinstance(x, int | float)}
    return Record(
        data=task.fit.data,
        method=task.method,
        seed=task.fit.seed,
        threads=task.threads,
        n_people=given.target.n_samples,
        n_alleles=given.n_alleles,
        title=METHODS[task.method].title,
        row={k: x for k, x in figures.items() if math.isfinite(x)},
        note=str(row.get("note") or ""),
        groups=_groups(task.method, given) if grouped and "bits_per_allele" in row else {},
        peak_mb=peak_mb,
        load=os.getloadavg()[0],
    )


def _warm_up(method: str, given: CodecInput) -> None:
    few = np.arange(min(WARM_PEOPLE, given.target.n_samples))
    tune = None if given.tune is None else given.tune.take_samples(few)
    codec_row(method, dataclasses.replace(given, target=given.target.take_samples(few), tune=tune))


def _groups(method: str, given: CodecInput) -> dict[str, float]:
    """Bits per allele of the people of every label; those that a method cannot code are absent."""
    found = {}
    for label in sorted(set(given.target.labels(GROUPED_BY))):
        part = given.only(GROUPED_BY, label)
        try:
            n_bytes = METHODS[method].run(part, Silent()).n_bytes
        except VaevizError:
            continue
        found[label] = 8 * n_bytes / part.n_alleles
    return found


if __name__ == "__main__":
    sys.stdout.write("\n" + measure(Task.from_json(sys.argv[1])).model_dump_json() + "\n")
