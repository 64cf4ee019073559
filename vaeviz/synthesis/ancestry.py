"""Tracts along haplotypes: where recombination since a mixture changes the ancestor."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vaeviz.data.genetic_map import flat_map

Floats = NDArray[np.float64]


def switch_chances(sites: pd.DataFrame, places: NDArray[np.int64], generations: float) -> Floats:
    """Probability that a crossover falls between each place and the one before.

    Parameters
    ----------
    sites : DataFrame, one row a site
        chrom, pos.
    places : int64 array, shape (n_places,)
        Sites, in order.
    generations : float
        Generations of recombination, at 1 cM/Mb.

    Returns
    -------
    float64 array, shape (n_places,)
        1 - exp(-generations x morgans) (no interference: Haldane 1919); 1 at the first place
        and where a chromosome begins.
    """
    table = sites.iloc[places]
    morgans = np.abs(np.diff(flat_map(table)))
    chrom = table["chrom"].to_numpy(object)
    chance = -np.expm1(-generations * morgans)
    return np.concatenate([[1.0], np.where(chrom[1:] != chrom[:-1], 1.0, chance)])


def last_switch(switched: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Place at which the tract around each place began: int64, shape of `switched`, (rows, n).

    The first place of a row always begins one.
    """
    place = np.arange(switched.shape[1])
    begun = np.where(switched, place, 0)
    return np.maximum.accumulate(begun, axis=1)


def draw_parts(
    rng: np.random.Generator, shares: Floats, chances: Floats, n_rows: int
) -> NDArray[np.int8]:
    """Part of a mixture that every place of some haplotypes descends from.

    Parameters
    ----------
    rng : Generator
    shares : float64 array, shape (n_parts,)
    chances : float64 array, shape (n_places,)
        See `switch_chances`.
    n_rows : int

    Returns
    -------
    int8 array, shape (n_rows, n_places)
        After a crossover the part is drawn anew, by the shares, and may be the same again.
    """
    shape = (n_rows, len(chances))
    switched = rng.random(shape) < chances
    drawn = np.searchsorted(np.cumsum(shares)[:-1], rng.random(shape), side="right")
    return np.take_along_axis(drawn, last_switch(switched), 1).astype(np.int8)
