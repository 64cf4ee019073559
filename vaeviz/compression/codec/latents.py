"""Latent numbers to bytes and back, in whole numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vaeviz.compression.codec.coder import ONE, PROBABILITY_BITS
from vaeviz.compression.codec.logits import (
    MAX_LOG_SD,
    MAX_TAIL,
    SD_SCALE,
    TAIL_ONE,
    TAIL_SCALE,
    UNIT,
    inverse_sd_table,
    tail_table,
)
from vaeviz.errors import CodecError

if TYPE_CHECKING:
    from vaeviz.compression.codec.coder import Channel

Whole = NDArray[np.int64]
MAX_STEPS = 4096
"""Steps from the expected one after which a decoder gives up: the bytes are damaged."""
MAX_INVERSE_SD = 1 << 29
TAIL_SHIFT = TAIL_ONE.bit_length() - 1 - PROBABILITY_BITS
PLACE_SHIFT = (2 * UNIT**3 // TAIL_SCALE).bit_length() - 1
"""From twice a distance times 1 / sd, in 1 / UNIT**3, to the places of the table of tails."""


def code_numbers(
    channel: Channel, numbers: Whole, step: Whole, mean: Whole, inverse_sd: Whole
) -> Whole:
    """Pass whole numbers through a channel under a normal distribution of number * step.

    A number is found by asking first whether it lies above the step below the mean, then, going
    away from the mean, whether it goes on.

    Parameters
    ----------
    numbers : int64, shape (n,)
        A decoder gives any and gets the true ones back.
    step, mean : int64, shape (n,), in 1 / UNIT
    inverse_sd : int64, shape (n,), in 1 / UNIT**2

    Returns
    -------
    int64, shape (n,)
        At most `MAX_STEPS` from the mean.

    Raises
    ------
    CodecError
        The channel's bits lead nowhere.
    """
    below = mean // step
    above = below + 1
    tail = _Tail(step, mean, inverse_sd)
    everybody = np.arange(len(numbers))
    up = channel.bits(numbers > below, _probability(tail(everybody, below, 1)))
    found = np.where(up, above, below)
    for sign in (1, -1):
        going = np.flatnonzero(up == (sign == 1))
        for _ in range(MAX_STEPS):
            # P(beyond this step | at least this step), away from the mean.
            here = found[going]
            beyond = tail(going, here if sign == 1 else here - 1, sign)
            reached = tail(going, here - 1 if sign == 1 else here, sign)
            truth = numbers[going] > here if sign == 1 else numbers[going] < here
            on = channel.bits(truth, _probability(beyond, reached))
            going = going[on]
            found[going] += sign
            if not len(going):
                break
        else:
            raise CodecError("The coded latents are damaged.", "Copy the file again.")
    return found


class _Tail:
    """Normal tails at the borders between steps, of each number's own distribution."""

    def __init__(self, step: Whole, mean: Whole, inverse_sd: Whole) -> None:
        self.step, self.mean, self.inverse_sd = step, mean, inverse_sd

    def __call__(self, index: Whole, number: Whole, sign: int) -> Whole:
        """P(above the border over `number`), or below it for sign -1, in 1 / TAIL_ONE."""
        # Twice the distance, so that half a step is whole; clipped so that the product fits.
        twice = (2 * number + 1) * self.step[index] - 2 * self.mean[index]
        twice = np.clip(twice, -(1 << 30), 1 << 30)
        place = (twice * self.inverse_sd[index] * sign) >> PLACE_SHIFT
        return tail_table()[np.clip(place, -MAX_TAIL, MAX_TAIL) + MAX_TAIL]


def _probability(part: Whole, whole: Whole | None = None) -> Whole:
    p = part >> TAIL_SHIFT if whole is None else (part << PROBABILITY_BITS) // whole
    return np.clip(p, 1, ONE - 1)


def inverse_sd_of(log_sd: NDArray[np.float64]) -> Whole:
    """1 / sd in 1 / UNIT**2 of whole log standard deviations in 1 / UNIT."""
    place = np.floor(log_sd * (SD_SCALE / UNIT)).astype(np.int64)
    return inverse_sd_table()[np.clip(place, -MAX_LOG_SD, MAX_LOG_SD) + MAX_LOG_SD]


def inverse_of(sd: NDArray[np.integer]) -> Whole:
    """1 / sd in 1 / UNIT**2 of whole standard deviations in 1 / UNIT."""
    return np.minimum(UNIT**3 // sd.astype(np.int64), MAX_INVERSE_SD)
