"""`impute` from the command line: a VCF that other programs read, and an honest summary."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from tests.analysis.test_imputation import with_holes
from tests.cli.run import assert_refused, run_here
from tests.panels import linked_panel
from tests.trained import linked_model
from vaeviz.data.panel import Panel
from vaeviz.data.readers import read_panel
from vaeviz.data.vcz import save_panel

UNKNOWN, LEFT_OUT = 5, 9


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Models of haplotypes and of people, and a panel with holes, phased and not.

    One site has another allele than the models know, and one is left out.
    """
    made = tmp_path_factory.mktemp("impute")
    linked_model().save(made / "hap.vaeviz")
    linked_model("person").save(made / "person.vaeviz")
    whole = with_holes(linked_panel())
    sites = whole.sites.copy()
    sites.loc[UNKNOWN, "alt"] = "A"
    panel = Panel.create(whole.counts, 1, whole.samples, sites, whole.info)
    panel = panel.take_sites(np.arange(120) != LEFT_OUT)
    save_panel(panel, made / "phased.vcz")
    save_panel(panel.as_dosages(), made / "unphased.vcz")
    save_panel(linked_panel(), made / "whole.vcz")
    return made


def records_of(path: Path) -> tuple[list[str], list[list[str]]]:
    lines = gzip.decompress(path.read_bytes()).decode().splitlines()
    return (
        [x for x in lines if x.startswith("##")],
        [x.split("\t") for x in lines if not x.startswith("#")],
    )


@pytest.mark.parametrize(
    ("model", "panel"), [("hap", "phased"), ("person", "phased"), ("person", "unphased")]
)
def test_the_file_keeps_what_was_observed_and_fills_the_rest(
    model: str, panel: str, folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "out.vcf.gz"
    ended = run_here(
        capfd, "impute", folder / f"{model}.vaeviz", folder / f"{panel}.vcz", "-o", output, "--json"
    )
    assert ended.code == 0, ended.stderr
    result = json.loads(ended.stdout)
    assert (result["sites_added"], result["sites_unknown_to_the_model"]) == (1, 1)
    header, records = records_of(output)
    digest = linked_model("haplotype" if model == "hap" else "person").digest
    assert any(x.startswith("##vaeviz_imputation=") and digest in x for x in header)
    before = read_panel(folder / f"{panel}.vcz").panel
    alleles = before.genotypes()
    assert len(records) == 120
    n_imputed = 0
    for at, fields in enumerate(records):
        calls = fields[9:]
        if at == UNKNOWN:
            assert fields[7:9] == [".", "GT"]
            continue
        assert fields[8] == "GT:DS"
        info = dict(x.split("=") for x in fields[7].split(";") if "=" in x)
        dosages = np.array([float(x.split(":")[1]) for x in calls])
        assert float(info["AF"]) == pytest.approx(dosages.mean() / 2, abs=1e-3)
        assert 0 <= float(info["DR2"]) <= 1
        here = None if at == LEFT_OUT else alleles[at - (at > LEFT_OUT)]
        for person, call in enumerate(calls):
            text = call.split(":")[0]
            observed = None if here is None else here[person]
            if observed is not None and (observed >= 0).all():
                assert text == ("|" if before.phased else "/").join(map(str, observed))
                assert dosages[person] == observed.sum()
                continue
            n_imputed += 1
            assert "IMP" in fields[7].split(";")
            assert text[1] == ("|" if model == "hap" else "/")
            for allele, was in zip(
                text[::2], (-1, -1) if observed is None else observed, strict=True
            ):
                assert allele in "01"
                assert was < 0 or int(allele) == was
    assert result["genotypes_imputed"] == n_imputed
    assert result["genotypes_still_missing"] == int((alleles[UNKNOWN] < 0).any(1).sum())


def test_other_programs_read_it(
    folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    cyvcf2 = pytest.importorskip("cyvcf2")
    output = tmp_path / "out.vcf.gz"
    run_here(capfd, "impute", folder / "hap.vaeviz", folder / "phased.vcz", "-o", output)
    seen = list(cyvcf2.VCF(str(output)))
    assert len(seen) == 120
    assert seen[0].format("DS").shape == (150, 1)
    assert 0 <= seen[0].INFO["AF"] <= 1
    assert seen[0].INFO.get("IMP") is True
    assert seen[UNKNOWN].INFO.get("IMP") is None
    again = read_panel(output).panel
    assert again.phased
    assert again.info.simulated
    assert again.n_sites == 120
    bcftools = shutil.which("bcftools")
    if bcftools is None:
        return
    done = subprocess.run(
        [bcftools, "query", "-f", "%POS\t%INFO/DR2[\t%DS]\n", output],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    assert len(done.stdout.splitlines()) == 120


def test_masking_is_measured_and_written(
    folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    output, report = tmp_path / "out.vcf.gz", tmp_path / "masking.json"
    ended = run_here(
        capfd,
        *("impute", folder / "hap.vaeviz", folder / "whole.vcz", "-o", output),
        *("--mask-test", report),
    )
    assert ended.code == 0, ended.stderr
    assert "nearest haplotypes" in ended.stdout
    assert "0 genotypes were imputed" in ended.stdout
    content = json.loads(report.read_text())
    assert content["model"] == linked_model().digest
    assert [x["rate"] for x in content["masking"]] == [
        r for r in (0.05, 0.1, 0.2, 0.3) for _ in "abc"
    ]
    _, records = records_of(output)
    assert all("IMP" not in x[7] and "DR2" not in x[7] for x in records)


def test_what_does_not_fit_is_refused_and_leaves_no_file(
    folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "out.vcf.gz"
    model = folder / "hap.vaeviz"
    assert_refused(
        run_here(capfd, "impute", model, folder / "unphased.vcz", "-o", output), "unphased"
    )
    assert_refused(
        run_here(capfd, "impute", model, folder / "phased.vcz", "-o", tmp_path / "out.bed"),
        ".vcf.gz",
    )
    assert list(tmp_path.iterdir()) == []
