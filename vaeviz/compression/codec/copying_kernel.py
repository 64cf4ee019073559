"""The copying model of Li and Stephens (2003) in whole numbers, forward in time, all rows at once.

A row is a mosaic of reference haplotypes. Every group of equal haplotypes of a block (see
`copying_blocks`) has a mass: the joint probability of the alleles so far and of copying from it.
To the next site the row jumps to any haplotype with a small probability; that adds the same mass
per unit of weight to every group, so it is kept as one number a row, `lift`, and groups are only
touched where the row contradicts them. `kept` is the part of a mass that did not jump in this
block: at its end it is shared out in the proportions of its start, the rest by the weights.

Masses are int64 with a total of about 2**TOTAL_BITS; every operation on them is exact or rounds
down, in a fixed order, so that the same numbers come out on every machine and thread count.
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
ANCESTRY_BITS = 20
ONE_SHARE = 1 << 16
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
        How fast the ancestry of a row follows its masses, in 2**-16 a block.
    spread : int64
        Part of the jumps that ignores ancestry, in 2**-16.
    """

    jump: NDArray[np.int64]
    gain: NDArray[np.int64]
    loss: NDArray[np.int64]
    gain_odds: NDArray[np.int64]
    loss_odds: NDArray[np.int64]
    memory: int
    spread: int


class State(NamedTuple):
    """Where every row stands. All int64 but `share`.

    Attributes
    ----------
    share : uint32, shape (n_rows, n_haplotypes)
        Mass of every haplotype at the start of the block.
    base, kept, initial, weight : shape (n_rows, most groups)
        Mass less lift x weight, the part that did not jump, `share` summed, weight of a jump.
    lift, total, total_weight : shape (n_rows,)
        Mass a unit of weight received by jumps, sum of masses, sum of weights.
    ancestry, population_weight : shape (n_rows, n_populations)
        Recent share of every population, total about 2**ANCESTRY_BITS; weight of a jump to one
        haplotype of it.
    """

    share: NDArray[np.uint32]
    base: NDArray[np.int64]
    kept: NDArray[np.int64]
    initial: NDArray[np.int64]
    weight: NDArray[np.int64]
    lift: NDArray[np.int64]
    total: NDArray[np.int64]
    total_weight: NDArray[np.int64]
    ancestry: NDArray[np.int64]
    population_weight: NDArray[np.int64]


