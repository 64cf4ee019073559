"""The reference of the copying model: its haplotypes at the sites of a panel."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from vaeviz.compression.codec.copying_blocks import Blocks, build_blocks
from vaeviz.compression.codec.copying_rates import Settings, block_breaks, make_rates, site_classes
from vaeviz.data.align import align_sites, aligned_counts
from vaeviz.data.panel import MISSING
from vaeviz.errors import CodecError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from vaeviz.compression.codec.copying_kernel import Rates
    from vaeviz.data.panel import Panel

LABEL_LEVELS = ("superpopulation", "population")


@dataclass(frozen=True)
class Haplotypes:
    """A reference at the sites of a panel.

    Attributes
    ----------
    alleles : uint8, shape (n_sites, n_haplotypes)
        Missing alleles are the commoner one; sites that the reference lacks are 0.
    absent : bool, shape (n_sites,)
        Sites that the reference lacks.
    population : int64, shape (n_haplotypes,)
        Code of the superpopulation (population where there is none), from 0.
    sites : DataFrame
        chrom and pos are read.
    n_alt : int64, shape (n_sites,)
        ALT alleles at every site.
    classes : int64, shape (n_sites,)
        Class of every site by the count of its minor allele.
    blocks : Blocks
        The same haplotypes in groups.
    """

    alleles: NDArray[np.uint8]
    absent: NDArray[np.bool_]
    population: NDArray[np.int64]
    sites: pd.DataFrame

    @cached_property
    def n_alt(self) -> NDArray[np.int64]:
        """Computed once."""
        return self.alleles.sum(axis=1, dtype=np.int64)

    @cached_property
    def classes(self) -> NDArray[np.int64]:
        """Computed once."""
        return site_classes(self.n_alt, self.alleles.shape[1])

    @cached_property
    def blocks(self) -> Blocks:
        """Computed once."""
        return build_blocks(self.alleles, self.population, block_breaks(self.sites))

    def rates(self, settings: Settings) -> Rates:
        """Rates of the model at these sites."""
        return make_rates(settings, self.sites, self.n_alt, self.alleles.shape[1])

    def hold_out(self, every: int) -> tuple[Haplotypes, NDArray[np.int8]]:
        """Without one in so many people, and their rows: int8 (n_rows, n_sites), -1 absent."""
        person = np.arange(self.alleles.shape[1]) // 2
        held = person % every == every - 1
        rows = self.alleles[:, held].T.astype(np.int8)
        rows[:, self.absent] = MISSING
        kept = np.ascontiguousarray(self.alleles[:, ~held])
        return Haplotypes(kept, self.absent, self.population[~held], self.sites), rows


def haplotypes_at(reference: Panel, sites: pd.DataFrame) -> Haplotypes:
    """Look a reference up at the sites of a panel, alleles swapped where they are.

    Raises
    ------
    CodecError
        The reference is unphased.
    """
    check_phased(reference.ploidy, "reference")
    counts = aligned_counts(reference, align_sites(reference, sites))
    called = (counts >= 0).sum(axis=0)
    common = (2 * (counts > 0).sum(axis=0) > called).astype(np.int8)
    filled = np.where(counts < 0, common, counts) if called.min() < len(counts) else counts
    alleles = np.ascontiguousarray(filled.T).view(np.uint8)
    absent = np.asarray(called == 0)
    return Haplotypes(alleles, absent, _population_codes(reference), sites)


def check_phased(ploidy: int, what: str) -> None:
    """Refuse unphased genotypes.

    Raises
    ------
    CodecError
        The ploidy is not 1.
    """
    if ploidy != 1:
        raise CodecError(
            f"The copying model needs phased genotypes, and the {what} is unphased.",
            "Use --method ae, or phase the genotypes first (for example with SHAPEIT).",
        )


def _population_codes(reference: Panel) -> NDArray[np.int64]:
    for level in LABEL_LEVELS:
        if reference.has_labels(level):
            codes, _ = pd.factorize(reference.labels(level), sort=True)
            return np.repeat(codes.astype(np.int64), reference.rows_per_sample)
    return np.zeros(reference.n_rows, np.int64)
