"""What a visitor types into the region box, as a window on the genome axis."""

from __future__ import annotations

import re

import pandas as pd

from vaeviz.analysis.genome_axis import GenomeAxis, bare_chromosome
from vaeviz.errors import GenomeRegionError

MAX_CHARACTERS = 200
SITES_AROUND = 20
"""Neighbours shown on either side of a site that was searched for."""

NAMES_TOLD = 8
EXAMPLES = "15:66185666-66548071, chr15:66.2Mb-66.5Mb, 15, or the ID of a site"
EXAMPLES_SITES = "1000-2000 (numbers of sites), chr15, or the ID of a site"

_UNITS = {"": 1.0, "b": 1.0, "bp": 1.0, "k": 1e3, "kb": 1e3, "m": 1e6, "mb": 1e6, "gb": 1e9}
_NUMBER = r"(\d+(?:\.\d+)?)\s*(gb|mb|kb|bp|m|k|b)?"
_RANGE = re.compile(rf"{_NUMBER}\s*(?:-|–|—|\.\.|\bto\b)\s*{_NUMBER}", re.IGNORECASE)
_CHROMOSOME = re.compile(r"chr\w+|\d{1,2}|x|y|xy|mt?", re.IGNORECASE)
_ONE = re.compile(_NUMBER, re.IGNORECASE)


def find_region(text: str, sites: pd.DataFrame, axis: GenomeAxis) -> tuple[float, float]:
    """The window of a region, a chromosome, a position, a site's ID or a range of sites.

    Parameters
    ----------
    text : str
        Such as '15:66185666-66548071', 'chr15:66.2Mb-66.5Mb', '15', '66.2-66.5 Mb' (one
        chromosome), 'rs123'; on an axis of site numbers also '1000-2000'.
    sites : DataFrame
        In genome order.
    axis : GenomeAxis
        Of those sites.

    Raises
    ------
    GenomeRegionError
        Not understood, or not in this panel.
    """
    query = text.strip()[:MAX_CHARACTERS]
    named = _site_number(query, sites)
    if named is not None:
        return _around_site(named, axis)
    numbered = axis.unit == "site" and not query.lower().startswith("chr")
    span = _numbers(query) if numbered else None
    if span is not None:
        return _numbered_sites(*span, axis)
    rank = _rank(query, axis)
    if rank is not None:
        return axis.around(_of_chromosome(rank, sites, axis))
    return _positions(query, sites, axis)


def _site_number(query: str, sites: pd.DataFrame) -> int | None:
    if not query or query == ".":
        return None
    found = (sites["id"] == query).to_numpy()
    if not found.any():
        found = (sites["id"].str.lower() == query.lower()).to_numpy()
    return int(found.argmax()) if found.any() else None


def _around_site(site: int, axis: GenomeAxis) -> tuple[float, float]:
    """A site in the middle of a window with its neighbours."""
    near = axis.x[max(site - SITES_AROUND, 0) : site + SITES_AROUND + 1]
    half = max(min(near[-1] - axis.x[site], axis.x[site] - near[0]), axis.least_span / 2)
    return axis.clip(axis.x[site] - half - 0.5, axis.x[site] + half + 0.5)


def _numbered_sites(first: float, last: float, axis: GenomeAxis) -> tuple[float, float]:
    n_sites = len(axis.x)
    low, high = sorted((int(first), int(last)))
    if high < 1 or low > n_sites:
        raise GenomeRegionError(
            f"Sites {low:,} to {high:,} are not in this panel: it has {n_sites:,}.",
            f"Type numbers from 1 to {n_sites:,}.",
        )
    if low == high:
        return _around_site(low - 1, axis)
    return axis.around(slice(max(low, 1) - 1, min(high, n_sites)))


def _positions(query: str, sites: pd.DataFrame, axis: GenomeAxis) -> tuple[float, float]:
    if _CHROMOSOME.fullmatch(query):
        raise _no_chromosome(query, axis)
    name, colon, rest = query.rpartition(":")
    span = _numbers(rest)
    if span is None:
        raise _not_understood(query, axis)
    rank = _rank(name, axis) if colon else 0
    if rank is None:
        raise _no_chromosome(name, axis)
    if not colon and len(axis.chromosomes) > 1:
        raise _which_chromosome(axis)
    return _in_chromosome(rank, *span, sites, axis)


