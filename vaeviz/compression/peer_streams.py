"""General compressors of bytes: on their own, and with other bytes that both sides have."""

from __future__ import annotations

import lzma
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from zstandard import ZstdCompressionDict

XZ_PRESET = 9 | lzma.PRESET_EXTREME
ZSTD_LEVEL = 19
BROTLI_QUALITY, BROTLI_WINDOW = 11, 24
BLOSC_LEVEL = 9
WINDOW_LOG = 27
"""Zstandard looks back 2 ** 27 bytes, so that the whole context is in reach."""
_RAW_LZMA = [{"id": lzma.FILTER_LZMA1, "preset": XZ_PRESET}]
_KEPT_BYTES = 4


def xz(data: bytes) -> bytes:
    """`xz -9e`."""
    return lzma.compress(data, preset=XZ_PRESET)


def un_xz(data: bytes) -> bytes:
    """Reverse of `xz`."""
    return lzma.decompress(data)


def zstd(data: bytes) -> bytes:
    """`zstd -19`."""
    from zstandard import ZstdCompressor

    return ZstdCompressor(level=ZSTD_LEVEL).compress(data)


def un_zstd(data: bytes) -> bytes:
    """Reverse of `zstd`."""
    from zstandard import ZstdDecompressor

    return ZstdDecompressor().decompress(data)


def brotli(data: bytes) -> bytes:
    """Brotli at quality 11, window 2 ** 24."""
    import brotli as library

    packed: bytes = library.compress(data, quality=BROTLI_QUALITY, lgwin=BROTLI_WINDOW)
    return packed


def un_brotli(data: bytes) -> bytes:
    """Reverse of `brotli`."""
    import brotli as library

    unpacked: bytes = library.decompress(data)
    return unpacked


def blosc2(data: bytes) -> bytes:
    """Blosc2, Zstandard at level 9, one thread, no shuffle (bits that are packed already)."""
    import blosc2 as library

    packed: bytes = library.compress2(
        data,
        codec=library.Codec.ZSTD,
        clevel=BLOSC_LEVEL,
        typesize=1,
        filters=[library.Filter.NOFILTER],
        nthreads=1,
    )
    return packed


def un_blosc2(data: bytes) -> bytes:
    """Reverse of `blosc2`."""
    import blosc2 as library

    unpacked: bytes = library.decompress2(data, nthreads=1)
    return unpacked


def xz_given(data: bytes, context: bytes) -> bytes:
    """LZMA at `xz -9e` of the data behind a context, without the bytes that are the context's.

    The streams of the context alone and of context and data begin alike; the length of that
    beginning and what follows it are kept. Whoever has the context and the same LZMA library
    makes the beginning again.
    """
    alone, both = _raw_lzma(context), _raw_lzma(context + data)
    shared = min(len(alone), len(both))
    ends = np.frombuffer(alone[:shared], np.uint8) != np.frombuffer(both[:shared], np.uint8)
    alike = int(ends.argmax()) if ends.any() else shared
    return alike.to_bytes(_KEPT_BYTES, "little") + both[alike:]


def un_xz_given(data: bytes, context: bytes) -> bytes:
    """Reverse of `xz_given`."""
    alike = int.from_bytes(data[:_KEPT_BYTES], "little")
    stream = _raw_lzma(context)[:alike] + data[_KEPT_BYTES:]
    return lzma.decompress(stream, lzma.FORMAT_RAW, filters=_RAW_LZMA)[len(context) :]


def zstd_given(data: bytes, context: bytes) -> bytes:
    """`zstd -19 --patch-from` a context."""
    from zstandard import ZstdCompressionParameters, ZstdCompressor

    settings = ZstdCompressionParameters.from_level(ZSTD_LEVEL, window_log=WINDOW_LOG)
    return ZstdCompressor(dict_data=_prefix(context), compression_params=settings).compress(data)


def un_zstd_given(data: bytes, context: bytes) -> bytes:
    """Reverse of `zstd_given`."""
    from zstandard import ZstdDecompressor

    reader = ZstdDecompressor(dict_data=_prefix(context), max_window_size=1 << WINDOW_LOG)
    return reader.decompress(data)


def _raw_lzma(data: bytes) -> bytes:
    return lzma.compress(data, lzma.FORMAT_RAW, filters=_RAW_LZMA)


def _prefix(context: bytes) -> ZstdCompressionDict:
    from zstandard import DICT_TYPE_RAWCONTENT, ZstdCompressionDict

    return ZstdCompressionDict(context, dict_type=DICT_TYPE_RAWCONTENT)
