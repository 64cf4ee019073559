"""Whole-number functions that drive the coder: the same on every machine.

A log-odds is an integer in units of 1 / LOGIT_SCALE nat, a probability one of 1 / ONE, an
activation one of 1 / UNIT. Everything is computed from powers of e in Python's integers, so no
machine rounds differently.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from math import factorial
from typing import TYPE_CHECKING

import numpy as np

from vaeviz.compression.codec.coder import ONE
from vaeviz.training.latent_code import UNIT

if TYPE_CHECKING:
    from numpy.typing import NDArray

LOGIT_SCALE = 256
MAX_LOGIT = 15 * LOGIT_SCALE
MAX_ACTIVATION = 16 * UNIT
"""From here on SiLU is the identity, and 0 on the other side, to within its unit."""
TAIL_SCALE = 256
MAX_TAIL = 8 * TAIL_SCALE
TAIL_ONE = 1 << 40
SD_SCALE = 64
MAX_LOG_SD = 6 * SD_SCALE
PRECISION = 96
"""Bits behind the point of the powers that the tables are made of."""


@lru_cache(maxsize=1)
def squash_table() -> NDArray[np.int32]:
    """Probability of every log-odds -MAX_LOGIT..MAX_LOGIT, never 0 and never 1."""
    one = 1 << PRECISION
    odds = _powers(Fraction(1, LOGIT_SCALE), MAX_LOGIT)
    upper = [_rounded(ONE * e, one + e) for e in odds]
    lower = [_rounded(ONE * one, one + e) for e in odds]
    table = np.array(lower[:0:-1] + upper, np.int64)
    return np.clip(table, 1, ONE - 1).astype(np.int32)


def squash(logits: NDArray[np.integer]) -> NDArray[np.int32]:
    """Probabilities in units of 1 / ONE of log-odds in units of 1 / LOGIT_SCALE, clipped."""
    return squash_table()[np.clip(logits, -MAX_LOGIT, MAX_LOGIT) + MAX_LOGIT]


def stretch(p: NDArray[np.integer]) -> NDArray[np.int32]:
    """Largest log-odds whose probability is at most p; the lowest one below all."""
    place = np.searchsorted(squash_table(), p, side="right") - 1
    return (np.maximum(place, 0) - MAX_LOGIT).astype(np.int32)


@lru_cache(maxsize=1)
def silu_table() -> NDArray[np.float64]:
    """SiLU x / (1 + exp(-x)), x = -MAX_ACTIVATION..MAX_ACTIVATION, all in units of 1 / UNIT."""
    one = 1 << PRECISION
    odds = _powers(Fraction(1, UNIT), MAX_ACTIVATION)
    upper = [_rounded(x * e, one + e) for x, e in enumerate(odds)]
    lower = [-_rounded(x * one, one + e) for x, e in enumerate(odds)]
    return np.array(lower[:0:-1] + upper, np.float64)


def silu(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """SiLU of whole numbers in units of 1 / UNIT."""
    clipped = np.clip(values, -MAX_ACTIVATION, MAX_ACTIVATION).astype(np.int64)
    inside = silu_table()[clipped + MAX_ACTIVATION]
    return np.where(values > MAX_ACTIVATION, values, inside)


@lru_cache(maxsize=1)
def tail_table() -> NDArray[np.int64]:
    """P(normal > x) in 1 / TAIL_ONE for x = -MAX_TAIL..MAX_TAIL in 1 / TAIL_SCALE; at least 1.

    Sums of the density at the middles of steps of 1 / TAIL_SCALE.
    """
    # exp(-x**2 / 2) at x = (2 k + 1) / (2 TAIL_SCALE): exponent -(2 k + 1)**2 / (8 TAIL_SCALE**2).
    density = [_power(Fraction(-1, 8 * TAIL_SCALE**2))]
    ratio = step = _power(Fraction(-8, 8 * TAIL_SCALE**2))
    for _ in range(MAX_TAIL - 1):
        density.append(_times(density[-1], ratio))
        ratio = _times(ratio, step)
    above = np.array(density[::-1], object).cumsum()[::-1]
    total = 2 * int(above[0])
    upper = [_rounded(TAIL_ONE * int(a), total) for a in above] + [0]
    lower = [TAIL_ONE - a for a in upper]
    return np.maximum(np.array(lower[:0:-1] + upper, np.int64), 1)


@lru_cache(maxsize=1)
def inverse_sd_table() -> NDArray[np.int64]:
    """exp(-s) in 1 / UNIT**2 for log sd s = -MAX_LOG_SD..MAX_LOG_SD in 1 / SD_SCALE."""
    one = 1 << PRECISION
    powers = _powers(Fraction(1, SD_SCALE), MAX_LOG_SD)
    up = [_rounded(UNIT**2 * e, one) for e in powers]
    down = [_rounded(UNIT**2 * one, e) for e in powers]
    return np.array(up[:0:-1] + down, np.int64)


def _powers(step: Fraction, n: int) -> list[int]:
    """exp(k * step) for k = 0..n with PRECISION bits behind the point."""
    factor = _power(step)
    powers = [1 << PRECISION]
    for _ in range(n):
        powers.append(_times(powers[-1], factor))
    return powers


def _power(exponent: Fraction) -> int:
    """Power of e to a number smaller than 1, by its series."""
    exact = sum(exponent**k / factorial(k) for k in range(30))
    return _rounded(exact.numerator << PRECISION, exact.denominator)


def _times(a: int, b: int) -> int:
    return (a * b) >> PRECISION


def _rounded(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)
