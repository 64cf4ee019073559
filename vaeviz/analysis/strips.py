"""Entropy of the sites in a window of the genome, binned to the pixels of a picture."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vaeviz.analysis.entropy import SiteEntropy, ratio
from vaeviz.analysis.genome_axis import (
    GenomeAxis,
    Unit,
    genome_order,
    has_positions,
    index_axis,
    position_axis,
)
from vaeviz.data.panel import SITE_COLUMNS

LONE_SITE_BINS = 3
"""Bins that a site without near neighbours spreads to on either side, so that it can be seen."""


@dataclasses.dataclass(frozen=True, eq=False)
class Strips:
    """Entropies in genome order, with what makes every window cheap. Nobody writes into it.

    Attributes
    ----------
    groups : tuple of str
    sites : DataFrame
        The site table in genome order.
    axes : dict
        'site' always, 'bp' where positions tell sites apart.
    entropy_bits, frequency : float64, shape (n_groups, n_sites)
        NaN where no allele of the group is called.
    n_called : int32, shape (n_groups, n_sites)
    filled : float32, shape (n_groups, n_sites + 1)
        Entropies with 0 for NaN, and a last column of zeros.
    totals, numbers : shape (n_groups, n_sites + 1)
        Sum of entropies, and number of sites that have one, among the first i sites.
    """

    groups: tuple[str, ...]
    sites: pd.DataFrame
    axes: dict[Unit, GenomeAxis]
    entropy_bits: NDArray[np.float64]
    frequency: NDArray[np.float64]
    n_called: NDArray[np.int32]
    filled: NDArray[np.float32]
    totals: NDArray[np.float64]
    numbers: NDArray[np.int32]


@dataclasses.dataclass(frozen=True, eq=False)
class Bins:
    """Sites of equal pieces of a window.

    Attributes
    ----------
    start, end : float
        The window on the axis.
    first, stop : int64, shape (n_bins,)
        Sites of each bin in genome order; both -1 where nothing is drawn. A lone site also
        fills the empty bins around it.
    """

    start: float
    end: float
    first: NDArray[np.int64]
    stop: NDArray[np.int64]

    @property
    def filled(self) -> NDArray[np.bool_]:
        """Bins with sites."""
        return self.first >= 0

    @property
    def n_sites(self) -> NDArray[np.int64]:
        """Sites in each bin."""
        return self.stop - self.first


def make_strips(entropy: SiteEntropy, sites: pd.DataFrame) -> Strips:
    """Bring entropies into genome order and sum them up once; sites as in the panel."""
    order = genome_order(sites)
    ordered = sites.iloc[order].reset_index(drop=True)
    sorted_already = bool((np.diff(order) == 1).all())
    index = slice(None) if sorted_already else order
    bits = entropy.entropy_bits[:, index]
    called = np.isfinite(bits)
    filled = np.zeros((len(bits), bits.shape[1] + 1), dtype=np.float32)
    filled[:, :-1] = np.where(called, bits, 0.0)
    axes: dict[Unit, GenomeAxis] = {"site": index_axis(ordered)}
    if has_positions(ordered):
        axes["bp"] = position_axis(ordered)
    return Strips(
        groups=entropy.groups,
        sites=ordered,
        axes=axes,
        entropy_bits=bits,
        frequency=entropy.frequency[:, index],
        n_called=entropy.n_called[:, index],
        filled=filled,
        totals=_running(np.where(called, bits, 0.0), np.float64),
        numbers=_running(called, np.int32),
    )


def _running(values: NDArray, dtype: type) -> NDArray:
    sums = np.zeros((len(values), values.shape[1] + 1), dtype=dtype)
    np.cumsum(values, axis=1, out=sums[:, 1:])
    return sums


def window_bins(axis: GenomeAxis, start: float, end: float, n_bins: int) -> Bins:
    """Cut a window into equal bins, and find the sites of each."""
    edges = np.linspace(start, end, n_bins + 1)
    cuts = np.searchsorted(axis.x, edges)
    first, stop = cuts[:-1].astype(np.int64), cuts[1:].astype(np.int64)
    empty = np.flatnonzero(first == stop)
    nearest = _lone_sites(axis, (edges[empty] + edges[empty + 1]) / 2, (end - start) / n_bins)
    first[empty] = nearest
    stop[empty] = np.where(nearest < 0, -1, nearest + 1)
    return Bins(start, end, first, stop)


def _lone_sites(
    axis: GenomeAxis, middles: NDArray[np.float64], bin_width: float
) -> NDArray[np.int64]:
    """The nearest site of each middle of an empty bin; -1 where none of its stretch is near."""
    right = np.searchsorted(axis.x, middles)
    sides = np.clip([right - 1, right], 0, len(axis.x) - 1)
    distance = np.abs(axis.x[sides] - middles)
    nearer = distance.argmin(axis=0)
    column = np.arange(len(middles))
    reach = 0.5 if axis.unit == "site" else max(0.5, LONE_SITE_BINS * bin_width)
    left, ends = axis.stretches["x0"].to_numpy(), axis.stretches["x1"].to_numpy()
    stretch = np.searchsorted(left, middles, side="right") - 1
    inside = (stretch >= 0) & (middles <= ends[np.maximum(stretch, 0)])
    near = distance[nearer, column] <= reach
    return np.where(near & inside, sides[nearer, column], -1)


def bin_means(strips: Strips, bins: Bins) -> NDArray[np.float64]:
    """Mean entropy in bits over the called sites of each bin, shape (n_groups, n_bins)."""
    first, stop = np.maximum(bins.first, 0), np.maximum(bins.stop, 0)
    totals = strips.totals[:, stop] - strips.totals[:, first]
    numbers = strips.numbers[:, stop] - strips.numbers[:, first]
    # A difference of sums loses the last digits: a lone site has its own value.
    lone = bins.n_sites == 1
    means = ratio(totals, numbers)
    means[:, lone & bins.filled] = strips.entropy_bits[:, bins.first[lone & bins.filled]]
    return means


def bin_maxima(strips: Strips, bins: Bins) -> NDArray[np.float64]:
    """Largest entropy in bits among the called sites of each bin; NaN where none is called."""
    first, stop = np.maximum(bins.first, 0), np.maximum(bins.stop, 0)
    numbers = strips.numbers[:, stop] - strips.numbers[:, first]
    largest = _reduce(np.maximum, strips.filled, bins).astype(np.float64)
    return np.where(numbers > 0, largest, np.nan)


def bin_differences(
    strips: Strips, bins: Bins, minuend: list[str], subtrahend: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Entropy of groups minus that of one group, over sites where both have called alleles.

    Returns
    -------
    mean, extreme : float64, shape (n_minuends, n_bins)
        Mean over a bin, and the difference of the site where it is largest in size; bits.
    """
    rows = [strips.groups.index(group) for group in minuend]
    chosen = bins.first[bins.filled]
    low = int(chosen.min()) if len(chosen) else 0
    high = int(bins.stop.max()) if len(chosen) else 0
    part = strips.entropy_bits[:, low:high]
    values = part[rows] - part[strips.groups.index(subtrahend)]
    called = np.isfinite(values)
    padded = np.zeros((len(rows), high - low + 1))
    padded[:, :-1] = np.where(called, values, 0.0)
    here = Bins(bins.start, bins.end, bins.first - low, bins.stop - low)
    here.first[~bins.filled] = here.stop[~bins.filled] = -1
    numbers = _running(called, np.int32)
    number = numbers[:, np.maximum(here.stop, 0)] - numbers[:, np.maximum(here.first, 0)]
    total = np.where(bins.filled, _reduce(np.add, padded, here), 0.0)
    highest, lowest = _reduce(np.maximum, padded, here), _reduce(np.minimum, padded, here)
    extreme = np.where(-lowest > highest, lowest, highest)
    return ratio(total, number), np.where(number > 0, extreme, np.nan)


