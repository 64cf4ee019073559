from __future__ import annotations

import csv
import gzip
import subprocess
import tempfile
from pathlib import Path
from shutil import which

import numpy as np
import pytest
from hypothesis import given

from tests.data.strategies import panels
from tests.panels import hostile_panel, random_panel
from vaeviz.data.panel import Panel
from vaeviz.data.readers import read_panel
from vaeviz.data.writers import write_csv, write_samples_csv, write_vcf
from vaeviz.errors import PanelError


@given(panels())
def test_vcf_round_trip_keeps_genotypes_sites_and_ids(panel: Panel) -> None:
    with tempfile.TemporaryDirectory() as folder:
        write_vcf(panel, Path(folder) / "x.vcf.gz")
        loaded = read_panel(Path(folder) / "x.vcf.gz").panel
        assert len(list(Path(folder).iterdir())) == 1
    assert loaded.phased == panel.phased
    np.testing.assert_array_equal(loaded.counts, panel.counts)
    assert loaded.sites_digest == panel.sites_digest
    assert list(loaded.sample_ids) == list(panel.sample_ids)
    assert loaded.info.simulated == (panel.info.simulated and not panel.info.synthetic)
    assert loaded.info.synthetic == panel.info.synthetic


def test_many_blocks_are_one_file(tmp_path: Path) -> None:
    panel = random_panel(n_samples=200, n_sites=2_500, missing=0.01)
    write_vcf(panel, tmp_path / "x.vcf.gz")
    assert (tmp_path / "x.vcf.gz").read_bytes().count(b"\x1f\x8b\x08\x04") > 10
    np.testing.assert_array_equal(read_panel(tmp_path / "x.vcf.gz").panel.counts, panel.counts)


def test_vcf_text_by_hand(tiny: Panel, tmp_path: Path) -> None:
    order = [7, 0, 4]
    sites = tiny.sites.iloc[order].assign(chrom=["X", "10", "9"], id=["a;b c", ".", "rs5"])
    panel = Panel.create(tiny.counts[:, order], 2, tiny.samples, sites)
    write_vcf(panel.with_info(synthetic=True, name="a\nb"), tmp_path / "x.vcf.gz")
    lines = gzip.decompress((tmp_path / "x.vcf.gz").read_bytes()).decode().splitlines()
    assert lines[0] == "##fileformat=VCFv4.3"
    assert lines[1].endswith("SYNTHETIC DATA, not real people")
    assert lines[2] == "##vaeviz_panel=a b"
    assert [x for x in lines if "contig" in x] == [f"##contig=<ID={c}>" for c in ("9", "10", "X")]
    assert lines[-3:] == [
        "9\t1000\trs5\tA\tC\t.\tPASS\t.\tGT\t0/0\t0/0\t0/1\t0/0\t0/0\t0/0",
        "10\t1000\t.\tA\tC\t.\tPASS\t.\tGT\t0/0\t0/0\t0/0\t1/1\t1/1\t0/1",
        "X\t4000\ta_b_c\tG\tT\t.\tPASS\t.\tGT\t1/1\t1/1\t0/1\t0/0\t0/0\t./.",
    ]


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ({"simulated": True, "synthetic": True}, "SYNTHETIC DATA, not real people"),
        ({"simulated": True, "synthetic": False}, "SIMULATED DATA, not real people"),
        ({"simulated": False, "synthetic": False}, None),
    ],
)
def test_source_says_whether_people_exist(
    flags: dict[str, bool], expected: str | None, tiny: Panel, tmp_path: Path
) -> None:
    write_vcf(tiny.with_info(**flags), tmp_path / "x.vcf.gz")
    text = gzip.decompress((tmp_path / "x.vcf.gz").read_bytes()).decode()
    (source,) = (x for x in text.splitlines() if x.startswith("##source="))
    assert source.endswith(expected) if expected else "people" not in source


def run(*command: str | Path) -> str:
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, check=True)
    return done.stdout + done.stderr


