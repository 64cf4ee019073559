"""Genotype files, good and bad, written by hand for tests of the command line."""

from __future__ import annotations

import gzip
from pathlib import Path

from tests.panels import random_panel

HEADER = "##fileformat=VCFv4.2\n##contig=<ID=1>\n"
GT = '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">\n'
COLUMNS = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t"
SAMPLES = tuple(f"P{i}" for i in range(12))


def vcf_text(
    samples: tuple[str, ...] = SAMPLES, records: list[str] | None = None, n_sites: int = 20
) -> str:
    """A VCF; record lines end before the newline and default to common biallelic SNPs."""
    calls = ["0/0", "0/1", "1/1"]
    lines = records or [
        f"1\t{100 + 10 * s}\trs{s}\tA\tG\t.\tPASS\t.\tGT\t"
        + "\t".join(calls[(i * (s + 2) + s) % 3] for i in range(len(samples)))
        for s in range(n_sites)
    ]
    return HEADER + GT + COLUMNS + "\t".join(samples) + "\n" + "\n".join(lines) + "\n"


def write_vcf_text(folder: Path, text: str | None = None, name: str = "c.vcf") -> Path:
    """Write a VCF text (by default a good one), gzipped when the name says so."""
    data = (vcf_text() if text is None else text).encode()
    path = folder / name
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return path


def panel_file(folder: Path, name: str = "p.vcz", **options: object) -> Path:
    """A random panel stored as .vcz."""
    from vaeviz.data.vcz import save_panel

    path = folder / name
    save_panel(random_panel(**options), path)  # type: ignore[arg-type]
    return path
