"""Rates of the copying model that code people outside the reference shortest."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from vaeviz.compression.codec.coder import ONE
from vaeviz.compression.codec.copying_kernel import new_state, predict_all
from vaeviz.compression.codec.copying_rates import (
    FACTOR_SHIFTS,
    N_CLASSES,
    N_WINDOWS,
    Settings,
    default_settings,
    from_byte,
    site_windows,
    to_byte,
)
from vaeviz.compression.codec.copying_reference import Haplotypes
from vaeviz.data.align import align_sites, aligned_counts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from vaeviz.compression.codec.copying_kernel import Rates
    from vaeviz.data.panel import Panel

MAX_ROWS = 64
"""Haplotypes the rates are fitted on."""
WINDOW_ROWS = 512
WINDOW_ALLELES = 2_000_000
"""The jump rates of pieces need more: so many, but no more than these alleles."""
MIN_ROWS = 4
"""Fewer say too little; the defaults stand."""
HELD_OUT = 10
"""Without people to fit on, one in so many of the reference is held out."""
STEPS = (8, 4)
"""Bytes by which the jump rate is moved up and down; 8 is a factor of 2."""
WINDOW_ROUNDS = 2
WINDOW_GAIN_BITS = 2.0
"""A piece gets another jump rate only for more than this."""
EM_STEPS = 30
LEAST_READ, LEAST_LOST = 5e-5, 3e-4
"""Errors below this cost more in masses that never come back than they save."""
PRIOR_ALLELES = 2.0
"""Alleles that the rates before a fit count for in every class."""
SHARE_EDGES = np.linspace(-16.0, 16.0, 129)
"""Log-odds of a copied allele between which it counts as one."""


def fit_settings(haplotypes: Haplotypes, tune: Panel | None) -> Settings:
    """Fit settings on `tune` or, without it, on a held-out tenth of the reference.

    Alternates expectation-maximisation of the reading errors, given what is copied, with a search
    for the jump rate, then moves the jump rates of single pieces. Whatever comes out is written
    to the file: a decoder fits nothing.
    """
    haplotypes, targets = _targets(haplotypes, tune)
    settings = default_settings()
    if len(targets) < MIN_ROWS:
        return settings
    task = _Task(haplotypes, spread_rows(targets, MAX_ROWS))
    for step in STEPS:
        settings = _fit_errors(task, settings)
        settings = _fit_jump(task, settings, step)
    most = min(WINDOW_ROWS, WINDOW_ALLELES // targets.shape[1] + 1)
    larger = _Task(haplotypes, spread_rows(targets, most))
    for _ in range(WINDOW_ROUNDS):
        settings = _fit_windows(larger, settings)
    return _fit_errors(task, settings)


@dataclass(frozen=True)
class _Task:
    """Target alleles int8 (n_rows, n_sites), -1 missing, and the reference they copy from."""

    haplotypes: Haplotypes
    targets: NDArray[np.int8]

    def predict(self, rates: Rates) -> NDArray[np.float64]:
        """ALT probability of every target allele: shape (n_rows, n_sites)."""
        state = new_state(len(self.targets), self.haplotypes.blocks)
        return predict_all(state, self.haplotypes.blocks, rates, self.targets) / ONE

    def cost_bits(self, settings: Settings) -> NDArray[np.float64]:
        """Code length of the targets at every site; 0 at those that the reference lacks."""
        p = self.predict(self.haplotypes.rates(settings))
        bits = -np.log2(np.where(self.targets == 1, p, 1 - p))
        bits[(self.targets < 0) | self.haplotypes.absent] = 0
        return bits.sum(axis=0)


def _targets(haplotypes: Haplotypes, tune: Panel | None) -> tuple[Haplotypes, NDArray[np.int8]]:
    """Reference to copy from, and rows to fit on."""
    if tune is not None and tune.phased:
        counts = aligned_counts(tune, align_sites(tune, haplotypes.sites))
        return haplotypes, counts
    return haplotypes.hold_out(HELD_OUT)


def spread_rows(counts: NDArray[np.int8], most: int) -> NDArray[np.int8]:
    """At most so many rows, from the whole length of the panel."""
    n = min(len(counts), most)
    return np.ascontiguousarray(counts[(np.arange(n) * len(counts)) // max(n, 1)])


def _fit_jump(task: _Task, settings: Settings, step: int) -> Settings:
    """Move the jump rate up, else down, for as long as that shortens the code."""
    best = task.cost_bits(settings).sum()
    for sign in (1, -1):
        moved = False
        while 0 < settings.jump + sign * step < 256:
            trial = replace(settings, jump=settings.jump + sign * step)
            cost = task.cost_bits(trial).sum()
            if cost >= best:
                break
            settings, best, moved = trial, cost, True
        if moved:
            break
    return settings


def _fit_windows(task: _Task, settings: Settings) -> Settings:
    """Move the jump rate of every piece a step up or down where that shortens the code.

    Every other piece is moved at once: what that does is over by the end of the next piece.
    """
    window = site_windows(task.haplotypes.sites)
    now = np.array(settings.windows)
    here = _with_next(task.cost_bits(settings), window)
    gain, best = np.full(N_WINDOWS, WINDOW_GAIN_BITS), now.copy()
    for parity in (0, 1):
        turn = np.arange(N_WINDOWS) % 2 == parity
        for step in (1, -1):
            trial = np.where(turn, np.clip(now + step, 0, len(FACTOR_SHIFTS) - 1), now)
            cost = task.cost_bits(_with_windows(settings, trial))
            saved = here - _with_next(cost, window)
            better = turn & (saved > gain)
            gain[better], best[better] = saved[better], trial[better]
    return _with_windows(settings, best)


def _with_windows(settings: Settings, factors: NDArray[np.int64]) -> Settings:
    return replace(settings, windows=tuple(int(f) for f in factors))


def _with_next(cost_bits: NDArray[np.float64], window: NDArray[np.int64]) -> NDArray[np.float64]:
    """Code length of every piece together with the piece after it."""
    own = np.bincount(window, cost_bits, minlength=N_WINDOWS)
    return own + np.append(own[1:], 0.0)


def _fit_errors(task: _Task, settings: Settings) -> Settings:
    """Reading errors of every class of sites, given what is copied under the present ones."""
    rates = task.haplotypes.rates(settings)
    n_sites = len(rates.gain)
    nothing = np.zeros(n_sites, np.int64)
    copied = task.predict(rates._replace(gain=nothing, loss=nothing))
    truth = task.targets
    n_alt, n_haplotypes = task.haplotypes.n_alt, task.haplotypes.alleles.shape[1]
    swapped = 2 * n_alt > n_haplotypes
    minor_copied = np.where(swapped, 1 - copied, copied)
    minor_read = (truth == 1) != swapped
    kind = np.broadcast_to(task.haplotypes.classes, truth.shape)
    used = (truth >= 0) & ~task.haplotypes.absent
    read, lost = list(settings.minor_read), list(settings.minor_lost)
    for k in range(N_CLASSES):
        chosen = used & (kind == k)
        if chosen.any():
            start = (_as_probability(read[k]), _as_probability(lost[k]))
            found = _maximise(minor_copied[chosen], minor_read[chosen], start)
            read[k] = to_byte(max(found[0], LEAST_READ) * ONE)
            lost[k] = to_byte(max(found[1], LEAST_LOST) * ONE)
    return replace(settings, minor_read=tuple(read), minor_lost=tuple(lost))


def _maximise(
    copied: NDArray[np.float64], seen: NDArray[np.bool_], start: tuple[float, float]
) -> tuple[float, float]:
    """Probabilities that a major copy reads minor and a minor one major, by EM.

    Parameters
    ----------
    copied : float64, shape (n,)
        Probability that the minor allele is copied.
    seen : bool, shape (n,)
        Whether it is read.
    start : tuple
        Where to start; counts for PRIOR_ALLELES alleles.
    """
    odds = np.log(copied / (1 - copied))
    cell = np.searchsorted(SHARE_EDGES, odds) * 2 + seen
    weight = np.bincount(cell)
    full = np.flatnonzero(weight)
    minor = np.bincount(cell, copied)[full] / weight[full]
    weight, hit = weight[full].astype(float), full % 2 == 1
    read, lost = start
    for _ in range(EM_STEPS):
        from_minor = minor * np.where(hit, 1 - lost, lost)
        from_major = (1 - minor) * np.where(hit, read, 1 - read)
        share = weight * from_minor / (from_minor + from_major)
        rest = weight - share
        lost = (share[~hit].sum() + PRIOR_ALLELES * start[1]) / (share.sum() + PRIOR_ALLELES)
        read = (rest[hit].sum() + PRIOR_ALLELES * start[0]) / (rest.sum() + PRIOR_ALLELES)
    return float(read), float(lost)


def _as_probability(code: int) -> float:
    return min(from_byte(code) / ONE, 0.5)
