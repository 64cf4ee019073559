"""Jobs as processes: progress, end, cancel, kill, resume, limits, forgetting."""

from __future__ import annotations

import os
import signal
import stat
import sys
import time
from pathlib import Path

import psutil
import pytest

from vaeviz.errors import JobError
from vaeviz.jobs.job import Job, list_jobs, prune, remove, start
from vaeviz.jobs.process import identify, is_alive, usable_cores
from vaeviz.jobs.status import JobStatus, Limits, ProcessId

FAKE = (sys.executable, "-P", str(Path(__file__).with_name("fake_work.py")))
DEADLINE_S = 60.0


def fake(workspace: Path, what: str, number: float = 3, kind: str = "fake", **limits: float) -> Job:
    return start(workspace, kind, [what, str(number)], what, Limits(**limits), command=FAKE)


def wait(job: Job, *states: str) -> JobStatus:
    """Status of `job` once it is in one of `states` (default: ended)."""
    until = time.monotonic() + DEADLINE_S
    while time.monotonic() < until:
        status = job.status()
        if status.state in states or (not states and not status.active):
            return status
        time.sleep(0.02)
    raise AssertionError(f"the job is still {job.status().state}: {job.log()}")


def wait_for_step(job: Job, step: int) -> None:
    until = time.monotonic() + DEADLINE_S
    while len(job.progress()) < step:
        assert time.monotonic() < until, job.log()
        time.sleep(0.02)


def pid_of(job: Job) -> int:
    process = job.status().process
    assert process is not None
    return process.pid


def test_job_reports_progress_and_its_end(tmp_path: Path) -> None:
    job = fake(tmp_path, "count", 5)
    status = wait(job)
    assert (status.state, status.fraction, status.message) == ("done", 1.0, "step 5")
    assert status.metrics == {"loss": 0.2}
    progress = job.progress()
    assert progress["done"].tolist() == [1, 2, 3, 4, 5]
    assert progress["loss"].tolist() == [1 / n for n in range(1, 6)]
    assert job.outcome() == {"from": 0}


def test_running_job_tells_the_time_left(tmp_path: Path) -> None:
    job = fake(tmp_path, "count", 1000)
    wait_for_step(job, 10)
    status = job.status()
    assert status.state == "running"
    assert status.eta_s is not None
    assert 10 < status.eta_s < 200
    job.cancel()
    wait(job)


