"""The tabix index (.tbi) of a VCF.gz (SAM/BCF specifications, "The Tabix index file format").

The libraries in use read such an index and do not write one, so this is here.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from vaeviz.data.bgzf import BgzfWriter, truncated
from vaeviz.data.limits import file_name
from vaeviz.errors import PanelError

MAX_POSITION = 1 << 29
"""Positions from here on do not fit the bins of the format."""

_MAGIC = b"TBI\x01"
_VCF_FORMAT = 2
_SKIP_LINES = 0
_WINDOW_BITS = 14
_LEVELS = ((14, 4681), (17, 585), (20, 73), (23, 9), (26, 1))
"""Bits that a bin spans, and the number of the first bin of that size, smallest bins first."""
_SUMMARY_BIN = 37450
"""A bin that holds no records but tells where those of a chromosome lie and how many they are."""

Chunk = tuple[int, int]


class _Record(NamedTuple):
    """Where a record begins and ends in the file (virtual offsets) and on its chromosome."""

    start: int
    end: int
    chrom: bytes
    first: int
    last: int


class _Contig:
    """Bins and windows of one chromosome, and a summary of its records."""

    def __init__(self) -> None:
        self.bins: dict[int, list[Chunk]] = {}
        self.windows: list[int] = []
        self.n_records, self.span = 0, (0, 0)

    def add(self, record: _Record) -> None:
        chunks = self.bins.setdefault(_bin(record.first, record.last), [])
        if chunks and chunks[-1][1] == record.start:
            chunks[-1] = (chunks[-1][0], record.end)
        else:
            chunks.append((record.start, record.end))
        self.span = (self.span[0] if self.n_records else record.start, record.end)
        self.n_records += 1
        window = (record.last - 1) >> _WINDOW_BITS
        # Windows that no record reaches point to the next record behind them.
        self.windows.extend([record.start] * (window + 1 - len(self.windows)))

    def packed(self) -> bytes:
        bins = {**self.bins, _SUMMARY_BIN: [self.span, (self.n_records, 0)]}
        parts = [struct.pack("<i", len(bins))]
        for number, chunks in sorted(bins.items()):
            parts.append(struct.pack("<Ii", number, len(chunks)))
            parts.extend(struct.pack("<QQ", *chunk) for chunk in chunks)
        parts.append(struct.pack(f"<i{len(self.windows)}Q", len(self.windows), *self.windows))
        return b"".join(parts)


def write_tabix(path: Path) -> Path:
    """Write NAME.vcf.gz.tbi beside a sorted BGZF VCF; returns its path.

    Parameters
    ----------
    path : Path
        As `vaeviz.data.writers.write_vcf` writes it.

    Raises
    ------
    ReadError
        The file is truncated.
    PanelError
        A position of 2^29 or more, which the format cannot index.
    """
    contigs: dict[bytes, _Contig] = {}
    for record in _records(path):
        if record.last >= MAX_POSITION:
            raise PanelError(
                f"{file_name(path)!r} has a position of {record.last:,}; a tabix index ends at "
                f"{MAX_POSITION - 1:,}.",
                "Index it with bcftools index --csi.",
            )
        contigs.setdefault(record.chrom, _Contig()).add(record)
    names = b"".join(name + b"\0" for name in contigs)
    index = path.with_name(f"{path.name}.tbi")
    with BgzfWriter(index) as file:
        head = (len(contigs), _VCF_FORMAT, 1, 2, 0, ord("#"), _SKIP_LINES, len(names))
        file.write(_MAGIC + struct.pack("<8i", *head) + names)
        for contig in contigs.values():
            file.write(contig.packed())
        file.write(struct.pack("<Q", 0))  # no record is without a place
    return index


def _bin(first: int, last: int) -> int:
    """Number of the smallest bin that holds bases `first` to `last - 1`, counted from 0."""
    for bits, offset in _LEVELS:
        if first >> bits == (last - 1) >> bits:
            return offset + (first >> bits)
    return 0


def _records(path: Path) -> Iterator[_Record]:
    """Records of a BGZF VCF with their virtual offsets: block address << 16 | place in block."""
    line, start = b"", 0
    for address, data, after in _blocks(path):
        place = 0
        while (found := data.find(b"\n", place)) >= 0:
            line += data[place:found]
            place = found + 1
            end = after << 16 if place == len(data) else address << 16 | place
            if not line.startswith(b"#"):
                chrom, pos, _, ref, _ = line.split(b"\t", 4)
                yield _Record(start, end, chrom, int(pos) - 1, int(pos) - 1 + len(ref))
            line, start = b"", end
        line += data[place:]


def _blocks(path: Path) -> Iterator[tuple[int, bytes, int]]:
    """Address, contents and address of the next block, block by block."""
    with path.open("rb") as file:
        address = 0
        while head := file.read(18):
            size = struct.unpack_from("<H", head, 16)[0] + 1 if len(head) == 18 else 0
            body = file.read(max(0, size - 18))
            if len(body) + 18 != size:
                raise truncated(path)
            yield address, zlib.decompress(body[:-8], -15), address + size
            address += size
