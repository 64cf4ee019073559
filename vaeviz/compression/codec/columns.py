"""Columns of a table as bytes that zstd packs well, and back, value for value."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from vaeviz.compression.codec.packing import damaged
from vaeviz.config import Settings

if TYPE_CHECKING:
    from numpy.typing import NDArray

Kind = Literal["bool", "int", "float", "numbered", "text"]
DTYPES: dict[Kind, np.dtype] = {
    "bool": np.dtype("?"),
    "int": np.dtype("<i8"),
    "float": np.dtype("<f8"),
    "numbered": np.dtype("<i8"),
    "text": np.dtype("<u4"),
}
"""What is stored of a value: the number behind a prefix that all values have, such as rs; of other
text its length in bytes + 1, and 0 where it is NaN."""
PLAIN: tuple[Kind, ...] = ("bool", "int", "float")
DIFFERENCES: tuple[Kind, ...] = ("int", "text")
NUMBERED = re.compile(r"(\D{0,20})([1-9][0-9]{0,17})", re.ASCII)


class Column(Settings):
    """Name and size of a stored column."""

    name: str = Field(max_length=100_000)
    kind: Kind
    prefix: Annotated[str, Field(max_length=20)] = ""
    text_bytes: Annotated[int, Field(ge=0, le=2**40)] = 0

    def size(self, n: int) -> int:
        """Bytes of the column in a table of n rows."""
        return n * DTYPES[self.kind].itemsize + self.text_bytes


def pack_column(table: pd.DataFrame, place: int) -> tuple[Column, bytes]:
    """One column of a panel's table: bool, int64, float64, or text with NaN."""
    values, name = table.iloc[:, place], str(table.columns[place])
    for kind in PLAIN:
        if values.dtype == DTYPES[kind]:
            numbers = values.to_numpy(DTYPES[kind])
            return Column(name=name, kind=kind), _pack_numbers(numbers, kind)
    found = _numbered(values)
    if found is not None:
        prefix, numbers = found
        return Column(name=name, kind="numbered", prefix=prefix), _pack_numbers(numbers, "numbered")
    texts = [b"" if v != v else str(v).encode("utf-8") for v in values]
    lengths = [0 if v != v else len(t) + 1 for v, t in zip(values, texts, strict=True)]
    joined = b"".join(texts)
    column = Column(name=name, kind="text", text_bytes=len(joined))
    return column, _pack_numbers(np.array(lengths, DTYPES["text"]), "text") + joined


def unpack_column(raw: memoryview, column: Column, n: int) -> pd.Series:
    """Inverse of `pack_column`, of a column of n rows.

    Raises
    ------
    CodecError
        The bytes are no such column.
    """
    dtype = DTYPES[column.kind]
    n_bytes = n * dtype.itemsize
    numbers = _unpack_numbers(raw[:n_bytes], column.kind)
    if column.kind in PLAIN:
        return pd.Series(numbers.astype(dtype.newbyteorder("=")))
    if column.kind == "numbered":
        return pd.Series([f"{column.prefix}{x}" for x in numbers.tolist()], dtype=object)
    text = bytes(raw[n_bytes : n_bytes + column.text_bytes])
    return pd.Series(_cut(text, numbers.astype(np.int64)), dtype=object)


def _numbered(values: pd.Series) -> tuple[str, NDArray[np.generic]] | None:
    """The prefix of all values and their numbers; None where they are not of that form."""
    matches = [NUMBERED.fullmatch(v) if isinstance(v, str) else None for v in values]
    prefixes = {m and m.group(1) for m in matches}
    if len(prefixes) != 1 or None in prefixes:
        return None
    numbers = np.array([int(m.group(2)) for m in matches if m], DTYPES["numbered"])
    return str(prefixes.pop()), numbers


def _cut(text: bytes, lengths: NDArray[np.int64]) -> list[str | float]:
    """Texts of the given lengths + 1; NaN where that is 0."""
    ends = np.cumsum(np.maximum(lengths - 1, 0))
    if (ends[-1] if len(ends) else 0) != len(text):
        raise damaged("its texts have other lengths than it says")
    begins = np.append(0, ends[:-1])
    try:
        return [
            text[begin:end].decode("utf-8") if length else np.nan
            for begin, end, length in zip(begins, ends, lengths, strict=True)
        ]
    except UnicodeDecodeError:
        raise damaged("a text is not UTF-8") from None


def _pack_numbers(values: NDArray[np.generic], kind: Kind) -> bytes:
    """Bytes of an array, all first bytes before all second ones; of some kinds the differences."""
    if kind in DIFFERENCES:
        unsigned = values.view(values.dtype.str.replace("i", "u"))
        values = np.diff(unsigned, prepend=unsigned.dtype.type(0)).astype(unsigned.dtype)
    planes = np.ascontiguousarray(values).view(np.uint8).reshape(len(values), -1)
    return planes.T.tobytes()


def _unpack_numbers(raw: memoryview, kind: Kind) -> NDArray[np.generic]:
    dtype = DTYPES[kind]
    planes = np.frombuffer(raw, np.uint8).reshape(dtype.itemsize, -1)
    values = np.ascontiguousarray(planes.T).reshape(-1).view(dtype)
    if kind == "bool":
        # Any byte but 0 and 1 would be no bool at all.
        return planes[0] != 0
    if kind not in DIFFERENCES:
        return values
    unsigned = values.view(dtype.str.replace("i", "u"))
    return np.cumsum(unsigned, dtype=unsigned.dtype).view(dtype)
