"""`serial-founder` and its numbers: those of the analysis."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.cli.run import assert_refused, run_here
from tests.panels import hostile_panel, random_panel
from vaeviz.analysis.entropy import entropy_table
from vaeviz.analysis.populations import population_summary
from vaeviz.analysis.serial_founder import founder_places, serial_founder
from vaeviz.data.panel import Panel
from vaeviz.data.vcz import save_panel


@pytest.fixture
def panel(tmp_path: Path) -> Panel:
    """Six populations with places, in p.vcz."""
    made = random_panel(n_populations=6)
    save_panel(made, tmp_path / "p.vcz")
    return made


@pytest.mark.parametrize(
    ("measure", "column"),
    [
        ("entropy", "mean_entropy_bits"),
        ("equal-size", "rarefied_entropy_bits"),
        ("heterozygosity", "expected_heterozygosity"),
    ],
)
def test_table_is_that_of_the_analysis(
    panel: Panel, tmp_path: Path, capfd: pytest.CaptureFixture[str], measure: str, column: str
) -> None:
    output = tmp_path / "f.csv"
    argv = ["serial-founder", tmp_path / "p.vcz", "--measure", measure, "--origin", "-10,20"]
    ended = run_here(capfd, *argv, "-o", output, "--json")
    assert ended.code == 0, ended.stderr
    result = json.loads(ended.stdout)
    values = entropy_table(panel, "population").set_index("group")[column]
    places = founder_places(panel, population_summary(panel))
    expected = serial_founder(panel, places, values, (-10.0, 20.0))
    assert result["line"]["r2"] == pytest.approx(expected.line.r2)
    assert result["origin"] == [-10.0, 20.0]
    table = pd.read_csv(output)
    assert table["distance_km"].to_numpy() == pytest.approx(expected.table["distance_km"])
    assert np.allclose(table["value"], expected.table["value"])


def test_bad_input_is_refused(
    panel: Panel, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "f.csv"
    for origin in ("here", "1,2,3", "95,0"):
        argv = ["serial-founder", tmp_path / "p.vcz", "--origin", origin, "-o", output]
        assert_refused(run_here(capfd, *argv), "origin")
    save_panel(panel.with_info(species="canid"), tmp_path / "dogs.vcz")
    ended = run_here(capfd, "serial-founder", tmp_path / "dogs.vcz", "-o", output)
    assert_refused(ended, "another species")
    assert not output.exists()


def test_hostile_labels_stay_inert(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    save_panel(hostile_panel(), tmp_path / "h.vcz")
    output = tmp_path / "f.csv"
    ended = run_here(capfd, "serial-founder", tmp_path / "h.vcz", "-o", output)
    assert ended.code == 0, ended.stderr
    assert "L" * 100 not in ended.stdout
    cells = pd.read_csv(output, keep_default_na=False)["group"]
    assert not cells.str.startswith(("=", "+", "-", "@")).any()
