"""Processes of jobs: start one that outlives the server, and tell whether it still lives."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import psutil

import vaeviz
from vaeviz.jobs.status import Limits, ProcessId

COMMAND = (sys.executable, "-P", "-m", "vaeviz")
"""Start of every job's command line; -P keeps the job's folder off the import path."""

MAX_THREADS_UNDER_MEMORY_LIMIT = 4
"""Every thread reserves address space, so a memory limit must not fall to idle threads."""

_THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "NUMBA_NUM_THREADS",
    "RAYON_NUM_THREADS",
)


def usable_cores() -> int:
    """Cores that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def job_environment(limits: Limits) -> dict[str, str]:
    """Environment of a job: one core is left to the page, and the package can be imported."""
    threads = max(1, usable_cores() - 1)
    environment = dict(os.environ)
    if limits.memory_gb is not None:
        threads = min(threads, MAX_THREADS_UNDER_MEMORY_LIMIT)
        environment["MALLOC_ARENA_MAX"] = "2"
    environment.update(dict.fromkeys(_THREAD_VARIABLES, str(threads)))
    root = str(Path(vaeviz.__file__).parents[1])
    inherited = environment.get("PYTHONPATH")
    environment["PYTHONPATH"] = root if not inherited else root + os.pathsep + inherited
    return environment


def launch(command: Sequence[str], folder: Path, log: Path, limits: Limits) -> ProcessId:
    """Start `command` in `folder` in a session of its own, everything it says going to `log`."""
    with log.open("ab") as stream:
        process = subprocess.Popen(
            list(command),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=stream,
            env=job_environment(limits),
            start_new_session=True,
        )
    # Waiting takes the ended child off the process table; a daemon thread does not keep the
    # server from ending, and the job goes on without it.
    threading.Thread(target=process.wait, name=f"job-{process.pid}", daemon=True).start()
    return identify(process.pid) or ProcessId(pid=process.pid, since_boot_s=-1.0)


def identify(pid: int) -> ProcessId | None:
    """The process with this number, or None when there is none."""
    try:
        created = psutil.Process(pid).create_time()
    except psutil.NoSuchProcess:
        return None
    return ProcessId(pid=pid, since_boot_s=created - psutil.boot_time())


def is_alive(process: ProcessId) -> bool:
    """Whether exactly this process still runs; a zombie has ended."""
    found = identify(process.pid)
    # The boot time is read twice, and rounded to a second on some systems.
    if found is None or abs(found.since_boot_s - process.since_boot_s) > 1.5:
        return False
    try:
        return psutil.Process(process.pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
