"""Ancestors of a person along the genome: a pedigree, grown backwards and only where needed."""

from __future__ import annotations

import dataclasses
from typing import Self

import numpy as np
from numpy.typing import NDArray

HAPLOTYPES = 2

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclasses.dataclass(frozen=True, eq=False)
class Segments:
    """Stretches of a person's haplotypes and the ancestral haplotype that each comes from.

    Attributes
    ----------
    haplotype, chromosome : int64 arrays, shape (n_segments,)
        0 or 1; number of the chromosome.
    begin, end : float64 arrays, shape (n_segments,)
        Morgans.
    ancestor : int64 array, shape (n_segments,)
        Equal where the same ancestral haplotype was inherited, on whichever chromosome.
    depth : int64 array, shape (n_segments,)
        Meioses in mixed people since the ancestor.
    """

    haplotype: Ints
    chromosome: Ints
    begin: Floats
    end: Floats
    ancestor: Ints
    depth: Ints

    def take(self, index: NDArray[np.bool_] | Ints) -> Self:
        """Some of the segments, in that order."""
        fields = dataclasses.fields(self)
        return type(self)(*(getattr(self, field.name)[index] for field in fields))


def founder_segments(
    rng: np.random.Generator,
    begin: Floats,
    end: Floats,
    generations: int,
    continuous: bool = False,
) -> Segments:
    """Which founder haplotype every stretch of a person's two haplotypes descends from.

    The pedigree is grown backwards in a population too large for anybody to be met twice
    (Gravel 2012, Genetics 191:607): a haplotype is a recombinant of the two of a parent, with
    crossovers at one a morgan and without interference (Haldane 1919), and chromosomes assorted
    independently. Stretches of one ancestor share its meiosis, so whole lines of descent are
    inherited together and people differ in ancestry as long as mixing is recent.

    Parameters
    ----------
    rng : Generator
    begin, end : float64 arrays, shape (n_chromosomes,)
        Ends of the chromosomes, morgans.
    generations : int
        Meioses in mixed people since the oldest founders; at 0 the person is a child of founders.
    continuous : bool
        False: one pulse, all founders are `generations` back. True: as many of a person's
        ancestors are founders of each generation from `generations` to 0 back.

    Returns
    -------
    Segments
        Sorted by haplotype, chromosome, begin; together they cover both haplotypes.
    """
    lines = _whole(begin, end)
    found, n_found = [], 0
    for depth in range(generations + 1):
        number, lines = _numbered(lines)
        chance = 1 / (generations - depth + 1) if continuous else float(depth == generations)
        is_founder = (rng.random(number) < chance)[lines.ancestor]
        founders = lines.take(is_founder)
        found.append(
            dataclasses.replace(
                founders,
                ancestor=founders.ancestor + n_found,
                depth=np.full(len(founders.depth), depth),
            )
        )
        n_found += number
        lines = _meiosis(rng, lines.take(~is_founder))
    return _joined(found)


def _whole(begin: Floats, end: Floats) -> Segments:
    n = len(begin)
    haplotype = np.repeat(np.arange(HAPLOTYPES), n)
    chromosome = np.tile(np.arange(n), HAPLOTYPES)
    start, stop = (np.tile(np.asarray(x, np.float64), HAPLOTYPES) for x in (begin, end))
    return Segments(haplotype, chromosome, start, stop, haplotype, np.zeros_like(haplotype))


def _numbered(lines: Segments) -> tuple[int, Segments]:
    """Number of ancestors, and the lines with ancestors numbered from 0 and sorted by them."""
    _, ancestor = np.unique(lines.ancestor, return_inverse=True)
    order = np.lexsort((lines.begin, lines.chromosome, ancestor))
    numbered = dataclasses.replace(lines, ancestor=ancestor.astype(np.int64)).take(order)
    return int(ancestor.max(initial=-1)) + 1, numbered


def _meiosis(rng: np.random.Generator, lines: Segments) -> Segments:
    """Lines one generation further back: each ancestor's haplotype is made from a parent's two."""
    n_crossovers = rng.poisson(lines.end - lines.begin)
    first_side = _first_sides(rng, lines, n_crossovers)
    owner = np.repeat(np.arange(len(n_crossovers)), n_crossovers)
    place = rng.uniform(lines.begin[owner], lines.end[owner])
    place = place[np.lexsort((place, owner))]
    pieces = lines.take(np.repeat(np.arange(len(n_crossovers)), n_crossovers + 1))
    last = np.cumsum(n_crossovers + 1) - 1
    is_first, is_last = (np.zeros(len(pieces.begin), bool) for _ in range(2))
    is_first[last - n_crossovers], is_last[last] = True, True
    pieces.begin[~is_first] = place
    pieces.end[~is_last] = place
    nth = np.arange(len(pieces.begin)) - np.repeat(last - n_crossovers, n_crossovers + 1)
    side = (np.repeat(first_side, n_crossovers + 1) + nth) % 2
    return dataclasses.replace(pieces, ancestor=2 * pieces.ancestor + side)


def _first_sides(rng: np.random.Generator, lines: Segments, n_crossovers: Ints) -> Ints:
    """Which of the parent's two haplotypes each line begins in: 0 or 1.

    Between two lines of an ancestor on one chromosome crossovers fall unseen, an odd number of
    them with Haldane's probability; a chromosome begins in either with equal chance.
    """
    goes_on = lines.ancestor[1:] == lines.ancestor[:-1]
    goes_on &= lines.chromosome[1:] == lines.chromosome[:-1]
    gap = np.where(goes_on, lines.begin[1:] - lines.end[:-1], np.inf)
    turns = rng.random(len(n_crossovers)) < -np.expm1(-2 * np.append(np.inf, gap)) / 2
    turns[1:] ^= goes_on & (n_crossovers[:-1] % 2 == 1)
    # What begins anew turns with probability 1/2, so the running count needs no new start.
    return np.cumsum(turns) % 2


def _joined(parts: list[Segments]) -> Segments:
    fields = [field.name for field in dataclasses.fields(Segments)]
    joined = Segments(*(np.concatenate([getattr(p, name) for p in parts]) for name in fields))
    return joined.take(np.lexsort((joined.begin, joined.chromosome, joined.haplotype)))