def _in_chromosome(
    rank: int, first: float, last: float, sites: pd.DataFrame, axis: GenomeAxis
) -> tuple[float, float]:
    low, high = sorted((first, last))
    chosen = _of_chromosome(rank, sites, axis)
    pos = sites["pos"].to_numpy()[chosen]
    if high < pos[0] or low > pos[-1]:
        asked = f"{low:,.0f}" if low == high else f"{low:,.0f} to {high:,.0f}"
        raise GenomeRegionError(
            f"Chromosome {axis.chromosomes[rank]} of this panel runs from {pos[0]:,} to "
            f"{pos[-1]:,}; {asked} is outside.",
            "Type a region inside.",
        )
    begin = chosen.start + int(pos.searchsorted(low))
    stop = chosen.start + int(pos.searchsorted(high, side="right"))
    if low == high or begin >= stop:
        return _around_site(min(begin, chosen.stop - 1), axis)
    if axis.unit == "site":
        return axis.around(slice(begin, stop))
    # Ends as they were typed, as far as their stretch goes.
    left = _on_stretch(low, axis.x[begin] - sites["pos"].iloc[begin], axis, begin)
    right = _on_stretch(high, axis.x[stop - 1] - sites["pos"].iloc[stop - 1], axis, stop - 1)
    return axis.clip(left - 0.5, right + 0.5)


def _on_stretch(pos: float, offset: float, axis: GenomeAxis, site: int) -> float:
    """A position on the axis, held inside the stretch of a site near it."""
    number = int(axis.stretches["x0"].searchsorted(axis.x[site], side="right")) - 1
    stretch = axis.stretches.iloc[number]
    return float(min(max(pos + offset, stretch["x0"]), stretch["x1"]))


def _of_chromosome(rank: int, sites: pd.DataFrame, axis: GenomeAxis) -> slice:
    inside = (sites["chrom"] == axis.chromosomes[rank]).to_numpy().nonzero()[0]
    return slice(int(inside[0]), int(inside[-1]) + 1)


def _rank(name: str, axis: GenomeAxis) -> int | None:
    if name in axis.chromosomes:
        return axis.chromosomes.index(name)
    bare = [bare_chromosome(c) for c in axis.chromosomes]
    wanted = bare_chromosome(name)
    return bare.index(wanted) if wanted in bare else None


def _numbers(text: str) -> tuple[float, float] | None:
    """Both ends of a range, or one number twice, in base pairs or sites."""
    clean = re.sub(r"(?<=\d)[,_ ](?=\d{3}(?!\d))", "", text.strip())
    ends = _RANGE.fullmatch(clean)
    if ends:
        first, first_unit, last, last_unit = ends.groups()
        return _scaled(first, first_unit or last_unit), _scaled(last, last_unit)
    one = _ONE.fullmatch(clean)
    return (_scaled(*one.groups()),) * 2 if one else None


def _scaled(number: str, unit: str | None) -> float:
    return float(number) * _UNITS[(unit or "").lower()]


def _told(names: tuple[str, ...]) -> str:
    more = ", …" if len(names) > NAMES_TOLD else ""
    return ", ".join(name[:20] for name in names[:NAMES_TOLD]) + more


def _no_chromosome(name: str, axis: GenomeAxis) -> GenomeRegionError:
    return GenomeRegionError(
        f"This panel has no chromosome {name[:40]!r}.", f"It has: {_told(axis.chromosomes)}."
    )


def _which_chromosome(axis: GenomeAxis) -> GenomeRegionError:
    return GenomeRegionError(
        "The region names no chromosome, and this panel has "
        f"{len(axis.chromosomes)} ({_told(axis.chromosomes)}).",
        f"Put it in front, as in {axis.chromosomes[0][:20]}:66.2-66.5 Mb.",
    )


def _not_understood(query: str, axis: GenomeAxis) -> GenomeRegionError:
    return GenomeRegionError(
        f"{query[:40]!r} is no region that is understood, nor the ID of a site in this panel.",
        f"Type {EXAMPLES if axis.unit == 'bp' else EXAMPLES_SITES}.",
    )
