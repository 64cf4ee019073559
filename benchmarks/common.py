"""What benchmarks with a cache share: state of the sources, threads, figures as text."""

from __future__ import annotations

import hashlib
import statistics
from collections.abc import Iterable, Sequence

from benchmarks.measure import ROOT

LIBRARIES = ("OMP", "MKL", "OPENBLAS", "NUMBA")
"""Libraries that take their number of threads from the environment."""


def threads(n: int) -> dict[str, str]:
    """Environment in which libraries use `n` threads."""
    return {f"{name}_NUM_THREADS": str(n) for name in LIBRARIES}


def fingerprint(parts: Iterable[str]) -> str:
    """Of files and folders of the program, so that a cache never mixes two states of it."""
    digest = hashlib.blake2b(digest_size=8)
    for part in parts:
        path = ROOT / "vaeviz" / part
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            digest.update(file.read_bytes())
    return digest.hexdigest()


def spread(values: Sequence[float], digits: int = 3) -> str:
    """Mean and sd (n - 1), for people; a dash without values."""
    if not values:
        return "–"
    mean = number(statistics.fmean(values), digits)
    if len(values) < 2:
        return mean
    return f"{mean} ± {number(statistics.stdev(values), digits)}"


def number(value: float, digits: int = 3) -> str:
    """A figure without a leading zero: .912, -.03, 12.4, 731."""
    text = f"{value:.{digits}f}"
    if digits and text.lstrip("-").startswith("0."):
        return text.replace("0.", ".", 1)
    return text