def test_folder_is_private_and_unguessable(tmp_path: Path) -> None:
    job = fake(tmp_path, "count", 1)
    assert stat.S_IMODE(job.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(job.folder.parent.stat().st_mode) == 0o700
    assert len(job.name) == 32
    wait(job)


def test_process_is_gentle_and_on_its_own(tmp_path: Path) -> None:
    job = fake(tmp_path, "surroundings")
    wait(job)
    found = job.outcome()
    assert found is not None
    assert found["nice"] >= 10
    assert found["session"] is True
    assert found["cwd"] == str(job.folder)
    assert found["stdin"] == ""
    assert found["threads"]["OMP_NUM_THREADS"] == str(max(1, usable_cores() - 1))


def test_cancel_stops_and_keeps_what_there_is(tmp_path: Path) -> None:
    job = fake(tmp_path, "count", 100_000)
    wait_for_step(job, 3)
    job.cancel()
    status = wait(job)
    assert status.state == "cancelled"
    assert status.error_message == ""
    assert job.outcome() == {"from": 0}


def test_work_that_does_not_look_is_ended_after_a_grace(tmp_path: Path) -> None:
    job = fake(tmp_path, "deaf", 600)
    wait(job, "running")
    pid = pid_of(job)
    job.cancel()
    assert wait(job).state == "cancelled"
    wait_gone(pid)


def wait_gone(pid: int) -> None:
    until = time.monotonic() + DEADLINE_S
    while psutil.pid_exists(pid):
        assert time.monotonic() < until, f"process {pid} is {psutil.Process(pid).status()}"
        time.sleep(0.02)


def test_killed_job_is_lost_leaves_no_zombie_and_resumes(tmp_path: Path) -> None:
    job = fake(tmp_path, "count", 60)
    wait_for_step(job, 5)
    pid = pid_of(job)
    os.kill(pid, signal.SIGKILL)
    status = wait(job)
    assert status.state == "lost"
    assert "Resume" in status.error_hint
    wait_gone(pid)
    job.resume()
    assert wait(job).state == "done", job.log()
    outcome = job.outcome()
    assert outcome is not None
    assert outcome["from"] >= 5
    assert job.progress()["done"].tolist() == list(range(1, 61))


def test_job_is_found_again_by_another_server(tmp_path: Path) -> None:
    job = fake(tmp_path, "count", 100_000)
    wait_for_step(job, 2)
    (again,) = list_jobs(tmp_path, command=FAKE)
    assert again is not job
    assert again.name == job.name
    assert again.status().state == "running"
    again.cancel()
    assert wait(job).state == "cancelled"


def test_running_and_done_jobs_are_not_resumed(tmp_path: Path) -> None:
    job = fake(tmp_path, "count", 100_000)
    wait(job, "running")
    with pytest.raises(JobError, match="running"):
        job.resume()
    job.cancel()
    wait(job)
    done = fake(tmp_path, "count", 1)
    wait(done)
    with pytest.raises(JobError, match="done"):
        done.resume()


def test_crash_of_a_parser_is_told(tmp_path: Path) -> None:
    job = fake(tmp_path, "crash", kind="import", memory_gb=3.0)
    status = wait(job)
    assert status.state == "lost"
    assert "reader of this file ended unexpectedly" in status.error_message
    assert "3 GB" in status.error_hint
    assert "Segmentation fault" in job.log()


def test_process_that_never_reports_is_lost(tmp_path: Path) -> None:
    assert wait(fake(tmp_path, "stillborn")).state == "lost"


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS does not bound address space")
def test_memory_limit_fails_with_numbers(tmp_path: Path) -> None:
    status = wait(fake(tmp_path, "memory", 50, memory_gb=2.0))
    assert status.state == "failed"
    assert "2.0 GB were allowed" in status.error_message
    assert "--max-sites" in status.error_hint


def test_time_limit_fails_with_the_number(tmp_path: Path) -> None:
    job = fake(tmp_path, "deaf", 600, minutes=0.02)
    status = wait(job)
    assert status.state == "failed"
    assert "longer than 0.02 minutes" in status.error_message


def test_bad_input_fails_with_message_and_hint(tmp_path: Path) -> None:
    status = wait(fake(tmp_path, "bad_input"))
    assert status.state == "failed"
    assert status.error_message == "The panel is empty."
    assert status.error_hint == "Relax the filters."


def test_bug_is_in_the_log_and_not_in_the_status(tmp_path: Path) -> None:
    job = fake(tmp_path, "bug")
    status = wait(job)
    assert status.state == "failed"
    assert "TypeError" in status.error_message
    assert "/secret" not in status.to_json()
    assert "Traceback" not in status.to_json()
    assert "/secret" in job.log()


def test_other_folders_are_refused(tmp_path: Path) -> None:
    inside = tmp_path / "mine"
    outside = tmp_path / "other" / "jobs" / ("0" * 32)
    outside.mkdir(parents=True)
    (inside / "jobs").mkdir(parents=True)
    link = inside / "jobs" / ("1" * 32)
    link.symlink_to(outside)
    for folder in (outside, link, inside / "jobs", inside / "jobs" / "..", inside / "jobs" / "x"):
        with pytest.raises(JobError, match="no job of your workspace"):
            Job(folder, inside)


def test_workspace_of_the_user_is_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VAEVIZ_HOME", str(tmp_path))
    job = fake(tmp_path, "count", 1)
    assert Job(job.folder).name == job.name
    wait(job)


@pytest.mark.parametrize("name", ["../x", "a/b", "", ".hidden", "/etc/passwd", "a\nb"])
def test_results_have_plain_names(tmp_path: Path, name: str) -> None:
    job = fake(tmp_path, "count", 1)
    with pytest.raises(JobError):
        job.result(name)
    assert job.result("model.vaeviz").parent == job.folder
    wait(job)


def test_only_ended_jobs_are_forgotten(tmp_path: Path) -> None:
    running = fake(tmp_path, "count", 100_000)
    ended = [fake(tmp_path, "count", 1) for _ in range(3)]
    for job in ended:
        wait(job)
    wait(running, "running")
    with pytest.raises(JobError, match="still running"):
        remove(running)
    assert prune(tmp_path, keep=1) == 2
    assert {job.name for job in list_jobs(tmp_path)} == {running.name, ended[-1].name}
    remove(ended[-1])
    assert [job.name for job in list_jobs(tmp_path)] == [running.name]
    running.cancel()
    wait(running)


def test_list_is_newest_first_and_skips_strangers(tmp_path: Path) -> None:
    jobs = [fake(tmp_path, "count", 1) for _ in range(3)]
    (tmp_path / "jobs" / "notes").mkdir()
    damaged = tmp_path / "jobs" / ("f" * 32)
    damaged.mkdir()
    (damaged / "request.json").write_text("{")
    assert [j.name for j in list_jobs(tmp_path)] == [j.name for j in reversed(jobs)]
    for job in jobs:
        wait(job)


def test_a_later_process_with_the_same_number_is_another() -> None:
    mine = identify(os.getpid())
    assert mine is not None
    assert is_alive(mine)
    assert not is_alive(ProcessId(pid=mine.pid, since_boot_s=mine.since_boot_s - 10))


def test_zombie_counts_as_gone() -> None:
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    try:
        until = time.monotonic() + DEADLINE_S
        while psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
            assert time.monotonic() < until
        zombie = identify(pid)
        assert zombie is not None
        assert not is_alive(zombie)
    finally:
        os.waitpid(pid, 0)
