"""Which genotypes are missing: nothing when none is, else the shorter of two descriptions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from vaeviz.compression.codec.coder import ONE, WORD
from vaeviz.compression.codec.packing import (
    damaged,
    pack_bits,
    squeeze,
    unpack_bits,
    unsqueeze,
)
from vaeviz.compression.codec.rows import decode_rows, encode_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

PACKED, RATES = b"p", b"m"


def pack_missing(missing: NDArray[np.bool_]) -> bytes:
    """A mask (n_rows, n_sites) as bytes: none when nothing is missing.

    Either xz of the bits, which is short for blocks, or entropy coded under the rates at which
    rows and sites miss, which is short for scattered holes.
    """
    if not missing.any():
        return b""
    by_site, by_row = missing.sum(0), missing.sum(1)
    head = squeeze(by_site.astype(WORD).tobytes() + by_row.astype(WORD).tobytes())
    coded = encode_rows(missing.astype(np.int8), 1, _Rates(by_site, by_row))
    rates = RATES + len(head).to_bytes(4, "little") + head + coded
    return min(PACKED + pack_bits(missing), rates, key=len)


def unpack_missing(data: bytes, shape: tuple[int, int]) -> NDArray[np.bool_] | None:
    """Inverse of `pack_missing`; None when nothing is missing.

    Raises
    ------
    CodecError
        The bytes do not hold a mask of this shape.
    """
    if not data:
        return None
    kind, rest = data[:1], data[1:]
    if kind == PACKED:
        return unpack_bits(rest, shape)
    if kind != RATES:
        raise damaged("it tells what is missing in an unknown way")
    n_rows, n_sites = shape
    start = 4 + int.from_bytes(rest[:4], "little")
    n_bytes = (n_rows + n_sites) * WORD.itemsize
    head = unsqueeze(rest[4:start], n_bytes)
    if len(head) != n_bytes:
        raise damaged("it does not tell how much every site and row misses")
    totals = np.frombuffer(head, WORD).astype(np.int64)
    rates = _Rates(totals[:n_sites], totals[n_sites:])
    return decode_rows(rest[start:], 1, None, shape, rates).astype(np.bool_)


class _Rates:
    """A row misses at a site in proportion to what both still have to miss."""

    def __init__(self, by_site: NDArray[np.int64], by_row: NDArray[np.int64]) -> None:
        self.by_site = by_site
        self.left = by_row.astype(np.int64)
        self.total = int(by_row.sum())
        self.site = 0

    def predict(self) -> NDArray[np.int32]:
        share = self.left * ONE // max(self.total, 1)
        return np.clip(share * self.by_site[self.site], 1, ONE - 1).astype(np.int32)

    def update(self, counts: NDArray[np.int8]) -> None:
        self.left -= counts
        self.total -= int(self.by_site[self.site])
        self.site += 1
