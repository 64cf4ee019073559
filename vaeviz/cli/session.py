"""One run of a command: who is told how far it is, and where its result goes."""

from __future__ import annotations

import contextlib
import json
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.console import Console

from vaeviz.cli.terminal import TerminalReporter, rich_table
from vaeviz.errors import ConfigError
from vaeviz.jobs.background import background
from vaeviz.jobs.files import write_atomically
from vaeviz.jobs.job import RESULT_FILE
from vaeviz.progress import Progress

if TYPE_CHECKING:
    import pandas as pd

JOB_OPTION = "--job"

Result = dict[str, object]


class Session:
    """What a command needs besides its options.

    Attributes
    ----------
    progress : Progress
        A bar in the terminal, or the job's status file.
    job : Path or None
        Folder of the job that this run is.
    """

    def __init__(self, progress: Progress, job: Path | None = None) -> None:
        self.progress = progress
        self.job = job

    @classmethod
    def of(cls, context: typer.Context) -> Session:
        """The session of a running command."""
        session = context.obj
        assert isinstance(session, cls)
        return session

    def finish(
        self,
        result: Result,
        as_json: bool,
        shown: Sequence[tuple[str, pd.DataFrame]] = (),
        notes: Sequence[str] = (),
    ) -> None:
        """Give out the result: to the job's folder, and as JSON or as tables on stdout."""
        text = json.dumps(_jsonable(result), ensure_ascii=False, allow_nan=False)
        if self.job is not None:
            write_atomically(self.job / RESULT_FILE, text)
        if as_json:
            typer.echo(text)
            return
        console = Console()
        for title, table in shown:
            console.print(rich_table(title, table))
        for note in notes:
            console.print(note, markup=False, highlight=False)


@contextlib.contextmanager
def open_session(job: Path | None) -> Iterator[Session]:
    """Session of a job (limits applied, end recorded) or of a terminal."""
    if job is None:
        with TerminalReporter() as terminal:
            yield Session(terminal)
    else:
        with background(job) as reporter:
            yield Session(reporter, job)


def take_job(arguments: Sequence[str]) -> tuple[Path | None, list[str]]:
    """Split `--job DIR` off the arguments: it belongs to the run and not to a command."""
    rest = list(arguments)
    if JOB_OPTION not in rest:
        return None, rest
    place = len(rest) - 1 - rest[::-1].index(JOB_OPTION)
    folder = Path(rest[place + 1]) if place + 1 < len(rest) else None
    if folder is None or not folder.is_dir():
        raise ConfigError("--job needs the folder of a job.", "Jobs are started by the dashboard.")
    return folder.resolve(), rest[:place] + rest[place + 2 :]


def records(table: pd.DataFrame) -> list[Result]:
    """Rows of a table as JSON objects; missing values become null."""
    rows: list[Result] = json.loads(table.to_json(orient="records", double_precision=15))
    return rows


def _jsonable(value: object) -> object:
    """Plain JSON values: NumPy scalars unpacked, paths as names, NaN and infinity as null."""
    if isinstance(value, dict):
        return {str(key): _jsonable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_jsonable(item) for item in value]
    if isinstance(value, Path):
        return str(value)
    item = getattr(value, "item", None)
    plain = item() if callable(item) else value
    return None if isinstance(plain, float) and not math.isfinite(plain) else plain
