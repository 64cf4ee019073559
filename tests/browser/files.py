"""Files that a visitor brings."""

from __future__ import annotations

from pathlib import Path

from vaeviz.data.panel import Panel
from vaeviz.data.writers import write_vcf

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\n%%EOF\n"


def vcf_and_sheet(panel: Panel, folder: Path) -> tuple[Path, Path]:
    """The panel's genotypes as VCF.gz and its sample table as TSV."""
    vcf, sheet = folder / "cohort.vcf.gz", folder / "people.tsv"
    write_vcf(panel, vcf)
    panel.samples.to_csv(sheet, sep="\t", index=False)
    return vcf, sheet
