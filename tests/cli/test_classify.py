"""`classify`: calls in a file, the overlap report, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from tests.altered import altered
from tests.cli.run import assert_refused, run_here
from tests.panels import random_panel
from tests.trained import model_panel, small_model
from vaeviz.data.panel import Panel
from vaeviz.data.vcz import save_panel


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model m.vaeviz and its panel p.vcz."""
    made = tmp_path_factory.mktemp("classify")
    save_panel(model_panel(), made / "p.vcz")
    small_model().save(made / "m.vaeviz")
    return made


def keep(panel: Panel, folder: Path) -> Path:
    path = folder / "q.vcz"
    save_panel(panel, path)
    return path


def test_calls_are_written_and_judged(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    output = folder / "calls.csv"
    ended = run_here(
        capfd, "classify", folder / "m.vaeviz", folder / "p.vcz", "-o", output, "--json"
    )
    assert ended.code == 0, ended.stderr
    result = json.loads(ended.stdout)
    table = pd.read_csv(output, keep_default_na=False)
    assert list(table)[:5] == ["sample", "predicted", "probability", "flag", "site overlap"]
    assert len(table) == result["people"] == model_panel().n_samples
    held = table[table["split"] == "test"]
    assert result["held_out"]["people"] == len(held)
    assert result["held_out"]["accuracy"] == pytest.approx(
        (held["predicted"] == held["reported"]).mean()
    )
    assert sum(result["flags"].values()) == (table["flag"] != "").sum()
    assert sum(row["people"] + row["flagged"] for row in result["labels"]) == len(table)
    assert result["overlap"]["overlap"] == 1


def test_the_terminal_tells_overlap_and_doubt(
    tmp_path: Path, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    query = keep(altered(model_panel(), "id").take_sites(range(120)), tmp_path)
    output = tmp_path / "calls.csv"
    level = ("--level", "superpopulation", "--method", "lda")
    ended = run_here(capfd, "classify", folder / "m.vaeviz", query, *level, "-o", output)
    assert ended.code == 0, ended.stderr
    text = " ".join(ended.stdout.split())
    assert "matched by id" in text
    assert "with alleles swapped" in text
    assert "warning: under half of them" in text
    assert "Method: lda" in text
    assert "Against reported labels" in text


def test_a_query_without_labels_is_not_judged(
    tmp_path: Path, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    bare = model_panel().with_samples(model_panel().samples[["sample"]])
    output = tmp_path / "calls.csv"
    query = keep(bare, tmp_path)
    ended = run_here(capfd, "classify", folder / "m.vaeviz", query, "-o", output, "--json")
    assert json.loads(ended.stdout)["held_out"] is None
    assert len(pd.read_csv(output)) == bare.n_samples


def test_what_cannot_be_classified_is_refused(
    tmp_path: Path, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "calls.csv"
    model = folder / "m.vaeviz"
    few = keep(model_panel().take_sites(range(20)), tmp_path)
    assert_refused(run_here(capfd, "classify", model, few, "-o", output), "at least 10%")
    own = folder / "p.vcz"
    asked = run_here(capfd, "classify", model, own, "--method", "code-length", "-o", output)
    assert_refused(asked, "conditioned on", "--condition population")
    asked = run_here(capfd, "classify", model, own, "--method", "magic", "-o", output)
    assert_refused(asked, "magic")
    assert not output.exists()


def test_a_sequence_model_says_what_to_use(
    tmp_path: Path, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    from vaeviz.config import TrainConfig
    from vaeviz.training.loop import train_model

    panel = random_panel(n_samples=40, n_sites=60)
    config = TrainConfig(rows="haplotype", shape="windowed", window_sites=20, epochs=2, n_latent=2)
    train_model(panel, config).save(tmp_path / "s.vaeviz")
    query = keep(panel, tmp_path)
    ended = run_here(capfd, "classify", tmp_path / "s.vaeviz", query, "-o", tmp_path / "calls.csv")
    assert_refused(ended, "holds no reference", "map model")
