from __future__ import annotations

import dataclasses
import hashlib
import json
import subprocess
import zipfile
from pathlib import Path
from shutil import which

import numpy as np
import pandas as pd
import pytest
from cyvcf2 import VCF

from tests.trained import model_panel, small_model
from vaeviz.config import SimulateConfig
from vaeviz.data.readers import read_panel
from vaeviz.data.vcz import load_panel
from vaeviz.errors import PrivacyError
from vaeviz.reports.cohort_export import (
    Origin,
    check_copies,
    cohort_stem,
    without_people,
    write_cohort,
)
from vaeviz.reports.cohort_files import FORMATS
from vaeviz.reports.cohort_readme import redraw_command
from vaeviz.reports.contents import BundledCohort
from vaeviz.synthesis.generate import Cohort, generate
from vaeviz.synthesis.region import mixture_region, population_region
from vaeviz.synthesis.report import CohortReport, cohort_report

N = 30


@pytest.fixture(scope="module")
def cohort() -> Cohort:
    panel = model_panel()
    return generate(
        small_model("haplotype"), panel, population_region(panel, "POP1"), SimulateConfig(n=N)
    )


@pytest.fixture(scope="module")
def report(cohort: Cohort) -> CohortReport:
    found = cohort_report(small_model("haplotype"), model_panel(), cohort)
    return dataclasses.replace(found, near_copy_index=np.array([], np.int64))


@pytest.fixture(scope="module")
def origin() -> Origin:
    return Origin(small_model("haplotype"), model_panel())


