"""Run the program in tests, as a process and in this one."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from pathlib import Path

import pytest

from vaeviz.cli.main import main

TIMEOUT_S = 300


@dataclasses.dataclass(frozen=True)
class Ended:
    """How a run ended."""

    code: int
    stdout: str
    stderr: str


def run_process(*arguments: str | Path, **environment: str) -> Ended:
    """`python -m vaeviz ARGUMENTS` in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "vaeviz", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        env={**os.environ, "COLUMNS": "200", **environment},
        check=False,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def run_here(capfd: pytest.CaptureFixture[str], *arguments: str | Path) -> Ended:
    """The same in this process: quicker, since libraries are loaded once."""
    capfd.readouterr()
    code = main([str(x) for x in arguments])
    captured = capfd.readouterr()
    return Ended(code, captured.out, captured.err)


def assert_refused(ended: Ended, *parts: str) -> None:
    """Exit code 2 and one line that holds `parts`, no traceback, nothing on stdout."""
    assert ended.code == 2, ended
    assert ended.stdout == ""
    lines = ended.stderr.strip().splitlines()
    assert len(lines) == 1, ended.stderr
    assert lines[0].startswith("error: ")
    for part in parts:
        assert part in lines[0], lines[0]
