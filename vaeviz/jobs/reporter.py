"""A job's own voice: it writes its progress and its end, and hears that it should stop."""

from __future__ import annotations

import logging
import math
import os
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from vaeviz.errors import Cancelled
from vaeviz.jobs.explain import explain
from vaeviz.jobs.files import append_record, write_atomically
from vaeviz.jobs.process import identify
from vaeviz.jobs.status import FINAL, JobState, JobStatus

STATUS_FILE = "status.json"
PROGRESS_FILE = "progress.jsonl"
CANCEL_FILE = "CANCEL"
WRITE_EVERY_S = 0.2
MIN_UNITS_FOR_PACE = 5
"""Fewer are stages of different length, and say nothing about the time left."""

logger = logging.getLogger(__name__)


class Pace:
    """Time left, from the pace since the first report (of this run, when a job was resumed)."""

    def __init__(self) -> None:
        self._first: tuple[float, float, float] | None = None

    def eta_s(self, done: float, total: float, now: float) -> float | None:
        """Seconds left at `done` of `total` units; None until a pace is known."""
        if total < MIN_UNITS_FOR_PACE:
            return None
        first = self._first
        if first is None or first[1] != total or done < first[0]:
            self._first = (done, total, now)
            return None
        if done <= first[0]:
            return None
        return (now - first[2]) / (done - first[0]) * max(total - done, 0.0)


class JobReporter:
    """The `Progress` of a job, and a context that records how the job ended.

    Parameters
    ----------
    folder : Path
        The job's folder: `status.json`, `progress.jsonl` and the CANCEL file are here.

    Notes
    -----
    Leaving the context writes the final state: 'done', 'cancelled' when the work was told to
    stop, or 'failed' with a message and a hint. Tracebacks go to the log only. The exception
    goes on, so that the process ends with the right exit code.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cancel_seen = False
        self._status = JobStatus()
        self._pace = Pace()
        self._written = 0.0
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        now = time.time()
        self._status = JobStatus(
            state="running", started=now, updated=now, process=identify(os.getpid())
        )
        self._write()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is None:
            self.finish("cancelled" if self.cancel_seen else "done")
        elif isinstance(error, Cancelled | KeyboardInterrupt):
            self.finish("cancelled", str(error))
        else:
            self.fail(error)

    def update(self, done: float, total: float, message: str, **metrics: float) -> None:
        """Report progress; reports with metrics become rows of `progress.jsonl`."""
        now = time.time()
        numbers = {name: float(value) for name, value in metrics.items()}
        with self._lock:
            is_news = bool(numbers) or message != self._status.message or done >= total
            self._status = self._status.model_copy(
                update={
                    "fraction": min(max(done / total, 0.0), 1.0) if total > 0 else 0.0,
                    "message": message,
                    "eta_s": self._pace.eta_s(done, total, now),
                    "updated": now,
                    "metrics": _finite({**self._status.metrics, **numbers}),
                }
            )
            if numbers:
                row = {"done": float(done), "total": float(total), "time": now, **numbers}
                append_record(self.folder / PROGRESS_FILE, row)
            if is_news or now - self._written >= WRITE_EVERY_S:
                self._write()

    def cancelled(self) -> bool:
        """Whether the user asked to stop: the CANCEL file is there."""
        if not self.cancel_seen:
            self.cancel_seen = (self.folder / CANCEL_FILE).exists()
        return self.cancel_seen

    def fail(self, error: BaseException) -> None:
        """Record that the job failed, and why; the first end of a job counts."""
        told = explain(error)
        if told is not error:
            logger.error("job failed", exc_info=error)
        self.finish("failed", error_message=told.message, error_hint=told.hint)

    def finish(
        self, state: JobState, message: str = "", error_message: str = "", error_hint: str = ""
    ) -> None:
        """Write the final state; a later call changes nothing."""
        with self._lock:
            if self._status.state in FINAL:
                return
            self._status = self._status.model_copy(
                update={
                    "state": state,
                    "fraction": 1.0 if state == "done" else self._status.fraction,
                    "message": message or self._status.message,
                    "eta_s": None,
                    "error_message": error_message,
                    "error_hint": error_hint,
                    "updated": time.time(),
                }
            )
            self._write()

    def _write(self) -> None:
        self._written = time.time()
        write_atomically(self.folder / STATUS_FILE, self._status.to_json())


def _finite(metrics: dict[str, float]) -> dict[str, float]:
    return {name: value for name, value in metrics.items() if math.isfinite(value)}
