"""Entropy of a site given the sites before it: how much LD leaves to be told along a haplotype.

H(X_k | X_0 .. X_k-1) = H(X_0 .. X_k) - H(X_0 .. X_k-1), averaged over sites: at k = 0 the entropy
of the allele alone, and for long contexts the entropy rate. Counting patterns (plug-in) comes out
too low, the more so the longer the context and the fewer the haplotypes; coding each haplotype by
the counts of the others (leave-one-out) comes out too high in expectation. The truth is between.
"""

from __future__ import annotations

import dataclasses
import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vaeviz.analysis.populations import is_admixed
from vaeviz.analysis.site_means import block_intervals, mean_over_sites
from vaeviz.analysis.sites import genome_order
from vaeviz.data.panel import Panel
from vaeviz.errors import PanelError

MAX_CONTEXT = 8
MAX_GAP_BP = 1_000_000
"""No context reaches over a gap wider than this."""

MIN_ROWS, MAX_ROWS = 10, 200
"""Haplotypes (genotypes, if unphased) of a group: fewer say nothing, more cost time."""

MAX_SITES = 8_000
STRETCH = 500
"""Of larger panels so many sites are used, in stretches of neighbours."""

UNITS = {True: "bits per allele", False: "bits per genotype"}
"""By whether the panel is phased."""


@dataclasses.dataclass(frozen=True, eq=False)
class EntropyRate:
    """Entropy by length of context, and what it was measured on.

    Attributes
    ----------
    table : DataFrame
        group, context (sites), n_sites, n_rows, plug_in_bits, miller_madow_bits,
        leave_one_out_bits, upper_bound_bits (the least leave-one-out bits of this context or a
        shorter one), upper_bound_low_bits, upper_bound_high_bits (95 % over blocks of sites),
        block_plug_in_bits, block_miller_madow_bits (joint entropy of the site and its context
        together), unit, admixed. Groups one after the other, falling by the upper bound at the
        longest context, admixed ones last.
    unit : str
        'bits per allele' (phased) or 'bits per genotype' (unphased); the two do not compare.
    n_rows : int
        Haplotypes (genotypes) drawn from every group.
    n_sites, n_usable : int
        Sites used, of those that have enough neighbours before them.
    left_out : tuple of str
        Groups with fewer than `MIN_ROWS`.
    """

    table: pd.DataFrame
    unit: str
    n_rows: int
    n_sites: int
    n_usable: int
    left_out: tuple[str, ...]


def entropy_rate(
    panel: Panel,
    by: str,
    max_context: int = MAX_CONTEXT,
    n_bootstrap: int = 200,
    seed: int = 1,
    max_sites: int = MAX_SITES,
) -> EntropyRate:
    """Entropy of a site given 0, 1, ... previous sites, in each group.

    The same sites for every length of context, and the same number of haplotypes (genotypes)
    from every group, drawn without replacement. Where an allele of the site or of its context is
    missing, that haplotype is left out there.

    Parameters
    ----------
    panel : Panel
        By haplotypes where phased, else by genotypes.
    by : str
        Sample column with the labels.
    max_context : int
        Longest context, cut to the longest stretch without a wide gap.
    n_bootstrap : int
        Draws of the block bootstrap over sites.
    seed : int
        Of the bootstrap and of the choice of sites and haplotypes.
    max_sites : int

    Raises
    ------
    PanelError
        The panel has no such column, or every group is too small.
    """
    rows, left_out = _rows(panel, by, seed)
    windows = choose_sites(panel.sites, max_context, max_sites, seed)
    n_symbols = panel.ploidy + 1

    def measure(index: NDArray[np.int64]) -> NDArray[np.float64]:
        from vaeviz.analysis.entropy_rate_kernel import conditional_bits

        alleles = np.ascontiguousarray(panel.counts[np.ix_(index, windows.sites)].T)
        return conditional_bits(alleles, windows.targets, windows.context, n_symbols)

    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        measured = list(pool.map(measure, rows.values()))
    parts = [_group_table(bits, n_bootstrap, seed) for bits in measured]
    n_rows = len(next(iter(rows.values())))
    unit = UNITS[panel.phased]
    table = pd.concat(
        [
            part.assign(group=g, admixed=is_admixed(g, panel))
            for g, part in zip(rows, parts, strict=True)
        ],
        ignore_index=True,
    ).assign(n_sites=len(windows.targets), n_rows=n_rows, unit=unit)
    return EntropyRate(
        _in_order(table), unit, n_rows, len(windows.targets), windows.n_usable, left_out
    )