@pytest.fixture(scope="module")
def unpacked(
    cohort: Cohort, report: CohortReport, origin: Origin, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The folder of a whole export."""
    folder = tmp_path_factory.mktemp("export")
    write_cohort(folder / "out.zip", BundledCohort(cohort, report), origin)
    with zipfile.ZipFile(folder / "out.zip") as archive:
        assert archive.testzip() is None
        archive.extractall(folder)
    return folder / cohort_stem(cohort)


def test_our_own_reader_gives_every_format_back(cohort: Cohort, unpacked: Path) -> None:
    stem, wanted = unpacked.name, cohort.panel
    vcf = read_panel(unpacked / f"{stem}.vcf.gz")
    np.testing.assert_array_equal(vcf.panel.counts, wanted.counts)
    assert vcf.panel.info.synthetic
    assert vcf.report.sample_join is not None
    assert len(vcf.report.sample_join.matched) == N
    assert set(vcf.panel.samples["population"]) == {"POP1"}
    assert not vcf.panel.has_labels("superpopulation")
    plink = read_panel(unpacked / f"{stem}.bed").panel
    np.testing.assert_array_equal(plink.counts, wanted.as_dosages().counts)
    assert load_panel(unpacked / f"{stem}.vcz").digest == wanted.digest
    rows = (unpacked / f"{stem}.csv").read_text().splitlines()
    assert len(rows) == 1 + wanted.n_rows


def test_others_read_the_files_and_the_index(cohort: Cohort, unpacked: Path) -> None:
    stem, site = unpacked.name, cohort.panel.sites.iloc[7]
    at = f"{site['chrom']}:{site['pos']}-{site['pos']}"
    (record,) = VCF(str(unpacked / f"{stem}.vcf.gz"))(at)
    alleles = np.array([call[:2] for call in record.genotypes])
    np.testing.assert_array_equal(alleles.ravel(), cohort.panel.counts[:, 7])
    if which("plink2") is None:
        pytest.skip("needs plink2")
    command = ["plink2", "--pfile", stem, "--freq", "--out", "freq", "--threads", "1"]
    subprocess.run(command, cwd=unpacked, capture_output=True, check=True)
    frequencies = pd.read_csv(unpacked / "freq.afreq", sep="\t")["ALT_FREQS"]
    np.testing.assert_allclose(frequencies, cohort.panel.counts.mean(0), atol=1e-5)


def test_everything_says_synthetic(unpacked: Path) -> None:
    stem = unpacked.name
    assert "SYNTHETIC" in stem
    for name in ("README.txt", f"{stem}.pvar", f"{stem}.vcz/.zattrs"):
        assert "synthetic" in (unpacked / name).read_text().lower(), name
    sheet = pd.read_csv(unpacked / f"{stem}.samples.tsv", sep="\t")
    assert sheet["synthetic"].all()
    assert set(sheet["drawn_from"]) == {"POP1"}
    assert set(sheet["model_digest"]) == {small_model("haplotype").digest}
    assert json.loads((unpacked / "report.json").read_text())["facts"]["synthetic"] is True
    assert "synthetic" in (unpacked / "report.html").read_text().lower()


def test_manifest_tells_settings_digests_and_every_file(cohort: Cohort, unpacked: Path) -> None:
    manifest = json.loads((unpacked / "manifest.json").read_text(), parse_constant=pytest.fail)
    assert manifest["synthetic"] is True
    assert manifest["cohort"]["digest"] == cohort.panel.digest
    assert manifest["cohort"]["settings"]["seed"] == 1
    assert manifest["model"]["digest"] == small_model("haplotype").digest
    assert manifest["panel"]["digest"] == model_panel().digest
    assert "--population POP1" in manifest["command"]
    for item in manifest["files"]:
        data = (unpacked.parent / item["file"]).read_bytes()
        assert item["sha256"] == hashlib.sha256(data).hexdigest()
    text = "".join(x.read_text() for x in unpacked.glob("*.*") if x.suffix in (".json", ".txt"))
    assert not [x for x in model_panel().sample_ids if f'"{x}"' in text]


def test_same_cohort_same_bytes(
    cohort: Cohort, report: CohortReport, origin: Origin, tmp_path: Path
) -> None:
    for name in "ab":
        write_cohort(tmp_path / f"{name}.zip", BundledCohort(cohort, report), origin)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_only_the_formats_asked_for(
    cohort: Cohort, report: CohortReport, origin: Origin, tmp_path: Path
) -> None:
    write_cohort(tmp_path / "a.zip", BundledCohort(cohort, report), origin, ("plink2",))
    names = zipfile.ZipFile(tmp_path / "a.zip").namelist()
    suffixes = {Path(name).suffix for name in names}
    assert suffixes == {".pgen", ".pvar", ".psam", ".tsv", ".csv", ".txt", ".json", ".html"}
    assert set(FORMATS) == {"vcf", "plink1", "plink2", "zarr", "csv"}


def test_near_copies_leave_only_acknowledged(
    cohort: Cohort, report: CohortReport, origin: Origin, tmp_path: Path
) -> None:
    copies = dataclasses.replace(report, near_copy_index=np.array([3, 8]))
    with pytest.raises(PrivacyError, match="2 of 30 people are near copies"):
        write_cohort(tmp_path / "a.zip", BundledCohort(cohort, copies), origin)
    with pytest.raises(PrivacyError, match="not checked"):
        write_cohort(tmp_path / "a.zip", BundledCohort(cohort), origin)
    assert not list(tmp_path.iterdir())
    write_cohort(tmp_path / "a.zip", BundledCohort(cohort, copies), origin, ("csv",), True)
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        stem = cohort_stem(cohort)
        assert json.loads(archive.read(f"{stem}/manifest.json"))["near_copies_acknowledged"]
        assert "2 are in the files" in archive.read(f"{stem}/README.txt").decode()
    check_copies(BundledCohort(cohort, report), acknowledged=False)


def test_people_who_are_dropped_are_gone_everywhere(cohort: Cohort) -> None:
    ancestry = np.arange(2 * N * cohort.panel.n_sites).reshape(2 * N, -1) % 3
    with_truth = dataclasses.replace(cohort, local_ancestry=ancestry.astype(np.int8))
    left = without_people(with_truth, np.array([3, 8]))
    keep = [k for k in range(N) if k not in (3, 8)]
    assert list(left.panel.sample_ids) == [cohort.panel.sample_ids[k] for k in keep]
    assert list(left.latent["sample"]) == list(left.panel.sample_ids)
    rows = [2 * k + h for k in keep for h in (0, 1)]
    np.testing.assert_array_equal(left.panel.counts, cohort.panel.counts[rows])
    assert left.local_ancestry is not None
    np.testing.assert_array_equal(left.local_ancestry, ancestry[rows])
    assert left.panel.digest != cohort.panel.digest
    with pytest.raises(PrivacyError, match="All 30 people"):
        without_people(cohort, np.arange(N))


def test_the_command_names_every_setting(cohort: Cohort) -> None:
    assert redraw_command(cohort).endswith(
        "--population POP1 --generator global -n 30 --seed 1 -o cohort.vcf.gz"
    )
    config = cohort.config.model_copy(
        update={"hop": 0.5, "neighbours": 4, "reject": False, "allow_small": True}
    )
    command = redraw_command(dataclasses.replace(cohort, config=config))
    assert "--hop 0.5 --neighbours 4 --allow-small --no-reject" in command


def test_tracts_of_a_mixture_go_with_it(
    cohort: Cohort, report: CohortReport, origin: Origin, tmp_path: Path
) -> None:
    region = mixture_region(model_panel(), {"POP1": 0.5, "POP2": 0.5})
    ancestry = np.zeros(cohort.panel.counts.shape, np.int8)
    ancestry[1::2] = 1
    mixed = dataclasses.replace(cohort, region=region, local_ancestry=ancestry)
    write_cohort(tmp_path / "a.zip", BundledCohort(mixed, report), origin, ("csv",))
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        stem = cohort_stem(mixed)
        with archive.open(f"{stem}/tracts.csv") as file:
            tracts = pd.read_csv(file)
        with archive.open(f"{stem}/{stem}.samples.tsv") as file:
            sheet = pd.read_csv(file, sep="\t")
    assert set(zip(tracts["haplotype"], tracts["source"], strict=True)) == {
        (1, "POP1"),
        (2, "POP2"),
    }
    assert (sheet[["share_1", "share_2"]] == 0.5).all(axis=None)


def test_sheet_of_a_mixture_names_its_parents(
    report: CohortReport, origin: Origin, tmp_path: Path
) -> None:
    panel = model_panel()
    region = mixture_region(panel, {"POP1": 0.75, "POP2": 0.25})
    mixed = generate(small_model("haplotype"), panel, region, SimulateConfig(n=N, reject=False))
    write_cohort(tmp_path / "a.zip", BundledCohort(mixed, report), origin, ("csv",))
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        stem = cohort_stem(mixed)
        with archive.open(f"{stem}/{stem}.samples.tsv") as file:
            sheet = pd.read_csv(file, sep="\t")
        manifest = json.loads(archive.read(f"{stem}/manifest.json"))
    assert set(sheet["parents"]) == {"0.75 POP1 + 0.25 POP2"}
    assert manifest["parents"] == [
        {"name": "POP1", "share": 0.75},
        {"name": "POP2", "share": 0.25},
    ]
