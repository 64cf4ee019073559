"""Wall time, processor time and memory of a command, and the machine they were measured on."""

from __future__ import annotations

import dataclasses
import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("numpy", "torch", "cyvcf2", "scikit-allel", "streamlit", "plotly")


@dataclasses.dataclass(frozen=True)
class Cost:
    """What a command took: seconds of wall and processor time, and its peak memory in MB."""

    wall_s: float
    processor_s: float
    peak_mb: float
    output: str


def cost_of(arguments: Sequence[str]) -> Cost:
    """Run `python ARGUMENTS` in the project's folder and measure it.

    Peak memory is the largest resident set of that process alone (Linux counts it in KiB,
    macOS in bytes).

    Raises
    ------
    RuntimeError
        The command failed; the end of what it said is in the message.
    """
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(arguments)[:200]} failed:\n{output[-2000:]}")
    wall_s = time.perf_counter() - start
    return Cost(wall_s, usage.ru_utime + usage.ru_stime, peak_mb(usage), output)


def peak_mb(usage: resource.struct_rusage) -> float:
    """Largest resident set in MB (10^6 bytes)."""
    unit = 1 if sys.platform == "darwin" else 1024
    return usage.ru_maxrss * unit / 1e6


def own_peak_mb() -> float:
    """Largest resident set of this process in MB.

    On Linux from /proc: what `getrusage` says there may be of the process that started this one.
    """
    status = Path("/proc/self/status")
    if not status.is_file():
        return peak_mb(resource.getrusage(resource.RUSAGE_SELF))
    lines = status.read_text(encoding="utf-8").splitlines()
    kib = next(line.split()[1] for line in lines if line.startswith("VmHWM:"))
    return int(kib) * 1024 / 1e6


def machine() -> str:
    """Cores, system and versions: what the figures depend on, in a line."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return (
        f"{cores} cores, {platform.system()} {platform.machine()}, Python "
        f"{platform.python_version()}; {versions}"
    )


def data_file(name: str) -> Path | None:
    """A file of the real panels (VAEVIZ_DATA), or None where they are absent."""
    path = Path(os.environ.get("VAEVIZ_DATA", ROOT.parent / "shared" / "data")) / name
    return path.resolve() if path.is_file() else None
