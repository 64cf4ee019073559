"""`simulate` with a sequence model and a map: the same people as the functions draw."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from cyvcf2 import VCF

from tests.cli.run import assert_refused, run_here
from tests.synthesis.sequence import sequence_map, sequence_model, sequence_panel
from vaeviz.cli.regions import parse_shares
from vaeviz.config import SimulateConfig
from vaeviz.data.readers import read_panel
from vaeviz.data.selection import Selection
from vaeviz.data.vcz import load_panel, save_panel
from vaeviz.errors import ConfigError
from vaeviz.synthesis.generate import generate
from vaeviz.synthesis.generators import latent_positions
from vaeviz.synthesis.region import ellipsoid_region, mixture_region, population_region
from vaeviz.synthesis.region_file import to_json

Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("simulate")
    save_panel(sequence_panel(), made / "p.vcz")
    sequence_model().save(made / "seq.vaeviz")
    sequence_map().save(made / "map.vaeviz")
    return made


def drawn(folder: Path, capfd: Capture, *options: object, model: str = "seq") -> dict:
    """What the command tells; near copies are kept unless the options say otherwise."""
    copies = () if "--near-copies" in options else ("--near-copies", "keep")
    files = (folder / f"{model}.vaeviz", folder / "p.vcz")
    ended = run_here(capfd, "simulate", *files, *options, *copies, "--json")
    assert ended.code == 0, ended.stderr
    return json.loads(ended.stdout)


def test_the_command_draws_what_the_function_draws(folder: Path, capfd: Capture) -> None:
    output = folder / "cohort.vcf.gz"
    result = drawn(
        *(folder, capfd, "--population", "POP1", "--map", folder / "map.vaeviz"),
        *("-n", "20", "--seed", "3", "-o", output),
    )
    panel = sequence_panel()
    config = SimulateConfig(n=20, seed=3, generator="neighbour-walk")
    region = population_region(panel, "POP1")
    cohort = generate(sequence_model(), panel, region, config, sequence_map())
    assert result["config"]["generator"] == "neighbour-walk"
    assert result["acceptance"] == cohort.acceptance
    assert result["panel"]["digest"] == cohort.panel.digest
    np.testing.assert_array_equal(read_panel(output).panel.counts, cohort.panel.counts)


def test_the_number_of_neighbours_reaches_the_walk(folder: Path, capfd: Capture) -> None:
    target, few = folder / "few.csv", ("--population", "POP1", "-n", "12")
    wide = drawn(folder, capfd, *few, "-o", target)
    narrow = drawn(folder, capfd, *few, "--neighbours", "2", "-o", target)
    config = SimulateConfig(n=12, generator="neighbour-walk", neighbours=2)
    region = population_region(sequence_panel(), "POP1")
    cohort = generate(sequence_model(), sequence_panel(), region, config)
    assert narrow["config"]["neighbours"] == 2
    assert narrow["panel"]["digest"] == cohort.panel.digest
    assert narrow["panel"]["digest"] != wide["panel"]["digest"]
    files = (folder / "seq.vaeviz", folder / "p.vcz")
    assert_refused(
        run_here(capfd, "simulate", *files, *few, "--neighbours", "0", "-o", target), "0"
    )


def test_regions_from_files(folder: Path, capfd: Capture) -> None:
    panel = sequence_panel()
    positions = latent_positions(sequence_map(), panel)
    saved = ellipsoid_region(positions, positions[3], 1.0, "around one")
    (folder / "saved.json").write_text(to_json(saved, panel))
    by_hand = {"kind": "ellipsoid", "centre": list(positions[3]), "radius": 1.0}
    (folder / "hand.json").write_text(json.dumps({**by_hand, "name": "around one"}))
    chosen = Selection(name="some", sample_ids=tuple(panel.sample_ids[:60]))
    (folder / "selection.json").write_text(chosen.to_json())
    options = ("-n", "8", "--allow-small", "--map", folder / "map.vaeviz", "-o")
    target = folder / "r.csv"
    digests = {
        drawn(folder, capfd, "--region", folder / name, *options, target)["panel"]["digest"]
        for name in ("saved.json", "hand.json")
    }
    assert len(digests) == 1
    result = drawn(
        folder, capfd, "--selection", folder / "selection.json", *options, folder / "s.csv"
    )
    assert result["region"] == {"name": "some", "kind": "selection"}


def test_a_mixture_with_its_tracts(folder: Path, capfd: Capture) -> None:
    tracts = folder / "tracts.csv"
    result = drawn(
        *(folder, capfd, "--mix", "POP1=.6, POP2=.4", "--tracts", tracts, "-n", "50"),
        *("--generations-since", "300", "-o", folder / "mix.csv"),
    )
    assert result["region"]["kind"] == "mixture"
    table = pd.read_csv(tracts)
    assert list(table) == ["sample", "haplotype", "chrom", "start_bp", "end_bp", "source"]
    assert set(table["source"]) == {"POP1", "POP2"}
    panel = sequence_panel()
    config = SimulateConfig(n=50, generations_since=300)
    region = mixture_region(panel, {"POP1": 0.6, "POP2": 0.4})
    truth = generate(sequence_model(), panel, region, config).local_ancestry
    assert truth is not None
    pos = panel.sites["pos"].to_numpy()
    filled = np.full(truth.shape, -1)
    rows = table["sample"].str[-4:].astype(int).to_numpy() * 2 - 3 + table["haplotype"].to_numpy()
    for row, tract in zip(rows, table.itertuples(), strict=True):
        inside = (pos >= tract.start_bp) & (pos <= tract.end_bp)
        assert (filled[row, inside] == -1).all()
        filled[row, inside] = tract.source == "POP2"
    np.testing.assert_array_equal(filled, truth)


def test_refusals(folder: Path, capfd: Capture) -> None:
    def ended(model: str, *options: object):
        files = (folder / f"{model}.vaeviz", folder / "p.vcz")
        return run_here(capfd, "simulate", *files, *options, "-o", folder / "none.csv")

    population = ("--population", "POP1")
    assert_refused(ended("map", *population), "neighbour-walk", "train PANEL --purpose sequence")
    assert_refused(ended("seq", *population, "--generator", "gaussian"), "--purpose map")
    assert_refused(ended("seq", *population, "--tracts", folder / "t.csv"), "no tracts")
    assert_refused(ended("seq", *population, "--map", folder / "seq.vaeviz"), "map")
    assert_refused(ended("seq", "--mix", "POP1=.6,POP2"), "POP2")
    assert_refused(ended("seq", "--mix", "POP1=.6,Atlantis=.4"), "Atlantis")
    (folder / "bad.json").write_text('{"kind": "sphere"}')
    assert_refused(ended("seq", "--region", folder / "bad.json"), "bad.json")
    (folder / "e.json").write_text('{"kind": "ellipsoid", "centre": [0, 0], "radius": 1}')
    assert_refused(ended("seq", "--region", folder / "e.json"), "--map")
    assert not (folder / "none.csv").exists()
    assert not (folder / "t.csv").exists()


def test_a_map_draws_when_asked(folder: Path, capfd: Capture) -> None:
    for generator in ("global", "gaussian"):
        result = drawn(
            *(folder, capfd, "--population", "POP1", "--generator", generator, "-n", "6"),
            *("-o", folder / "g.csv"),
            model="map",
        )
        assert result["config"]["generator"] == generator


@pytest.mark.parametrize("text", ["", "A", "A=", "A=x", "A=0", "A=-1", "=1", "A=1,A=2", "A=nan"])
def test_shares_that_cannot_be_read(text: str) -> None:
    with pytest.raises(ConfigError, match="share"):
        parse_shares(text)


def test_shares() -> None:
    assert parse_shares("A=.6, B = 1") == {"A": 0.6, "B": 1.0}
    assert parse_shares("a=b=2") == {"a=b": 2.0}


def test_the_report_has_value_reference_and_verdict(folder: Path, capfd: Capture) -> None:
    report = folder / "report.json"
    drawn(
        *(folder, capfd, "--population", "POP1", "--map", folder / "map.vaeviz", "-n", "30"),
        *("--report", report, "-o", folder / "reported.csv"),
    )
    text = report.read_text()
    assert "aa_truth" in text
    assert "aa_syn" in text
    assert "ID00" not in text


def test_the_name_chooses_the_format(folder: Path, tmp_path: Path, capfd: Capture) -> None:
    one = ("--population", "POP1", "-n", "6")
    digest = drawn(folder, capfd, *one, "-o", tmp_path / "c.vcz")["panel"]["digest"]
    cohort = load_panel(tmp_path / "c.vcz")
    assert cohort.digest == digest
    for name in ("c.vcf.gz", "c.pgen", "c.bed", "c.csv"):
        assert drawn(folder, capfd, *one, "-o", tmp_path / name)["panel"]["digest"] == digest
    made = {path.name for path in tmp_path.iterdir()} - {"c.vcz"}
    plink = {f"c.{end}" for end in ("bed", "bim", "fam", "pgen", "pvar", "psam")}
    assert made == {"c.vcf.gz", "c.vcf.gz.tbi", "c.csv", *plink}
    site = cohort.sites.iloc[5]
    (record,) = VCF(str(tmp_path / "c.vcf.gz"))(f"{site['chrom']}:{site['pos']}-{site['pos']}")
    alleles = [allele for call in record.genotypes for allele in call[:2]]
    np.testing.assert_array_equal(alleles, cohort.counts[:, 5])
    files = (folder / "seq.vaeviz", folder / "p.vcz")
    ended = run_here(capfd, "simulate", *files, *one, "-o", tmp_path / "c.bcf")
    assert_refused(ended, "c.bcf", ".pgen")


def test_reports_to_read_and_a_sample_sheet(folder: Path, tmp_path: Path, capfd: Capture) -> None:
    names = ("r.json", "r.html", "c.samples.tsv")
    data, page, sheet = (tmp_path / name for name in names)
    drawn(
        *(folder, capfd, "--population", "POP1", "-n", "30", "-o", tmp_path / "c.vcf.gz"),
        *("--report", data, "--report", page, "--samples", sheet),
    )
    verdict = json.loads(data.read_text())["verdict"].splitlines()[0]
    text = page.read_text()
    assert verdict in text
    assert "SYNTHETIC" in text
    assert set(read_panel(tmp_path / "c.vcf.gz").panel.labels("population")) == {"POP1"}
    assert pd.read_csv(sheet, sep="\t")["synthetic"].all()


def test_near_copies_are_dropped_or_kept_knowingly(
    folder: Path, tmp_path: Path, capfd: Capture
) -> None:
    files = (folder / "seq.vaeviz", folder / "p.vcz")
    # A mosaic of haplotypes this short copies about one of twenty people.
    copied = ("--population", "POP1", "-n", "20", "--generator", "mosaic", "--generations", "3000")
    output = tmp_path / "c.zip"
    kept = drawn(folder, capfd, *copied, "--near-copies", "keep", "-o", output)
    assert kept["near_copies"] > 0
    assert any(name.endswith("report.html") for name in zipfile.ZipFile(output).namelist())
    ended = run_here(capfd, "simulate", *files, *copied, "-o", tmp_path / "c.csv", "--json")
    left = json.loads(ended.stdout)
    assert left["near_copies_dropped"] == kept["near_copies"]
    assert left["panel"]["n_samples"] == 20 - kept["near_copies"]
    told = run_here(capfd, "simulate", *files, *copied, "-o", tmp_path / "d.csv")
    assert (
        f"{kept['near_copies']} near copies of real people were dropped"
        in told.stdout + told.stderr
    )
