"""Reference haplotypes cut into blocks of sites in which only few of them differ.

Within a block all haplotypes that are equal share one state of the copying model, so a site costs
as much as there are groups that carry its rarer allele, not as there are haplotypes (the idea of
minimac3, Das and others 2016). The cut is made from the reference alone, so that whoever has the
reference has the blocks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

FOLD_COST = 4
"""How many times dearer than a group at a site one haplotype is at the border of a block."""
MAX_BLOCK_SITES = 2048


class Blocks(NamedTuple):
    """Groups of equal haplotypes, block by block.

    A class is the haplotypes of one group and one population; classes of a block are numbered
    from 0 in the order of the groups.

    Attributes
    ----------
    starts : int64, shape (n_blocks + 1,)
        First site of every block.
    label : int32, shape (n_blocks, n_haplotypes)
        Class of every haplotype.
    n_groups : int64, shape (n_blocks,)
        Groups of every block.
    class_starts : int64, shape (n_blocks + 1,)
        First entry of every block in the three below.
    class_group, class_population, class_size : int32
        Group, population and number of haplotypes of every class.
    alt_starts : int64, shape (n_sites + 1,)
        First entry of every site in `alt_groups`.
    alt_groups : int32
        Groups that carry ALT, rising within a site.
    population_size : int64, shape (n_populations,)
        Haplotypes of every population.
    """

    starts: NDArray[np.int64]
    label: NDArray[np.int32]
    n_groups: NDArray[np.int64]
    class_starts: NDArray[np.int64]
    class_group: NDArray[np.int32]
    class_population: NDArray[np.int32]
    class_size: NDArray[np.int32]
    alt_starts: NDArray[np.int64]
    alt_groups: NDArray[np.int32]
    population_size: NDArray[np.int64]


def build_blocks(
    alleles: NDArray[np.uint8], population: NDArray[np.int64], breaks: NDArray[np.bool_]
) -> Blocks:
    """Cut a reference into blocks.

    Parameters
    ----------
    alleles : uint8, shape (n_sites, n_haplotypes)
        0 or 1.
    population : int64, shape (n_haplotypes,)
        Code of every haplotype's population, from 0.
    breaks : bool, shape (n_sites,)
        Where a block must start: the first site of every chromosome.
    """
    starts = _cut(alleles, breaks, FOLD_COST)
    n_populations = int(population.max()) + 1
    pieces = [
        _classes(alleles[first:last], population)
        for first, last in zip(starts[:-1], starts[1:], strict=True)
    ]
    class_starts = np.cumsum([0, *(len(p.size) for p in pieces)])
    alt_lengths = np.concatenate([p.alt_lengths for p in pieces])
    return Blocks(
        starts,
        np.stack([p.label for p in pieces]),
        np.array([p.group[-1] + 1 for p in pieces], np.int64),
        class_starts.astype(np.int64),
        np.concatenate([p.group for p in pieces]),
        np.concatenate([p.population for p in pieces]),
        np.concatenate([p.size for p in pieces]),
        np.concatenate([[0], np.cumsum(alt_lengths)]).astype(np.int64),
        np.concatenate([p.alt_groups for p in pieces]),
        np.bincount(population, minlength=n_populations).astype(np.int64),
    )


class _Classes(NamedTuple):
    label: NDArray[np.int32]
    group: NDArray[np.int32]
    population: NDArray[np.int32]
    size: NDArray[np.int32]
    alt_lengths: NDArray[np.int64]
    alt_groups: NDArray[np.int32]


def _classes(alleles: NDArray[np.uint8], population: NDArray[np.int64]) -> _Classes:
    """Groups and classes of one block."""
    group, representative = _group(alleles)
    pair = group * (int(population.max()) + 1) + population
    pairs, label, size = np.unique(pair, return_inverse=True, return_counts=True)
    site, carriers = np.nonzero(alleles[:, representative])
    return _Classes(
        label.astype(np.int32),
        (pairs // (int(population.max()) + 1)).astype(np.int32),
        (pairs % (int(population.max()) + 1)).astype(np.int32),
        size.astype(np.int32),
        np.bincount(site, minlength=len(alleles)),
        carriers.astype(np.int32),
    )


def _group(alleles: NDArray[np.uint8]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Group of every haplotype, and one haplotype of every group."""
    packed = np.ascontiguousarray(np.packbits(alleles, axis=0).T)
    rows = packed.view(np.dtype((np.void, packed.shape[1]))).ravel()
    _, first, group = np.unique(rows, return_index=True, return_inverse=True)
    return group.astype(np.int64), first.astype(np.int64)


@njit(cache=True)
def _cut(
    alleles: NDArray[np.uint8], breaks: NDArray[np.bool_], fold_cost: int
) -> NDArray[np.int64]:
    """First site of every block, and the number of sites.

    A block ends when its groups at all its sites cost as much as its border.
    """
    n_sites, n_haplotypes = alleles.shape
    starts = [0]
    label = np.zeros(n_haplotypes, np.int64)
    n_groups = 1
    for site in range(n_sites):
        length = site - starts[-1]
        full = length * n_groups > fold_cost * n_haplotypes or length >= MAX_BLOCK_SITES
        if site > 0 and (full or breaks[site]):
            starts.append(site)
            label[:] = 0
            n_groups = 1
        n_groups = _refine(label, alleles[site], n_groups)
    starts.append(n_sites)
    return np.array(starts)


@njit(cache=True)
def _refine(label: NDArray[np.int64], alleles: NDArray[np.uint8], n_groups: int) -> int:
    """Split groups by the alleles of one more site; returns how many there are then."""
    fresh = np.full(2 * n_groups, -1, np.int64)
    count = 0
    for h in range(len(label)):
        key = 2 * label[h] + alleles[h]
        if fresh[key] < 0:
            fresh[key] = count
            count += 1
        label[h] = fresh[key]
    return count
