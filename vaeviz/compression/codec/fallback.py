"""The way out when no model helps: bit-packed genotypes in an xz stream."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from vaeviz.compression.codec.packing import damaged, pack_bits, quick_size, unpack_bits
from vaeviz.data.panel import MISSING

if TYPE_CHECKING:
    from numpy.typing import NDArray

NAME: Final = "xz"
QUICK_FACTOR = 4
"""A fast xz is at most about twice as long as xz -9e; far from that, the slow one is not run."""


def pack_genotypes(counts: NDArray[np.int8], ploidy: int) -> bytes:
    """Counts (n_rows, n_sites) as xz; missing entries become 0, for their mask lies elsewhere.

    Dosages are two planes of bits: any copy, and both.
    """
    return pack_bits(_planes(counts, ploidy))


def might_win(counts: NDArray[np.int8], ploidy: int, n_bytes: int) -> bool:
    """Whether xz -9e could need less than `n_bytes`: asked of a fast xz, with room to spare."""
    return n_bytes * QUICK_FACTOR >= quick_bytes(counts, ploidy)


def quick_bytes(counts: NDArray[np.int8], ploidy: int) -> int:
    """Bytes that the genotypes take in a fast xz."""
    return quick_size(_planes(counts, ploidy))


def unpack_genotypes(
    data: bytes, ploidy: int, missing: NDArray[np.bool_] | None, shape: tuple[int, int]
) -> NDArray[np.int8]:
    """Inverse of `pack_genotypes`, with -1 where `missing`.

    Raises
    ------
    CodecError
        No such stream, or one of another size.
    """
    planes = unpack_bits(data, (shape[0] * ploidy, shape[1]))
    if ploidy == 1:
        counts = planes.astype(np.int8)
    else:
        some, both = planes[: shape[0]], planes[shape[0] :]
        if (both & ~some).any():
            raise damaged("a genotype has two copies of ALT and none")
        counts = some.astype(np.int8) + both
    if missing is not None:
        counts[missing] = MISSING
    return counts


def _planes(counts: NDArray[np.int8], ploidy: int) -> NDArray[np.bool_]:
    return np.concatenate([counts > copies for copies in range(ploidy)])
