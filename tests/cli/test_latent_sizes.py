"""`latent-sizes` on a small panel: tables, what is kept between runs, refusals."""

from __future__ import annotations

import inspect
import json
from pathlib import Path

import pandas as pd
import pytest

from tests.cli.files import panel_file
from tests.cli.run import assert_refused, run_here
from vaeviz.cli.latent_sizes import latent_sizes, settings_arguments
from vaeviz.compression.latent_plan import SIZES, LatentSizesConfig
from vaeviz.compression.latent_sizes import finished_sizes
from vaeviz.data.vcz import load_panel

SHORT = ("--sizes", "4,2", "--families", "vae, PCA", "--epochs", "2")


@pytest.fixture(scope="module")
def panel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return panel_file(tmp_path_factory.mktemp("sizes"))


def test_tables_equal_the_core_and_are_kept(
    panel: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out, folder = tmp_path / "t.json", tmp_path / "kept"
    common = (panel, *SHORT, "--folder", folder, "--by", "population")
    ended = run_here(capfd, "latent-sizes", *common, "-o", out, "--json")
    assert ended.code == 0, ended.stderr
    result = json.loads(ended.stdout)
    assert json.loads(out.read_text())["table"] == result["table"]
    settings = LatentSizesConfig(sizes=(4, 2), families=("vae", "pca"), epochs=2)
    core = finished_sizes(load_panel(panel), settings, folder, "population")
    assert [r["factor"] for r in result["table"]] == pytest.approx(list(core.table["factor"]))
    assert len(core.table) == 2 * 2 * (3 + 1)
    stamps = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert len(stamps) == 4
    again = run_here(capfd, "latent-sizes", *common, "-o", tmp_path / "t.csv")
    assert again.code == 0, again.stderr
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == stamps
    assert list(pd.read_csv(tmp_path / "t.csv")["method"][:1]) == ["PCA"]
    for words in ("Compression factor", "VAE", "held-out test people", "POP1"):
        assert words in again.stdout


def test_finished_sizes_are_kept_in_the_users_folder(
    panel: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("VAEVIZ_HOME", str(tmp_path / "home"))
    options = ("--families", "pca", "--sizes", "2")
    assert run_here(capfd, "latent-sizes", panel, *options, "-o", tmp_path / "t.csv").code == 0
    assert len(list((tmp_path / "home" / "latent_sizes").glob("pca_2_*.json"))) == 1


@pytest.mark.parametrize(
    ("options", "part"),
    [
        (("--sizes", "two"), "whole numbers"),
        (("--sizes", "0"), "sizes"),
        (("--sizes", "1000"), "sizes"),
        (("--families", "umap"), "families"),
        (("--maf", "0.49"), "training MAF"),
        (("--by", "nonsense"), "nonsense"),
    ],
)
def test_refusals_leave_nothing(
    options: tuple[str, ...],
    part: str,
    panel: Path,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / "t.csv"
    ended = run_here(capfd, "latent-sizes", panel, *options, "--folder", tmp_path / "k", "-o", out)
    assert_refused(ended, part)
    assert not list(tmp_path.glob("**/*.*"))


def test_defaults_are_those_of_the_settings() -> None:
    told = {name: p.default for name, p in inspect.signature(latent_sizes).parameters.items()}
    settings = LatentSizesConfig()
    assert told["sizes"] == ",".join(map(str, SIZES)) == ",".join(map(str, settings.sizes))
    assert told["families"] == ",".join(settings.families)
    for name in ("maf", "epochs", "seed", "device"):
        assert told[name] == getattr(settings, name)


def test_settings_survive_as_options(
    panel: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    settings = LatentSizesConfig(
        sizes=(2,), families=("pca", "windowed"), maf=0.05, epochs=1, seed=9, device="cpu"
    )
    options = settings_arguments(settings)
    ended = run_here(
        capfd, "latent-sizes", panel, *options, "--folder", tmp_path, "-o", tmp_path / "t.csv",
        "--json",
    )  # fmt: skip
    assert ended.code == 0, ended.stderr
    assert LatentSizesConfig.make(**json.loads(ended.stdout)["settings"]) == settings
