"""The files of a synthetic cohort, by kind: genotypes, sample sheet, local ancestry."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from vaeviz.data.genotype_files import write_genotypes
from vaeviz.escape import cell, plain

if TYPE_CHECKING:
    from vaeviz.data.panel import Panel
    from vaeviz.synthesis.generate import Cohort

CohortFormat = Literal["vcf", "plink1", "plink2", "zarr", "csv"]
FORMATS: dict[CohortFormat, str] = {
    "vcf": "VCF.gz with index",
    "plink1": "PLINK 1",
    "plink2": "PLINK 2",
    "zarr": "VCF Zarr",
    "csv": "CSV",
}
_SUFFIXES: dict[CohortFormat, str] = {
    "vcf": ".vcf.gz",
    "plink1": ".bed",
    "plink2": ".pgen",
    "zarr": ".vcz",
    "csv": ".csv",
}
CONTENTS: dict[CohortFormat, str] = {
    "vcf": ".vcf.gz, .vcf.gz.tbi: genotypes as VCF with its tabix index",
    "plink1": ".bed, .bim, .fam: PLINK 1; it has no phase and counts ALT as A1",
    "plink2": ".pgen, .pvar, .psam: PLINK 2, phased where the cohort is",
    "zarr": ".vcz: VCF Zarr, a folder; VAEviz opens it without loss",
    "csv": ".csv: allele counts, one row a haplotype where phased, else a person",
}


def genotype_files(panel: Panel, stem: str, kind: CohortFormat) -> dict[str, bytes]:
    """Genotypes in one format: relative name -> contents.

    Raises
    ------
    PanelError
        The format cannot hold the panel.
    """
    with tempfile.TemporaryDirectory(prefix="vaeviz-") as folder:
        write_genotypes(panel, Path(folder) / f"{stem}{_SUFFIXES[kind]}")
        found = sorted(x for x in Path(folder).rglob("*") if x.is_file())
        return {x.relative_to(folder).as_posix(): x.read_bytes() for x in found}


def sample_sheet(cohort: Cohort, model_digest: str) -> str:
    """One row a person, tab-separated: who it is drawn from, and that it is synthetic.

    Mixtures with known local ancestry also have the share of alleles from each parent. The
    readers of VAEviz take the sheet up by itself where it lies beside the VCF.
    """
    samples, region = cohort.panel.samples, cohort.region
    parents = " + ".join(f"{part.proportion:g} {part.name}" for part in region.parts)
    table = pd.DataFrame(
        {
            "sample": samples["sample"],
            "population": samples["population"],
            "synthetic": True,
            "drawn_from": region.name,
            "region_kind": region.kind,
            "parents": parents or "NA",
            "generator": cohort.generator,
            "seed": cohort.config.seed,
            "model_digest": model_digest,
        }
    )
    if cohort.local_ancestry is not None:
        by_person = cohort.local_ancestry.reshape(len(table), -1)
        for k, part in enumerate(region.parts):
            table[f"share_{k + 1}"] = np.round((by_person == k).mean(1), 4)
            table[f"share_{k + 1}_of"] = part.name
    text = table.map(lambda value: _field(value) if isinstance(value, str) else value)
    return text.to_csv(sep="\t", index=False)


def _field(text: str) -> str:
    """Text that stays one field of a tab-separated line and no formula."""
    return cell(" ".join(plain(text, 500).split()))
