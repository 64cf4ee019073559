"""Where windows of sites begin: never across a chromosome or a long gap."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vaeviz.config import TrainConfig

MAX_GAP_BP = 1_000_000
"""Sites further apart share no haplotype worth a common window."""


def window_starts(sites: pd.DataFrame, config: TrainConfig) -> tuple[int, ...]:
    """First site of every window, increasing from 0.

    Stretches without a chromosome end or a gap over 1 Mb are cut into windows of
    `config.window_sites` sites, or of `config.window_kb` kb when that is given; the last window of
    a stretch may be short.

    Parameters
    ----------
    sites : DataFrame
        chrom and pos, in the order of the model's sites.
    config : TrainConfig
    """
    position = sites["pos"].to_numpy(np.int64)
    first = _begins_stretch(sites)
    stretch = np.cumsum(first) - 1
    offset = np.arange(len(sites)) - np.flatnonzero(first)[stretch]
    if config.window_kb is None:
        begins = offset % config.window_sites == 0
    else:
        begins = _by_distance(position, first, stretch, config.window_kb * 1000)
    return tuple(int(start) for start in np.flatnonzero(begins))


def stretch_starts(sites: pd.DataFrame) -> tuple[int, ...]:
    """First sites of the stretches between chromosome ends and long gaps."""
    return tuple(int(start) for start in np.flatnonzero(_begins_stretch(sites)))


def _begins_stretch(sites: pd.DataFrame) -> NDArray[np.bool_]:
    chrom = pd.factorize(sites["chrom"])[0]
    gap = np.abs(np.diff(sites["pos"].to_numpy(np.int64)))
    first = np.ones(len(sites), bool)
    first[1:] = (np.diff(chrom) != 0) | (gap > MAX_GAP_BP)
    return first


def _by_distance(
    position: NDArray[np.int64],
    first: NDArray[np.bool_],
    stretch: NDArray[np.int64],
    width_bp: float,
) -> NDArray[np.bool_]:
    start = position[np.flatnonzero(first)][stretch]
    window = ((position - start) // width_bp).astype(np.int64)
    begins = first.copy()
    begins[1:] |= np.diff(window) != 0
    return begins
