"""The loop behind `counts`: one pass over the matrix, without a copy of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from numba import njit

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@njit(cache=True, nogil=True)
def tally(
    counts: NDArray[np.int8],
    ploidy: int,
    codes: NDArray[np.int64],
    alt: NDArray[np.int32],
    called: NDArray[np.int32],
    het: NDArray[np.int32],
    hom_alt: NDArray[np.int32],
    genotypes: NDArray[np.int32],
) -> None:
    """Add alleles and genotypes of every sample to those of its group.

    Parameters
    ----------
    counts : int8, shape (n_rows, n_sites)
        As in a panel of this ploidy.
    codes : int64, shape (n_samples,)
        Group of each sample.
    alt, called, het, hom_alt, genotypes : int32, shape (n_groups, n_sites)
        Written: copies of ALT, called alleles, heterozygotes, samples with ALT twice, samples
        with both alleles called.
    """
    n_sites = counts.shape[1]
    for i in range(len(codes)):
        g = codes[i]
        if ploidy == 2:
            for s in range(n_sites):
                dosage = counts[i, s]
                present = dosage >= 0
                alt[g, s] += max(dosage, 0)
                called[g, s] += 2 * present
                het[g, s] += dosage == 1
                hom_alt[g, s] += dosage == 2
                genotypes[g, s] += present
        else:
            for s in range(n_sites):
                a, b = counts[2 * i, s], counts[2 * i + 1, s]
                both = (a >= 0) & (b >= 0)
                alt[g, s] += max(a, 0) + max(b, 0)
                called[g, s] += (a >= 0) + (b >= 0)
                het[g, s] += both & (a != b)
                hom_alt[g, s] += both & (a + b == 2)
                genotypes[g, s] += both
