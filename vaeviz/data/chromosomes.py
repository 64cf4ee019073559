"""Names of chromosomes: with or without `chr`, autosomes of a species, natural order."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from vaeviz.data.panel import Species

N_AUTOSOMES: dict[Species, int] = {"human": 22, "canid": 38, "other": 10_000}
"""Autosomes are numbered from 1; of an unknown species every numbered chromosome is taken."""


def plain_name(chrom: str) -> str:
    """Chromosome name without a leading `chr`."""
    return chrom[3:] if chrom[:3].lower() == "chr" else chrom


def is_autosome(chrom: str, species: Species = "human") -> bool:
    """Whether a chromosome is an autosome of the species."""
    name = plain_name(chrom)
    return name.isascii() and name.isdigit() and 1 <= int(name) <= N_AUTOSOMES[species]


def autosome_mask(chroms: Iterable[str], species: Species = "human") -> NDArray[np.bool_]:
    """Which sites lie on autosomes: bool, shape (n_sites,)."""
    known: dict[str, bool] = {}
    return np.array([known.setdefault(c, is_autosome(c, species)) for c in chroms], dtype=bool)


def natural_key(chrom: str) -> tuple[tuple[int, int, str], ...]:
    """Sort key that puts chromosome 2 before 10 and X after the numbers."""
    parts = re.findall(r"\d+|\D+", plain_name(chrom))
    return tuple((0, int(p), "") if p.isdecimal() else (1, 0, p) for p in parts)
