"""Inside a job's process: low priority, limits, and a watch that ends what does not end itself."""

from __future__ import annotations

import contextlib
import faulthandler
import logging
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from vaeviz.errors import JobError
from vaeviz.jobs.files import read_or_none
from vaeviz.jobs.reporter import CANCEL_FILE, JobReporter
from vaeviz.jobs.status import JobRequest, Limits

NICENESS = 10
CANCEL_GRACE_S = 20.0
"""How long work may take to notice CANCEL before its process is ended."""

WATCH_EVERY_S = 0.5
BACKSTOP_S = 60
REQUEST_FILE = "request.json"

logger = logging.getLogger(__name__)


@contextlib.contextmanager
def background(folder: Path, grace_s: float = CANCEL_GRACE_S) -> Iterator[JobReporter]:
    """Run the body as the job of `folder`: limits first, then its reporter.

    Call it before heavy libraries are loaded: the threads they start inherit the priority.
    """
    limits = read_limits(folder)
    with JobReporter(folder) as reporter:
        # A crash of a C parser leaves its last words in the log.
        with contextlib.suppress(OSError, ValueError):
            faulthandler.enable()
        os.nice(max(0, NICENESS - os.nice(0)))
        limit_memory(limits.memory_gb)
        watch(reporter, limits.minutes, grace_s)
        yield reporter


def read_limits(folder: Path) -> Limits:
    """Limits written in the job's request; none when it was started by hand."""
    text = read_or_none(folder / REQUEST_FILE)
    return JobRequest.from_json(text).limits if text is not None else Limits()


def limit_memory(memory_gb: float | None) -> None:
    """Bound the address space of this process; systems without such a bound are left alone."""
    if memory_gb is None:
        return
    try:
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        wanted = int(memory_gb * 1e9)
        if hard != resource.RLIM_INFINITY:
            wanted = min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_AS, (wanted, hard))
    except (ImportError, OSError, ValueError):
        logger.warning("this system does not bound the memory of a process")


def watch(reporter: JobReporter, minutes: float | None, grace_s: float) -> None:
    """End this process when its time is up, or when it does not notice that it was cancelled."""
    deadline = None if minutes is None else time.monotonic() + 60 * minutes
    if minutes is not None:
        _arm_backstop(60 * minutes + BACKSTOP_S)
    thread = threading.Thread(
        target=_watch, args=(reporter, deadline, minutes, grace_s), name="watch", daemon=True
    )
    thread.start()


def _watch(
    reporter: JobReporter, deadline: float | None, minutes: float | None, grace_s: float
) -> None:
    cancel_since: float | None = None
    while True:
        time.sleep(WATCH_EVERY_S)
        now = time.monotonic()
        if deadline is not None and now > deadline:
            reporter.fail(
                JobError(
                    f"This took longer than {minutes:g} minutes, the time allowed.",
                    "Use fewer sites or samples, or do it on the command line, "
                    "which has no time limit.",
                )
            )
            os._exit(2)
        if not reporter.cancel_seen and (reporter.folder / CANCEL_FILE).exists():
            cancel_since = cancel_since or now
            if now - cancel_since > grace_s:
                reporter.finish("cancelled", "Stopped.")
                os._exit(2)


def _arm_backstop(seconds: float) -> None:
    """Let the kernel end the process: the watch cannot while a parser keeps the interpreter."""
    try:
        import signal

        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, seconds)
    except (ImportError, AttributeError, ValueError):
        logger.warning("this system has no alarm clock for processes")
