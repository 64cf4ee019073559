"""Entropy of stretches of neighbouring sites: the bar code along the genome."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vaeviz.analysis.entropy import SiteEntropy, ratio


def bin_entropy(entropy: SiteEntropy, sites: pd.DataFrame, n_bins: int = 300) -> pd.DataFrame:
    """Mean entropy of stretches of neighbouring sites: the bar code along the genome.

    A bin holds neighbours of one chromosome, about equally many sites each; every chromosome
    has at least one bin, so there may be more than `n_bins` of them.

    Parameters
    ----------
    entropy : SiteEntropy
    sites : DataFrame
        The panel's site table (chrom, pos), in the order of the entropy's columns.
    n_bins : int
        Over all chromosomes.

    Returns
    -------
    DataFrame
        group, chrom, start_bp, end_bp (first and last site), bin (0, 1, ... along the genome),
        mean_entropy_bits (NaN where nothing is called), n_sites. Groups one after the other.
    """
    codes, names = pd.factorize(sites["chrom"])
    order = np.lexsort((sites["pos"].to_numpy(), codes))
    starts = _bin_starts(np.bincount(codes), n_bins)
    values = entropy.entropy_bits[:, order]
    called = np.isfinite(values)
    totals = np.add.reduceat(np.where(called, values, 0.0), starts, axis=1)
    numbers = np.add.reduceat(called.astype(np.int64), starts, axis=1)
    pos = sites["pos"].to_numpy()[order]
    ends = np.append(starts[1:], len(order)) - 1
    n_groups = len(entropy.groups)
    return pd.DataFrame(
        {
            "group": np.repeat(np.array(entropy.groups, dtype=object), len(starts)),
            "chrom": np.tile(np.asarray(names, dtype=object)[codes[order][starts]], n_groups),
            "start_bp": np.tile(pos[starts], n_groups),
            "end_bp": np.tile(pos[ends], n_groups),
            "bin": np.tile(np.arange(len(starts)), n_groups),
            "mean_entropy_bits": ratio(totals, numbers).ravel(),
            "n_sites": np.tile(ends - starts + 1, n_groups),
        }
    )


def _bin_starts(sites_a_chromosome: NDArray[np.int64], n_bins: int) -> NDArray[np.int64]:
    """First site of each bin; bins are shared out by the number of sites."""
    share = n_bins * sites_a_chromosome / sites_a_chromosome.sum()
    bins = np.clip(np.round(share).astype(int), 1, sites_a_chromosome)
    first = np.concatenate([[0], np.cumsum(sites_a_chromosome)[:-1]])
    parts = [
        start + np.arange(b) * n // b
        for start, n, b in zip(first, sites_a_chromosome, bins, strict=True)
    ]
    return np.concatenate(parts).astype(np.int64)
