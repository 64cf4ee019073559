"""All of a panel but its genotypes as bytes and back: samples, sites, and what the panel is."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Annotated, Literal, get_args

import numpy as np
import pandas as pd
from pydantic import Field

from vaeviz.compression.codec.methods import Frame
from vaeviz.compression.codec.packing import damaged, squeeze, unsqueeze
from vaeviz.config import Settings
from vaeviz.data.panel import PanelInfo
from vaeviz.errors import ConfigError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from vaeviz.data.panel import Panel

Kind = Literal["bool", "int", "float", "text"]
DTYPES: dict[str, np.dtype] = {
    "bool": np.dtype("?"),
    "int": np.dtype("<i8"),
    "float": np.dtype("<f8"),
    "text": np.dtype("<u4"),
}
"""How a value of each kind is stored; of text, its length in bytes + 1, and 0 where it is NaN."""
MAX_FRAME_BYTES = 1 << 30
MAX_COLUMNS = 10_000
MAX_HEAD_BYTES = 50_000_000
LENGTH_BYTES = 4

Count = Annotated[int, Field(ge=0, le=2**40)]


class _Column(Settings):
    name: str = Field(max_length=100_000)
    kind: Kind
    text_bytes: Count = 0


class _Head(Settings):
    ploidy: Literal[1, 2]
    n_samples: Count
    n_sites: Count
    samples: tuple[_Column, ...] = Field(max_length=MAX_COLUMNS)
    sites: tuple[_Column, ...] = Field(max_length=MAX_COLUMNS)
    info: PanelInfo


@dataclasses.dataclass(frozen=True)
class Unpacked:
    """What `pack_frame` packed."""

    frame: Frame
    info: PanelInfo


def pack_frame(panel: Panel) -> bytes:
    """Samples, sites, ploidy and info of a panel, exactly: order, types and what is missing."""
    samples = [_pack_column(panel.samples, place) for place in range(panel.samples.shape[1])]
    sites = [_pack_column(panel.sites, place) for place in range(panel.sites.shape[1])]
    head = _Head.make(
        ploidy=panel.ploidy,
        n_samples=panel.n_samples,
        n_sites=panel.n_sites,
        samples=tuple(column for column, _ in samples),
        sites=tuple(column for column, _ in sites),
        info=panel.info,
    )
    text = head.model_dump_json().encode()
    body = b"".join(data for _, data in (*samples, *sites))
    return squeeze(len(text).to_bytes(LENGTH_BYTES, "little") + text + body)


def unpack_frame(data: bytes) -> Unpacked:
    """Inverse of `pack_frame`.

    Raises
    ------
    CodecError
        The bytes are no frame, or one that claims other sizes than it has.
    """
    raw = memoryview(unsqueeze(data, MAX_FRAME_BYTES))
    start = LENGTH_BYTES + int.from_bytes(raw[:LENGTH_BYTES], "little")
    if start > min(len(raw), MAX_HEAD_BYTES):
        raise damaged("the list of its columns is too long")
    try:
        head = _Head.from_json(bytes(raw[LENGTH_BYTES:start]))
    except ConfigError:
        raise damaged("the list of its columns cannot be read") from None
    lists = ((head.samples, head.n_samples), (head.sites, head.n_sites))
    if start + sum(_size(c, n) for columns, n in lists for c in columns) != len(raw):
        raise damaged("its columns have other sizes than it says")
    tables = []
    for columns, n in lists:
        values = {}
        for column in columns:
            values[column.name] = _unpack_column(raw[start:], column, n)
            start += _size(column, n)
        if len(values) != len(columns):
            raise damaged("two columns have one name")
        tables.append(pd.DataFrame(values, columns=pd.Index(list(values), dtype=object)))
    return Unpacked(Frame(tables[0], tables[1], head.ploidy), head.info)


def _size(column: _Column, n: int) -> int:
    return n * DTYPES[column.kind].itemsize + column.text_bytes


def _pack_column(table: pd.DataFrame, place: int) -> tuple[_Column, bytes]:
    """One column; a panel's are bool, int64, float64, or text with NaN."""
    values, name = table.iloc[:, place], str(table.columns[place])
    for kind in get_args(Kind)[:-1]:
        if values.dtype == DTYPES[kind]:
            return _Column(name=name, kind=kind), _pack_numbers(values.to_numpy(DTYPES[kind]))
    texts = [b"" if v != v else str(v).encode("utf-8") for v in values]
    lengths = np.array([0 if v != v else len(t) + 1 for v, t in zip(values, texts, strict=True)])
    joined = b"".join(texts)
    column = _Column(name=name, kind="text", text_bytes=len(joined))
    return column, _pack_numbers(lengths.astype(DTYPES["text"])) + joined


def _unpack_column(raw: memoryview, column: _Column, n: int) -> pd.Series:
    dtype = DTYPES[column.kind]
    numbers = _unpack_numbers(raw[: n * dtype.itemsize], dtype)
    if column.kind != "text":
        return pd.Series(numbers.astype(dtype.newbyteorder("=")))
    text = bytes(raw[n * dtype.itemsize :][: column.text_bytes])
    ends = np.cumsum(np.maximum(numbers.astype(np.int64) - 1, 0))
    if (ends[-1] if n else 0) != len(text):
        raise damaged("its texts have other lengths than it says")
    values = np.empty(n, object)
    try:
        for i, (known, end) in enumerate(zip(numbers, ends, strict=True)):
            begin = ends[i - 1] if i else 0
            values[i] = text[begin:end].decode("utf-8") if known else np.nan
    except UnicodeDecodeError:
        raise damaged("a text is not UTF-8") from None
    return pd.Series(values, dtype=object)


def _pack_numbers(values: NDArray[np.generic]) -> bytes:
    """Bytes of an array, all first bytes before all second ones; of integers the differences."""
    if values.dtype.kind in "iu":
        unsigned = values.view(values.dtype.str.replace("i", "u"))
        values = np.diff(unsigned, prepend=unsigned.dtype.type(0)).astype(unsigned.dtype)
    planes = np.ascontiguousarray(values).view(np.uint8).reshape(len(values), -1)
    return planes.T.tobytes()


def _unpack_numbers(raw: memoryview, dtype: np.dtype) -> NDArray[np.generic]:
    planes = np.frombuffer(raw, np.uint8).reshape(dtype.itemsize, -1)
    values = np.ascontiguousarray(planes.T).reshape(-1).view(dtype)
    if dtype.kind not in "iu":
        # Any byte but 0 and 1 would be no bool at all.
        return values != 0 if dtype.kind == "b" else values
    unsigned = values.view(dtype.str.replace("i", "u"))
    return np.cumsum(unsigned, dtype=unsigned.dtype).view(dtype)
