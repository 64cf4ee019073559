"""What a job writes about itself."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from vaeviz.errors import Cancelled, JobError
from vaeviz.jobs.explain import explain
from vaeviz.jobs.reporter import JobReporter, Pace


def written(folder: Path) -> dict[str, object]:
    return json.loads((folder / "status.json").read_text())


def test_pace_is_counted_from_the_first_report() -> None:
    pace = Pace()
    assert pace.eta_s(50, 100, now=10.0) is None  # resumed at half: no pace yet
    assert pace.eta_s(60, 100, now=12.0) == pytest.approx(8.0)
    assert pace.eta_s(1, 5, now=20.0) is None  # another phase
    assert pace.eta_s(2, 5, now=21.0) == pytest.approx(3.0)


def test_stages_have_no_pace() -> None:
    pace = Pace()
    assert [pace.eta_s(done, 3, now=10.0 * done) for done in range(4)] == [None] * 4


def test_every_message_is_seen_and_quick_repeats_are_not_written(tmp_path: Path) -> None:
    with JobReporter(tmp_path) as reporter:
        reporter.update(0, 1000, "Reading")
        assert written(tmp_path)["message"] == "Reading"
        reporter.update(1, 1000, "Reading")
        assert written(tmp_path)["fraction"] == 0.0


def test_numbers_that_are_not_finite_do_not_spoil_the_files(tmp_path: Path) -> None:
    with JobReporter(tmp_path) as reporter:
        reporter.update(1, 2, "half", loss=float("nan"), kl=1.5)
    assert written(tmp_path)["metrics"] == {"kl": 1.5}
    (line,) = (tmp_path / "progress.jsonl").read_text().splitlines()
    assert "loss" not in json.loads(line)


def test_first_end_counts(tmp_path: Path) -> None:
    with JobReporter(tmp_path) as reporter:
        reporter.fail(JobError("too late", "hurry"))
    assert written(tmp_path)["state"] == "failed"
    assert written(tmp_path)["error_message"] == "too late"


def test_cancelled_work_is_cancelled_and_no_failure(tmp_path: Path) -> None:
    with pytest.raises(Cancelled), JobReporter(tmp_path):
        raise Cancelled("Stopped before the first epoch.")
    assert written(tmp_path)["state"] == "cancelled"


def test_cancel_file_is_heard(tmp_path: Path) -> None:
    with JobReporter(tmp_path) as reporter:
        assert not reporter.cancelled()
        (tmp_path / "CANCEL").touch()
        assert reporter.cancelled()
    assert written(tmp_path)["state"] == "cancelled"


def test_total_of_nothing_is_no_division(tmp_path: Path) -> None:
    with JobReporter(tmp_path) as reporter:
        reporter.update(0, 0, "nothing to do")
        assert written(tmp_path)["fraction"] == 0.0


def test_explanations_name_the_numbers_and_no_folder(tmp_path: Path) -> None:
    assert "GB" in explain(MemoryError()).message
    with pytest.raises(MemoryError) as caught:
        np.empty(2**50)
    assert "PiB" in explain(caught.value).message
    with pytest.raises(FileNotFoundError) as absent:
        (tmp_path / "a.vcf").open()
    assert "a.vcf" in explain(absent.value).message
    assert str(tmp_path) not in str(explain(absent.value))
    assert "ValueError" in explain(ValueError("/secret")).message
    assert "/secret" not in str(explain(ValueError("/secret")))