@pytest.mark.parametrize("phased", [True, False])
def test_other_programs_read_the_vcf_without_a_warning(phased: bool, tmp_path: Path) -> None:
    if which("bcftools") is None or which("plink2") is None:
        pytest.skip("needs bcftools and plink2")
    # plink2 refuses half-missing calls unless told what to do, so phased data has none here.
    panel = random_panel(phased=phased, missing=0 if phased else 0.05)
    path = tmp_path / "x.vcf.gz"
    write_vcf(panel.with_info(synthetic=True), path)
    assert run("bcftools", "index", path) == ""
    text = run("bcftools", "view", "-H", "-r", "2:1000-5000", path)
    assert len(text.splitlines()) == 5
    assert "[W" not in text
    log = run("plink2", "--vcf", path, "--make-bed", "--out", tmp_path / "p")
    assert "warning" not in log.lower()
    again = read_panel(tmp_path / "p.bed").panel
    np.testing.assert_array_equal(again.counts, panel.as_dosages().counts)


def test_hostile_labels_do_not_break_the_vcf(tmp_path: Path) -> None:
    panel = hostile_panel()
    write_vcf(panel, tmp_path / "x.vcf.gz")
    loaded = read_panel(tmp_path / "x.vcf.gz").panel
    assert list(loaded.sample_ids) == list(panel.sample_ids)
    np.testing.assert_array_equal(loaded.counts, panel.counts)


def test_alleles_that_vcf_cannot_hold_are_refused(tiny: Panel, tmp_path: Path) -> None:
    panel = Panel.create(tiny.counts, 2, tiny.samples, tiny.sites.assign(alt="B"))
    with pytest.raises(PanelError, match="this panel has 'B'"):
        write_vcf(panel, tmp_path / "x.vcf.gz")
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_written_is_told(tiny: Panel, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for write in (write_vcf, write_csv, write_samples_csv):
        with pytest.raises(PanelError, match="cannot be written"):
            write(tiny, tmp_path / "file" / "x")


def test_csv_holds_the_counts(tiny: Panel, tmp_path: Path) -> None:
    write_csv(tiny, tmp_path / "x.csv")
    rows = list(csv.reader((tmp_path / "x.csv").read_text().splitlines()))
    assert rows[0][:3] == ["sample", "1:1000:A:C", "1:2000:G:T"]
    assert rows[6] == ["S6", "1", "2", "2", "0", "0", "0", "1", ""]
    assert len(rows) == 7


def test_csv_of_a_phased_panel_has_a_row_a_haplotype(phased: Panel, tmp_path: Path) -> None:
    write_csv(phased, tmp_path / "x.csv")
    rows = list(csv.reader((tmp_path / "x.csv").read_text().splitlines()))
    assert [r[:2] for r in rows[:4]] == [
        ["sample", "haplotype"],
        ["ID0000", "1"],
        ["ID0000", "2"],
        ["ID0001", "1"],
    ]
    np.testing.assert_array_equal(np.array([r[2:] for r in rows[1:]], int), phased.counts)


def test_no_cell_is_a_formula(tmp_path: Path) -> None:
    panel = hostile_panel()
    samples = panel.samples.rename(columns={"note": "=note"})
    panel = panel.with_samples(samples)
    write_csv(panel, tmp_path / "g.csv")
    write_samples_csv(panel, tmp_path / "s.csv")
    for name in ("g.csv", "s.csv"):
        with (tmp_path / name).open(newline="") as file:
            cells = [c for row in csv.reader(file) for c in row]
        numbers = {c for c in cells if c.replace("-", "", 1).replace(".", "", 1).isdigit()}
        assert not [c for c in cells if c[:1] in ("=", "+", "-", "@", "\t") and c not in numbers]
        assert "'=1+1" in cells


def test_sample_csv_keeps_what_is_missing_empty(odd: Panel, tmp_path: Path) -> None:
    write_samples_csv(odd, tmp_path / "s.csv")
    with (tmp_path / "s.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == odd.n_samples
    assert [r["population"] == "" for r in rows] == odd.samples["population"].isna().tolist()
