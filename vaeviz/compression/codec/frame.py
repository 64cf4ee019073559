"""All of a panel but its genotypes as bytes and back: samples, sites, and what the panel is."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Annotated, Literal

import pandas as pd
from pydantic import Field

from vaeviz.compression.codec.columns import Column, pack_column, unpack_column
from vaeviz.compression.codec.container import MAX_SAMPLES
from vaeviz.compression.codec.methods import Frame
from vaeviz.compression.codec.packing import damaged, squeeze, unsqueeze
from vaeviz.config import MAX_SITES, Settings
from vaeviz.data.panel import PanelInfo
from vaeviz.errors import CodecError, ConfigError

if TYPE_CHECKING:
    from vaeviz.data.panel import Panel

MAX_FRAME_BYTES = 1 << 28
MAX_COLUMNS = 10_000
MAX_HEAD_BYTES = 50_000_000
LENGTH_BYTES = 4

Columns = Annotated[tuple[Column, ...], Field(max_length=MAX_COLUMNS)]


class _Head(Settings):
    ploidy: Literal[1, 2]
    n_samples: Annotated[int, Field(ge=1, le=MAX_SAMPLES)]
    n_sites: Annotated[int, Field(ge=1, le=MAX_SITES)]
    samples: Columns
    sites: Columns
    info: PanelInfo


@dataclasses.dataclass(frozen=True)
class Unpacked:
    """What `pack_frame` packed."""

    frame: Frame
    info: PanelInfo


def pack_frame(panel: Panel) -> bytes:
    """Samples, sites, ploidy and info of a panel, exactly: order, types and what is missing.

    Raises
    ------
    CodecError
        The tables are larger than any reader would unpack.
    """
    samples = [pack_column(panel.samples, place) for place in range(panel.samples.shape[1])]
    sites = [pack_column(panel.sites, place) for place in range(panel.sites.shape[1])]
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
    raw = len(text).to_bytes(LENGTH_BYTES, "little") + text + body
    if len(raw) > MAX_FRAME_BYTES:
        raise CodecError(
            f"Samples and sites take {len(raw) / 1e6:,.0f} MB; {MAX_FRAME_BYTES / 1e6:,.0f} MB "
            "are allowed.",
            "Drop columns that are not needed, or compress one chromosome a file.",
        )
    return squeeze(raw)


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
    samples, sites = _size(head.samples, head.n_samples), _size(head.sites, head.n_sites)
    if start + samples + sites != len(raw):
        raise damaged("its columns have other sizes than it says")
    middle = start + samples
    return Unpacked(
        Frame(
            _table(raw[start:middle], head.samples, head.n_samples),
            _table(raw[middle:], head.sites, head.n_sites),
            head.ploidy,
        ),
        head.info,
    )


def _size(columns: Columns, n: int) -> int:
    return sum(column.size(n) for column in columns)


def _table(raw: memoryview, columns: Columns, n: int) -> pd.DataFrame:
    values, start = {}, 0
    for column in columns:
        values[column.name] = unpack_column(raw[start:], column, n)
        start += column.size(n)
    if len(values) != len(columns):
        raise damaged("two columns have one name")
    return pd.DataFrame(values, columns=pd.Index(list(values), dtype=object))
