from __future__ import annotations

import gzip
import subprocess
import time
from pathlib import Path
from shutil import which

import numpy as np
import pytest

from vaeviz.data.bgzf import EOF_BLOCK, BgzfWriter
from vaeviz.data.limits import Parsed
from vaeviz.data.readers import read_panel
from vaeviz.data.vcf import read_vcf
from vaeviz.errors import PanelError, ReadError

HEADER = """##fileformat=VCFv4.2
##reference=file:///home/someone/GRCh37.fa
##contig=<ID=1>
##contig=<ID=X>
##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">
##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Depth">
#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t"""


def vcf_text(*records: str, samples: str = "S1 S2") -> str:
    """VCF text; a record is 'CHROM POS ID REF ALT FORMAT CALL CALL ...'."""
    lines = []
    for record in records:
        fields = record.split(" ")
        lines.append("\t".join([*fields[:5], ".", ".", ".", *fields[5:]]))
    return HEADER + samples.replace(" ", "\t") + "\n" + "".join(f"{x}\n" for x in lines)


def read_text(folder: Path, text: str, **options: bool) -> Parsed:
    path = folder / "x.vcf"
    path.write_text(text)
    return read_vcf(path, **options)


def test_phased_calls_become_haplotypes(tmp_path: Path) -> None:
    text = vcf_text("1 5 rs1 A C GT 0|1 1|1", "1 9 . G T GT 1|0 .|1")
    parsed = read_text(tmp_path, text)
    assert parsed.panel.phased
    assert parsed.panel.counts.tolist() == [[0, 1], [1, 0], [1, -1], [1, 1]]
    assert list(parsed.panel.sample_ids) == ["S1", "S2"]
    assert parsed.panel.sites.to_numpy().tolist() == [
        ["1", 5, "rs1", "A", "C"],
        ["1", 9, ".", "G", "T"],
    ]
    assert parsed.panel.info.build == "GRCh37.fa"
    assert parsed.n_records == 2
    assert not parsed.dropped


def test_one_unphased_heterozygote_makes_dosages(tmp_path: Path) -> None:
    parsed = read_text(tmp_path, vcf_text("1 5 . A C GT 0|1 1|1", "1 9 . G T GT 1/0 ./1"))
    assert not parsed.panel.phased
    assert parsed.panel.counts.tolist() == [[1, 1], [2, -1]]


@pytest.mark.parametrize(
    ("calls", "phased"),
    [
        ("0/0 1/1", False),
        ("0/0 1|1", True),
        ("0|1 1/1", True),
        ("0|1 ./.", True),
        ("0|1 .", True),
        ("0|1 ./1", False),
        (". 0/1", False),
        (". .", False),
    ],
)
def test_phase_rule_looks_at_calls_whose_alleles_differ(
    calls: str, phased: bool, tmp_path: Path
) -> None:
    assert read_text(tmp_path, vcf_text(f"1 5 . A C GT {calls}")).panel.phased is phased


def test_records_that_are_no_biallelic_snps_are_dropped_and_counted(tmp_path: Path) -> None:
    parsed = read_text(
        tmp_path,
        vcf_text(
            "1 1 keep a c GT 0/1 1/1",
            "1 2 . A C,G GT 0/2 1/1",
            "1 3 . A T,<DEL> GT 0/2 1/1",
            "1 4 . AT A GT 0/1 1/1",
            "1 5 . A <DEL> GT 0/1 1/1",
            "1 6 . A * GT 0/1 1/1",
            "1 7 . A . GT 0/0 0/0",
            "1 8 . N C GT 0/1 1/1",
            "1 9 . A C DP 3 4",
        ),
    )
    assert parsed.panel.sites.to_numpy().tolist() == [["1", 1, "keep", "A", "C"]]
    assert parsed.n_records == 9
    assert parsed.dropped == {
        "more than one ALT allele": 2,
        "not a single-nucleotide variant": 4,
        "no ALT allele": 1,
        "no genotypes (GT)": 1,
    }


def test_blocks_join_without_a_seam(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1)
    alleles = rng.integers(0, 2, (11, 4))
    records = [f"1 {i + 1} . A C GT {a}|{b} {c}|{d}" for i, (a, b, c, d) in enumerate(alleles)]
    for size in (1, 3, 11, 12):
        monkeypatch.setattr("vaeviz.data.vcf.RECORDS_A_BLOCK", size)
        parsed = read_text(tmp_path, vcf_text(*records))
        np.testing.assert_array_equal(parsed.panel.counts, alleles.T)


