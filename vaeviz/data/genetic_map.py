"""Positions in morgans: from a recombination map, or at a flat rate."""

from __future__ import annotations

import gzip
import re
import zlib
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vaeviz.data.bgzf import is_gzip
from vaeviz.data.chromosomes import plain_name
from vaeviz.data.limits import file_name, regular_file
from vaeviz.errors import ReadError

MAX_MAP_BYTES = 1_000_000_000
LONGEST_MAP_CM = 10_000
"""No chromosome is as long; a last column that goes beyond holds base pairs."""
_HINT = (
    "Give a HapMap map (chromosome, position, rate, cM), a PLINK .map (chromosome, ID, cM, "
    "position) or a SHAPEIT map (pos, chr, cM)."
)


def flat_map(sites: pd.DataFrame, cm_per_mb: float = 1.0) -> NDArray[np.float64]:
    """Position of every site in morgans at one rate: float64, shape (n_sites,)."""
    return sites["pos"].to_numpy(np.float64) * cm_per_mb * 1e-8


def read_genetic_map(path: Path, sites: pd.DataFrame) -> NDArray[np.float64]:
    """Position of every site in morgans, interpolated in a recombination map.

    Formats, as text or gzip: HapMap (`Chromosome Position(bp) Rate(cM/Mb) Map(cM)`), PLINK
    .map (`chromosome ID cM bp`, no header), SHAPEIT (`pos chr cM`), and a HapMap map without
    the chromosome where all sites lie on one. `chr` before a name does not matter. Outside of a
    chromosome's map, positions go on at the mean rate of that map.

    Parameters
    ----------
    path : Path
    sites : DataFrame, one row a site
        chrom, pos.

    Returns
    -------
    float64, shape (n_sites,)
        Morgans along the site's chromosome.

    Raises
    ------
    ReadError
        No such file, not a map, a chromosome of the panel is missing, or the map falls.
    """
    table = _columns(_read(regular_file(path)), path, sites)
    morgans = np.empty(len(sites))
    chromosome = sites["chrom"].map(str).map(plain_name).to_numpy(object)
    position = sites["pos"].to_numpy(np.float64)
    known = dict(iter(table.groupby("chrom", sort=False)))
    for name in pd.unique(chromosome):
        if name not in known:
            raise ReadError(
                f"The map {file_name(path)!r} lacks chromosome {name[:20]} of the panel.",
                "Give one map with every chromosome, in the panel's genome build.",
            )
        here = chromosome == name
        morgans[here] = _interpolate(position[here], known[name], path) / 100.0
    return morgans


def _interpolate(
    position: NDArray[np.float64], table: pd.DataFrame, path: Path
) -> NDArray[np.float64]:
    """Positions on one chromosome in cM."""
    table = table.sort_values("pos", kind="stable").drop_duplicates("pos")
    bp, cm = table["pos"].to_numpy(float), table["cm"].to_numpy(float)
    if len(bp) < 2 or (np.diff(cm) < 0).any():
        raise ReadError(
            f"The map {file_name(path)!r} "
            + ("has a single point" if len(bp) < 2 else "falls with the position")
            + f" on chromosome {str(table['chrom'].iloc[0])[:20]}.",
            "A map needs at least two points a chromosome, and cM that never fall.",
        )
    rate = (cm[-1] - cm[0]) / (bp[-1] - bp[0])
    inside = np.interp(position, bp, cm)
    found = inside + rate * (np.minimum(position - bp[0], 0) + np.maximum(position - bp[-1], 0))
    if not np.ptp(found) <= LONGEST_MAP_CM:
        raise ReadError(
            f"By the map {file_name(path)!r} the sites of chromosome "
            f"{str(table['chrom'].iloc[0])[:20]} span {np.ptp(found):,.3g} cM; at most "
            f"{LONGEST_MAP_CM:,} are possible.",
            "Give positions in cM, in the panel's genome build.",
        )
    return np.asarray(found, np.float64)


def _read(path: Path) -> pd.DataFrame:
    """Cells of the file as text, without comment lines."""
    try:
        with path.open("rb") as raw, gzip.open(raw) if is_gzip(path) else raw as file:
            content = file.read(MAX_MAP_BYTES + 1)
        lines = [x.split() for x in content.decode().splitlines() if not x.startswith("##")]
    except (UnicodeDecodeError, EOFError, zlib.error, gzip.BadGzipFile):
        raise ReadError(f"{file_name(path)!r} is damaged or no text.", _HINT) from None
    lines = [x for x in lines if x]
    widths = {len(x) for x in lines}
    if len(content) > MAX_MAP_BYTES or len(lines) < 2 or widths not in ({3}, {4}):
        raise ReadError(f"{file_name(path)!r} is not a recombination map.", _HINT)
    return pd.DataFrame(lines, dtype=object)


def _columns(cells: pd.DataFrame, path: Path, sites: pd.DataFrame) -> pd.DataFrame:
    """Table of chrom, pos, cm from whatever order the format has."""
    header = [str(x) for x in cells.iloc[0]]
    named = _places(header)
    if named is None:
        table = _unnamed(cells, path)
    else:
        table = pd.DataFrame({key: cells[at].iloc[1:] for key, at in named.items()})
    if "chrom" not in table:
        table["chrom"] = _only_chromosome(sites, path)
    table["chrom"] = table["chrom"].map(str).map(plain_name)
    for key in ("pos", "cm"):
        table[key] = pd.to_numeric(table[key], errors="coerce")
    bad = ~np.isfinite(table[["pos", "cm"]].to_numpy(float)).all(1)
    if bad.any():
        raise ReadError(
            f"{int(bad.sum())} lines of {file_name(path)!r} have no number for position or cM.",
            _HINT,
        )
    return table


def _places(header: list[str]) -> dict[str, int] | None:
    """Column of each part by its name in a header; None where there is no header."""
    found: dict[str, int] = {}
    for at, name in enumerate(header):
        if re.match(r"#?chr(om.*)?$", name, re.IGNORECASE):
            found["chrom"] = at
        elif re.match(r"#?(pos|bp)", name, re.IGNORECASE):
            found["pos"] = at
        elif re.search(r"cm|map", name, re.IGNORECASE) and "/" not in name:
            found["cm"] = at
    return found if {"pos", "cm"} <= set(found) else None


def _unnamed(cells: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Four columns without a header: PLINK when the last one holds base pairs, else HapMap."""
    last = pd.to_numeric(cells.iloc[:, -1], errors="coerce")
    if cells.shape[1] != 4 or last.isna().any():
        raise ReadError(f"{file_name(path)!r} is not a recombination map.", _HINT)
    chrom, pos, cm = (0, 3, 2) if last.max() > LONGEST_MAP_CM else (0, 1, 3)
    return pd.DataFrame({"chrom": cells[chrom], "pos": cells[pos], "cm": cells[cm]})


def _only_chromosome(sites: pd.DataFrame, path: Path) -> str:
    names = pd.unique(sites["chrom"].map(str).map(plain_name))
    if len(names) != 1:
        raise ReadError(
            f"{file_name(path)!r} names no chromosomes, and the panel has {len(names)}.", _HINT
        )
    return str(names[0])
