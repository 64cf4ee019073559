"""The header of a VCF or BCF file, read before htslib sees it, for messages that help."""

from __future__ import annotations

import dataclasses
import gzip
import re
import struct
import zlib
from pathlib import Path
from typing import BinaryIO

import pandas as pd

from vaeviz.data.bgzf import is_gzip, truncated
from vaeviz.data.limits import file_name
from vaeviz.data.panel import check_sample_ids
from vaeviz.errors import PanelError, ReadError

MAX_HEADER_BYTES = 128_000_000
N_FIXED_COLUMNS = 9
_BCF = b"BCF\x02"


@dataclasses.dataclass(frozen=True)
class VcfHeader:
    """What the header tells: sample IDs, and what the lines before them say."""

    sample_ids: tuple[str, ...]
    build: str
    simulated: bool
    synthetic: bool


def read_header(path: Path) -> VcfHeader:
    """Read and check a VCF or BCF header.

    Raises
    ------
    ReadError
        No header, no genotype columns, no samples, text that is not UTF-8, truncated.
    PanelError
        Duplicate, empty or control-character sample IDs.
    """
    try:
        lines = _header_lines(path)
    except UnicodeDecodeError:
        raise ReadError(
            f"The header of {file_name(path)!r} is not UTF-8 text.", "Save the file as UTF-8."
        ) from None
    except (EOFError, zlib.error, gzip.BadGzipFile, struct.error):
        raise truncated(path) from None
    columns = lines[-1].split("\t") if lines else []
    if not columns or columns[0] != "#CHROM":
        raise ReadError(
            f"{file_name(path)!r} has no header line that begins with #CHROM.",
            "Give a complete VCF file; the line names the columns and the samples.",
        )
    ids = columns[N_FIXED_COLUMNS:]
    if not ids:
        raise ReadError(
            f"{file_name(path)!r} lists sites only: it has no genotype columns (no samples).",
            "Give a VCF file with FORMAT and one column a sample.",
        )
    try:
        check_sample_ids(pd.Series(ids, dtype=object))
    except PanelError as error:
        raise PanelError(f"{file_name(path)!r}: {error.message}", error.hint) from None
    return VcfHeader(tuple(ids), _build(lines), *_source_flags(lines))


def _header_lines(path: Path) -> list[str]:
    with path.open("rb") as raw, gzip.open(raw) if is_gzip(path) else raw as file:
        start = file.read(len(_BCF) + 5)
        if start.startswith(_BCF):
            (size,) = struct.unpack("<I", start[5:])
            _check_size(size, path)
            text = file.read(size)
            if len(text) < size:
                raise EOFError
            return text.decode().rstrip("\x00\n").splitlines()
        return _text_lines(start, file, path)


def _text_lines(start: bytes, file: BinaryIO | gzip.GzipFile, path: Path) -> list[str]:
    lines, seen = [], 0
    line = start + file.readline(MAX_HEADER_BYTES)
    while line.startswith(b"#"):
        seen += len(line)
        _check_size(seen, path)
        lines.append(line.decode().rstrip("\r\n"))
        if line.startswith(b"#CHROM"):
            break
        line = file.readline(MAX_HEADER_BYTES)
    return lines


def _check_size(size: int, path: Path) -> None:
    if size > MAX_HEADER_BYTES:
        raise ReadError(
            f"The header of {file_name(path)!r} is over {MAX_HEADER_BYTES // 10**6} MB.",
            "Remove unneeded header lines (bcftools annotate -x, or bcftools reheader).",
        )


def _build(lines: list[str]) -> str:
    """Genome build as the header names it, cut short; empty when it does not."""
    for pattern in (r"##contig=<.*assembly=\"?([^,\">]+)", r"##reference=(?:.*/)?([^/]+)$"):
        for line in lines:
            if found := re.match(pattern, line):
                return found.group(1)[:100]
    return ""


def _source_flags(lines: list[str]) -> tuple[bool, bool]:
    """Whether files of ours say that their people are simulated or synthetic."""
    source = " ".join(x for x in lines if x.startswith("##source=VAEviz"))
    return "SIMULATED" in source, "SYNTHETIC" in source