def test_haploid_calls_are_refused_with_the_first_and_the_number(tmp_path: Path) -> None:
    text = vcf_text("1 5 . A C GT 0|1 1|1", "X 7 . A C GT 0|1 1", "X 9 . A C GT 0 1")
    with pytest.raises(ReadError, match="2 SNP records hold haploid calls, the first at X:7") as e:
        read_text(tmp_path, text)
    assert "--autosomes" in e.value.hint


def test_autosomes_are_chosen_before_haploid_calls_are_looked_for(tmp_path: Path) -> None:
    text = vcf_text("1 5 . A C GT 0|1 1|1", "X 7 . A C GT 0|1 1", "X 9 . A C GT 0 1")
    parsed = read_text(tmp_path, text, autosomes=True)
    assert parsed.panel.n_sites == 1
    assert parsed.dropped == {"not on an autosome": 2}


def test_a_lone_dot_is_a_missing_genotype(tmp_path: Path) -> None:
    parsed = read_text(tmp_path, vcf_text("1 5 . A C GT 0/1 .", "1 6 . A C GT . ."))
    assert parsed.panel.counts.tolist() == [[1, -1], [-1, -1]]


def test_a_synthetic_file_of_ours_stays_synthetic(tmp_path: Path) -> None:
    text = vcf_text("1 5 . A C GT 0|1 1|1").replace(
        "##contig=<ID=X>", "##source=VAEviz 1 SYNTHETIC DATA, not real people"
    )
    info = read_text(tmp_path, text).panel.info
    assert info.synthetic
    assert not info.simulated


BAD = {
    "no GT": (vcf_text("1 5 . A C DP 3 4"), "none of its 1 records has a GT field"),
    "no records": (vcf_text(), "no records"),
    "no SNPs": (vcf_text("1 5 . AT C GT 0/1 0/0"), "1 not a single-nucleotide variant"),
    "polyploid": (vcf_text("1 5 . A C GT 0/1/1 0/0"), "3 alleles; two are needed"),
    "allele number": (vcf_text("1 5 . A C GT 0/5 0/0"), "calls of allele 5"),
    "not a number": (vcf_text("1 5 . A C GT 0/x 0/0"), "malformed"),
    "position": (vcf_text("1 five . A C GT 0/1 0/0"), "malformed"),
    "columns": (vcf_text("1 5 . A C GT 0/1"), "Line 8 of .* has 10 columns; 11 are needed"),
    "more columns": (vcf_text("1 5 . A C GT 0/1 0/0 1/1"), "12 columns; 11 are needed"),
    "empty line": (vcf_text("1 5 . A C GT 0/1 0/0") + "\n", "Line 9 .* 1 columns"),
    "chromosome": (vcf_text("<1> 5 . A C GT 0/1 0/0"), "no name that VCF allows"),
    "undeclared": (vcf_text("7 five . A C GT 0/1 0/0"), "malformed"),
    "no samples": (HEADER.removesuffix("\tFORMAT\t") + "\n", "no samples"),
    "no column line": ("##fileformat=VCFv4.2\n1\t5\n", "no header line that begins with #CHROM"),
    "cut line": (vcf_text("1 5 . A C GT 0/1 0/0").rstrip("\n"), "truncated: its last line"),
}


@pytest.mark.parametrize("what", BAD)
def test_bad_text_is_refused(what: str, tmp_path: Path) -> None:
    text, message = BAD[what]
    with pytest.raises(ReadError, match=message) as caught:
        read_text(tmp_path, text)
    assert caught.value.hint
    assert str(tmp_path) not in str(caught.value)


