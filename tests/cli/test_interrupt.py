"""Ctrl-C in a terminal: training keeps the best model so far."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.cli.files import panel_file
from vaeviz.training.model import load_model


def read_until(terminal: int, text: bytes) -> bytes:
    seen = b""
    while text not in seen:
        seen += os.read(terminal, 4096)
    return seen


def test_interrupted_training_keeps_the_best_model(tmp_path: Path) -> None:
    panel, output = panel_file(tmp_path, n_samples=90, n_sites=500), tmp_path / "m.vaeviz"
    settings = ["--epochs", "50000", "--patience", "50000", "--components", "5"]
    command = [sys.executable, "-m", "vaeviz", "train", str(panel), *settings, "-o", str(output)]
    terminal, other_end = os.openpty()
    with subprocess.Popen(
        [*command, "--json"],
        stdout=subprocess.PIPE,
        stderr=other_end,
        env={**os.environ, "COLUMNS": "200", "TERM": "xterm"},
    ) as process:
        os.close(other_end)
        try:
            read_until(terminal, b"bits per genotype on validation")
            process.send_signal(signal.SIGINT)
            read_until(terminal, b"the best so far is kept")
            stdout, _ = process.communicate(timeout=120)
        finally:
            process.kill()
            os.close(terminal)
    assert process.returncode == 0
    assert json.loads(stdout)["stopped_early"] is True
    assert len(load_model(output).history) >= 1
