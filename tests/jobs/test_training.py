"""Training as a job: killed and resumed it ends where an uninterrupted run ends."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path

import numpy as np
import pytest

from tests.panels import random_panel
from vaeviz.data.vcz import save_panel
from vaeviz.jobs.job import Job, start
from vaeviz.jobs.status import JobStatus
from vaeviz.training.loop import SAVE_EVERY_SECONDS
from vaeviz.training.model import TrainedModel, load_model

EPOCHS = 120
DEADLINE_S = 240.0


@pytest.fixture(scope="module")
def panel_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("training") / "p.vcz"
    save_panel(random_panel(n_samples=150, n_sites=2000), path)
    return path


def train_job(workspace: Path, panel: Path) -> Job:
    """A training job that stops for nothing but its number of epochs."""
    settings = ["--epochs", str(EPOCHS), "--patience", str(EPOCHS), "--batch-size", "16"]
    size = ["--components", "10", "--hidden", "32,32"]
    arguments = ["train", str(panel), "--device", "cpu", "--seed", "4", *settings, *size]
    return start(workspace, "train", [*arguments, "-o", "m.vaeviz"], "training")


def wait_until_ended(job: Job) -> JobStatus:
    until = time.monotonic() + DEADLINE_S
    while job.status().active:
        assert time.monotonic() < until, job.log()
        time.sleep(0.05)
    return job.status()


def wait_for_epochs(job: Job, number: int) -> None:
    until = time.monotonic() + DEADLINE_S
    while len(job.progress()) < number:
        assert job.status().active, job.log()
        assert time.monotonic() < until, job.log()
        time.sleep(0.01)


def kill_after_saving(job: Job) -> None:
    """Kill the job some epochs after it saved its state.

    It is held still until saving is due, so that the run itself can be short.
    """
    wait_for_epochs(job, 3)
    process = job.status().process
    assert process is not None
    os.kill(process.pid, signal.SIGSTOP)
    time.sleep(SAVE_EVERY_SECONDS + 0.2)
    os.kill(process.pid, signal.SIGCONT)
    until = time.monotonic() + DEADLINE_S
    while not (job.folder / "state" / "state.json").exists():
        assert time.monotonic() < until, job.log()
        time.sleep(0.01)
    wait_for_epochs(job, len(job.progress()) + 2)
    os.kill(process.pid, signal.SIGKILL)


def weights(model: TrainedModel) -> dict[str, np.ndarray]:
    return {name: tensor.numpy() for name, tensor in model.network.state_dict().items()}


def test_killed_training_resumes_to_the_same_weights(tmp_path: Path, panel_path: Path) -> None:
    whole = train_job(tmp_path, panel_path)
    killed = train_job(tmp_path, panel_path)
    kill_after_saving(killed)
    assert wait_until_ended(killed).state == "lost"
    reached = len(killed.progress())
    assert 0 < reached < EPOCHS
    assert not killed.result("m.vaeviz").exists()

    killed.resume()
    assert wait_until_ended(killed).state == "done"
    assert wait_until_ended(whole).state == "done"
    assert killed.progress()["epoch"].tolist() == list(range(1, EPOCHS + 1))
    # It went on and did not begin again.
    rows = (killed.folder / "progress.jsonl").read_text().splitlines()
    assert sum(json.loads(row)["epoch"] == 1 for row in rows) == 1
    resumed, uninterrupted = (load_model(j.result("m.vaeviz")) for j in (killed, whole))
    assert len(resumed.history) == EPOCHS
    expected = weights(uninterrupted)
    for name, value in weights(resumed).items():
        assert np.array_equal(value, expected[name]), name
    assert resumed.digest == uninterrupted.digest


def test_cancelled_training_keeps_the_best_model(tmp_path: Path, panel_path: Path) -> None:
    job = train_job(tmp_path, panel_path)
    wait_for_epochs(job, 3)
    job.cancel()
    assert wait_until_ended(job).state == "cancelled"
    model = load_model(job.result("m.vaeviz"))
    assert 3 <= len(model.history) < EPOCHS
    outcome = job.outcome()
    assert outcome is not None
    assert outcome["stopped_early"] is True
    assert outcome["digest"] == model.digest
    assert not [p for p in job.folder.iterdir() if p.name.startswith(".vaeviz")]
