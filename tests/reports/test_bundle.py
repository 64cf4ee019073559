from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.conftest import ODD_PANELS
from tests.panels import HOSTILE
from tests.trained import model_panel, small_model
from vaeviz.config import SimulateConfig, TrainConfig
from vaeviz.data.readers import read_panel
from vaeviz.data.tables import csv_text
from vaeviz.errors import Cancelled, PrivacyError
from vaeviz.progress import Silent
from vaeviz.reports.bundle import write_bundle
from vaeviz.reports.contents import BundleContents, BundledCohort
from vaeviz.reports.standard import standard_bundle
from vaeviz.synthesis.generate import generate
from vaeviz.synthesis.region import Region, population_region
from vaeviz.synthesis.report import cohort_report
from vaeviz.training.loop import train_model
from vaeviz.training.model import load_model


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything about the small model, with one cohort."""
    model, panel = small_model("haplotype"), model_panel()
    cohort = generate(model, panel, population_region(panel, "SUP1"), SimulateConfig(n=12))
    bundled = BundledCohort(cohort, cohort_report(model, panel, cohort), acknowledged=True)
    path = tmp_path_factory.mktemp("bundle") / "out.zip"
    standard_bundle(path, model, panel, (bundled,), images=False)
    return path


def read(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_manifest_lists_every_file_with_its_checksum(bundle: Path) -> None:
    files = read(bundle)
    manifest = json.loads(files.pop("manifest.json"), parse_constant=pytest.fail)
    assert {item["file"] for item in manifest["files"]} == set(files)
    for item in manifest["files"]:
        assert item["sha256"] == hashlib.sha256(files[item["file"]]).hexdigest()
    assert manifest["simulated"] is True
    assert manifest["synthetic"] is True
    assert manifest["genotypes_included"] is False
    assert manifest["seeds"] == {"training": [1], "cohorts": [1], "reports": [1], "analysis": 1}
    assert manifest["panel"]["digest"] == model_panel().digest
    assert manifest["models"][0]["digest"] == small_model("haplotype").digest
    assert manifest["packages"]["torch"].startswith("2.")


def test_figures_stand_alone_and_have_their_tables(bundle: Path) -> None:
    files = read(bundle)
    pages = [name for name in files if name.endswith(".html")]
    assert {"latent_map", "bits_by_group", "entropy_bars", "synthetic_frequencies"} <= {
        Path(page).stem for page in pages
    }
    for page in pages:
        assert f"tables/{Path(page).stem}.csv" in files
        tags = re.findall(rb"<(?:script|link|img|iframe)[^>]+(?:src|href)=[^>]*>", files[page])
        assert tags == []


def test_models_and_cohorts_are_read_back(bundle: Path, tmp_path: Path) -> None:
    files = read(bundle)
    for folder in ("models", "cohorts"):
        for name, data in files.items():
            if name.startswith(f"{folder}/"):
                (tmp_path / Path(name).name).write_bytes(data)
    (model_file,) = tmp_path.glob("*.vaeviz")
    assert load_model(model_file).digest == small_model("haplotype").digest
    cohort = read_panel(tmp_path / "synthetic_SUP1.vcf.gz").panel
    assert (cohort.n_samples, cohort.n_sites) == (12, 300)
    assert cohort.phased
    assert cohort.counts.min() == 0
    assert json.loads((tmp_path / "synthetic_SUP1.report.json").read_text())["facts"]["synthetic"]


def test_genotypes_only_when_asked(bundle: Path, tmp_path: Path) -> None:
    assert not any(name.startswith("genotypes/") for name in read(bundle))
    panel = model_panel()
    write_bundle(tmp_path / "g.zip", BundleContents(panel, include_genotypes=True))
    (name,) = (n for n in read(tmp_path / "g.zip") if n.startswith("genotypes/"))
    (tmp_path / "g.vcf.gz").write_bytes(read(tmp_path / "g.zip")[name])
    np.testing.assert_array_equal(read_panel(tmp_path / "g.vcf.gz").panel.counts, panel.counts)


def test_a_cohort_that_nobody_looked_through_stays(tmp_path: Path) -> None:
    model, panel = small_model(), model_panel()
    cohort = generate(model, panel, population_region(panel, "SUP1"), SimulateConfig(n=4))
    with pytest.raises(PrivacyError, match="not checked for near copies"):
        write_bundle(tmp_path / "c.zip", BundleContents(panel, cohorts=(BundledCohort(cohort),)))
    assert not (tmp_path / "c.zip").exists()


def test_same_contents_same_bytes(tmp_path: Path) -> None:
    model, panel = small_model(), model_panel()
    model.save(tmp_path / "m.vaeviz")
    contents = BundleContents(
        panel, tables={"latent": model.embed(panel)}, models=(tmp_path / "m.vaeviz",)
    )
    for name in ("a.zip", "b.zip"):
        write_bundle(tmp_path / name, contents)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_hostile_labels_are_inert_in_every_file(tmp_path: Path) -> None:
    model, wide = small_model(), model_panel()
    labels = [HOSTILE[k % len(HOSTILE)] for k in range(wide.n_samples)]
    wide = wide.with_samples(wide.samples.assign(population=labels, superpopulation=labels))
    region = Region(HOSTILE[0], "selection", np.arange(60))
    cohort = generate(model, wide, region, SimulateConfig(n=4))
    standard_bundle(
        *(tmp_path / "h.zip", model, wide, (BundledCohort(cohort, acknowledged=True),)),
        by="population",
        images=False,
    )
    files = read(tmp_path / "h.zip")
    assert all(re.fullmatch(r"[A-Za-z0-9_/-]+(\.[a-z]+)+|METHODS\.md", name) for name in files)
    for name, data in files.items():
        if name.endswith(".csv"):
            rows = csv.reader(io.StringIO(data.decode(), newline=""))
            assert not any(re.match(r"[=@\t\r]|\+", value) for row in rows for value in row)
    assert b"![x](http" not in files["METHODS.md"]
    assert b"<img" not in files["METHODS.md"]


@pytest.mark.parametrize("kind", sorted(ODD_PANELS))
def test_odd_panels_give_a_bundle(kind: str, tmp_path: Path) -> None:
    panel = ODD_PANELS[kind]
    rows = "haplotype" if panel.phased else "person"
    config = TrainConfig(rows=rows, n_latent=2, n_components=4, rank=4, hidden=(8,), epochs=2)
    model = train_model(panel, config)
    standard_bundle(tmp_path / "o.zip", model, panel, images=False)
    files = read(tmp_path / "o.zip")
    assert {"METHODS.md", "manifest.json", "figures/bits_by_group.html"} <= set(files)


def test_one_latent_dimension_has_no_map(tmp_path: Path) -> None:
    panel = ODD_PANELS["one_population"]
    model = train_model(panel, TrainConfig(n_latent=1, n_components=4, rank=4, epochs=2))
    standard_bundle(tmp_path / "o.zip", model, panel, images=False)
    assert "figures/latent_map.html" not in read(tmp_path / "o.zip")


def test_a_cancelled_export_leaves_nothing(tmp_path: Path) -> None:
    class Stop(Silent):
        def cancelled(self) -> bool:
            return True

    with pytest.raises(Cancelled):
        standard_bundle(tmp_path / "c.zip", small_model(), model_panel(), progress=Stop())
    assert list(tmp_path.iterdir()) == []


def test_csv_text_defuses_formulas_and_keeps_numbers() -> None:
    table = pd.DataFrame({"=a": ["=1+1", None], "n": [1.25, np.nan], "flag": [True, False]})
    rows = list(csv.reader(io.StringIO(csv_text(table))))
    assert rows == [["'=a", "n", "flag"], ["'=1+1", "1.25", "True"], ["", "", "False"]]