@pytest.mark.parametrize(
    ("samples", "message"),
    [
        ("S1 S1", "1 sample IDs occur more than once"),
        ("S1 a\x07b", "control characters"),
        ("S1 a\u202eb", "control characters"),
    ],
)
def test_bad_sample_ids_are_refused(samples: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(PanelError, match=message):
        read_text(tmp_path, vcf_text("1 5 . A C GT 0/1 0/0", samples=samples))


def test_text_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.vcf"
    path.write_bytes(vcf_text("1 5 . A C GT 0/1 0/0", samples="S1 Jos\xe9").encode("latin-1"))
    with pytest.raises(ReadError, match="not UTF-8"):
        read_vcf(path)


def test_more_genotypes_than_allowed_are_refused_with_numbers(tmp_path: Path) -> None:
    path = tmp_path / "x.vcf"
    path.write_text(vcf_text("1 5 . A C GT 0/1 0/0"))
    with pytest.raises(ReadError, match=r"At least 4 rows x 2,048 sites need .* GB") as caught:
        read_vcf(path, max_bytes=100)
    assert "25 sites" in caught.value.hint


@pytest.fixture
def text() -> bytes:
    """Enough records for several BGZF blocks."""
    rng = np.random.default_rng(0)
    calls = rng.integers(0, 2, (3_000, 8))
    names = " ".join(f"S{i}" for i in range(4))
    rows = (" ".join(f"{a}|{b}" for a, b in row.reshape(4, 2)) for row in calls)
    records = [f"1 {i + 1} . A C GT {row}" for i, row in enumerate(rows)]
    return vcf_text(*records, samples=names).encode()


def compress(path: Path, text: bytes, kind: str) -> bytes:
    if kind == "gzip":
        path.write_bytes(gzip.compress(text))
    else:
        with BgzfWriter(path) as file:
            file.write(text)
    return path.read_bytes()


@pytest.mark.parametrize("kind", ["bgzf", "gzip"])
def test_compressed_files_read_the_same(kind: str, text: bytes, tmp_path: Path) -> None:
    (tmp_path / "plain.vcf").write_bytes(text)
    compress(tmp_path / "x.vcf.gz", text, kind)
    expected = read_panel(tmp_path / "plain.vcf").panel
    assert read_panel(tmp_path / "x.vcf.gz").panel.digest == expected.digest


@pytest.mark.parametrize("kind", ["bgzf", "gzip"])
@pytest.mark.parametrize("share", [0.001, 0.1, 0.5, 0.9, 0.999])
def test_truncation_is_always_found(kind: str, share: float, text: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.vcf.gz"
    whole = compress(path, text, kind)
    path.write_bytes(whole[: max(20, int(len(whole) * share))])
    with pytest.raises(ReadError, match="truncated"):
        read_panel(path)


def test_truncation_at_the_end_of_a_block_is_found(text: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.vcf.gz"
    whole = compress(path, text, "bgzf")
    path.write_bytes(whole.removesuffix(EOF_BLOCK))
    with pytest.raises(ReadError, match="truncated"):
        read_panel(path)


@pytest.mark.parametrize("kind", ["bgzf", "gzip"])
def test_a_flipped_byte_is_found(kind: str, text: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.vcf.gz"
    whole = bytearray(compress(path, text, kind))
    whole[len(whole) // 2] ^= 0x55
    path.write_bytes(whole)
    with pytest.raises(ReadError, match="damaged|malformed"):
        read_panel(path)


@pytest.mark.skipif(which("bcftools") is None, reason="needs bcftools")
@pytest.mark.parametrize("kind", ["b", "u"])
def test_bcf_reads_as_vcf_and_truncation_is_found(kind: str, text: bytes, tmp_path: Path) -> None:
    (tmp_path / "x.vcf").write_bytes(text)
    bcf = tmp_path / "x.bcf"
    command = ["bcftools", "view", f"-O{kind}", "-o", str(bcf), str(tmp_path / "x.vcf")]
    subprocess.run(command, check=True)
    assert read_panel(bcf).panel.digest == read_panel(tmp_path / "x.vcf").panel.digest
    for share in (0.01, 0.5, 0.95):
        cut = tmp_path / "cut.bcf"
        cut.write_bytes(bcf.read_bytes()[: int(bcf.stat().st_size * share)])
        with pytest.raises(ReadError):
            read_panel(cut)


def test_real_panel_equals_an_independent_reader(real_data: Path) -> None:
    import allel

    path = real_data / "kg_regions.small.vcf.gz"
    calls = allel.read_vcf(str(path), fields=["samples", "calldata/GT", "variants/POS"])
    result = read_panel(path)
    assert result.panel.phased
    np.testing.assert_array_equal(result.panel.genotypes(), calls["calldata/GT"])
    np.testing.assert_array_equal(result.panel.sites["pos"], calls["variants/POS"])
    assert result.report.sample_join is not None
    assert len(result.report.sample_join.matched) == 300


@pytest.mark.slow
def test_the_large_real_panel_reads_in_twenty_seconds(real_data: Path) -> None:
    # Processor time: a busy machine is no fault of the reader. About 4 s were measured.
    start = time.process_time()
    panel = read_panel(real_data / "kg_regions.vcf.gz").panel
    assert panel.counts.shape == (5_008, 16_292)
    assert panel.phased
    assert time.process_time() - start < 20
