"""`evaluate` on a small panel: report, seeds, places, table, refusals."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from tests.cli.files import panel_file
from tests.cli.run import assert_refused, run_here
from vaeviz.cli.main import main
from vaeviz.data.vcz import load_panel


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A panel p.vcz and a model of it, m.vaeviz, of seed 3."""
    made = tmp_path_factory.mktemp("evaluate")
    panel_file(made, n_samples=120, n_sites=120)
    short = ["--epochs", "3", "--components", "10", "--hidden", "8", "--seed", "3"]
    assert main(["train", str(made / "p.vcz"), *short, "-o", str(made / "m.vaeviz")]) == 0
    return made


def test_evaluate_reports_methods_seeds_and_places(
    folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    report, places = tmp_path / "r.json", tmp_path / "c.parquet"
    inputs = ("evaluate", folder / "m.vaeviz", folder / "p.vcz", "-o", report)
    options = ("--methods", "pca,vae", "--repeat", "2", "--coordinates", places)
    ended = run_here(capfd, *inputs, *options, "--json")
    assert ended.code == 0, ended.stderr
    result = json.loads(ended.stdout)
    written = json.loads(report.read_text())
    assert {**written, "output": str(report)} == result
    assert [m["name"] for m in written["methods"]] == ["vae", "pca"]
    assert written["methods"][0]["metrics"]["knn_population"]["ci_low"] is not None
    assert [run["seed"] for run in written["seeds"]] == [3, 4]
    assert written["spread"]["vae"]["rho"]["n"] == 2
    assert set(written["definitions"]) == set(written["methods"][0]["metrics"])
    table = pd.read_parquet(places)
    assert list(table["sample"]) == list(load_panel(folder / "p.vcz").sample_ids)
    assert {"vae_2", "pca_2", "split"} <= set(table.columns)


def test_evaluate_shows_a_table(
    folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    inputs = (folder / "m.vaeviz", folder / "p.vcz", "-o", tmp_path / "r.json")
    ended = run_here(capfd, "evaluate", *inputs, "--methods", "vae,pca20")
    assert ended.code == 0
    for word in ("VAE latent 2-D", "PCA 10-D", "rho with Fst", "Figures are of", "95 %"):
        assert word in ended.stdout


def test_evaluate_refuses_unknown_methods_and_files(
    folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    inputs = ("evaluate", folder / "m.vaeviz", folder / "p.vcz", "-o")
    refused = run_here(capfd, *inputs, tmp_path / "r.json", "--methods", "vae,isomap")
    assert_refused(refused, "isomap", "known methods are vae, pca")
    assert_refused(run_here(capfd, *inputs, tmp_path / "r.txt"), "does not end in .json")
    coordinates = ("--coordinates", tmp_path / "c.xlsx")
    assert_refused(run_here(capfd, *inputs, tmp_path / "r.json", *coordinates), ".parquet")
    assert not list(tmp_path.iterdir())
