"""New people from old ones while training: Wright-Fisher mosaics inside populations."""

from __future__ import annotations

import numpy as np
import pandas as pd
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from vaeviz.data.genetic_map import flat_map
from vaeviz.errors import ModelError

MAX_CELLS = 1 << 22
"""Entries drawn at once: an index of eight bytes an entry is what takes memory."""


class Mosaic:
    """Rows of a population that random mating has recombined for some generations.

    A chromosome that descends from a population of founders through t generations of random
    mating is a mosaic of founder chromosomes: crossovers fall as a Poisson process of rate t a
    morgan (no interference: Haldane 1919, J. Genet. 8:299), and what follows a crossover is a
    founder at random, itself again possible. Between loci c apart (recombination fraction),
    linkage disequilibrium falls by (1 - c)^t (Hill and Robertson 1968, Theor. Appl. Genet.
    38:226); allele frequencies stay.

    Parameters
    ----------
    counts : int8 tensor, shape (n_rows, n_sites)
        Haplotypes, or dosages of people (whose mosaic is one of diploid genotypes). Everything
        is computed on its device.
    groups : int64, shape (n_rows,)
        Population of each row; -1 is none, and the row then stays as it is.
    rows : int64, shape (n_founders,)
        Rows that may be founders: those of training.
    sites : DataFrame, one row a site
        chrom and pos, in any order. Founders always change between chromosomes.
    generations : float
        Generations of random mating; 0 draws whole chromosomes.
    genetic_map : float64, shape (n_sites,), optional
        Position of every site in morgans along its chromosome
        (`vaeviz.data.genetic_map.read_genetic_map`).
    cm_per_mb : float
        Recombination rate where there is no map.

    Raises
    ------
    ModelError
        Negative generations or rate, or shapes that do not fit.
    """

    def __init__(
        self,
        counts: Tensor,
        groups: NDArray[np.int64],
        rows: ArrayLike,
        sites: pd.DataFrame,
        generations: float,
        genetic_map: NDArray[np.float64] | None = None,
        cm_per_mb: float = 1.0,
    ) -> None:
        _check(counts, groups, sites, generations, cm_per_mb, genetic_map)
        self.counts = counts
        self.generations = float(generations)
        morgans = flat_map(sites, cm_per_mb) if genetic_map is None else genetic_map
        order, starts, along = _line_up(sites, np.asarray(morgans, dtype=np.float64))
        device = counts.device
        self._chromosome_starts = torch.from_numpy(starts).to(device)
        self._along = torch.from_numpy(along).to(device)
        self._rank = None if order is None else torch.from_numpy(np.argsort(order)).to(device)
        self._set_founders(np.asarray(groups, np.int64), np.unique(np.asarray(rows, np.int64)))

    def _set_founders(self, groups: NDArray[np.int64], rows: NDArray[np.int64]) -> None:
        """Founders sorted by group; where each row's group begins there, and how many it has."""
        rows = rows[groups[rows] >= 0]
        founders = rows[np.argsort(groups[rows], kind="stable")]
        sorted_groups = groups[founders]
        first = np.searchsorted(sorted_groups, groups, side="left")
        size = np.searchsorted(sorted_groups, groups, side="right") - first
        device = self.counts.device
        self._founders = torch.from_numpy(founders).to(device)
        self._first = torch.from_numpy(first).to(device)
        self._size = torch.from_numpy(np.where(groups < 0, 0, size)).to(device)

    @property
    def morgans(self) -> float:
        """Length of the map over all chromosomes."""
        return float(self._along[-1])

    def draw(self, rows: Tensor, generator: torch.Generator) -> Tensor:
        """One mosaic for each given row: int8, shape (len(rows), n_sites).

        A row without a group, or whose group has no founder, is returned as it is. Random
        numbers come from the generator's device, so a CPU generator gives the same mosaics on
        every device and at any number of threads.
        """
        index = rows.to(self.counts.device)
        block = max(1, MAX_CELLS // self.counts.shape[1])
        drawn = [
            torch.gather(self.counts, 0, self._founder_of(part, generator))
            for part in index.split(block)
        ]
        return torch.cat(drawn)

    def founders(self, rows: Tensor, generator: torch.Generator) -> Tensor:
        """Row of `counts` which every entry of a mosaic is from: int64, (len(rows), n_sites)."""
        return self._founder_of(rows.to(self.counts.device), generator)

    def _founder_of(self, rows: Tensor, generator: torch.Generator) -> Tensor:
        n, n_sites = len(rows), self.counts.shape[1]
        starts = self._segment_starts(n, generator)
        lengths = torch.diff(starts, append=starts.new_tensor([n * n_sites]))
        owner = rows[torch.div(starts, n_sites, rounding_mode="floor")]
        founder = self._random_founder(owner, generator)
        of_site = torch.repeat_interleave(founder, lengths, output_size=n * n_sites)
        of_site = of_site.view(n, n_sites)
        return of_site if self._rank is None else of_site[:, self._rank]

    def _segment_starts(self, n: int, generator: torch.Generator) -> Tensor:
        """Entries (row * n_sites + site, rising) at which a founder's segment begins."""
        device, n_sites = self.counts.device, self.counts.shape[1]
        rate = torch.full((n,), self.generations * self.morgans, dtype=torch.float64)
        n_crossovers = torch.poisson(rate.to(generator.device), generator).long().to(device)
        row = torch.repeat_interleave(torch.arange(n, device=device), n_crossovers)
        place = self._uniform(len(row), generator) * self.morgans
        site = torch.searchsorted(self._along, place, right=True).clamp_(max=n_sites - 1)
        first = torch.arange(n, device=device)[:, None] * n_sites + self._chromosome_starts
        return torch.sort(torch.cat([first.ravel(), row * n_sites + site])).values

    def _random_founder(self, owner: Tensor, generator: torch.Generator) -> Tensor:
        """A founder of the group of each row in `owner`; the row itself where there is none."""
        size = self._size[owner]
        pick = self._first[owner] + (self._uniform(len(owner), generator) * size).long()
        if not len(self._founders):
            return owner
        chosen = self._founders[pick.clamp_(max=len(self._founders) - 1)]
        return torch.where(size > 0, chosen, owner)

    def _uniform(self, n: int, generator: torch.Generator) -> Tensor:
        drawn = torch.rand(n, dtype=torch.float64, generator=generator, device=generator.device)
        return drawn.to(self.counts.device)


def _line_up(
    sites: pd.DataFrame, morgans: NDArray[np.float64]
) -> tuple[NDArray[np.int64] | None, NDArray[np.int64], NDArray[np.float64]]:
    """Sites along one line: order (None: as given), first site of every chromosome, morgans.

    Chromosomes follow each other without a gap: the change of founders between them is certain,
    whatever the distance.
    """
    chromosome, _ = pd.factorize(sites["chrom"])
    order = np.lexsort((morgans, sites["pos"].to_numpy(np.int64), chromosome)).astype(np.int64)
    chromosome, morgans = chromosome[order], morgans[order]
    starts = np.flatnonzero(np.diff(chromosome, prepend=-1)).astype(np.int64)
    step = np.diff(morgans, prepend=morgans[0])
    step[starts] = 0.0
    if (step < 0).any():
        raise ModelError(
            "The genetic map falls along a chromosome; it must rise with the position.",
            "Give a map of this genome build.",
        )
    ordered = bool((order == np.arange(len(order))).all())
    return None if ordered else order, starts, np.cumsum(step)


def _check(
    counts: Tensor,
    groups: NDArray[np.int64],
    sites: pd.DataFrame,
    generations: float,
    cm_per_mb: float,
    genetic_map: NDArray[np.float64] | None,
) -> None:
    n_rows, n_sites = counts.shape
    if len(groups) != n_rows or len(sites) != n_sites:
        raise ModelError(
            f"{len(groups)} groups and {len(sites)} sites for genotypes of shape "
            f"({n_rows}, {n_sites}).",
            "Give one group a row and one table row a site.",
        )
    if genetic_map is not None and np.shape(genetic_map) != (n_sites,):
        raise ModelError(
            f"The genetic map has shape {np.shape(genetic_map)}; ({n_sites},) is needed.",
            "Give one position a site.",
        )
    if not (np.isfinite(generations) and generations >= 0 and cm_per_mb >= 0):
        raise ModelError(
            f"Generations are {generations:g} and the rate is {cm_per_mb:g} cM/Mb.",
            "Both must be at least 0.",
        )
