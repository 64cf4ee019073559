"""`diversity`: the table of the page, the mark that opens it, runs of homozygosity."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from tests.analysis.test_roh import inbred_panel
from tests.cli.run import assert_refused, run_here
from tests.panels import random_panel
from vaeviz.analysis.diversity import diversity_table
from vaeviz.data.panel import Panel
from vaeviz.data.vcz import save_panel


def stored(panel: Panel, folder: Path) -> Path:
    save_panel(panel, folder / "p.vcz")
    return folder / "p.vcz"


@pytest.mark.parametrize("mark", [True, False])
def test_the_file_holds_the_table_of_the_core(
    mark: bool, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    panel = random_panel().with_info(unfiltered_sequence=mark)
    output = tmp_path / "d.csv"
    file = stored(panel, tmp_path)
    ended = run_here(capfd, "diversity", file, "--by", "population", "-o", output, "--json")
    assert ended.code == 0, ended.stderr
    told = json.loads(ended.stdout)
    assert told["unfiltered_sequence"] is mark
    assert ("not marked" in told["left_out"]) is not mark
    expected = diversity_table(panel, "population")
    written = pd.read_csv(output)
    pd.testing.assert_frame_equal(written, expected.astype(written.dtypes.to_dict()))
    assert ("tajima_d" in written) is mark


def test_roh_adds_means_and_writes_people(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    output, people = tmp_path / "d.csv", tmp_path / "people.csv"
    file = stored(inbred_panel(), tmp_path)
    options = ["--by", "population", "--roh", people, "--roh-people", "12"]
    ended = run_here(capfd, "diversity", file, *options, "-o", output)
    assert ended.code == 0, ended.stderr
    assert "one in" in ended.stdout
    persons = pd.read_csv(people).set_index("sample")
    assert len(persons) == 24
    assert persons["n_runs"].idxmax() == "P0"
    groups = pd.read_csv(output).set_index("group")
    assert groups.loc["A", "mean_f_roh"] == pytest.approx(persons["f_roh"].sum() / 12)


def test_short_chromosomes_are_refused_and_nothing_is_left(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    output, people = tmp_path / "d.csv", tmp_path / "people.csv"
    file = stored(random_panel(), tmp_path)
    ended = run_here(capfd, "diversity", file, "--roh", people, "-o", output)
    assert_refused(ended, "10 Mb")
    assert not output.exists()
    assert not people.exists()
    assert_refused(run_here(capfd, "diversity", file, "--by", "nothing", "-o", output), "nothing")
