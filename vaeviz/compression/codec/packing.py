"""General-purpose packing: bits of a matrix as xz, bytes as zstd; unpacking that has limits."""

from __future__ import annotations

import lzma
from typing import TYPE_CHECKING

import numpy as np

from vaeviz.errors import CodecError

if TYPE_CHECKING:
    from numpy.typing import NDArray

THOROUGH, FAST = 9 | lzma.PRESET_EXTREME, 1
SMALLEST_WINDOW, LARGEST_WINDOW = 1 << 12, 1 << 26
MEMORY_LIMIT = 1 << 27
"""Bytes that unpacking may take: the dictionary of preset 9 is half of it."""
BY_ROW, BY_COLUMN = b"r", b"c"


def damaged(what: str) -> CodecError:
    """The refusal of a file whose content does not hold together."""
    return CodecError(
        f"The compressed file is damaged: {what}.", "Copy the file again, or compress again."
    )


def pack_bits(bits: NDArray[np.bool_]) -> bytes:
    """Matrix of bits through xz -9e; the first byte says in which order they lie."""
    by_row, by_column = BY_ROW + _xz(_lines(bits)), BY_COLUMN + _xz(_lines(bits.T))
    return min(by_row, by_column, key=len)


def _xz(data: bytes, preset: int = THOROUGH) -> bytes:
    """Xz with the window of preset 9, or one as long as the data: longer only costs memory."""
    window = min(max(len(data), SMALLEST_WINDOW), LARGEST_WINDOW)
    filters = [{"id": lzma.FILTER_LZMA2, "preset": preset, "dict_size": window}]
    return lzma.compress(data, lzma.FORMAT_XZ, filters=filters)


def quick_size(bits: NDArray[np.bool_]) -> int:
    """Bytes of a fast xz with the same window: a small multiple of what `pack_bits` needs."""
    return min(len(_xz(_lines(x), FAST)) for x in (bits, bits.T))


def unpack_bits(data: bytes, shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Inverse of `pack_bits`.

    Raises
    ------
    CodecError
        No such stream, or one of another size. Never more than the shape asks is unpacked.
    """
    order, stream = data[:1], data[1:]
    if order not in (BY_ROW, BY_COLUMN):
        raise damaged("a packed matrix has no order")
    n_lines, width = shape if order == BY_ROW else shape[::-1]
    packed = unpack_xz(stream, n_lines * -(-width // 8))
    lines = np.frombuffer(packed, np.uint8).reshape(n_lines, -1)
    bits = np.unpackbits(lines, axis=1, count=width).view(np.bool_)
    return bits if order == BY_ROW else np.ascontiguousarray(bits.T)


def unpack_xz(stream: bytes, n_bytes: int) -> bytes:
    """An xz stream of exactly so many bytes.

    Raises
    ------
    CodecError
        No xz stream, a shorter or a longer one, or one that needs too much memory.
    """
    reader = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=MEMORY_LIMIT)
    try:
        unpacked = reader.decompress(stream, max_length=n_bytes)
        if not reader.eof:
            unpacked += reader.decompress(b"", max_length=1)
    except (lzma.LZMAError, EOFError):
        raise damaged("an xz stream cannot be read") from None
    if not reader.eof or reader.unused_data or len(unpacked) != n_bytes:
        raise damaged(f"an xz stream does not hold {n_bytes:,} bytes")
    return unpacked


def _lines(bits: NDArray[np.bool_]) -> bytes:
    """Every row of a matrix of bits padded to whole bytes."""
    return np.packbits(np.ascontiguousarray(bits), axis=1).tobytes()


def squeeze(data: bytes) -> bytes:
    """Bytes as one zstd frame that tells its size."""
    import zstandard

    return zstandard.ZstdCompressor(level=19).compress(data)


def unsqueeze(data: bytes, max_bytes: int) -> bytes:
    """Inverse of `squeeze`.

    Raises
    ------
    CodecError
        Not one zstd frame, or it claims more than `max_bytes`, which are then not allocated.
    """
    import zstandard

    try:
        claimed = zstandard.get_frame_parameters(data).content_size
        if not claimed <= max_bytes:
            raise damaged(f"a zstd frame claims {claimed:,} bytes; {max_bytes:,} are allowed")
        reader = zstandard.ZstdDecompressor(max_window_size=MEMORY_LIMIT)
        return reader.decompress(data, read_across_frames=False, allow_extra_data=False)
    except zstandard.ZstdError:
        raise damaged("a zstd frame cannot be read") from None
