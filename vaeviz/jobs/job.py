"""Jobs as the server sees them: start, look, cancel, resume, forget."""

from __future__ import annotations

import contextlib
import fcntl
import json
import logging
import re
import secrets
import shutil
import time
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from vaeviz.config import Environment
from vaeviz.errors import ConfigError, JobError
from vaeviz.jobs.background import REQUEST_FILE
from vaeviz.jobs.files import read_or_none, read_records, write_atomically
from vaeviz.jobs.process import COMMAND, is_alive, launch
from vaeviz.jobs.reporter import CANCEL_FILE, PROGRESS_FILE, STATUS_FILE
from vaeviz.jobs.status import FINAL, JobRequest, JobStatus, Limits, ProcessId

if TYPE_CHECKING:
    import pandas as pd

JOBS_FOLDER = "jobs"
PROCESS_FILE = "process.json"
LOCK_FILE = "lock"
LOG_FILE = "log.txt"
RESULT_FILE = "result.json"
START_PATIENCE_S = 30.0
"""How long a job without a known process may count as starting."""

_NAME = re.compile(r"[0-9a-f]{32}")
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,100}")

logger = logging.getLogger(__name__)


class Job:
    """One job: a private folder and, while it runs, a process that writes to it.

    Parameters
    ----------
    folder : Path
        `workspace/jobs/<random name>`.
    workspace : Path, optional
        The workspace it must lie in; default: the user's.
    command : sequence of str
        Start of the command line of its process.

    Raises
    ------
    JobError
        The folder is no job of that workspace.
    """

    def __init__(
        self, folder: Path, workspace: Path | None = None, command: Sequence[str] = COMMAND
    ) -> None:
        home = workspace if workspace is not None else Environment().workspace()
        parent = (home / JOBS_FOLDER).resolve()
        if folder.resolve().parent != parent or not _NAME.fullmatch(folder.resolve().name):
            raise JobError("This is no job of your workspace.", "Choose one from the list of jobs.")
        self.folder = folder.resolve()
        self._command = tuple(command)

    @property
    def name(self) -> str:
        """The job's random name."""
        return self.folder.name

    @cached_property
    def request(self) -> JobRequest:
        """What was asked for; `JobError` when the folder has gone or is damaged."""
        text = read_or_none(self.folder / REQUEST_FILE)
        if text is None:
            raise JobError("This job is no longer there.", "Start it again.")
        return JobRequest.from_json(text)

    def status(self) -> JobStatus:
        """Where the job stands now; 'lost' when its process has gone without a last word."""
        status = self._read_status()
        if status.state in FINAL:
            return status
        if self._alive(status):
            return _aged(status)
        # It may have finished between the two looks.
        status = self._read_status()
        return status if status.state in FINAL else self._lost(status)

    def progress(self) -> pd.DataFrame:
        """Reports that carried numbers: columns done, total, time and one a metric.

        A resumed job repeats the units after its last checkpoint; the later row counts.
        """
        import pandas as pd

        table = pd.DataFrame(list(read_records(self.folder / PROGRESS_FILE)))
        if table.empty:
            return pd.DataFrame(columns=["done", "total", "time"])
        table = table.drop_duplicates("done", keep="last")
        return table.sort_values("done", ignore_index=True)

    def log(self, characters: int = 4000) -> str:
        """The end of what the process said."""
        return (read_or_none(self.folder / LOG_FILE) or "")[-characters:]

    def result(self, name: str) -> Path:
        """Where the job puts the result of this name (it need not be there yet).

        Raises
        ------
        JobError
            The name is no plain file name.
        """
        if not _PLAIN_NAME.fullmatch(name):
            raise JobError("A result has a plain file name.", "Choose one that the job wrote.")
        return self.folder / name

    def outcome(self) -> dict[str, object] | None:
        """What the command reported at its end (as `--json` prints it); None before that."""
        text = read_or_none(self.folder / RESULT_FILE)
        return json.loads(text) if text is not None else None

    def cancel(self) -> None:
        """Ask the job to stop at the next safe point; training keeps the best model so far."""
        (self.folder / CANCEL_FILE).touch()

    def resume(self) -> None:
        """Start the same command in the same folder again; training goes on where it was.

        Raises
        ------
        JobError
            The job is under way or done, or another resume is just happening.
        """
        with self._locked():
            state = self.status().state
            if state in ("starting", "running", "done"):
                raise JobError(
                    f"This job is {state}; only one that has stopped early can be resumed.",
                    "Wait for it, or start a new one.",
                )
            self.spawn()

    def spawn(self) -> None:
        """Start the process; callers make sure that none is running."""
        (self.folder / CANCEL_FILE).unlink(missing_ok=True)
        (self.folder / PROCESS_FILE).unlink(missing_ok=True)
        write_atomically(self.folder / STATUS_FILE, JobStatus(updated=time.time()).to_json())
        command = [*self._command, *self.request.argv, "--job", str(self.folder)]
        process = launch(command, self.folder, self.folder / LOG_FILE, self.request.limits)
        write_atomically(self.folder / PROCESS_FILE, process.to_json())

    def remove(self) -> None:
        """Delete the job and its results; `JobError` while it is under way."""
        with self._locked():
            if self.status().active:
                raise JobError("This job is still running.", "Cancel it first.")
            shutil.rmtree(self.folder)

    def _read_status(self) -> JobStatus:
        text = read_or_none(self.folder / STATUS_FILE)
        return JobStatus.from_json(text) if text is not None else JobStatus()

    def _alive(self, status: JobStatus) -> bool:
        process = status.process
        if process is None:
            text = read_or_none(self.folder / PROCESS_FILE)
            process = ProcessId.from_json(text) if text is not None else None
        if process is None:
            return time.time() - status.updated < START_PATIENCE_S
        return is_alive(process)

    def _lost(self, status: JobStatus) -> JobStatus:
        message, hint = _last_words(self.request)
        return status.model_copy(
            update={"state": "lost", "eta_s": None, "error_message": message, "error_hint": hint}
        )

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        if not self.folder.is_dir():
            raise JobError("This job is no longer there.", "Start it again.")
        with (self.folder / LOCK_FILE).open("w") as stream:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise JobError("This job is just being resumed.", "Wait a moment.") from None
            yield


