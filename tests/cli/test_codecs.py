"""`codecs` on a small panel: table, JSON, refusals."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from tests.cli.files import panel_file
from tests.cli.run import assert_refused, run_here
from vaeviz.cli import codecs as command
from vaeviz.cli.main import main
from vaeviz.compression.codec_methods import METHODS


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A panel p.vcz and a model of it, m.vaeviz."""
    made = tmp_path_factory.mktemp("codecs")
    panel_file(made, n_samples=100, n_sites=100)
    short = ["--epochs", "2", "--components", "10", "--hidden", "8"]
    assert main(["train", str(made / "p.vcz"), *short, "-o", str(made / "m.vaeviz")]) == 0
    return made


def test_the_help_knows_every_method() -> None:
    assert tuple(METHODS) == command.NAMES


def test_codecs_writes_and_shows_a_table(
    folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    inputs = ("codecs", folder / "m.vaeviz", folder / "p.vcz", "-o", tmp_path / "t.csv")
    ended = run_here(capfd, *inputs, "--methods", "xz,pgen,xz-panel")
    assert ended.code == 0, ended.stderr
    table = pd.read_csv(tmp_path / "t.csv")
    assert sorted(table["method"]) == ["pgen", "xz", "xz-panel"]
    assert table["note"].isna().all()
    for word in ("PLINK 2 .pgen", "Bits per allele", "Speed", "Reference panel: 80 people"):
        assert word in ended.stdout


def test_codecs_as_json(folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    inputs = ("codecs", folder / "m.vaeviz", folder / "p.vcz", "-o", tmp_path / "t.csv")
    ended = run_here(capfd, *inputs, "--methods", "zstd,xz-panel", "--split", "all", "--json")
    assert ended.code == 0, ended.stderr
    result = json.loads(ended.stdout)
    assert [row["method"] for row in result["methods"]] == ["zstd", "xz-panel"]
    assert result["methods"][1]["bits_per_allele"] is None
    assert "reference" in result["methods"][1]["note"]
    assert any("flatter" in note for note in result["notes"])


def test_codecs_refuses_unknown_methods_and_known_people(
    folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "t.csv"
    inputs = ("codecs", folder / "m.vaeviz", folder / "p.vcz", "-o", output)
    assert_refused(run_here(capfd, *inputs, "--methods", "zpaq"), "zpaq", "xz")
    ended = run_here(capfd, *inputs, "--methods", "xz", "--reference", folder / "p.vcz")
    assert_refused(ended, "in the reference")
    assert not output.exists()
