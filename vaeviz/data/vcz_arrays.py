"""Columns of tables as Zarr arrays: text, numbers and truth values, with what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vaeviz.config import Settings

if TYPE_CHECKING:
    import zarr

Kind = Literal["text", "float", "int", "bool"]
FORMAT = 1
"""Version of the group attribute `vaeviz`."""

CHUNKS = {"variants": 10_000, "samples": 1_000}
"""Chunk size along a dimension; the specification wants the same for calls and for columns."""

_DTYPES: dict[Kind, type] = {"float": np.float64, "int": np.int64, "bool": np.bool_}


class Column(Settings):
    """Where a user's column is stored: names may be hostile, so arrays have names of ours."""

    name: str
    array: str
    kind: Kind


def chunk_shape(shape: tuple[int, ...], dimensions: tuple[str, ...]) -> tuple[int, ...]:
    """Chunk sizes of an array with these dimension names."""
    return tuple(
        max(1, min(CHUNKS.get(dimension, n), n))
        for n, dimension in zip(shape, dimensions, strict=True)
    )


def write_array(
    group: zarr.Group, name: str, values: NDArray[np.generic], dimensions: tuple[str, ...]
) -> None:
    """Write one array with its dimension names; object arrays are text."""
    import numcodecs

    text = values.dtype == object
    array = group.create_array(
        name,
        shape=values.shape,
        chunks=chunk_shape(values.shape, dimensions),
        dtype=str if text else values.dtype,
        compressors=numcodecs.Blosc("zstd", clevel=7),
        # A chunk that equals the fill value is left out: an absent file must not pass for data.
        config={"write_empty_chunks": True},
    )
    array[...] = values
    array.attrs["_ARRAY_DIMENSIONS"] = list(dimensions)


def read_array(group: zarr.Group, name: str) -> NDArray[np.generic]:
    """A whole array of a store; `KeyError` when there is none of that name."""
    return np.asarray(group[name][...])  # type: ignore[index]


def read_text(group: zarr.Group, name: str) -> NDArray[np.object_]:
    """A text array as Python strings."""
    return read_array(group, name).astype(object)


def write_column(group: zarr.Group, name: str, column: pd.Series, dimension: str) -> Kind:
    """Write one column of a panel's table and say of which kind it is.

    Text that is missing is stored as "." with an array `NAME_mask`, as the VCF Zarr
    specification has it.
    """
    for kind, dtype in _DTYPES.items():
        if column.dtype == dtype:
            write_array(group, name, column.to_numpy(dtype), (dimension,))
            return kind
    missing = column.isna().to_numpy(bool)
    values = column.astype(object).where(~missing, ".").to_numpy(object)
    write_array(group, name, values, (dimension,))
    if missing.any():
        write_array(group, f"{name}_mask", missing, (dimension,))
    return "text"


def read_column(group: zarr.Group, column: Column) -> pd.Series:
    """Inverse of `write_column`."""
    if column.kind != "text":
        return pd.Series(read_array(group, column.array).astype(_DTYPES[column.kind]))
    values = pd.Series(read_text(group, column.array), dtype=object)
    mask = f"{column.array}_mask"
    if mask in group:
        values = values.mask(read_array(group, mask).astype(bool), np.nan)
    return values
