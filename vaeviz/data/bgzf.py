"""BGZF, the blocked gzip of VCF.gz and BCF (SAM specification, section 4.1): write, check.

The libraries in use read it but write only one record at a time (cyvcf2) or not at all, and
htslib only warns of a file that was cut at a block's end, so both are here.
"""

from __future__ import annotations

import gzip
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
_CHUNK = 1 << 20


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
    """Refuse a compressed file that was cut short or damaged.

    A BGZF file must end with the empty block that marks its end (htslib checks the sums of its
    blocks while reading). Ordinary gzip is unpacked once, without keeping anything, since its
    only sum is at its end.

    Raises
    ------
    ReadError
        Truncated or corrupt.
    """
    with path.open("rb") as file:
        head = file.read(_HEADER.size)
        if head[12:14] == b"BC":
            file.seek(-min(len(EOF_BLOCK), path.stat().st_size), 2)
            complete = file.read() == EOF_BLOCK
        else:
            complete = _gzip_complete(path)
    if not complete:
        raise truncated(path)


def _gzip_complete(path: Path) -> bool:
    try:
        with gzip.open(path) as file:
            while file.read(_CHUNK):
                pass
    except (OSError, EOFError, zlib.error):
        return False
    return True


def truncated(path: Path) -> ReadError:
    """The refusal of a file that ends too early."""
    return ReadError(
        f"{file_name(path)!r} is truncated or damaged: its compressed data ends too early or does "
        "not match its checksum.",
        "Download or copy the file again; compare its size with the original.",
    )
