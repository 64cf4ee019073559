"""`python -m benchmarks [startup] [importing] [training]`: measure, and write results.md."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks.importing import importing
from benchmarks.measure import machine
from benchmarks.startup import startup
from benchmarks.training import training

PARTS: dict[str, tuple[str, Callable[[], list[str]]]] = {
    "startup": ("Cold start", startup),
    "importing": ("Reading a VCF", importing),
    "training": ("Training", training),
}
RESULTS = Path(__file__).with_name("results.md")


def main(names: list[str]) -> int:
    """Run the parts named (default: all); returns the exit code."""
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        sys.stderr.write(f"Unknown: {', '.join(unknown)}. Known: {', '.join(PARTS)}.\n")
        return 2
    lines = ["# Measured", "", f"By `python -m benchmarks`, in one run on {machine()}."]
    for name in names or list(PARTS):
        title, measure = PARTS[name]
        before = os.getloadavg()[0]
        part = ["", f"## {title}", "", *measure()]
        part += ["", f"Load average {before:.1f} before, {os.getloadavg()[0]:.1f} after."]
        sys.stdout.write("\n".join(part) + "\n")
        lines += part
    RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
