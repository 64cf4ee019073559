"""Sizes of the latent: what is finished in this workspace, and the job that makes the rest."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from vaeviz.cli.latent_sizes import FOLDER, settings_arguments
from vaeviz.data.panel import Panel
from vaeviz.jobs.job import Job
from vaeviz.ui import jobs, state, workspace
from vaeviz.ui.cache import remembered

if TYPE_CHECKING:
    from vaeviz.compression.latent_plan import LatentSizesConfig
    from vaeviz.compression.latent_sizes import LatentSizes

KIND = "latent-sizes"


def finished(panel: Panel, settings: LatentSizesConfig, by: str) -> LatentSizes:
    """The table of what is there already, also while the job goes on."""
    from vaeviz.compression.latent_sizes import finished_sizes

    return finished_sizes(panel, settings, workspace.folder() / FOLDER, by)


def seconds_left(panel: Panel, settings: LatentSizesConfig, n_finished: int) -> float:
    """About how long the sizes that are missing take, on this machine's processor.

    Raises
    ------
    VaevizError
        The panel does not suffice for these settings.
    """

    def compute() -> float:
        from vaeviz.compression.latent_sizes import expected_seconds

        return expected_seconds(panel, settings, workspace.folder() / FOLDER)

    return remembered(KIND, (panel.digest,), compute, (settings.to_json(), n_finished))


def start(panel: Panel, settings: LatentSizesConfig) -> None:
    """Start the job that makes the missing sizes.

    Raises
    ------
    JobError
        One is under way already, or the process cannot be started.
    """
    arguments = [
        KIND,
        workspace.panel_argument(str(state.get().panel_ref)),
        *settings_arguments(settings),
        *("--folder", str(workspace.folder() / FOLDER)),
        *("-o", str(_output(panel))),
    ]
    jobs.begin(KIND, arguments, f"Latent sizes of {panel.info.name}")


def last_of(panel: Panel) -> Job | None:
    """The newest job that was told to make sizes of this panel."""
    job = jobs.latest(KIND)
    return job if job is not None and jobs.output_of(job) == _output(panel) else None


def _output(panel: Panel) -> Path:
    folder = workspace.folder() / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / f"table_{panel.digest[:16]}.csv"
