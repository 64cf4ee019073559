"""Allele calls as files hold them -> the matrix of a panel: SNP test, phase rule, counts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vaeviz.data.panel import MISSING
from vaeviz.errors import ReadError

_BASES = frozenset("ACGT")
NO_ALT = "no ALT allele"
MULTI_ALLELIC = "more than one ALT allele"
NOT_SNP = "not a single-nucleotide variant"
NOT_AUTOSOME = "not on an autosome"
NO_GT = "no genotypes (GT)"


def drop_reason(ref: str, alts: Sequence[str]) -> str | None:
    """Why a record is no biallelic SNP; None when it is one."""
    if not alts or alts == ["."]:
        return NO_ALT
    if len(alts) > 1:
        return MULTI_ALLELIC
    if ref.upper() not in _BASES or alts[0].upper() not in _BASES or ref.upper() == alts[0].upper():
        return NOT_SNP
    return None


def needs_phase(alleles: NDArray[np.int8]) -> NDArray[np.bool_]:
    """Calls whose two alleles differ, so that phase means something.

    Homozygous calls are the same either way, and a half-missing call counts as differing.

    Parameters
    ----------
    alleles : int8, shape (..., 2)

    Returns
    -------
    bool, shape (...)
    """
    return alleles[..., 0] != alleles[..., 1]


def to_counts(alleles: NDArray[np.int8], phased: bool) -> NDArray[np.int8]:
    """Matrix of a panel from alleles in file order.

    Parameters
    ----------
    alleles : int8, shape (n_sites, n_samples, 2)
        0, 1 or -1 for missing.
    phased : bool
        Whether to keep haplotypes.

    Returns
    -------
    int8, shape (2 n_samples, n_sites) when phased, else (n_samples, n_sites); a half-missing
    call is missing as a dosage, for its other allele is unknown.
    """
    n_sites, n_samples = alleles.shape[:2]
    if phased:
        return np.ascontiguousarray(alleles.reshape(n_sites, 2 * n_samples).T)
    first, second = alleles[..., 0].T, alleles[..., 1].T
    return np.where((first < 0) | (second < 0), np.int8(MISSING), first + second).astype(np.int8)


def haploid_error(n_records: int, first: str) -> ReadError:
    """The refusal of records in which some sample has one allele instead of two."""
    return ReadError(
        f"{n_records:,} SNP records hold haploid calls, the first at {first}; every sample needs "
        "two alleles. Such calls are usual on X, Y and MT.",
        "Restrict the file to autosomes (--autosomes on the command line), or recode haploid "
        "calls as diploid (plink2 does).",
    )


def nothing_left(name: str, n_records: int, dropped: dict[str, int]) -> ReadError:
    """The refusal of a file without one biallelic SNP."""
    reasons = "; ".join(f"{n:,} {why}" for why, n in dropped.items())
    found = (
        f"none of its {n_records:,} records is usable ({reasons})" if n_records else "no records"
    )
    return ReadError(
        f"{name!r} holds no biallelic SNP with genotypes: {found}.",
        "Give a file with biallelic single-nucleotide variants.",
    )
