"""The figures that the project set itself, and whether they are reached."""

from __future__ import annotations

import dataclasses

from benchmarks.common import number
from benchmarks.compression.results import BITS, Results

MEGA = 1e6
BEST = "best"
"""Whichever method of this program needs the fewest bits."""
MAX_MB = 2000


@dataclasses.dataclass(frozen=True)
class Asked:
    """A figure with its limit; speeds have a floor, all others a ceiling."""

    data: str
    method: str
    figure: str
    title: str
    limit: float
    digits: int = 4
    unit: float = 1
    more_is_better: bool = False


def _bits(data: str, method: str, title: str, limit: float) -> Asked:
    return Asked(data, method, BITS, f"{title}: bits per allele", limit)


def _speeds(data: str, method: str, title: str, limit: float) -> list[Asked]:
    return [
        Asked(
            data,
            method,
            f"{way}_alleles_per_s",
            f"{title}: million alleles/s, {way}",
            limit,
            1,
            MEGA,
            more_is_better=True,
        )
        for way in ("encode", "decode")
    ]


def _memory(data: str, method: str, title: str) -> Asked:
    return Asked(data, method, "peak_mb", f"{title}: peak MB", MAX_MB, 0)


ASKED: tuple[Asked, ...] = (
    _bits("kg-maf1", "ae", "autoencoder", 0.095),
    _bits("kg-all", "ae", "autoencoder", 0.024),
    _bits("kg-maf1", "copying", "copying model", 0.0325),
    _bits("kg-all", "copying", "copying model", 0.0080),
    _bits("kg-maf1", BEST, "best", 0.031),
    _bits("kg-all", BEST, "best", 0.0075),
    *_speeds("kg-all", "ae", "autoencoder", 5.0),
    *_speeds("kg-all", "copying", "copying model", 1.0),
    _memory("kg-all", "ae", "autoencoder"),
    _memory("kg-all", "copying", "copying model"),
    _memory("kg-all", "mix", "mix"),
)


def asked_rows(results: Results) -> list[str]:
    """Markdown rows: panel, figure, asked, found, verdict."""
    lines = ["| panel | figure | asked | found | |", "|---|---|---:|---:|---|"]
    for asked in ASKED:
        method = results.best(asked.data) if asked.method == BEST else asked.method
        found = method and results.mean(asked.data, method, asked.figure)
        if not method or not found:
            continue
        limit = f"{'≥' if asked.more_is_better else '≤'} {_short(asked.limit)}"
        shown = results.text(asked.data, method, asked.figure, asked.digits, asked.unit)
        title = f"{asked.title} ({method})" if asked.method == BEST else asked.title
        cells = (asked.data, title, limit, shown, verdict(asked, found / asked.unit))
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def verdict(asked: Asked, found: float) -> str:
    """Whether the mean reaches the limit, and what is missing."""
    reached = found >= asked.limit if asked.more_is_better else found <= asked.limit
    if reached:
        return "reached"
    return f"**missed** by {number(abs(found - asked.limit), asked.digits + 1)}"


def _short(limit: float) -> str:
    text = number(limit, 4)
    return text.rstrip("0").rstrip(".")
