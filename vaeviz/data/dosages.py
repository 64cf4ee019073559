"""What a VCF says beside genotypes when a model has filled some of them in."""

from __future__ import annotations

import dataclasses
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from vaeviz.escape import plain

DECIMALS = 3
_PEOPLE_AT_ONCE = 100
_STEPS = 10**DECIMALS
_TEXT = np.array([list(f"{x / _STEPS:.{DECIMALS}f}".encode()) for x in range(2 * _STEPS + 1)])
_TEXT = _TEXT.astype(np.uint8)


@dataclasses.dataclass(frozen=True, eq=False)
class Dosages:
    """Imputed genotypes of a panel, sites and people in the panel's order.

    Attributes
    ----------
    expected : float16, shape (n_samples, n_sites)
        Expected copies of ALT, 0 to 2; the genotype itself where it was observed.
    imputed : bool, shape (n_samples, n_sites)
        Genotypes with at least one allele that was filled in.
    known : bool, shape (n_sites,)
        Sites that the model knows; at the others `expected` means nothing.
    quality : float64, shape (n_sites,)
        Estimated r2 of the imputed genotypes, NaN where none were.
    phased : bool
        Whether the alleles that were filled in belong to a haplotype.
    model : str
        Name of the model.
    digest : str
        Digest of the model.
    """

    expected: NDArray[np.float16]
    imputed: NDArray[np.bool_]
    known: NDArray[np.bool_]
    quality: NDArray[np.float64]
    phased: bool
    model: str
    digest: str

    def header(self) -> list[str]:
        """Header lines: who imputed, and what the fields mean."""
        return [
            "##vaeviz_imputation=Missing genotypes were imputed by the model "
            f"{plain(self.model)} (digest {plain(self.digest)})",
            '##INFO=<ID=AF,Number=A,Type=Float,Description="Mean expected dosage / 2">',
            '##INFO=<ID=DR2,Number=A,Type=Float,Description="Estimated r2 between imputed and true '
            'dosage: variance of the expected dosage / 2p(1-p), over imputed genotypes">',
            '##INFO=<ID=IMP,Number=0,Type=Flag,Description="At least one genotype was imputed">',
            '##FORMAT=<ID=DS,Number=A,Type=Float,Description="Expected copies of ALT">',
        ]

    @cached_property
    def frequency(self) -> NDArray[np.float64]:
        """Mean expected dosage / 2 of every site: float64, shape (n_sites,)."""
        total = np.zeros(self.expected.shape[1])
        for start in range(0, len(self.expected), _PEOPLE_AT_ONCE):
            total += self.expected[start : start + _PEOPLE_AT_ONCE].sum(axis=0, dtype=np.float64)
        return total / (2 * len(self.expected))

    def mean_quality(self, maf: float = 0.0) -> float | None:
        """Mean of `quality` over the sites of at least this minor allele frequency."""
        common = np.minimum(self.frequency, 1 - self.frequency) >= maf
        measured = self.quality[np.isfinite(self.quality) & common]
        return float(measured.mean()) if len(measured) else None

    def columns(self, site: int) -> str:
        """INFO and FORMAT of a record."""
        if not self.known[site]:
            return ".\tGT"
        info = f"AF={self.frequency[site]:.4g}"
        if np.isfinite(self.quality[site]):
            info += f";DR2={self.quality[site]:.3f}"
        return f"{info}{';IMP' if self.imputed[:, site].any() else ''}\tGT:DS"

    def text(self, block: NDArray[np.int64]) -> NDArray[np.uint8]:
        """`:DS` of every genotype as characters: uint8, (n_block, n_samples, 2 + DECIMALS + 1)."""
        dosage = self.expected[:, block].T.astype(np.float32)
        steps = np.rint(np.nan_to_num(dosage) * _STEPS).astype(np.int64)
        shown = np.empty((*steps.shape, _TEXT.shape[1] + 1), dtype=np.uint8)
        shown[..., 0] = ord(":")
        shown[..., 1:] = _TEXT[steps]
        return shown
