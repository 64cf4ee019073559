"""The command `links` writes what the map draws, and says what links are not."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from tests.cli.run import assert_refused, run_here
from tests.panels import HOSTILE, random_panel
from tests.trained import model_panel, small_model
from vaeviz.analysis.links import CAVEAT, link_matrix, pair_table
from vaeviz.data.vcz import load_panel, save_panel


@pytest.fixture
def panel(tmp_path: Path) -> Path:
    path = tmp_path / "p.vcz"
    save_panel(random_panel(n_populations=4), path)
    return path


@pytest.mark.parametrize("kind", ["fst", "f2", "covariance"])
def test_every_kind_is_written_as_computed(
    kind: str, panel: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "links.csv"
    ended = run_here(capfd, "links", panel, "--kind", kind, "--nearest", 1, "-o", output, "--json")
    assert ended.code == 0, ended.stderr
    assert json.loads(ended.stdout)["meaning"] == CAVEAT
    written = pd.read_csv(output, keep_default_na=False)
    expected = pair_table(link_matrix(load_panel(panel), "population", kind), kind, 1)
    assert len(written) == 6
    pd.testing.assert_frame_equal(written, expected, check_dtype=False)


def test_links_in_latent_space_need_a_model_and_only_they(
    panel: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "x.csv"
    alone = run_here(capfd, "links", panel, "--kind", "latent", "-o", output)
    assert_refused(alone, "--kind latent needs --model")
    other = run_here(capfd, "links", panel, "--model", tmp_path / "m.vaeviz", "-o", output)
    assert_refused(other, "--model goes with --kind latent")
    assert not output.exists()


def test_links_in_latent_space(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path, saved, output = tmp_path / "p.vcz", tmp_path / "m.vaeviz", tmp_path / "l.csv"
    save_panel(model_panel(), path)
    small_model().save(saved)
    arguments = ("links", path, "--kind", "latent", "--model", saved, "-o", output)
    assert run_here(capfd, *arguments).code == 0
    written = pd.read_csv(output)
    assert len(written) == 3
    assert (written["value"] > 0).all()
    assert set(written["meaning"]) == {CAVEAT}


def test_hostile_labels_are_defused_in_the_table(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    panel = random_panel(n_populations=3)
    names = dict(zip(sorted(set(panel.labels("population"))), HOSTILE, strict=False))
    samples = panel.samples.assign(population=panel.samples["population"].map(names))
    path, output = tmp_path / "h.vcz", tmp_path / "h.csv"
    save_panel(panel.with_samples(samples), path)
    assert run_here(capfd, "links", path, "-o", output).code == 0
    assert not any(line.startswith("=") for line in output.read_text().splitlines())
