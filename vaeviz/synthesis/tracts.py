"""Tracts of local ancestry: stretches of a haplotype from one source, and how long they are."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from vaeviz.escape import cell, plain

CM_A_MORGAN = 100.0
MAX_NAME = 200

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclasses.dataclass(frozen=True, eq=False)
class Chromosome:
    """The sites of one chromosome in order, and where they lie.

    Attributes
    ----------
    name : str
    sites : int64 array, shape (n_sites,)
        Places in the panel's table of sites.
    position_bp : int64 array, shape (n_sites,)
        Rising or equal.
    morgans : float64 array, shape (n_sites,)
        Rising or equal.
    """

    name: str
    sites: Ints
    position_bp: Ints
    morgans: Floats

    @property
    def length_cm(self) -> float:
        """Genetic length from the first site to the last."""
        return float(self.morgans[-1] - self.morgans[0]) * CM_A_MORGAN

    def first_sites(self, begin: Floats) -> Ints:
        """Place on the chromosome of the first site at or after each position in morgans."""
        return np.searchsorted(self.morgans, begin).astype(np.int64)

    def start_bp(self, begin: Floats) -> Ints:
        """First base pair of stretches that begin at these positions in morgans.

        A stretch holds exactly the sites from its first site on, whatever the rounding.
        """
        first = np.minimum(self.first_sites(begin), len(self.sites) - 1)
        between = np.ceil(np.interp(begin, self.morgans, self.position_bp)).astype(np.int64)
        lowest = np.where(first > 0, self.position_bp[first - 1] + 1, self.position_bp[0])
        return np.clip(between, lowest, self.position_bp[first])


def chromosomes(sites: pd.DataFrame, morgans: Floats) -> list[Chromosome]:
    """Chromosomes of a panel in the order of its sites.

    Parameters
    ----------
    sites : DataFrame, one row a site
        chrom, pos.
    morgans : float64 array, shape (n_sites,)
        Position of every site on its chromosome.
    """
    position = sites["pos"].to_numpy(np.int64)
    found = []
    for name, here in sites.groupby("chrom", sort=False).indices.items():
        order = here[np.argsort(position[here], kind="stable")].astype(np.int64)
        found.append(Chromosome(str(name), order, position[order], morgans[order]))
    return found


def expected_number(
    longer_than_cm: ArrayLike, share: float, generations: int, chromosome_cm: ArrayLike
) -> Floats:
    """Expected number of tracts of one source in a haplotype, after one pulse.

    Along a haplotype the source is left at share-of-others x generations a morgan, so tracts are
    exponential with mean 1 / ((1 - share) generations) morgans, and cut where a chromosome ends
    (Gravel 2012, Genetics 191:607).

    Parameters
    ----------
    longer_than_cm : float, shape (n,)
        Count tracts longer than this.
    share : float
        Of the source in the mixture, 0 to 1.
    generations : int
    chromosome_cm : float, shape (n_chromosomes,)
        Genetic lengths.

    Returns
    -------
    float64 array, shape (n,)
    """
    x = np.atleast_1d(np.asarray(longer_than_cm, np.float64))[:, None] / CM_A_MORGAN
    length = np.atleast_1d(np.asarray(chromosome_cm, np.float64))[None, :] / CM_A_MORGAN
    rate = (1 - share) * generations
    number = share * np.exp(-rate * x) * (1 + rate * (length - x))
    return np.where(x < length, number, 0.0).sum(1)


class TractList:
    """Tracts as they are found, haplotype by haplotype, for one table in the end.

    Parameters
    ----------
    chromosomes : list of Chromosome
    """

    def __init__(self, chromosomes: list[Chromosome]) -> None:
        self._chromosomes = chromosomes
        self._whole: list[Ints] = []
        self._lengths: list[Floats] = []

    def add(self, row: int, chromosome: int, begin: Floats, source: Ints) -> None:
        """Tracts of one haplotype (row of the panel) on one chromosome.

        Parameters
        ----------
        row, chromosome : int
        begin : float64 array, shape (n_segments,)
            Morgans, rising; the first is where the chromosome begins.
        source : int64 array, shape (n_segments,)
        """
        where = self._chromosomes[chromosome]
        start = where.start_bp(begin)
        behind = int(where.position_bp[-1]) + 1
        # A stretch between two base pairs is nobody's; then neighbours of one source are one.
        held = np.append(start[1:], behind) > start
        start, begin, source = start[held], begin[held], source[held]
        new = np.append(True, source[1:] != source[:-1])
        start, begin, source = start[new], begin[new], source[new]
        end = np.append(start[1:], behind) - 1
        same = np.ones_like(start)
        self._whole.append(np.stack([row * same, chromosome * same, start, end, source]))
        self._lengths.append(np.diff(begin, append=where.morgans[-1]) * CM_A_MORGAN)

    def table(self, names: list[str], sources: list[str]) -> pd.DataFrame:
        """All tracts: columns sample, haplotype (1, 2), chrom, start_bp, end_bp, source, length_cm.

        Parameters
        ----------
        names : list of str
            Of the samples; rows 2i and 2i + 1 are those of sample i.
        sources : list of str
        """
        row, chromosome, start, end, source = np.concatenate(self._whole, axis=1)
        chrom = np.array([c.name for c in self._chromosomes], object)
        return pd.DataFrame(
            {
                "sample": np.array(names, object)[row // 2],
                "haplotype": row % 2 + 1,
                "chrom": chrom[chromosome],
                "start_bp": start,
                "end_bp": end,
                "source": np.array(sources, object)[source],
                "length_cm": np.concatenate(self._lengths),
            }
        )


def tracts_text(tracts: pd.DataFrame) -> str:
    """Tracts as tab-separated text; what a spreadsheet would run as a formula is defused."""
    safe = tracts.copy()
    for name in ("sample", "chrom", "source"):
        safe[name] = safe[name].map(lambda text: cell(plain(text, MAX_NAME)))
    return safe.to_csv(sep="\t", index=False)