def new_state(n_rows: int, blocks: Blocks) -> State:
    """Rows before their first site."""
    widest = int(blocks.n_groups.max())
    sizes = blocks.population_size
    ancestry = np.tile((sizes << ANCESTRY_BITS) // sizes.sum(), (n_rows, 1))

    def zeros(*shape: int) -> NDArray[np.int64]:
        return np.zeros(shape, np.int64)

    return State(
        np.zeros((n_rows, blocks.label.shape[1]), np.uint32),
        base=zeros(n_rows, widest),
        kept=zeros(n_rows, widest),
        initial=zeros(n_rows, widest),
        weight=zeros(n_rows, widest),
        lift=zeros(n_rows),
        total=zeros(n_rows),
        total_weight=zeros(n_rows),
        ancestry=ancestry,
        population_weight=np.zeros_like(ancestry),
    )


@njit(cache=True, parallel=True)
def advance(
    state: State,
    blocks: Blocks,
    rates: Rates,
    place: tuple[int, int],
    counts: NDArray[np.int8],
    p: NDArray[np.int32],
) -> None:
    """Take in the alleles of the site before, jump, and predict a site.

    Parameters
    ----------
    state : State
        Changed in place.
    blocks : Blocks
    rates : Rates
    place : site, block
        Of the site to predict.
    counts : int8, shape (n_rows,)
        Alleles at the site before, -1 missing; not read at the first site.
    p : int32, shape (n_rows,)
        Filled with the ALT probability of every row.
    """
    site, block = place
    for row in prange(len(p)):
        p[row] = _step(state, blocks, rates, row, site, block, counts[row])


@njit(cache=True, parallel=True)
def predict_all(
    state: State, blocks: Blocks, rates: Rates, counts: NDArray[np.int8], p: NDArray[np.int32]
) -> None:
    """What `advance` predicts at every site in turn, when all alleles are known already.

    Parameters
    ----------
    state : State
        As `new_state` makes it; changed in place.
    blocks : Blocks
    rates : Rates
    counts : int8, shape (n_rows, n_sites)
        Alleles, -1 missing.
    p : int32, shape (n_rows, n_sites)
        Filled.
    """
    for row in prange(len(counts)):
        block = 0
        for site in range(counts.shape[1]):
            if site == blocks.starts[block + 1]:
                block += 1
            before = counts[row, site - 1] if site > 0 else MISSING
            p[row, site] = _step(state, blocks, rates, row, site, block, before)


@njit(cache=True)
def _step(
    state: State, blocks: Blocks, rates: Rates, row: int, site: int, block: int, before: int
) -> int:
    """Take in the allele of the site before, jump, and predict a site."""
    starts = site == blocks.starts[block]
    if site > 0 and before >= 0:
        _observe(state, blocks, rates, row, site - 1, block - 1 if starts else block, before)
    afresh = rates.jump[site] < 0
    if starts:
        _enter(state, blocks, rates, row, block, afresh)
    if not afresh:
        _jump(state, row, rates.jump[site], blocks.n_groups[block])
    return _predict(state, blocks, rates, row, site)


@njit(cache=True)
def _observe(
    state: State, blocks: Blocks, rates: Rates, row: int, site: int, block: int, allele: int
) -> None:
    """Make groups that carry the other allele less likely."""
    if rates.gain_odds[site] == 1 << RATE_BITS:
        return
    alt = blocks.alt_groups[blocks.alt_starts[site] : blocks.alt_starts[site + 1]]
    if allele == 0:
        for group in alt:
            _contradict(state, row, group, rates.loss_odds[site])
    else:
        place = 0
        for group in range(blocks.n_groups[block]):
            if place < len(alt) and alt[place] == group:
                place += 1
            else:
                _contradict(state, row, group, rates.gain_odds[site])
    _normalise(state, row, blocks.n_groups[block])


@njit(cache=True)
def _contradict(state: State, row: int, group: int, odds: int) -> None:
    lifted = state.lift[row] * state.weight[row, group]
    old = state.base[row, group] + lifted
    new = ((old >> _HALF) * odds) >> _HALF
    state.base[row, group] = new - lifted
    state.kept[row, group] = ((state.kept[row, group] >> _HALF) * odds) >> _HALF
    state.total[row] += new - old


@njit(cache=True)
def _normalise(state: State, row: int, n_groups: int) -> None:
    """Bring the total back into (2**(TOTAL_BITS - 1), 2**TOTAL_BITS]."""
    total = state.total[row]
    if total <= 0:
        for group in range(n_groups):
            state.base[row, group] = state.weight[row, group]
            state.kept[row, group] = 0
        state.lift[row] = 0
        total = state.total_weight[row]
    up = 0
    while total << up <= 1 << (TOTAL_BITS - 1):
        up += 1
    down = 1 if total > 1 << TOTAL_BITS else 0
    if up == 0 and down == 0:
        state.total[row] = total
        return
    total = 0
    for group in range(n_groups):
        mass = state.base[row, group] + state.lift[row] * state.weight[row, group]
        state.base[row, group] = (mass << up) >> down
        state.kept[row, group] = (state.kept[row, group] << up) >> down
        total += state.base[row, group]
    state.lift[row] = 0
    state.total[row] = total


@njit(cache=True)
def _jump(state: State, row: int, odds: int, n_groups: int) -> None:
    mass = (((state.total[row] >> _HALF) * odds) >> _HALF) // state.total_weight[row]
    mass = max(mass, 1)
    state.lift[row] += mass
    state.total[row] += mass * state.total_weight[row]
    if state.total[row] > 1 << TOTAL_BITS:
        _normalise(state, row, n_groups)


@njit(cache=True)
def _predict(state: State, blocks: Blocks, rates: Rates, row: int, site: int) -> int:
    alt = blocks.alt_groups[blocks.alt_starts[site] : blocks.alt_starts[site + 1]]
    mass = 0
    for group in alt:
        mass += state.base[row, group] + state.lift[row] * state.weight[row, group]
    # A total is below 2**47, so neither side overflows.
    copied = (mass << (PROBABILITY_BITS - 8)) // (state.total[row] >> 8)
    copied = min(copied, ONE)
    p = (rates.gain[site] * (ONE - copied) + (ONE - rates.loss[site]) * copied) >> PROBABILITY_BITS
    return min(max(p, 1), ONE - 1)


@njit(cache=True)
def _enter(state: State, blocks: Blocks, rates: Rates, row: int, block: int, afresh: bool) -> None:
    """Share masses out to haplotypes, and sum them over the groups of a new block."""
    n_groups = blocks.n_groups[block]
    if block == 0 or afresh:
        state.share[row] = 0
        _gather(state, blocks, rates, row, block)
        state.base[row, :n_groups] = state.weight[row, :n_groups]
        state.total[row] = state.total_weight[row]
    else:
        _share_out(state, blocks, row, block - 1)
        _gather(state, blocks, rates, row, block)
    state.lift[row] = 0
    _normalise(state, row, n_groups)


@njit(cache=True)
def _share_out(state: State, blocks: Blocks, row: int, block: int) -> None:
    """Masses of haplotypes at the end of a block."""
    first, last = blocks.class_starts[block], blocks.class_starts[block + 1]
    factor = np.empty(last - first, np.int64)
    extra = np.empty(last - first, np.int64)
    for k in range(last - first):
        group = blocks.class_group[first + k]
        weight = state.weight[row, group]
        kept = state.kept[row, group]
        jumped = state.base[row, group] + state.lift[row] * weight - kept
        # What stayed is shared as it was at the start, what jumped by the weights.
        factor[k] = (kept << 16) // max(state.initial[row, group], 1)
        own = state.population_weight[row, blocks.class_population[first + k]]
        extra[k] = ((jumped >> _DROP) * own) // weight
    label = blocks.label[block]
    for h in range(len(label)):
        stayed = (np.int64(state.share[row, h]) * factor[label[h]]) >> (16 + _DROP)
        state.share[row, h] = stayed + extra[label[h]]


@njit(cache=True)
def _gather(state: State, blocks: Blocks, rates: Rates, row: int, block: int) -> None:
    """Sum masses of haplotypes over the groups of a block, and weigh its jumps."""
    first, last = blocks.class_starts[block], blocks.class_starts[block + 1]
    mass = np.zeros(last - first, np.int64)
    label = blocks.label[block]
    for h in range(len(label)):
        mass[label[h]] += state.share[row, h]
    _follow(state, blocks, rates, row, mass, first)
    n_groups = blocks.n_groups[block]
    state.initial[row, :n_groups] = 0
    state.weight[row, :n_groups] = 0
    for k in range(last - first):
        group = blocks.class_group[first + k]
        own = state.population_weight[row, blocks.class_population[first + k]]
        state.initial[row, group] += mass[k]
        state.weight[row, group] += own * blocks.class_size[first + k]
    state.kept[row, :n_groups] = state.initial[row, :n_groups] << _DROP
    state.base[row, :n_groups] = state.kept[row, :n_groups]
    state.total[row] = state.kept[row, :n_groups].sum()
    state.total_weight[row] = state.weight[row, :n_groups].sum()


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
