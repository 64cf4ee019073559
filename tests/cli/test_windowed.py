"""Every command given a sequence model: it works, or says that it needs a map."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from tests.cli.run import assert_refused, run_here
from tests.panels import random_panel
from vaeviz.config import TrainConfig
from vaeviz.data.vcz import save_panel
from vaeviz.training.loop import train_model

Capture = pytest.CaptureFixture[str]
MAP = TrainConfig(epochs=2, n_components=3, rank=4, hidden=(8,))
SEQUENCE = TrainConfig.preset("sequence", epochs=2, window_sites=50, n_latent=2, window_hidden=8)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("windowed")
    panel = random_panel()
    save_panel(panel, made / "p.vcz")
    for name, config in (("map", MAP), ("seq", SEQUENCE)):
        model = train_model(panel, config)
        model.name = name
        model.save(made / f"{name}.vaeviz")
    return made


@pytest.mark.parametrize(
    ("command", "output"),
    [
        (("embed",), "latent.csv"),
        (("embed", "--haplotypes"), "haplotypes.csv"),
        (("compression",), "compression.csv"),
        (("impute",), "imputed.vcf.gz"),
        (("export", "--no-images"), "bundle.zip"),
    ],
)
def test_commands_that_any_model_serves(
    folder: Path, capfd: Capture, command: tuple[str, ...], output: str
) -> None:
    name, *options = command
    target = folder / output
    ended = run_here(capfd, name, folder / "seq.vaeviz", folder / "p.vcz", *options, "-o", target)
    assert ended.code == 0, ended.stderr
    assert target.exists()


@pytest.mark.parametrize(
    ("command", "output"),
    [
        (
            ("simulate", "--population", "SUP1", "--allow-small", "--generator", "global"),
            "cohort.vcf.gz",
        ),
        (("classify",), "calls.csv"),
    ],
)
def test_commands_that_need_a_map_say_so(
    folder: Path, capfd: Capture, command: tuple[str, ...], output: str
) -> None:
    name, *options = command
    ended = run_here(
        capfd, name, folder / "seq.vaeviz", folder / "p.vcz", *options, "-o", folder / output
    )
    assert_refused(ended, " map")
    assert not (folder / output).exists()


def test_evaluate_leaves_the_sequence_model_out_and_says_so(folder: Path, capfd: Capture) -> None:
    target = folder / "report.json"
    ended = run_here(
        capfd,
        *("evaluate", folder / "seq.vaeviz", folder / "p.vcz", "--methods", "vae,pca"),
        *("-o", target),
    )
    assert "Traceback" not in ended.stderr
    assert ended.code in (0, 2)
    assert "window" in ended.stdout + ended.stderr


def test_export_takes_both_models(folder: Path, capfd: Capture) -> None:
    target = folder / "both.zip"
    ended = run_here(
        capfd,
        *("export", folder / "map.vaeviz", folder / "p.vcz", "--no-images"),
        *("--sequence", folder / "seq.vaeviz", "-o", target),
    )
    assert ended.code == 0, ended.stderr
    with zipfile.ZipFile(target) as archive:
        names = set(archive.namelist())
        manifest = json.loads(archive.read("manifest.json"))
        methods = archive.read("METHODS.md").decode()
    assert {"models/map.vaeviz", "models/sequence_seq.vaeviz", "figures/latent_map.html"} <= names
    assert [m["shape"]["shape"] for m in manifest["models"]] == ["global", "windowed"]
    assert "8 latent dimensions" in methods or "8 Gaussian latent dimensions" in methods
    assert "4 windows of at most 50 sites" in methods
