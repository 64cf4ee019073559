"""The compression factor of the paper's Table 1: sequence = latent + residual."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from vaeviz.config import ModelConfig

LATENT_BITS = 32
RUN_BITS = 16


def residuals(
    counts: NDArray[np.int8], probability: NDArray[np.float64], ploidy: int
) -> NDArray[np.int8]:
    """What has to be stored beside the latent so that the genotypes come back exactly.

    Parameters
    ----------
    counts : int8 array, shape (n_rows, n_sites)
    probability : float64 array, shape (n_rows, n_sites)
        ALT probability of the reconstruction; values beyond 0 and 1 are taken as 0 and 1.
    ploidy : 1 or 2

    Returns
    -------
    int8 array, shape (n_rows, n_sites)
        Haplotypes: 1 where the thresholded reconstruction is wrong, else 0. Dosages: dosage
        minus the rounded expected dosage, -2 to 2. Missing entries are 0.
    """
    rebuilt = np.rint(ploidy * np.clip(probability, 0.0, 1.0)).astype(np.int8)
    difference = np.where(counts >= 0, counts - rebuilt, 0).astype(np.int8)
    return np.abs(difference) if ploidy == 1 else difference


def count_runs(residual: NDArray[np.int8]) -> NDArray[np.int64]:
    """Number of runs in the run-length code of every row; a constant row is one run.

    Parameters
    ----------
    residual : integer array, shape (n_rows, n_sites)

    Returns
    -------
    int64 array, shape (n_rows,)
    """
    return 1 + (residual[:, 1:] != residual[:, :-1]).sum(1, dtype=np.int64)


def n_pca(config: ModelConfig) -> int:
    """Components of the PCA beside a model: as many as latent numbers, where there are so many."""
    return min(config.n_codes, config.n_components)


def latent_bits(config: ModelConfig) -> float:
    """Bits of a row's latent as it is sent: 32 a number, 1 a bit, log2(codebook size) a code."""
    if config.bottleneck == "bernoulli":
        return float(config.n_codes)
    if config.bottleneck == "vq":
        n_vectors = config.n_codes // config.n_latent * config.codebook_heads
        return n_vectors * math.log2(config.codebook_size)
    return float(LATENT_BITS * config.n_codes)


def paper_factor(n_sites: int, ploidy: int, bits_of_latent: float, mean_runs: float) -> float:
    """Raw bits over coded bits: n_sites / (32 |z| + 16 x runs) for haplotypes.

    Parameters
    ----------
    n_sites : int
        Sites coded; one bit each on haplotypes, two on dosages.
    ploidy : 1 or 2
        On dosages (2) this is *not* the paper's definition: raw is 2 bits a genotype and runs
        are counted over residuals from -2 to 2.
    bits_of_latent : float
        As `latent_bits`; 32 |z| for numbers.
    mean_runs : float
        Mean number of runs of the residual of a row.

    Notes
    -----
    Geleta et al., Genome Research 36:348-360 (2026), Table 1. It counts bits, no file is made.
    """
    return n_sites * ploidy / (bits_of_latent + RUN_BITS * mean_runs)
