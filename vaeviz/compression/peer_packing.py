"""Genotypes as bits, eight a byte: what general compressors are given."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vaeviz.data.panel import MISSING

Layout = Literal["rows", "sites"]
"""What lies side by side: the sites of a row, or the rows of a site."""
LAYOUTS: tuple[Layout, ...] = ("rows", "sites")

Counts = NDArray[np.int8]


def n_planes(counts: Counts, ploidy: int) -> int:
    """Bits an entry: 1 for haplotypes without a missing allele, else 2."""
    return 1 if ploidy == 1 and counts.min(initial=0) > MISSING else 2


def pack(counts: Counts, ploidy: int, layout: Layout, planes: int) -> bytes:
    """Bits of allele counts, the low bits of all entries before the high ones.

    Parameters
    ----------
    counts : int8 array, shape (n_rows, n_sites)
        -1 is missing and becomes ploidy + 1.
    layout
        The lines of a plane, each padded to whole bytes, are rows or sites.
    planes : 1 or 2
        As `n_planes` gives it, or more.
    """
    codes = np.where(counts < 0, ploidy + 1, counts).astype(np.uint8)
    lines = codes if layout == "rows" else codes.T
    return b"".join(np.packbits((lines >> i) & 1, axis=1).tobytes() for i in range(planes))


def unpack(data: bytes, shape: tuple[int, int], ploidy: int, layout: Layout) -> Counts:
    """The counts that `pack` was given; the number of planes follows from the length.

    Parameters
    ----------
    shape : (n_rows, n_sites)

    Raises
    ------
    ValueError
        The bytes are no whole number of planes of this shape.
    """
    n_lines, width = shape if layout == "rows" else shape[::-1]
    packed = np.frombuffer(data, np.uint8).reshape(-1, n_lines, -(-width // 8))
    planes = np.unpackbits(packed, axis=2, count=width)
    codes = planes[0] if len(planes) == 1 else planes[0] | (planes[1] << 1)
    lines = np.where(codes > ploidy, MISSING, codes).astype(np.int8)
    return np.ascontiguousarray(lines if layout == "rows" else lines.T)
