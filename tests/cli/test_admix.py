"""`admix`: genotypes that read back, the truth beside them, and refusals."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.cli.files import panel_file
from tests.cli.run import assert_refused, run_here
from vaeviz.config import AdmixConfig
from vaeviz.data.catalogue import open_panel
from vaeviz.synthesis.admix import admix
from vaeviz.synthesis.region import mixture_region

MIX = ("--mix", "POP1=.6,POP2=.4")


@pytest.fixture
def panel(tmp_path: Path) -> Path:
    return panel_file(tmp_path, n_samples=120, n_populations=2)


def test_writes_people_tracts_and_shares(
    tmp_path: Path, panel: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out, tracts, shares = (tmp_path / x for x in ("a.vcf.gz", "t.tsv", "s.csv"))
    ended = run_here(
        capfd,
        *("admix", panel, *MIX, "--generations", "8", "-n", "12", "--seed", "5"),
        *("-o", out, "--tracts", tracts, "--shares", shares, "--json"),
    )
    assert ended.code == 0, ended.stderr
    result = json.loads(ended.stdout)
    opened = open_panel(panel)
    made = admix(
        opened,
        mixture_region(opened, {"POP1": 0.6, "POP2": 0.4}),
        AdmixConfig(n=12, generations=8, seed=5),
    )
    assert result["panel"]["digest"] == made.panel.digest
    assert result["panel"]["synthetic"]
    assert [s["asked"] for s in result["sources"]] == [0.6, 0.4]
    assert any("exact copy" in text for text in result["warnings"])
    back = open_panel(out)
    assert back.phased
    assert back.info.synthetic
    np.testing.assert_array_equal(back.counts, made.panel.counts)
    told = pd.read_csv(tracts, sep="\t", dtype={"chrom": str})
    pd.testing.assert_frame_equal(told, made.tracts, check_dtype=False)
    assert result["n_tracts"] == len(told)
    assert len(pd.read_csv(shares)) == 24


def test_vcz_and_continuous_and_words(
    tmp_path: Path, panel: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "a.vcz"
    ended = run_here(capfd, "admix", panel, *MIX, "--continuous", "-n", "3", "-o", out)
    assert ended.code == 0, ended.stderr
    assert "SYNTHETIC" in ended.stdout
    assert "exact copy" in ended.stdout
    info = open_panel(out).info
    assert "continuous" in info.description


def test_a_map_is_read(tmp_path: Path, panel: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A map that does not recombine inside of chromosomes leaves them whole."""
    still = tmp_path / "map.txt"
    still.write_text("chr pos cM\n1 1 0\n1 1000000 0\n2 1 0\n2 1000000 0\n")
    command = ("admix", panel, *MIX, "--generations", "200", "-n", "2", "--json")
    ended = run_here(capfd, *command, "--genetic-map", still, "-o", tmp_path / "a.vcf.gz")
    assert ended.code == 0, ended.stderr
    assert json.loads(ended.stdout)["n_tracts"] == 2 * 2 * 2


def test_refusals_leave_nothing(
    tmp_path: Path, panel: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "a.vcf.gz"
    for mix, words in (
        ("POP1=.6", "two sources"),
        ("POP1=.6,NOBODY=.4", "NOBODY"),
        ("POP1", "label with a share"),
        ("POP1=-1,POP2=2", "label with a share"),
    ):
        assert_refused(run_here(capfd, "admix", panel, "--mix", mix, "-o", out), words)
    assert_refused(run_here(capfd, "admix", panel, *MIX, "-o", tmp_path / "a.bed"), ".vcz")
    assert_refused(
        run_here(capfd, "admix", panel, *MIX, "-o", out, "--generations", "1000"), "generations"
    )
    unphased = panel_file(tmp_path, "u.vcz", n_samples=120, n_populations=2, phased=False)
    assert_refused(run_here(capfd, "admix", unphased, *MIX, "-o", out), "unphased")
    small = panel_file(tmp_path, "s.vcz", n_samples=60, n_populations=2)
    assert_refused(run_here(capfd, "admix", small, *MIX, "-o", out), "--allow-small")
    assert not list(tmp_path.glob("a.*"))
