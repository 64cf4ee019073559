"""Work for tests of jobs, run as a process: `fake_work.py WHAT [NUMBER] --job DIR`."""

from __future__ import annotations

import ctypes
import json
import os
import sys
import time
from pathlib import Path

from vaeviz.errors import PanelError
from vaeviz.jobs.background import background
from vaeviz.jobs.files import write_atomically
from vaeviz.jobs.reporter import JobReporter


def count(reporter: JobReporter, number: float) -> None:
    """Count to `number`, a step each 20 ms, from where an earlier run of this job was."""
    state = reporter.folder / "state.txt"
    first = int(state.read_text()) if state.exists() else 0
    for step in range(first + 1, int(number) + 1):
        if reporter.cancelled():
            break
        time.sleep(0.02)
        reporter.update(step, number, f"step {step}", loss=1 / step)
        write_atomically(state, str(step))
    (reporter.folder / "result.json").write_text(json.dumps({"from": first}))


def surroundings(reporter: JobReporter, number: float) -> None:
    found = {"nice": os.nice(0), "cwd": os.getcwd(), "session": os.getsid(0) == os.getpid()}
    found["threads"] = {k: v for k, v in os.environ.items() if k.endswith("_THREADS")}
    found["stdin"] = sys.stdin.read()
    (reporter.folder / "result.json").write_text(json.dumps(found))


def crash(reporter: JobReporter, number: float) -> None:
    ctypes.string_at(0)


def memory(reporter: JobReporter, number: float) -> None:
    bytearray(int(number * 1e9))


def bad_input(reporter: JobReporter, number: float) -> None:
    raise PanelError("The panel is empty.", "Relax the filters.")


def bug(reporter: JobReporter, number: float) -> None:
    raise TypeError("/secret/folder is not a number")


def deaf(reporter: JobReporter, number: float) -> None:
    """Never look at CANCEL."""
    reporter.update(1, 2, "deaf")
    time.sleep(number)


WORK = {f.__name__: f for f in (count, surroundings, crash, memory, bad_input, bug, deaf)}


def main(what: str, number: str, folder: Path) -> None:
    if what == "stillborn":
        sys.exit(1)
    with background(folder, grace_s=1.0) as reporter:
        WORK[what](reporter, float(number))


if __name__ == "__main__":
    arguments = sys.argv[1:]
    main(arguments[0], arguments[1], Path(arguments[arguments.index("--job") + 1]))
