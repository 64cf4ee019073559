"""The copying model of Li and Stephens (2003) in whole numbers, forward in time, all rows at once.

A row is a mosaic of reference haplotypes. Every group of equal haplotypes of a block (see
`copying_blocks`) has a mass: the joint probability of the alleles so far and of copying from it.
To the next site the row jumps to any haplotype with a small probability; that adds the same mass
per unit of weight to every group, so it is kept as one number a row, LIFT, and groups are only
touched where the row contradicts them. KEPT is the part of a mass that did not jump in this
block: at its end it is shared out in the proportions of its start, the rest by the weights.

Masses are int64 with a total of about 2**TOTAL_BITS; every operation on them is exact or rounds
down, in a fixed order, so that the same numbers come out on every machine and thread count.

The functions of every site take arrays one by one: numba counts references to each array of a
tuple whenever it takes one out, which would take longer than the arithmetic.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit, prange

from vaeviz.compression.codec.coder import ONE, PROBABILITY_BITS
from vaeviz.compression.codec.copying_blocks import Blocks
from vaeviz.data.panel import MISSING

if TYPE_CHECKING:
    from numpy.typing import NDArray

TOTAL_BITS = 46
SHARE_BITS = 31
"""Masses of single haplotypes at the start of a block have a total of 2**SHARE_BITS at most."""
RATE_BITS = 24
"""Jump odds and the cost of a contradiction are whole numbers of 2**-RATE_BITS."""
NEUTRAL = 1 << RATE_BITS
ANCESTRY_BITS = 20
ONE_SHARE = 1 << 16
BASE, KEPT, WEIGHT, INITIAL = 0, 1, 2, 3
"""Columns of a group: mass less LIFT x WEIGHT, its part that did not jump in this block, weight
of a jump to it, and `share` summed over it at the start of the block."""
LIFT, TOTAL, TOTAL_WEIGHT, N_GROUPS = 0, 1, 2, 3
"""Columns of a row: mass a unit of weight received by jumps, sum of masses, sum of weights,
and how many groups the block has."""
_DROP = TOTAL_BITS - SHARE_BITS
_HALF = RATE_BITS // 2


class Rates(NamedTuple):
    """Rates of the model, site by site.

    Attributes
    ----------
    jump : int64, shape (n_sites,)
        Odds of a jump before the site, in 2**-RATE_BITS; -1 where all starts afresh.
    gain, loss : int64, shape (n_sites,)
        Probability, in 1 / ONE, that a copy of REF reads ALT, and of ALT reads REF.
    gain_odds, loss_odds : int64, shape (n_sites,)
        What the mass of a contradicted group is multiplied by, in 2**-RATE_BITS.
    memory : int64
        How fast the ancestry of a row follows its masses, in 1 / ONE_SHARE a block.
    spread : int64
        Part of the jumps that ignores ancestry, in 1 / ONE_SHARE.
    """

    jump: NDArray[np.int64]
    gain: NDArray[np.int64]
    loss: NDArray[np.int64]
    gain_odds: NDArray[np.int64]
    loss_odds: NDArray[np.int64]
    memory: int
    spread: int


class State(NamedTuple):
    """Where every row stands.

    Attributes
    ----------
    share : uint32, shape (n_rows, n_haplotypes)
        Mass of every haplotype at the start of the block.
    groups : int64, shape (n_rows, most groups, 4)
        BASE, KEPT, WEIGHT, INITIAL of every group of the block.
    rows : int64, shape (n_rows, 4)
        LIFT, TOTAL, TOTAL_WEIGHT, N_GROUPS.
    ancestry, population_weight : int64, shape (n_rows, n_populations)
        Recent share of every population, total about 2**ANCESTRY_BITS; weight of a jump to one
        haplotype of it.
    """

    share: NDArray[np.uint32]
    groups: NDArray[np.int64]
    rows: NDArray[np.int64]
    ancestry: NDArray[np.int64]
    population_weight: NDArray[np.int64]


def new_state(n_rows: int, blocks: Blocks) -> State:
    """Rows before their first site."""
    sizes = blocks.population_size
    ancestry = np.tile((sizes << ANCESTRY_BITS) // sizes.sum(), (n_rows, 1))
    return State(
        np.zeros((n_rows, blocks.label.shape[1]), np.uint32),
        np.zeros((n_rows, int(blocks.n_groups.max()), 4), np.int64),
        np.zeros((n_rows, 4), np.int64),
        ancestry,
        np.zeros_like(ancestry),
    )


@njit(cache=True, parallel=True)
def predict_all(
    state: State, blocks: Blocks, rates: Rates, counts: NDArray[np.int8]
) -> NDArray[np.int32]:
    """ALT probabilities at every site in turn, when all alleles are known already.

    Parameters
    ----------
    state : State
        As `new_state` makes it; changed in place.
    blocks : Blocks
    rates : Rates
    counts : int8, shape (n_rows, n_sites)
        Alleles, -1 missing.

    Returns
    -------
    int32, shape (n_rows, n_sites)
        In 1 / ONE.
    """
    before = np.full(counts.shape, MISSING, np.int8)
    before[:, 1:] = counts[:, :-1]
    p = np.empty(counts.shape, np.int32)
    for row in prange(len(counts)):
        _walk(state, blocks, rates, (row, row + 1), (0, 0), before, p)
    return p


@njit(cache=True)
def predict_site(
    state: State, blocks: Blocks, rates: Rates, place: tuple[int, int], before: NDArray[np.int8]
) -> NDArray[np.int32]:
    """The same for one site, given where it is and the alleles at the site before.

    One thread: the rows of one site are so little work that handing it out costs more.

    Parameters
    ----------
    state : State
        Changed in place.
    blocks : Blocks
    rates : Rates
    place : site, block
    before : int8, shape (n_rows,)
        Alleles at the site before, all -1 at the first site.

    Returns
    -------
    int32, shape (n_rows,)
        In 1 / ONE.
    """
    p = np.empty((len(before), 1), np.int32)
    _walk(state, blocks, rates, (0, len(before)), place, before.reshape(-1, 1), p)
    return p.ravel()


@njit(cache=True)
def _walk(
    state: State,
    blocks: Blocks,
    rates: Rates,
    rows: tuple[int, int],
    place: tuple[int, int],
    before: NDArray[np.int8],
    p: NDArray[np.int32],
) -> None:
    """Take in the allele before, jump and predict: some rows over the sites that p has.

    Parameters
    ----------
    rows : first, last
    place : site, block
        Of the first column of `before` and `p`.
    """
    groups, totals, starts = state.groups, state.rows, blocks.starts
    jump, gain, loss = rates.jump, rates.gain, rates.loss
    gain_odds, loss_odds = rates.gain_odds, rates.loss_odds
    alt_starts, alt = blocks.alt_starts, blocks.alt_groups
    for row in range(rows[0], rows[1]):
        block = place[1]
        for column in range(p.shape[1]):
            site = place[0] + column
            allele = before[row, column]
            if allele != MISSING:
                odds = gain_odds[site - 1] if allele else loss_odds[site - 1]
                carriers = alt[alt_starts[site - 1] : alt_starts[site]]
                if odds != NEUTRAL:
                    _observe(groups, totals, row, carriers, allele, odds)
            if column > 0 and site == starts[block + 1]:
                block += 1
            if site == starts[block]:
                _enter(state, blocks, rates, row, block, jump[site] < 0)
            if jump[site] >= 0:
                _jump(groups, totals, row, jump[site])
            carriers = alt[alt_starts[site] : alt_starts[site + 1]]
            copied = _copied(groups, totals, row, carriers)
            heard = gain[site] * (ONE - copied) + (ONE - loss[site]) * copied
            p[row, column] = min(max(heard >> PROBABILITY_BITS, 1), ONE - 1)


@njit(cache=True)
def _observe(
    groups: NDArray[np.int64],
    totals: NDArray[np.int64],
    row: int,
    carriers: NDArray[np.int32],
    allele: int,
    odds: int,
) -> None:
    """Make groups that carry the other allele less likely."""
    if allele == 0:
        for group in carriers:
            _contradict(groups, totals, row, group, odds)
    else:
        place = 0
        for group in range(totals[row, N_GROUPS]):
            if place < len(carriers) and carriers[place] == group:
                place += 1
            else:
                _contradict(groups, totals, row, group, odds)
    _normalise(groups, totals, row)


@njit(cache=True)
def _contradict(
    groups: NDArray[np.int64], totals: NDArray[np.int64], row: int, group: int, odds: int
) -> None:
    lifted = totals[row, LIFT] * groups[row, group, WEIGHT]
    old = groups[row, group, BASE] + lifted
    new = ((old >> _HALF) * odds) >> _HALF
    groups[row, group, BASE] = new - lifted
    groups[row, group, KEPT] = ((groups[row, group, KEPT] >> _HALF) * odds) >> _HALF
    totals[row, TOTAL] += new - old


@njit(cache=True)
def _normalise(groups: NDArray[np.int64], totals: NDArray[np.int64], row: int) -> None:
    """Bring the total back into (2**(TOTAL_BITS - 1), 2**TOTAL_BITS]."""
    total = totals[row, TOTAL]
    if 1 << (TOTAL_BITS - 1) < total <= 1 << TOTAL_BITS:
        return
    n_groups = totals[row, N_GROUPS]
    if total <= 0:
        groups[row, :n_groups, BASE] = groups[row, :n_groups, WEIGHT]
        groups[row, :n_groups, KEPT] = 0
        totals[row, LIFT] = 0
        total = totals[row, TOTAL_WEIGHT]
    up = 0
    while total << up <= 1 << (TOTAL_BITS - 1):
        up += 1
    down = 1 if total > 1 << TOTAL_BITS else 0
    total = 0
    for group in range(n_groups):
        mass = groups[row, group, BASE] + totals[row, LIFT] * groups[row, group, WEIGHT]
        groups[row, group, BASE] = (mass << up) >> down
        groups[row, group, KEPT] = (groups[row, group, KEPT] << up) >> down
        total += groups[row, group, BASE]
    totals[row, LIFT] = 0
    totals[row, TOTAL] = total


@njit(cache=True)
def _jump(groups: NDArray[np.int64], totals: NDArray[np.int64], row: int, odds: int) -> None:
    mass = (((totals[row, TOTAL] >> _HALF) * odds) >> _HALF) // totals[row, TOTAL_WEIGHT]
    mass = max(mass, 1)
    totals[row, LIFT] += mass
    totals[row, TOTAL] += mass * totals[row, TOTAL_WEIGHT]
    if totals[row, TOTAL] > 1 << TOTAL_BITS:
        _normalise(groups, totals, row)


@njit(cache=True)
def _copied(
    groups: NDArray[np.int64],
    totals: NDArray[np.int64],
    row: int,
    carriers: NDArray[np.int32],
) -> int:
    """Share of the mass that copies ALT, in 1 / ONE."""
    mass = 0
    for group in carriers:
        mass += groups[row, group, BASE] + totals[row, LIFT] * groups[row, group, WEIGHT]
    # A total is below 2**47, so neither side overflows.
    return min((mass << (PROBABILITY_BITS - 8)) // (totals[row, TOTAL] >> 8), ONE)


@njit(cache=True)
def _enter(state: State, blocks: Blocks, rates: Rates, row: int, block: int, afresh: bool) -> None:
    """Share masses out to haplotypes, and sum them over the groups of a new block."""
    groups, totals = state.groups, state.rows
    if block == 0 or afresh:
        state.share[row] = 0
    else:
        _share_out(state, blocks, row, block - 1)
    _gather(state, blocks, rates, row, block)
    totals[row, LIFT] = 0
    _normalise(groups, totals, row)


@njit(cache=True)
def _share_out(state: State, blocks: Blocks, row: int, block: int) -> None:
    """Masses of haplotypes at the end of a block."""
    groups, lift = state.groups[row], state.rows[row, LIFT]
    first, last = blocks.class_starts[block], blocks.class_starts[block + 1]
    factor = np.empty(last - first, np.int64)
    extra = np.empty(last - first, np.int64)
    for k in range(last - first):
        group = blocks.class_group[first + k]
        weight, kept = groups[group, WEIGHT], groups[group, KEPT]
        jumped = groups[group, BASE] + lift * weight - kept
        # What stayed is shared as it was at the start, what jumped by the weights.
        factor[k] = (kept << 16) // max(groups[group, INITIAL], 1)
        own = state.population_weight[row, blocks.class_population[first + k]]
        extra[k] = ((jumped >> _DROP) * own) // weight
    label, share = blocks.label[block], state.share[row]
    for h in range(len(label)):
        stayed = (np.int64(share[h]) * factor[label[h]]) >> (16 + _DROP)
        share[h] = stayed + extra[label[h]]


@njit(cache=True)
def _gather(state: State, blocks: Blocks, rates: Rates, row: int, block: int) -> None:
    """Sum masses of haplotypes over the groups of a block, and weigh its jumps."""
    first, last = blocks.class_starts[block], blocks.class_starts[block + 1]
    mass = np.zeros(last - first, np.int64)
    label, share = blocks.label[block], state.share[row]
    for h in range(len(label)):
        mass[label[h]] += share[h]
    _follow(state, blocks, rates, row, mass, first)
    groups = state.groups[row, : blocks.n_groups[block]]
    groups[:] = 0
    for k in range(last - first):
        group = blocks.class_group[first + k]
        own = state.population_weight[row, blocks.class_population[first + k]]
        groups[group, INITIAL] += mass[k]
        groups[group, WEIGHT] += own * blocks.class_size[first + k]
    groups[:, KEPT] = groups[:, INITIAL] << _DROP
    groups[:, BASE] = groups[:, KEPT]
    state.rows[row, TOTAL] = groups[:, BASE].sum()
    state.rows[row, TOTAL_WEIGHT] = groups[:, WEIGHT].sum()
    state.rows[row, N_GROUPS] = len(groups)


@njit(cache=True)
def _follow(
    state: State, blocks: Blocks, rates: Rates, row: int, mass: NDArray[np.int64], first: int
) -> None:
    """Move the ancestry of a row towards where its masses are, and weigh jumps by it."""
    sizes = blocks.population_size
    found = np.zeros(len(sizes), np.int64)
    for k in range(len(mass)):
        found[blocks.class_population[first + k]] += mass[k]
    total = found.sum()
    even = (1 << ANCESTRY_BITS) // sizes.sum()
    for k in range(len(sizes)):
        if total > 0:
            seen = (found[k] << ANCESTRY_BITS) // total
            state.ancestry[row, k] += ((seen - state.ancestry[row, k]) * rates.memory) >> 16
        own = state.ancestry[row, k] // sizes[k]
        weight = (own * (ONE_SHARE - rates.spread) + even * rates.spread) >> 16
        state.population_weight[row, k] = max(weight, 1)
