"""Look at a Zarr store's metadata before anything in it is believed, allocated or decoded."""

from __future__ import annotations

import json
import math
import struct
from pathlib import Path

import numpy as np

from vaeviz.data.limits import file_name
from vaeviz.errors import ReadError

CODECS = frozenset({"blosc", "zstd", "zlib", "gzip", "lz4"})
FILTERS = frozenset({"vlen-utf8"})
TEXT = "|O"
MAX_METADATA_BYTES = 64_000_000
MAX_TEXTS = 200_000_000
MAX_CHUNK_BYTES = 2**31
MAX_CHUNKS = 1_000_000
_BLOSC_HEADER = struct.Struct("<4xIII")
_LENGTH = struct.Struct("<I")


def damaged(path: Path, what: str) -> ReadError:
    """The refusal of a store that is broken or not ours to open."""
    return ReadError(
        f"The store {file_name(path)!r} is damaged or is no VCF Zarr store: {what}.",
        "Import the original genotype file again.",
    )


def read_json(path: Path, store: Path) -> dict[str, object]:
    """One small JSON file of a store.

    Raises
    ------
    ReadError
        Absent, too large, not JSON, no object.
    """
    try:
        if path.stat().st_size > MAX_METADATA_BYTES:
            raise damaged(store, f"{path.name} is over {MAX_METADATA_BYTES // 10**6} MB")
        content = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        raise damaged(store, f"{path.parent.name}/{path.name} cannot be read") from None
    if not isinstance(content, dict):
        raise damaged(store, f"{path.parent.name}/{path.name} is no JSON object")
    return content


def check_store(store: Path, max_bytes: int) -> dict[str, tuple[int, ...]]:
    """Check all arrays of a store and return their shapes.

    Parameters
    ----------
    store : Path
        The directory.
    max_bytes : int
        Most bytes that any one array may unpack to.

    Raises
    ------
    ReadError
        Zarr format 3, a codec or filter off the list, sizes over the caps.
    """
    if (store / "zarr.json").exists():
        raise ReadError(
            f"{file_name(store)!r} is a Zarr format 3 store; format 2 is needed.",
            "Write it with zarr_format=2, or import the original genotype file.",
        )
    read_json(store / ".zgroup", store)
    arrays = sorted(x.parent for x in store.glob("*/.zarray"))
    return {a.name: _check_array(store, a.name, max_bytes) for a in arrays}


def _check_array(store: Path, name: str, max_bytes: int) -> tuple[int, ...]:
    meta = read_json(store / name / ".zarray", store)
    shape, chunks = _sizes(meta.get("shape")), _sizes(meta.get("chunks"))
    if shape is None or chunks is None or len(shape) != len(chunks) or 0 in chunks:
        raise damaged(store, f"{name} has no proper shape")
    filters = meta.get("filters") or []
    used = [meta.get("compressor"), *(filters if isinstance(filters, list) else [filters])]
    for codec, allowed in zip(used, [CODECS] + [FILTERS] * len(used), strict=False):
        identity = codec.get("id") if isinstance(codec, dict) else codec
        if identity is not None and identity not in allowed:
            raise damaged(store, f"{name} uses the codec {str(identity)[:30]!r}")
    size, chunk_size = math.prod(shape), math.prod(chunks)
    width = _item_bytes(store, name, meta)
    n_chunks = math.prod(-(-s // c) for s, c in zip(shape, chunks, strict=True))
    if width is None and size > MAX_TEXTS:
        raise damaged(store, f"{name} claims {size:,} texts")
    if width and size * width > max_bytes:
        raise ReadError(
            f"{name} of {file_name(store)!r} needs {size * width / 1e9:.2f} GB of memory; "
            f"{max_bytes / 1e9:.2f} GB are allowed.",
            "Import the original file again with fewer sites (--max-sites).",
        )
    if chunk_size * (width or 8) > MAX_CHUNK_BYTES or n_chunks > MAX_CHUNKS:
        raise damaged(store, f"{name} claims {n_chunks:,} chunks of {chunk_size:,} values")
    _check_chunks(store, name, meta.get("compressor"), chunk_size, width)
    return shape


def _check_chunks(
    store: Path, name: str, compressor: object, n_values: int, width: int | None
) -> None:
    """Compare the sizes that chunks claim with what the array needs.

    The decoders believe them: one wrong byte makes them allocate tens of GB, or read beyond the
    end of the data and crash.
    """
    import numcodecs

    settings = compressor if isinstance(compressor, dict) else None
    for chunk in (store / name).rglob("[0-9]*"):
        if not chunk.is_file():
            continue
        with chunk.open("rb") as file:
            data = file.read(_BLOSC_HEADER.size if width else MAX_CHUNK_BYTES)
        blosc = settings is not None and settings["id"] == "blosc"
        needed = n_values * width if width else None
        if blosc and not _blosc_fits(data, chunk.stat().st_size, needed):
            raise damaged(store, f"a chunk of {name} has another size")
        if width is None:
            text = data if settings is None else numcodecs.get_codec(settings).decode(data)
            if not _holds_texts(bytes(text), n_values):
                raise damaged(store, f"a chunk of {name} does not hold {n_values:,} texts")


def _blosc_fits(data: bytes, size: int, needed: int | None) -> bool:
    """Whether a Blosc header tells the size of the file and the size that is needed."""
    if len(data) < _BLOSC_HEADER.size:
        return False
    unpacked, block, packed = _BLOSC_HEADER.unpack_from(data)
    right = unpacked == needed if needed is not None else unpacked <= MAX_CHUNK_BYTES
    return right and packed == size and block <= unpacked


def _holds_texts(data: bytes, n_texts: int) -> bool:
    """Whether bytes are n texts as `vlen-utf8` packs them: a count, then each length and text."""
    if len(data) < _LENGTH.size or _LENGTH.unpack_from(data)[0] != n_texts:
        return False
    position, unpack, size = _LENGTH.size, _LENGTH.unpack_from, _LENGTH.size
    last = len(data) - size
    for _ in range(n_texts):
        if position > last:
            return False
        position += size + unpack(data, position)[0]
    return position == len(data)


def _sizes(value: object) -> tuple[int, ...] | None:
    if not isinstance(value, list) or len(value) > 4:
        return None
    good = all(type(x) is int and 0 <= x < 2**40 for x in value)
    return tuple(value) if good else None


def _item_bytes(store: Path, name: str, meta: dict[str, object]) -> int | None:
    """Bytes a value takes; None for text. Pickled objects never pass."""
    kind = meta.get("dtype")
    if kind == TEXT and meta.get("filters"):
        return None
    try:
        dtype = np.dtype(str(kind))
    except TypeError:
        dtype = np.dtype(object)
    if dtype.kind not in "biufSU":
        raise damaged(store, f"{name} has the type {str(kind)[:30]!r}")
    return dtype.itemsize