@dataclasses.dataclass(frozen=True, eq=False)
class Windows:
    """Sites to read and those among them whose entropy is measured.

    Attributes
    ----------
    sites : int64, shape (n_read,)
        Index into the panel, along the genome.
    targets : int64, shape (n_targets,)
        Index into `sites`; the `context` entries before each are its neighbours.
    context : int
        Longest context there is.
    n_usable : int
        Sites with such a context in the whole panel.
    """

    sites: NDArray[np.int64]
    targets: NDArray[np.int64]
    context: int
    n_usable: int


def choose_sites(sites: pd.DataFrame, max_context: int, max_sites: int, seed: int) -> Windows:
    """Sites with `max_context` neighbours before them, thinned to stretches where too many.

    Parameters
    ----------
    sites : DataFrame
        chrom, pos; in any order.
    max_context, max_sites : int
    seed : int
        Of the place of each stretch within its equal share of the genome.
    """
    order = genome_order(sites)
    before = _neighbours_before(sites.iloc[order])
    context = int(min(max_context, before.max()))
    usable = np.flatnonzero(before >= context)
    chosen = usable
    if len(usable) > max_sites:
        length = min(STRETCH, max_sites)
        shares = np.array_split(usable, max_sites // length)
        rng = np.random.default_rng(seed)
        starts = [rng.integers(0, len(share) - length + 1) for share in shares]
        chosen = np.concatenate(
            [share[s : s + length] for share, s in zip(shares, starts, strict=True)]
        )
    needed = np.unique(chosen[:, None] - np.arange(context + 1))
    return Windows(order[needed], np.searchsorted(needed, chosen), context, len(usable))


def _neighbours_before(ordered: pd.DataFrame) -> NDArray[np.int64]:
    """Sites since the start of the chromosome or the last wide gap."""
    pos, chrom = ordered["pos"].to_numpy(np.int64), pd.factorize(ordered["chrom"])[0]
    fresh = np.ones(len(pos), bool)
    fresh[1:] = (np.diff(chrom) != 0) | (np.diff(pos) > MAX_GAP_BP)
    index = np.arange(len(pos))
    return index - np.maximum.accumulate(np.where(fresh, index, 0))


def _rows(panel: Panel, by: str, seed: int) -> tuple[dict[str, NDArray[np.int64]], tuple[str, ...]]:
    """Equally many rows of each group that has enough, and the groups that have not."""
    labels = pd.Series(panel.labels(by))
    members = {
        str(g): panel.row_index(np.asarray(i))
        for g, i in labels.groupby(labels, sort=False).indices.items()
    }
    left_out = tuple(g for g, index in members.items() if len(index) < MIN_ROWS)
    enough = {g: index for g, index in members.items() if g not in left_out}
    what = "haplotypes" if panel.phased else "people"
    if not enough:
        largest = max(len(index) for index in members.values())
        raise PanelError(
            f"Entropy along haplotypes needs groups of {MIN_ROWS} {what} or more; the largest "
            f"has {largest}.",
            "Group by a coarser column.",
        )
    size = min(MAX_ROWS, *(len(index) for index in enough.values()))
    rng = np.random.default_rng(seed)
    return {g: rng.choice(index, size, replace=False) for g, index in enough.items()}, left_out


def _group_table(bits: NDArray[np.float64], n_bootstrap: int, seed: int) -> pd.DataFrame:
    """Means over sites of one group, a row a length of context."""
    plug_in, miller_madow, leave_one_out, block, block_mm = (mean_over_sites(x.T) for x in bits)
    low, high = block_intervals(np.ascontiguousarray(bits[2].T), n_bootstrap, seed)
    # More context never adds entropy, so what a shorter one proves holds for a longer one.
    costs = np.where(np.isfinite(leave_one_out), leave_one_out, np.inf)
    best = [int(costs[: k + 1].argmin()) for k in range(len(costs))]
    return pd.DataFrame(
        {
            "context": np.arange(len(plug_in)),
            "plug_in_bits": plug_in,
            "miller_madow_bits": miller_madow,
            "leave_one_out_bits": leave_one_out,
            "upper_bound_bits": leave_one_out[best],
            "upper_bound_low_bits": low[best],
            "upper_bound_high_bits": high[best],
            "block_plug_in_bits": block,
            "block_miller_madow_bits": block_mm,
        }
    )


def _in_order(table: pd.DataFrame) -> pd.DataFrame:
    last = table[table["context"] == table["context"].max()]
    falling = last.sort_values(
        ["admixed", "upper_bound_bits"], ascending=[True, False], kind="stable"
    )
    rank = {group: i for i, group in enumerate(falling["group"])}
    table = table.assign(_rank=table["group"].map(rank))
    table = table.sort_values(["_rank", "context"], ignore_index=True).drop(columns="_rank")
    first = ["group", "context", "n_sites", "n_rows"]
    return table[first + [c for c in table.columns if c not in first]]
