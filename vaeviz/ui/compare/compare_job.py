"""Evaluations of a model on a panel: the quick one made here, the full ones made by jobs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from vaeviz.data.panel import Panel
from vaeviz.errors import ConfigError
from vaeviz.jobs.job import Job
from vaeviz.progress import Progress, Silent
from vaeviz.ui import jobs, state, workspace
from vaeviz.ui.cache import remembered

if TYPE_CHECKING:
    from vaeviz.analysis.evaluation import Compared
    from vaeviz.training.model import TrainedModel

KIND = "evaluate"
FOLDER = "evaluations"
N_SEEDS = 3
SEEDS, FULL = "_seeds", ""
START_S = 20.0
"""Seconds that UMAP takes to load and compile, whatever the panel."""

SECONDS_PER_PERSON = 0.015


def quick(model: TrainedModel, panel: Panel, progress: Progress | None = None) -> Compared:
    """VAE and PCA, compared in this process: no neighbour graphs, no numba."""

    def compute() -> Compared:
        from vaeviz.analysis.evaluation import evaluate
        from vaeviz.analysis.evaluation_report import QUICK_METHODS

        return evaluate(model, panel, QUICK_METHODS, progress=progress or Silent())

    return remembered("evaluation_quick", (model.digest, panel.digest), compute)


def kept(model: TrainedModel, panel: Panel) -> Compared | None:
    """The evaluation that a job has left for this model and panel; the one with seeds first."""
    for kind in (SEEDS, FULL):
        report, places = files(model, panel, kind)
        if report.is_file() and places.is_file():
            parameters = (kind, report.stat().st_mtime_ns)
            try:
                return _read(model, panel, report, places, parameters)
            except ConfigError:
                report.unlink(missing_ok=True)  # of another version: it is made anew when asked for
    return None


def files(model: TrainedModel, panel: Panel, kind: str) -> tuple[Path, Path]:
    """Where a job puts the report and everybody's places."""
    stem = f"{model.digest[:16]}_{panel.digest[:16]}{kind}"
    folder = workspace.folder() / FOLDER
    return folder / f"{stem}.json", folder / f"{stem}.parquet"


def start(model: TrainedModel, panel: Panel, kind: str) -> None:
    """Start a job: all methods once, or also `N_SEEDS` models trained anew.

    Raises
    ------
    JobError
        One is under way already, or the process cannot be started.
    """
    report, places = files(model, panel, kind)
    report.parent.mkdir(mode=0o700, exist_ok=True)
    current = state.get()
    arguments = [
        "evaluate",
        str(workspace.file_of(str(current.model_ref))),
        workspace.panel_argument(str(current.panel_ref)),
        *("-o", str(report), "--coordinates", str(places)),
    ]
    if kind == SEEDS:
        arguments += ["--repeat", str(N_SEEDS)]
    what = f"{N_SEEDS} seeds on" if kind == SEEDS else "Comparison of maps of"
    jobs.begin(KIND, arguments, f"{what} {panel.info.name}")


def expected_seconds(model: TrainedModel, panel: Panel, kind: str) -> float:
    """About how long a job takes on this machine; training is as long as it was."""
    once = START_S + SECONDS_PER_PERSON * panel.n_samples
    if kind == FULL:
        return once
    history = model.history
    training = float(history["seconds"].max()) if "seconds" in history and len(history) else 30.0
    return once + N_SEEDS * (training + once - START_S)


def last_of(model: TrainedModel, panel: Panel) -> Job | None:
    """The newest job that was told to evaluate this model on this panel."""
    job = jobs.latest(KIND)
    ours = [files(model, panel, kind)[0] for kind in (SEEDS, FULL)]
    return job if job is not None and jobs.output_of(job) in ours else None


def _read(
    model: TrainedModel,
    panel: Panel,
    report: Path,
    places: Path,
    parameters: tuple[object, ...],
) -> Compared:
    def compute() -> Compared:
        from vaeviz.analysis.evaluation import Compared
        from vaeviz.analysis.evaluation_report import Evaluation

        return Compared(Evaluation.from_json(report.read_bytes()), pd.read_parquet(places))

    return remembered("evaluation", (model.digest, panel.digest), compute, parameters)
