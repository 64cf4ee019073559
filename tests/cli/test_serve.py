"""The dashboard started from the command line answers on loopback and nowhere else."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import psutil
import pytest

from vaeviz.cli.serve import ROOT

DEADLINE_S = 60.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_health(port: int, process: subprocess.Popen[str]) -> None:
    until = time.monotonic() + DEADLINE_S
    while True:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health") as answer:
                assert answer.read() == b"ok"
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)


@pytest.mark.skipif(not (ROOT / "app.py").is_file(), reason="app.py is not here")
def test_dashboard_listens_on_loopback_only(tmp_path: Path) -> None:
    port = free_port()
    command = [sys.executable, "-m", "vaeviz", "serve", "--port", str(port)]
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            wait_for_health(port, process)
            listening = [
                connection.laddr
                for connection in psutil.Process(process.pid).net_connections("inet")
                if connection.status == psutil.CONN_LISTEN
            ]
            assert [tuple(address) for address in listening] == [("127.0.0.1", port)]
        finally:
            process.terminate()
        assert f"http://127.0.0.1:{port}" in process.communicate(timeout=30)[0]
