"""A first pass over the lines of a VCF: is it whole, and which chromosomes does it name.

cyvcf2 0.35 hands out half-parsed records, and crashes on touching them, when a malformed line is
the first of a chromosome that the header does not declare (an empty last line is enough). So
all chromosomes are declared before it reads, which takes this pass (1.3 s of kg_regions' 5 s).
"""

from __future__ import annotations

import gzip
import re
import zlib
from pathlib import Path
from typing import BinaryIO

from vaeviz.data.bgzf import check_complete, is_gzip, truncated
from vaeviz.data.limits import file_name
from vaeviz.errors import ReadError
from vaeviz.escape import plain

MAX_LINE_BYTES = 1_000_000_000
_CONTIG = re.compile(r"[0-9A-Za-z!#$%&+./:;?@^_|~-][0-9A-Za-z!#$%&*+./:;=?@^_|~-]*")
"""Names that VCF 4.3, section 1.4.7, allows."""


def scan_chromosomes(path: Path, n_columns: int) -> list[str]:
    """Chromosomes of a VCF in order of appearance, once every line is known to be whole.

    Returns an empty list for BCF, which cannot name a chromosome that it does not declare.

    Raises
    ------
    ReadError
        Truncated, an empty line, a line with other than `n_columns` columns, a chromosome name
        that VCF does not allow.
    """
    if is_gzip(path):
        check_complete(path)
    try:
        with path.open("rb") as raw, gzip.open(raw) if is_gzip(path) else raw as file:
            return _scan(path, file, n_columns)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise truncated(path) from None


def _scan(path: Path, file: gzip.GzipFile | BinaryIO, n_columns: int) -> list[str]:
    names: dict[bytes, None] = {}
    number, line = 1, file.readline(MAX_LINE_BYTES)
    if line.startswith(b"BCF"):
        return []
    while line:
        if not line.endswith(b"\n"):
            raise ReadError(
                f"{file_name(path)!r} is truncated: its last line has no end.",
                "Copy the file again; if it is complete, add a line break at its end.",
            )
        if not line.startswith(b"#"):
            found = line.count(b"\t") + 1
            if found != n_columns:
                raise _malformed(path, number, f"has {found:,} columns; {n_columns:,} are needed")
            names[line[: line.index(b"\t")]] = None
        number, line = number + 1, file.readline(MAX_LINE_BYTES)
    return [_checked(path, name) for name in names]


def _checked(path: Path, raw: bytes) -> str:
    name = raw.decode("ascii", "replace")
    if not _CONTIG.fullmatch(name):
        raise ReadError(
            f"{file_name(path)!r} has a record on the chromosome {plain(name, 30)!r}, which is no "
            "name that VCF allows.",
            "Check the file with bcftools view; a line may be damaged.",
        )
    return name


def _malformed(path: Path, number: int, what: str) -> ReadError:
    return ReadError(
        f"Line {number:,} of {file_name(path)!r} {what}.",
        "The file is damaged or cut short, or the line is empty; repair or copy it again.",
    )
