"""The file around the parts: a header that can be read at once, and a sum over every byte."""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from vaeviz import __version__
from vaeviz.compression.codec.methods import Parts
from vaeviz.config import MAX_SITES, Settings
from vaeviz.data.limits import file_name
from vaeviz.errors import CodecError, ConfigError

MAGIC = b"VAEZ\r\n\x1a\n"
"""The line ends tell a file that was sent as text."""
FORMAT = 1
SUFFIX = ".vaez"
SUM_BYTES = 32
_PREFIX = len(MAGIC) + 8
MAX_HEADER_BYTES = 100_000
MAX_PARTS = 100
MAX_FILE_BYTES = 4 << 30
MAX_SAMPLES = 10_000_000

MethodName = Literal["ae", "copying", "mix", "xz"]
Digest = Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
Size = Annotated[int, Field(ge=0, le=MAX_FILE_BYTES, strict=True)]


class PartSize(Settings):
    """Name and bytes of a part of the file."""

    name: str = Field(pattern="^[a-z][a-z0-9_]{0,39}$")
    n_bytes: Size


class Header(Settings):
    """What a compressed file says of itself before anything in it is unpacked.

    Attributes
    ----------
    method : "ae", "copying", "mix" or "xz"
        How genotypes are coded; xz is the fall-back, and `reason` says why.
    panel_digest, sites_digest : str
        Of the decoded panel, as `Panel.digest` and `Panel.sites_digest`.
    model_digest, reference_digest : str or None
        Of what is needed to decode.
    """

    written_by: str = Field(f"VAEviz {__version__}", max_length=100)
    method: MethodName
    reason: str = Field("", max_length=2_000)
    ploidy: Literal[1, 2]
    n_samples: Annotated[int, Field(ge=1, le=MAX_SAMPLES, strict=True)]
    n_sites: Annotated[int, Field(ge=1, le=MAX_SITES, strict=True)]
    n_alleles: Annotated[int, Field(ge=0, strict=True)]
    panel_digest: Digest
    sites_digest: Digest
    model_digest: Digest | None = None
    model_name: str = Field("", max_length=10_000)
    reference_digest: Digest | None = None
    reference_samples: Annotated[int, Field(ge=0, le=MAX_SAMPLES, strict=True)] = 0
    parts: tuple[PartSize, ...] = Field(max_length=MAX_PARTS)

    @model_validator(mode="after")
    def _named_once(self) -> Header:
        if len({part.name for part in self.parts}) != len(self.parts):
            raise ValueError("two parts have one name")
        return self

    @property
    def n_rows(self) -> int:
        """Rows of genotypes."""
        return self.n_samples * (2 if self.ploidy == 1 else 1)

    @property
    def sizes(self) -> dict[str, int]:
        """Bytes of every part."""
        return {part.name: part.n_bytes for part in self.parts}


def write_container(path: Path, header: Header, parts: Parts) -> None:
    """Write a file whole or not at all; `header.parts` are filled in here.

    The same header and parts give the same bytes.

    Raises
    ------
    CodecError
        The file cannot be written.
    """
    sizes = tuple(PartSize(name=name, n_bytes=len(data)) for name, data in parts.items())
    text = header.model_copy(update={"parts": sizes}).model_dump_json().encode()
    start = MAGIC + FORMAT.to_bytes(4, "little") + len(text).to_bytes(4, "little") + text
    digest = hashlib.blake2b(digest_size=SUM_BYTES)
    temporary = path.with_name(f".{secrets.token_hex(6)}.tmp")
    try:
        with temporary.open("wb") as file:
            for piece in (start, *parts.values()):
                digest.update(piece)
                file.write(piece)
            file.write(digest.digest())
        os.replace(temporary, path)
    except OSError as error:
        raise CodecError(
            f"{file_name(path)!r} cannot be written: {error.strerror}.",
            "Choose a folder that can be written and has space.",
        ) from None
    finally:
        temporary.unlink(missing_ok=True)


def read_container(path: Path) -> tuple[Header, Parts]:
    """Read a file whose every byte is as it was written.

    Raises
    ------
    CodecError
        Not such a file, another version, truncated, altered, too large, or not put together as
        its header says.
    """
    data = _bytes_of(Path(path))
    name = file_name(Path(path))
    if data[: len(MAGIC)] != MAGIC:
        raise CodecError(f"{name!r} is no file that VAEviz compressed.", "Choose a .vaez file.")
    found = hashlib.blake2b(data[:-SUM_BYTES], digest_size=SUM_BYTES).digest()
    if len(data) < _PREFIX + SUM_BYTES or found != data[-SUM_BYTES:]:
        raise CodecError(
            f"{name!r} is truncated or altered: its checksum is wrong.",
            "Copy the file again from where it came from.",
        )
    version = int.from_bytes(data[len(MAGIC) : len(MAGIC) + 4], "little")
    if version != FORMAT:
        raise CodecError(
            f"{name!r} has format {version}; this program reads {FORMAT}.",
            "Decompress it with the version of VAEviz that wrote it.",
        )
    return _split(data, name)


def _bytes_of(path: Path) -> memoryview:
    if not path.is_file():
        raise CodecError(f"There is no file {file_name(path)!r} here.", "Check the name.")
    n_bytes = path.stat().st_size
    if n_bytes > MAX_FILE_BYTES:
        raise CodecError(
            f"{file_name(path)!r} has {n_bytes / 1e9:.1f} GB; {MAX_FILE_BYTES / 1e9:.1f} GB are "
            "allowed.",
            "Compress a panel in pieces, one chromosome a file.",
        )
    with path.open("rb") as file:
        return memoryview(file.read(n_bytes))


def _split(data: memoryview, name: str) -> tuple[Header, Parts]:
    """Header and parts of a file whose sum is right, and which may still come from a stranger."""
    n_bytes = int.from_bytes(data[_PREFIX - 4 : _PREFIX], "little")
    place, end = _PREFIX + n_bytes, len(data) - SUM_BYTES
    if n_bytes > MAX_HEADER_BYTES or place > end:
        raise CodecError(f"{name!r} is damaged: its header is too long.", "Copy it again.")
    try:
        header = Header.from_json(bytes(data[_PREFIX:place]))
    except ConfigError as error:
        raise CodecError(
            f"{name!r} is damaged: its header cannot be read. {error.message}"[:500],
            "Copy it again.",
        ) from None
    if place + sum(header.sizes.values()) != end:
        raise CodecError(f"{name!r} is damaged: its parts do not fill it.", "Copy it again.")
    parts = {}
    for part, size in header.sizes.items():
        parts[part] = bytes(data[place : place + size])
        place += size
    return header, parts
