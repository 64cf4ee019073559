"""What is refused before it costs memory: odd paths, and genotypes too many to hold."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import psutil

from vaeviz.data.panel import Panel
from vaeviz.errors import ReadError

MAX_FILE_NAME = 60


@dataclasses.dataclass(frozen=True)
class Parsed:
    """What a reader of one format hands back.

    Attributes
    ----------
    panel : Panel
        What was kept.
    n_records : int
        Records found in the file.
    dropped : dict
        Why records were left out, and how many for each reason.
    """

    panel: Panel
    n_records: int
    dropped: dict[str, int]


def file_name(path: Path) -> str:
    """The name of a file, short enough for a message."""
    return path.name[:MAX_FILE_NAME]


def regular_file(path: Path) -> Path:
    """Absolute path of an existing regular file.

    Readers in C would fetch a URL and wait for ever on a pipe; only files pass here.

    Raises
    ------
    ReadError
        No such file, or a directory, a pipe, a device, a URL.
    """
    try:
        found = path.is_file()
    except (OSError, ValueError):
        found = False
    if not found:
        raise ReadError(
            f"There is no file {file_name(path)!r} here.",
            "Check the name; only files on this computer are read.",
        )
    return path.resolve()


def default_max_bytes() -> int:
    """Largest genotype matrix to hold: half of the free memory, for parsing needs two copies."""
    return int(psutil.virtual_memory().available) // 2


def check_memory(n_rows: int, n_sites: int, max_bytes: int | None) -> None:
    """Refuse a genotype matrix of one byte a cell that is larger than `max_bytes`.

    Raises
    ------
    ReadError
        Says rows, sites, needed and allowed GB, and how many sites would fit.
    """
    allowed = default_max_bytes() if max_bytes is None else max_bytes
    needed = n_rows * n_sites
    if needed > allowed:
        raise ReadError(
            f"At least {n_rows:,} rows x {n_sites:,} sites need {needed / 1e9:.2f} GB of memory; "
            f"{allowed / 1e9:.2f} GB are allowed.",
            f"Thin the file to at most {allowed // max(n_rows, 1):,} sites first, for example "
            "with plink2 --thin-count or bcftools view -r.",
        )
