"""BGZF, the blocked gzip of VCF.gz and BCF (SAM specification, section 4.1): write, check.

The libraries in use read it but write only one record at a time (cyvcf2) or not at all, and
htslib only warns of a file that was cut at a block's end, so both are here.
"""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from types import TracebackType
from typing import Self

from vaeviz.data.limits import file_name
from vaeviz.errors import ReadError

EOF_BLOCK = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")
_GZIP = b"\x1f\x8b"
_HEADER = struct.Struct("<4sIBBHBBHH")
_TAIL = struct.Struct("<II")
_DATA_A_BLOCK = 65_280


class BgzfWriter:
    """A writable file of BGZF blocks; use as a context manager."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        self._pending = bytearray()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._file:
            if kind is None:
                self._flush(0)
                self._file.write(EOF_BLOCK)

    def write(self, data: bytes) -> None:
        """Append bytes."""
        self._pending += data
        self._flush(_DATA_A_BLOCK)

    def _flush(self, keep: int) -> None:
        """Write whole blocks while more than `keep` bytes wait."""
        start = 0
        while len(self._pending) - start > keep:
            block = bytes(self._pending[start : start + _DATA_A_BLOCK])
            self._file.write(_block(block))
            start += len(block)
        del self._pending[:start]


def _block(data: bytes) -> bytes:
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    body = packer.compress(data) + packer.flush()
    size = _HEADER.size + len(body) + _TAIL.size
    head = _HEADER.pack(b"\x1f\x8b\x08\x04", 0, 0, 255, 6, 66, 67, 2, size - 1)
    return head + body + _TAIL.pack(zlib.crc32(data), len(data))


def is_gzip(path: Path) -> bool:
    """Whether a file begins as gzip does."""
    with path.open("rb") as file:
        return file.read(2) == _GZIP


def check_complete(path: Path) -> None:
    """Refuse a BGZF file that lacks the empty block which marks its end.

    Whatever else is wrong with compressed data shows while it is unpacked; ordinary gzip has no
    such mark and no need of one.

    Raises
    ------
    ReadError
        Truncated.
    """
    with path.open("rb") as file:
        blocked = file.read(_HEADER.size)[12:14] == b"BC"
        file.seek(-min(len(EOF_BLOCK), path.stat().st_size), 2)
        if blocked and file.read() != EOF_BLOCK:
            raise truncated(path)


def truncated(path: Path) -> ReadError:
    """The refusal of a file that ends too early."""
    return ReadError(
        f"{file_name(path)!r} is truncated or damaged: its compressed data ends too early or does "
        "not match its checksum.",
        "Download or copy the file again; compare its size with the original.",
    )