def start(
    workspace: Path,
    kind: str,
    arguments: Sequence[str],
    label: str,
    limits: Limits | None = None,
    command: Sequence[str] = COMMAND,
) -> Job:
    """Start `python -m vaeviz ARGUMENTS` in a process of its own.

    Parameters
    ----------
    workspace : Path
        The user's private folder; the job gets `jobs/<random name>` in it, mode 700, which is
        also the process's current folder: relative outputs land there.
    kind : str
        What it is, for the page that shows it: 'train', 'import', ...
    arguments : sequence of str
        Command and options; inputs as absolute paths.
    label : str
        A line for people.
    limits : Limits, optional
        Memory and time; default: none.

    Raises
    ------
    JobError
        The folder or the process cannot be made.
    """
    request = JobRequest.make(
        kind=kind,
        argv=tuple(arguments),
        label=label,
        created=time.time(),
        limits=limits or Limits(),
    )
    try:
        (workspace / JOBS_FOLDER).mkdir(mode=0o700, parents=True, exist_ok=True)
        folder = workspace / JOBS_FOLDER / secrets.token_hex(16)
        folder.mkdir(mode=0o700)
        write_atomically(folder / REQUEST_FILE, request.to_json())
        job = Job(folder, workspace, command)
        job.spawn()
    except OSError as error:
        raise JobError(
            f"The job cannot be started: {error.strerror or type(error).__name__}.",
            "Check the free space and the permissions of the workspace.",
        ) from error
    return job


def list_jobs(workspace: Path, command: Sequence[str] = COMMAND) -> list[Job]:
    """Jobs of this workspace, newest first; folders that are no jobs are left out."""
    found: list[Job] = []
    folder = workspace / JOBS_FOLDER
    for path in folder.iterdir() if folder.is_dir() else ():
        with contextlib.suppress(JobError, ConfigError):
            job = Job(path, workspace, command)
            _ = job.request.created
            found.append(job)
    return sorted(found, key=lambda job: job.request.created, reverse=True)


def remove(job: Job) -> None:
    """Delete a job that has ended, with its results; `JobError` while it is under way."""
    job.remove()


def prune(workspace: Path, keep: int = 20) -> int:
    """Delete all but the `keep` newest ended jobs; running ones stay. Returns how many went."""
    ended = [job for job in list_jobs(workspace) if not job.status().active]
    for job in ended[keep:]:
        with contextlib.suppress(JobError):
            job.remove()
    return len(ended[keep:])


def _aged(status: JobStatus) -> JobStatus:
    if status.eta_s is None:
        return status
    left = max(0.0, status.eta_s - (time.time() - status.updated))
    return status.model_copy(update={"eta_s": left})


def _last_words(request: JobRequest) -> tuple[str, str]:
    memory = request.limits.memory_gb
    if request.kind == "import":
        limit = "" if memory is None else f", or needs more than the {memory:g} GB allowed"
        return (
            "The reader of this file ended unexpectedly.",
            f"The file is probably damaged{limit}: check it with bcftools or plink2.",
        )
    return (
        "The job's process ended unexpectedly: it was stopped from outside, or memory ran out.",
        "Resume it, or start it again with fewer sites or samples.",
    )
