"""Where sites lie on one line: chromosomes side by side, by position or by their number."""

from __future__ import annotations

import dataclasses
import re
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Unit = Literal["bp", "site"]

LEAST_CUT_BP = 1_000_000
CUT_SPACINGS = 100
"""A gap without sites is cut out when longer than a megabase and than so many median spacings:
centromeres, and what lies between the regions of a targeted panel."""

GAPS_SHARE = 0.08
LARGEST_GAP_SHARE = 0.012
"""Of the drawn length: all gaps between stretches together, and one gap."""

_SEX = {"X": 1, "Y": 2, "XY": 3, "M": 4, "MT": 4}


@dataclasses.dataclass(frozen=True, eq=False)
class GenomeAxis:
    """A line on which every site has its place; x counts from 0 in base pairs or in sites.

    Attributes
    ----------
    unit : 'bp' or 'site'
    x : float64, shape (n_sites,)
        Middle of every site's cell of width 1, rising, for sites in genome order.
    chromosomes : tuple of str
        Names as the panel has them, in genome order.
    stretches : DataFrame
        Pieces without a gap, from left to right: chromosome (number into `chromosomes`), x0, x1,
        value (position, or number of the site counted from 1, at x0).
    """

    unit: Unit
    x: NDArray[np.float64]
    chromosomes: tuple[str, ...]
    stretches: pd.DataFrame

    @property
    def whole(self) -> tuple[float, float]:
        """The window that shows all sites."""
        return 0.0, float(self.stretches["x1"].iloc[-1])

    @property
    def least_span(self) -> float:
        """Narrowest window that is of any use."""
        start, end = self.whole
        return min(end - start, 20.0 if self.unit == "bp" else 4.0)

    def clip(self, start: float, end: float) -> tuple[float, float]:
        """The nearest window that lies on the axis and is not too narrow."""
        low, high = self.whole
        span = min(max(end - start, self.least_span), high - low)
        start = min(max((start + end - span) / 2, low), high - span)
        return start, start + span

    def sites_in(self, start: float, end: float) -> slice:
        """Sites of a window, as a slice of the genome order."""
        first, stop = np.searchsorted(self.x, (start, end))
        return slice(int(first), int(stop))

    def around(self, sites: slice) -> tuple[float, float]:
        """The window that just shows these sites; the whole line when there are none."""
        if sites.stop <= sites.start:
            return self.whole
        return self.clip(self.x[sites.start] - 0.5, self.x[sites.stop - 1] + 0.5)


def genome_order(sites: pd.DataFrame) -> NDArray[np.int64]:
    """Sites by chromosome (1, 2, ..., 22, X, Y, others by name), then by position.

    Sites of equal chromosome and position stay as they were.
    """
    ranks, _ = _chromosome_ranks(sites)
    return np.lexsort((sites["pos"].to_numpy(), ranks))


def has_positions(sites: pd.DataFrame) -> bool:
    """Whether positions tell sites apart: all above 0, and most of them occur once."""
    pos = sites["pos"].to_numpy()
    ranks, _ = _chromosome_ranks(sites)
    order = np.lexsort((pos, ranks))
    again = (np.diff(pos[order]) == 0) & (np.diff(ranks[order]) == 0)
    return bool((pos > 0).all() and 2 * again.sum() < max(len(pos), 1))


def index_axis(sites: pd.DataFrame) -> GenomeAxis:
    """Sites, in genome order already, one beside the other; chromosomes apart."""
    ranks, names = _chromosome_ranks(sites)
    first = _starts(np.diff(ranks) != 0)
    lengths = np.diff(np.append(first, len(sites))).astype(float)
    left = _lay_out(lengths)
    offset = np.repeat(left - first, lengths.astype(np.int64))
    x = np.arange(len(sites)) + offset + 0.5
    return GenomeAxis("site", x, names, _stretches(ranks[first], left, lengths, first + 1))


def position_axis(sites: pd.DataFrame) -> GenomeAxis:
    """Sites, in genome order already, at their positions; long gaps without sites are cut out."""
    ranks, names = _chromosome_ranks(sites)
    pos = sites["pos"].to_numpy(np.int64)
    same = np.diff(ranks) == 0
    steps = np.diff(pos)
    spacing = float(np.median(steps[same])) if same.any() else 0.0
    first = _starts(~same | (steps > max(LEAST_CUT_BP, CUT_SPACINGS * spacing)))
    last = np.append(first[1:], len(sites)) - 1
    lengths = (pos[last] - pos[first] + 1).astype(float)
    left = _lay_out(lengths)
    offset = np.repeat(left - pos[first], last - first + 1)
    return GenomeAxis(
        "bp", pos + offset + 0.5, names, _stretches(ranks[first], left, lengths, pos[first])
    )


def _chromosome_ranks(sites: pd.DataFrame) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Place of each site's chromosome in the order of the genome, and their names in it."""
    codes, found = pd.factorize(sites["chrom"])
    names = [str(name) for name in found]
    order = sorted(range(len(names)), key=lambda i: _natural(names[i]))
    rank = np.empty(len(names), dtype=np.int64)
    rank[order] = np.arange(len(names))
    return rank[codes], tuple(names[i] for i in order)


def bare_chromosome(name: str) -> str:
    """A chromosome's name without 'chr', in capitals: how names of different files compare."""
    return re.sub(r"^chr(?=.)", "", name.strip(), flags=re.IGNORECASE).upper()


def _natural(name: str) -> tuple[int, int, str]:
    bare = bare_chromosome(name)
    if bare.isascii() and bare.isdigit() and len(bare) < 10:
        return 0, int(bare), name
    return (1, _SEX[bare], name) if bare in _SEX else (2, 0, name)


def _starts(breaks: NDArray[np.bool_]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.flatnonzero(breaks) + 1]).astype(np.int64)


def _lay_out(lengths: NDArray[np.float64]) -> NDArray[np.float64]:
    """Left ends of stretches laid side by side with equal gaps."""
    share = min(LARGEST_GAP_SHARE, GAPS_SHARE / max(len(lengths) - 1, 1))
    gap = share * lengths.sum()
    return np.concatenate([[0.0], np.cumsum(lengths[:-1] + gap)])


def _stretches(
    chromosome: NDArray[np.int64],
    left: NDArray[np.float64],
    lengths: NDArray[np.float64],
    value: NDArray[np.int64],
) -> pd.DataFrame:
    return pd.DataFrame(
        {"chromosome": chromosome, "x0": left, "x1": left + lengths, "value": value}
    )
