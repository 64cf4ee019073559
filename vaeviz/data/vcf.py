"""VCF, VCF.gz and BCF through cyvcf2.

Measured on ../shared/data/kg_regions.vcf.gz (16,292 records x 2,504 people, 2 cores): cyvcf2
2.1 s and 0.21 GB, scikit-allel 4.3 s and 0.49 GB, with equal alleles; scikit-allel drops the
phase besides. Hence cyvcf2.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vaeviz.data.calls import (
    NO_GT,
    NOT_AUTOSOME,
    drop_reason,
    haploid_error,
    needs_phase,
    nothing_left,
    to_counts,
)
from vaeviz.data.chromosomes import is_autosome
from vaeviz.data.limits import Parsed, check_memory, file_name, regular_file
from vaeviz.data.panel import SITE_COLUMNS, Panel, PanelInfo, Species
from vaeviz.data.vcf_header import N_FIXED_COLUMNS, VcfHeader, read_header
from vaeviz.data.vcf_scan import scan_chromosomes
from vaeviz.errors import ReadError

if TYPE_CHECKING:
    from cyvcf2 import Variant

logger = logging.getLogger(__name__)

RECORDS_A_BLOCK = 2_048
PLOIDY = 2
_FILL = -2


def read_vcf(
    path: Path,
    autosomes: bool = False,
    species: Species = "human",
    max_bytes: int | None = None,
) -> Parsed:
    """Read the biallelic SNPs of a VCF, VCF.gz or BCF file.

    The panel is phased when every call whose two alleles differ is phased ("|") and at least one
    call is; homozygous calls say nothing about phase. A single "." is a missing genotype.

    Parameters
    ----------
    path : Path
        An existing regular file.
    autosomes : bool
        Skip records that are not on an autosome, before haploid calls are looked for.
    species : "human", "canid" or "other"
        Says which chromosomes are autosomes.
    max_bytes : int, optional
        Largest genotype matrix in bytes; default half of the free memory.

    Raises
    ------
    ReadError
        Truncated or malformed file, no GT, haploid or polyploid calls, no usable record, more
        genotypes than fit.
    PanelError
        Duplicate or unusable sample IDs.
    """
    path = regular_file(path)
    header = read_header(path)
    chromosomes = scan_chromosomes(path, N_FIXED_COLUMNS + len(header.sample_ids))
    found = _Records(len(header.sample_ids), max_bytes)
    for record in _iterate(path, chromosomes):
        found.n_records += 1
        chrom = record.CHROM
        if autosomes and not is_autosome(chrom, species):
            found.dropped[NOT_AUTOSOME] += 1
        else:
            found.add(record, chrom)
    return found.finish(path, header, species)


def _iterate(path: Path, chromosomes: list[str]) -> Iterator[Variant]:
    from cyvcf2 import VCF

    try:
        reader = VCF(str(path))
        for name in chromosomes:
            reader.add_to_header(f"##contig=<ID={name}>")
        yield from reader
    except Exception as error:
        # cyvcf2 raises bare Exception for whatever htslib could not parse.
        logger.info("htslib: %s", type(error).__name__)
        raise ReadError(
            f"{file_name(path)!r} cannot be parsed as VCF: a record is malformed or cut short.",
            "Check it with bcftools view, or copy the file again.",
        ) from error


class _Records:
    """Collects usable records in blocks, and what was wrong with the others."""

    def __init__(self, n_samples: int, max_bytes: int | None) -> None:
        self.n_records = 0
        self.dropped: Counter[str] = Counter()
        self._n_samples = n_samples
        self._max_bytes = max_bytes
        self._sites: list[tuple[str, int, str, str, str]] = []
        self._blocks: list[NDArray[np.int8]] = []
        self._any_phased = False
        self._all_phased = True
        self._n_haploid = 0
        self._first_haploid = ""

    def add(self, record: Variant, chrom: str) -> None:
        """Keep a record, or note why not."""
        ref, alts = record.REF, record.ALT
        reason = drop_reason(ref, alts)
        if reason is None and "GT" not in record.FORMAT:
            reason = NO_GT
        if reason is not None:
            self.dropped[reason] += 1
            return
        calls = record.genotype.array()
        site = f"{chrom}:{record.POS}"
        alleles = _two_alleles(calls, site)
        if ((alleles[:, 0] >= 0) & (alleles[:, 1] == _FILL)).any():
            self._first_haploid = self._first_haploid or site
            self._n_haploid += 1
            return
        self._check_phase(alleles, calls[:, -1] != 0)
        index = len(self._sites) % RECORDS_A_BLOCK
        if index == 0:
            self._new_block()
        np.maximum(alleles, -1, out=self._blocks[-1][index], casting="unsafe")
        name = record.ID or "."
        self._sites.append((chrom, record.POS, name, ref.upper(), alts[0].upper()))

    def _check_phase(self, alleles: NDArray[np.int16], phased: NDArray[np.bool_]) -> None:
        # htslib calls a lone "." phased.
        phased &= alleles[:, 1] != _FILL
        self._any_phased = self._any_phased or bool(phased.any())
        if self._all_phased:
            self._all_phased = not bool((needs_phase(np.maximum(alleles, -1)) & ~phased).any())

    def _new_block(self) -> None:
        n_sites = len(self._sites) + RECORDS_A_BLOCK
        check_memory(PLOIDY * self._n_samples, n_sites, self._max_bytes)
        self._blocks.append(np.empty((RECORDS_A_BLOCK, self._n_samples, PLOIDY), np.int8))

    def finish(self, path: Path, header: VcfHeader, species: Species) -> Parsed:
        """The panel of what was kept."""
        dropped = dict(self.dropped)
        if self._n_haploid:
            raise haploid_error(self._n_haploid, self._first_haploid)
        if not self._sites and set(dropped) == {NO_GT}:
            raise ReadError(
                f"{file_name(path)!r} has no genotypes: none of its {self.n_records:,} records has "
                "a GT field.",
                "Give a VCF file with called genotypes (FORMAT/GT).",
            )
        if not self._sites:
            raise nothing_left(file_name(path), self.n_records, dropped)
        sites = pd.DataFrame(self._sites, columns=list(SITE_COLUMNS))
        self._blocks[-1] = self._blocks[-1][: (len(sites) - 1) % RECORDS_A_BLOCK + 1]
        phased = self._any_phased and self._all_phased
        counts = np.concatenate([to_counts(block, phased) for block in self._blocks], axis=1)
        info = PanelInfo(
            name=file_name(path),
            species=species,
            build=header.build,
            simulated=header.simulated,
            synthetic=header.synthetic,
        )
        samples = pd.DataFrame({"sample": header.sample_ids})
        panel = Panel.create(counts, 1 if phased else 2, samples, sites, info)
        return Parsed(panel, self.n_records, dropped)


def _two_alleles(calls: NDArray[np.int16], site: str) -> NDArray[np.int16]:
    """Two alleles a sample from htslib's (n_samples, ploidy + 1); -2 where one is not there."""
    ploidy = calls.shape[1] - 1
    alleles = calls[:, :PLOIDY] if ploidy >= PLOIDY else np.insert(calls[:, :1], 1, _FILL, axis=1)
    if ploidy > PLOIDY and (calls[:, PLOIDY:-1] != _FILL).any():
        raise ReadError(
            f"The record at {site} has calls with {ploidy} alleles; two are needed.",
            "Give diploid genotypes.",
        )
    if (alleles > 1).any():
        raise ReadError(
            f"The record at {site} has one ALT allele and calls of allele {alleles.max()}.",
            "The file is inconsistent; check it with bcftools view.",
        )
    return alleles