def _reduce(operation: np.ufunc, values: NDArray, bins: Bins) -> NDArray:
    """A ufunc over the sites of each bin; `values` ends with a column that is never used."""
    first, stop = np.maximum(bins.first, 0), np.maximum(bins.stop, 0)
    pairs = np.column_stack([first, stop]).ravel()
    return operation.reduceat(values, pairs, axis=1)[:, ::2]


def window_table(
    strips: Strips, chosen: slice, minuends: Sequence[str] = (), subtrahend: str = ""
) -> pd.DataFrame:
    """Exact values of neighbouring sites: chrom, pos, id, ref, alt, then two columns a group.

    The columns of a group are 'GROUP entropy_bits' and 'GROUP frequency' (of ALT); empty where
    no allele of the group is called. For each of `minuends` follows the difference of its entropy
    from that of `subtrahend`, 'GROUP minus OTHER entropy_bits'.
    """
    sites = strips.sites[list(SITE_COLUMNS)].iloc[chosen]
    columns: dict[str, NDArray[np.float64]] = {}
    for row, group in enumerate(strips.groups):
        columns[f"{group} entropy_bits"] = strips.entropy_bits[row, chosen]
        columns[f"{group} frequency"] = strips.frequency[row, chosen]
    for group in minuends:
        one, other = (columns[f"{name} entropy_bits"] for name in (group, subtrahend))
        columns[f"{group} minus {subtrahend} entropy_bits"] = one - other
    values = pd.DataFrame(columns, index=sites.index)
    return pd.concat([sites, values], axis=1).reset_index(drop=True)


def window_summary(strips: Strips, chosen: slice) -> pd.DataFrame:
    """Mean and largest entropy of each group among neighbouring sites.

    Returns
    -------
    DataFrame
        group, n_sites (with a called allele), mean_entropy_bits, max_entropy_bits; in the order
        of `strips.groups`.
    """
    number = strips.numbers[:, chosen.stop] - strips.numbers[:, chosen.start]
    total = strips.totals[:, chosen.stop] - strips.totals[:, chosen.start]
    part = strips.filled[:, chosen]
    largest = part.max(axis=1) if part.shape[1] else np.zeros(len(part))
    return pd.DataFrame(
        {
            "group": list(strips.groups),
            "n_sites": number,
            "mean_entropy_bits": ratio(total, number),
            "max_entropy_bits": np.where(number > 0, largest, np.nan).astype(float),
        }
    )
