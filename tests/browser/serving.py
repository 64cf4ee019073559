"""The real server, `python -m vaeviz serve`, with a workspace of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from vaeviz.jobs.job import Job, list_jobs

ROOT = Path(__file__).resolve().parents[2]
START_S = 120


class Server:
    """A dashboard on a free port of 127.0.0.1.

    Parameters
    ----------
    home : Path
        Its workspace (VAEVIZ_HOME).
    log : Path
        Gets what the server says.
    """

    def __init__(self, home: Path, log: Path) -> None:
        self.home = home
        self.log = log
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self.started = 0.0

    @property
    def url(self) -> str:
        """Address of the first page."""
        return f"http://127.0.0.1:{self.port}/"

    def start(self) -> None:
        """Start it in a process group of its own and wait until it answers."""
        self.started = time.monotonic()
        self.process = spawn_server(self.home, self.port, self.log)
        wait_until_healthy(self.process, self.port, self.log)

    def kill(self) -> None:
        """End the server's process at once; jobs that it started live on."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def jobs(self, kind: str) -> list[Job]:
        """Jobs of its workspace, newest first."""
        return [job for job in list_jobs(self.home) if job.request.kind == kind]

    def running_job(self, kind: str) -> Job:
        """The job of this kind, as soon as it has reported some numbers."""
        end = time.monotonic() + START_S
        while time.monotonic() < end:
            for job in self.jobs(kind):
                if job.status().state == "running" and len(job.progress()) > 2:
                    return job
            time.sleep(0.02)
        raise AssertionError(f"no job of kind {kind} got under way")

    def stop(self) -> None:
        """End the server and the jobs that still run."""
        self.kill()
        for job in list_jobs(self.home):
            status = job.status()
            if status.active and status.process is not None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(status.process.pid, signal.SIGKILL)

    def check_log(self) -> None:
        """Fail when the server met an exception, shown on a page or not."""
        said = self.log.read_text()
        faults = ("Traceback", "unexpected ")
        assert not any(fault in said for fault in faults), said[-5000:]


def free_port() -> int:
    """A port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def spawn_server(home: Path, port: int, log: Path) -> subprocess.Popen[bytes]:
    """Start `python -m vaeviz serve`; returns at once."""
    environment = {
        k: v for k, v in os.environ.items() if not k.startswith(("VAEVIZ_", "STREAMLIT"))
    }
    with log.open("ab") as stream:
        return subprocess.Popen(
            [sys.executable, "-m", "vaeviz", "serve", "--port", str(port)],
            cwd=ROOT,
            env={**environment, "VAEVIZ_HOME": str(home), "NO_COLOR": "1"},
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def wait_until_healthy(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Return when the server answers; fail when it ends or takes over `START_S` seconds."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    end = time.monotonic() + START_S
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        try:
            with opener.open(f"http://127.0.0.1:{port}/_stcore/health", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise AssertionError(f"the server did not start:\n{log.read_text()[-3000:]}")
