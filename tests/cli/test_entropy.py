"""`entropy`: the table, the frequency cut and entropy by context; the page shows the same."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.cli.run import assert_refused, run_here
from tests.panels import random_panel
from vaeviz.analysis.entropy import entropy_table
from vaeviz.analysis.entropy_rate import entropy_rate
from vaeviz.analysis.quantities import QUANTITIES
from vaeviz.data.vcz import load_panel, save_panel


@pytest.fixture
def panel_file(tmp_path: Path) -> Path:
    save_panel(random_panel(n_populations=4), tmp_path / "p.vcz")
    return tmp_path / "p.vcz"


@pytest.mark.parametrize("maf", [0.0, 0.3])
def test_table_has_every_measure_and_interval(
    maf: float, panel_file: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    output = panel_file.with_name("e.csv")
    ended = run_here(capfd, "entropy", panel_file, "--maf", str(maf), "-o", output, "--json")
    assert ended.code == 0, ended.stderr
    written = pd.read_csv(output)
    expected = entropy_table(load_panel(panel_file), "superpopulation", maf=maf)
    pd.testing.assert_frame_equal(written, expected, check_dtype=False, rtol=0, atol=1e-12)
    for quantity in QUANTITIES.values():
        assert {quantity.column, quantity.low, quantity.high} <= set(written.columns)
    groups = json.loads(ended.stdout)["groups"]
    bits = [row["genotype_entropy_bits"] for row in groups]
    np.testing.assert_allclose(bits, written["genotype_entropy_bits"], atol=1e-12)


def test_rates_are_written_and_shown(panel_file: Path, capfd: pytest.CaptureFixture[str]) -> None:
    output, rates = panel_file.with_name("e.csv"), panel_file.with_name("r.csv")
    options = ("--context", "3", "--rates", rates, "--by", "population")
    ended = run_here(capfd, "entropy", panel_file, *options, "-o", output)
    assert ended.code == 0, ended.stderr
    assert "haplotypes of each group" in ended.stdout
    expected = entropy_rate(load_panel(panel_file), "population", 3).table
    written = pd.read_csv(rates)
    pd.testing.assert_frame_equal(written, expected, check_dtype=False, rtol=0, atol=1e-12)
    assert written["context"].max() == 3


def test_without_context_no_rates_are_told(
    panel_file: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    output = panel_file.with_name("e.csv")
    ended = run_here(capfd, "entropy", panel_file, "-o", output, "--json")
    assert "rates" not in json.loads(ended.stdout)


def test_rates_without_a_length_use_the_longest(
    panel_file: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    output, rates = panel_file.with_name("e.csv"), panel_file.with_name("r.csv")
    run_here(capfd, "entropy", panel_file, "--rates", rates, "-o", output)
    assert pd.read_csv(rates)["context"].max() == 8


def test_bad_options_are_refused(panel_file: Path, capfd: pytest.CaptureFixture[str]) -> None:
    output = panel_file.with_name("e.csv")
    for options, words in (
        (("--maf", "0.9"), "--maf"),
        (("--maf", "0.5"), "minor allele frequency"),
        (("--context", "40"), "--context"),
        (("--rates", output), "overwrite"),
        (("--by", "continent"), "continent"),
    ):
        assert_refused(run_here(capfd, "entropy", panel_file, *options, "-o", output), words)
        assert not output.exists()
