"""Genotypes of a set of people, as the checks of a cohort compare them: haplotypes or dosages."""

from __future__ import annotations

import dataclasses
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from vaeviz.data.panel import MISSING

Counts = NDArray[np.int8]
Floats = NDArray[np.float64]
Index = NDArray[np.int64]


@dataclasses.dataclass(frozen=True, eq=False)
class People:
    """Genotypes of people at the same sites.

    Attributes
    ----------
    counts : int8 array, shape (n_rows, n_sites)
        ALT copies of a row; -1 is missing. Both haplotypes of a person lie side by side.
    ploidy : 1 or 2
        Of a row: 1 haplotypes (two rows a person), 2 dosages (one row a person).
    """

    counts: Counts
    ploidy: int

    @property
    def rows_per_person(self) -> int:
        """2 for haplotypes, else 1."""
        return 2 // self.ploidy

    @property
    def n_people(self) -> int:
        """Number of people."""
        return len(self.counts) // self.rows_per_person

    @property
    def n_sites(self) -> int:
        """Number of sites."""
        return self.counts.shape[1]

    def rows(self, people: Index) -> Index:
        """Rows of people."""
        k = self.rows_per_person
        return (k * np.asarray(people, np.int64)[:, None] + np.arange(k)).ravel()

    def some(self, people: Index) -> People:
        """A part of the people, in the order given."""
        return People(self.counts[self.rows(people)], self.ploidy)

    def sample(self, n: int, rng: np.random.Generator) -> People:
        """`n` people at random, or everybody where there are no more."""
        if n >= self.n_people:
            return self
        return self.some(np.sort(rng.choice(self.n_people, n, replace=False)))

    @cached_property
    def dosages(self) -> Counts:
        """ALT copies of a person, int8, shape (n_people, n_sites); -1 where a call is missing."""
        if self.ploidy == 2:
            return self.counts
        first, second = self.counts[0::2], self.counts[1::2]
        known = (first >= 0) & (second >= 0)
        return np.where(known, first + second, MISSING).astype(np.int8)

    @cached_property
    def frequencies(self) -> Floats:
        """ALT frequency a site among called alleles, shape (n_sites,); NaN where none is."""
        called = (self.counts >= 0).sum(0)
        total = np.where(self.counts >= 0, self.counts, 0).sum(0, dtype=np.int64)
        with np.errstate(invalid="ignore"):
            return np.asarray(total / (called * self.ploidy), np.float64)

    @cached_property
    def heterozygosity(self) -> Floats:
        """Share of heterozygous genotypes a person, shape (n_people,); NaN without a call."""
        called = (self.dosages >= 0).sum(1)
        with np.errstate(invalid="ignore"):
            return np.asarray((self.dosages == 1).sum(1) / called, np.float64)


def together(parts: list[People]) -> People:
    """Several sets of people of one ploidy as one, in order."""
    return People(np.concatenate([p.counts for p in parts]), parts[0].ploidy)


def filled(counts: Counts, expected: Floats) -> NDArray[np.float32]:
    """Counts as numbers, what is missing replaced by what is expected at its site.

    Parameters
    ----------
    counts : int8, shape (n_rows, n_sites)
    expected : float64, shape (n_sites,)
        NaN is taken as 0.
    """
    return np.where(counts >= 0, counts, np.nan_to_num(expected)).astype(np.float32)


def missing_like(people: People, real: People, seed: int) -> People:
    """Hide from each row what is missing in a real row drawn at random.

    A generator calls every genotype; without this, missing calls alone would tell real people
    from synthetic ones.
    """
    if (real.counts >= 0).all():
        return people
    donors = np.random.default_rng(seed).integers(0, real.n_people, people.n_people)
    hidden = real.counts[real.rows(donors)] < 0
    return People(np.where(hidden, MISSING, people.counts).astype(np.int8), people.ploidy)
