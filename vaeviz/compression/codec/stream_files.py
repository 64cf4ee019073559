"""Arrays as .npy files, packed or not, in a zip or a folder; sizes are checked before reading."""

from __future__ import annotations

import io
import os
import secrets
import shutil
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from vaeviz.compression.codec.packing import damaged, squeeze, unsqueeze
from vaeviz.data.limits import file_name
from vaeviz.errors import CodecError

if TYPE_CHECKING:
    from numpy.typing import NDArray

StreamCodec = Literal["zstd", "blosc2", "none"]
LATENTS, RESIDUAL = "latents", "residual"
DTYPES: dict[str, np.dtype[np.generic]] = {LATENTS: np.dtype("<f4"), RESIDUAL: np.dtype("|i1")}
INFO = "streams.json"
ENDINGS: dict[StreamCodec, str] = {"zstd": ".npy.zst", "blosc2": ".npy.b2", "none": ".npy"}
NPY_HEADER_BYTES = 4_096
MAX_INFO_BYTES = 100_000_000
MAX_BLOSC_BYTES = 2**31 - 1_000
EPOCH = (2020, 1, 1, 0, 0, 0)
"""Fixed time stamp, so that the same streams are the same bytes."""


def write_streams(
    path: Path, info: str, arrays: dict[str, NDArray[np.generic]], codec: StreamCodec
) -> None:
    """Write a JSON text and arrays into a zip (path ends in .zip) or a new folder.

    Raises
    ------
    CodecError
        The folder exists, cannot be written, or an array is too large for one Blosc chunk.
    """
    files = {INFO: info.encode()}
    for name, array in arrays.items():
        files[name + ENDINGS[codec]] = _packed(array.astype(DTYPES[name]), codec)
    if path.suffix != ".zip" and path.exists():
        raise CodecError(f"{file_name(path)!r} exists already.", "Choose another name.")
    temporary = path.with_name(f".{secrets.token_hex(6)}.tmp")
    try:
        (_write_zip if path.suffix == ".zip" else _write_folder)(temporary, files)
        os.replace(temporary, path)
    except OSError as error:
        raise CodecError(
            f"{file_name(path)!r} cannot be written: {error.strerror}.",
            "Choose a folder that can be written and has space.",
        ) from None
    finally:
        temporary.unlink(missing_ok=True) if temporary.is_file() else shutil.rmtree(
            temporary, ignore_errors=True
        )


def read_info(path: Path) -> bytes:
    """The JSON text of streams.

    Raises
    ------
    CodecError
        There are no streams at `path`.
    """
    return _read(path, INFO, MAX_INFO_BYTES)


def read_arrays(
    path: Path, shapes: dict[str, tuple[int, int]], codec: StreamCodec
) -> dict[str, NDArray[np.generic]]:
    """The arrays of streams, which must have these shapes.

    Raises
    ------
    CodecError
        A file is absent, damaged, or holds another array.
    """
    return {name: _array(path, name, shape, codec) for name, shape in shapes.items()}


def _write_zip(path: Path, files: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, EPOCH), data)


def _write_folder(path: Path, files: dict[str, bytes]) -> None:
    path.mkdir(parents=True)
    for name, data in files.items():
        (path / name).write_bytes(data)


def _packed(array: NDArray[np.generic], codec: StreamCodec) -> bytes:
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, np.ascontiguousarray(array), (1, 0), allow_pickle=False)
    raw = buffer.getvalue()
    if codec == "none":
        return raw
    if codec == "zstd":
        return squeeze(raw)
    if len(raw) > MAX_BLOSC_BYTES:
        raise CodecError("A stream is too large for one Blosc chunk.", "Use zstd.")
    import blosc2

    packed: bytes = blosc2.compress2(
        raw, typesize=array.itemsize, clevel=9, codec=blosc2.Codec.ZSTD, nthreads=1
    )
    return packed


def _array(
    path: Path, name: str, shape: tuple[int, int], codec: StreamCodec
) -> NDArray[np.generic]:
    dtype = DTYPES[name]
    n_bytes = shape[0] * shape[1] * dtype.itemsize
    # What cannot be packed may grow a little.
    packed = _read(path, name + ENDINGS[codec], n_bytes + n_bytes // 64 + 2 * NPY_HEADER_BYTES)
    raw = _unpacked(packed, n_bytes + NPY_HEADER_BYTES, codec)
    stream = io.BytesIO(raw)
    try:
        if np.lib.format.read_magic(stream) != (1, 0):
            raise ValueError
        found = np.lib.format.read_array_header_1_0(stream)
    except ValueError:
        raise damaged(f"{name} is no .npy file") from None
    if found != (shape, False, dtype) or len(raw) - stream.tell() != n_bytes:
        raise damaged(f"{name} is no array of {shape[0]:,} x {shape[1]:,}")
    return np.frombuffer(raw, dtype, offset=stream.tell()).reshape(shape)


def _unpacked(data: bytes, max_bytes: int, codec: StreamCodec) -> bytes:
    if codec == "none":
        return data
    if codec == "zstd":
        return unsqueeze(data, max_bytes)
    import blosc2

    try:
        n_bytes, n_packed, _ = blosc2.get_cbuffer_sizes(data)
        if n_packed != len(data) or n_bytes > max_bytes:
            raise ValueError
        raw: bytes = blosc2.decompress2(data, nthreads=1)
    except (ValueError, RuntimeError, TypeError):
        raise damaged("a Blosc chunk cannot be read") from None
    return raw


def _read(path: Path, name: str, max_bytes: int) -> bytes:
    """A member of a zip, or a file of a folder, of at most so many bytes."""
    try:
        if path.is_dir():
            if (path / name).stat().st_size > max_bytes:
                raise damaged(f"{name} is too large")
            return (path / name).read_bytes()
        with zipfile.ZipFile(path) as archive:
            if archive.getinfo(name).file_size > max_bytes:
                raise damaged(f"{name} is too large")
            return archive.read(name)
    except (OSError, KeyError, ValueError, zipfile.BadZipFile, EOFError, NotImplementedError):
        raise CodecError(
            f"{file_name(path)!r} holds no stream {name!r}, or a damaged one.",
            "Choose a zip or a folder written by the command 'streams'.",
        ) from None
