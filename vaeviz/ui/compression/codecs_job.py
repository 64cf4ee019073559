"""The table of codecs that a job makes for a model and a panel."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from vaeviz.config import Settings
from vaeviz.data.panel import Panel
from vaeviz.errors import ConfigError
from vaeviz.jobs.job import Job
from vaeviz.ui import jobs, model_choice, state, workspace
from vaeviz.ui.cache import remembered

if TYPE_CHECKING:
    from vaeviz.training.model import TrainedModel

KIND = "codecs"


class Told(Settings, extra="ignore"):
    """What the command reports beside its table."""

    notes: tuple[str, ...] = ()


def file_of(model: TrainedModel, panel: Panel) -> Path:
    """Where a job puts the table."""
    return workspace.folder() / KIND / f"{model.digest[:16]}_{panel.digest[:16]}.csv"


def kept(model: TrainedModel, panel: Panel) -> pd.DataFrame | None:
    """The table that a job has left for this model and panel; None before that."""
    path = file_of(model, panel)
    if not path.is_file():
        return None
    from vaeviz.compression.codec_table import COLUMNS

    stamp = (path.stat().st_mtime_ns,)
    try:
        table = remembered(KIND, (model.digest, panel.digest), lambda: pd.read_csv(path), stamp)
    except ValueError:
        table = pd.DataFrame()
    # A table of another version is made anew.
    if set(table.columns) >= set(COLUMNS) and len(table):
        return table
    path.unlink(missing_ok=True)
    return None


def notes(model: TrainedModel, panel: Panel) -> list[str]:
    """What the job told beside the table; nothing where that is lost."""
    told = file_of(model, panel).with_suffix(".json")
    try:
        return list(Told.from_json(told.read_bytes()).notes)
    except (OSError, ConfigError):
        return []


def start(model: TrainedModel, panel: Panel) -> None:
    """Start the job that codes held-out people with every method.

    Raises
    ------
    JobError
        One is under way already, or the process cannot be started.
    """
    path = file_of(model, panel)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    arguments = [
        KIND,
        str(workspace.file_of(model_choice.reference_of(model))),
        workspace.panel_argument(str(state.get().panel_ref)),
        *("-o", str(path)),
    ]
    jobs.begin(KIND, arguments, f"All codecs on {panel.info.name}")


def last_of(model: TrainedModel, panel: Panel) -> Job | None:
    """The newest job that was told to make this table."""
    job = jobs.latest(KIND)
    return job if job is not None and jobs.output_of(job) == file_of(model, panel) else None
