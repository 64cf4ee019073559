from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given

from tests.data.strategies import panels
from vaeviz.data.panel import Panel
from vaeviz.data.plink import read_plink, write_plink
from vaeviz.data.readers import read_panel
from vaeviz.errors import PanelError, ReadError

# Two samples, three sites by hand (PLINK 1.9 file format: two bits a sample, lowest first;
# 00 = homozygous A1, 01 = missing, 10 = heterozygous, 11 = homozygous A2).
BED = bytes([0x6C, 0x1B, 0x01, 0b1000, 0b0111, 0b0011])
BIM = "1\trs1\t0\t100\tC\tA\n1\trs2\t0\t200\tG\tT\nX\trs3\t0\t300\tA\tG\n"
FAM = "F1 S1 0 0 1 -9\nF2 S2 0 0 2 -9\n"


def write_set(folder: Path, bed: bytes = BED, bim: str = BIM, fam: str = FAM) -> Path:
    (folder / "x.bed").write_bytes(bed)
    (folder / "x.bim").write_text(bim)
    (folder / "x.fam").write_text(fam)
    return folder / "x.bed"


def test_first_allele_is_alt_and_is_counted(tmp_path: Path) -> None:
    parsed = read_plink(write_set(tmp_path))
    assert parsed.panel.counts.tolist() == [[2, 0, 0], [1, -1, 2]]
    assert parsed.panel.sites[["ref", "alt"]].to_numpy().tolist() == [
        ["A", "C"],
        ["T", "G"],
        ["G", "A"],
    ]
    assert list(parsed.panel.sample_ids) == ["S1", "S2"]
    assert not parsed.panel.phased
    assert not parsed.panel.has_labels("population")


def test_autosomes_and_other_variants_are_dropped_and_counted(tmp_path: Path) -> None:
    bed = BED + bytes([0b0011, 0b0011])
    bim = BIM + "1\trs4\t0\t400\t0\tA\n1\trs5\t0\t500\tAT\tA\n"
    parsed = read_plink(write_set(tmp_path, bed, bim), autosomes=True)
    assert parsed.panel.sites["id"].tolist() == ["rs1", "rs2"]
    assert parsed.panel.counts.tolist() == [[2, 0], [1, -1]]
    assert parsed.n_records == 5
    assert parsed.dropped == {
        "not on an autosome": 1,
        "no ALT allele": 1,
        "not a single-nucleotide variant": 1,
    }


def test_repeated_individual_ids_are_told_apart_by_family(tmp_path: Path) -> None:
    path = write_set(tmp_path, fam="F1 1 0 0 1 -9\nF2 1 0 0 2 -9\n")
    assert list(read_plink(path).panel.sample_ids) == ["F1_1", "F2_1"]
    path = write_set(tmp_path, fam="F1 1 0 0 1 -9\nF1 1 0 0 2 -9\n")
    with pytest.raises(PanelError, match="occur more than once"):
        read_plink(path)


@pytest.mark.parametrize("suffix", [".bim", ".fam"])
def test_a_lone_bed_is_refused(suffix: str, tmp_path: Path) -> None:
    path = write_set(tmp_path)
    path.with_suffix(suffix).unlink()
    with pytest.raises(ReadError, match=rf"'x.bed' needs 'x\{suffix}' beside it") as caught:
        read_panel(path)
    assert "three files" in caught.value.hint


BAD = {
    "truncated": ({"bed": BED[:-1]}, r"has 5 bytes; 2 samples .* and 3 sites .* need 6"),
    "too long": ({"bed": BED + b"\x00"}, "need 6"),
    "sample-major": ({"bed": b"\x6c\x1b\x00" + BED[3:]}, "SNP-major"),
    "not a bed": ({"bed": b"chr1\t100\t200\n"}, "first bytes are wrong"),
    "bim columns": ({"bim": "1 rs1 0 100 C\n"}, "line 1 does not have 6 columns"),
    "bim position": ({"bim": BIM.replace("200", "2e-1")}, "Line 2 .* no whole number"),
    "empty fam": ({"fam": ""}, "no .fam file"),
    "nothing left": (
        {"bed": BED[:4], "bim": "1 rs1 0 100 AT A\n"},
        "1 not a single-nucleotide variant",
    ),
}


@pytest.mark.parametrize("what", BAD)
def test_bad_sets_are_refused(what: str, tmp_path: Path) -> None:
    changes, message = BAD[what]
    with pytest.raises(ReadError, match=message) as caught:
        read_panel(write_set(tmp_path, **changes))
    assert caught.value.hint


def test_too_many_genotypes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="GB of memory"):
        read_plink(write_set(tmp_path), max_bytes=5)


@given(panels())
def test_round_trip_keeps_dosages_and_sites(panel: Panel) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.bed"
        words = ["_".join(i.split()) for i in panel.sample_ids]
        if len(set(words)) < len(words):
            with pytest.raises(PanelError, match="become equal"):
                write_plink(panel, path)
            return
        write_plink(panel, path)
        loaded = read_plink(path).panel
        assert {p.name for p in Path(folder).iterdir()} == {"x.bed", "x.bim", "x.fam"}
    np.testing.assert_array_equal(loaded.counts, panel.as_dosages().counts)
    assert loaded.sites_digest == panel.sites_digest
    assert list(loaded.sample_ids) == words


def test_hostile_ids_keep_the_files_in_shape(tmp_path: Path) -> None:
    from tests.panels import hostile_panel

    panel = hostile_panel()
    write_plink(panel, tmp_path / "x.bed")
    np.testing.assert_array_equal(
        read_plink(tmp_path / "x.bed").panel.counts, panel.as_dosages().counts
    )


def test_hapmap3_is_read_whole(real_data: Path) -> None:
    result = read_panel(real_data / "hapmap3.bed")
    assert result.panel.counts.shape == (957, 14_389)
    assert int((result.panel.counts < 0).sum()) == 21_221
    assert result.panel.samples["population"].value_counts()["MKK"] == 140
