"""Logistic mixing of predictors in whole numbers (after Mahoney's PAQ), learning as it codes.

The log-odds of ALT is a weighted sum of the log-odds that every predictor gives. The weights are
the sum of three sets: one chosen by how sure the first predictor is and how much a row surprised
lately, one by what the first and the second predictor say, one by the class of the site. After
every site the errors of all rows, summed, move the weights that were used, so neither the order of
rows nor the number of threads matters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from vaeviz.compression.codec.coder import ONE, PROBABILITY_BITS
from vaeviz.compression.codec.logits import LOGIT_SCALE, MAX_LOGIT

if TYPE_CHECKING:
    from numpy.typing import NDArray

WEIGHT_BITS = 20
"""Weights are whole numbers of 2**-WEIGHT_BITS."""
N_SURE = 7
"""Contexts by log-odds of the first predictor: steps of one nat, and of 1.5 from 4 on."""
N_SIGNED = 2 * N_SURE
"""Contexts by log-odds of a predictor with their sign."""
N_SURPRISE = 5
"""Contexts by recent surprise of a row."""
SURPRISE_BITS = 10
"""Recent surprise is in bits a site / 2**SURPRISE_BITS."""
SURPRISE_MEMORY = 5
"""Recent surprise moves towards that of a site by 2**-SURPRISE_MEMORY."""
_GRADIENT_BITS = 10


class Mixer(NamedTuple):
    """Weights and the state of every row. All int64.

    Attributes
    ----------
    by_row : shape (N_SURE * N_SURPRISE, n_inputs)
        Weights by sureness and recent surprise.
    by_pair : shape (N_SIGNED**2, n_inputs)
        Weights by the log-odds of the first two predictors.
    by_class : shape (n_classes, n_inputs)
        Weights by class of sites.
    surprise : shape (n_rows,)
        Recent surprise of every row.
    """

    by_row: NDArray[np.int64]
    by_pair: NDArray[np.int64]
    by_class: NDArray[np.int64]
    surprise: NDArray[np.int64]


def new_mixer(n_rows: int, n_inputs: int, n_classes: int) -> Mixer:
    """A mixer that repeats its first input."""
    by_row = np.zeros((N_SURE * N_SURPRISE, n_inputs), np.int64)
    by_row[:, 0] = 1 << WEIGHT_BITS
    by_class = np.zeros((n_classes, n_inputs), np.int64)
    by_pair = np.zeros((N_SIGNED**2, n_inputs), np.int64)
    return Mixer(by_row, by_pair, by_class, np.zeros(n_rows, np.int64))


@njit(cache=True)
def mix_site(mixer: Mixer, inputs: NDArray[np.int32], site_class: int) -> NDArray[np.int64]:
    """Log-odds of every row, in 1 / LOGIT_SCALE; inputs are log-odds too, (n_rows, n_inputs)."""
    by_row, by_pair, by_class = mixer.by_row, mixer.by_pair, mixer.by_class
    surprise = mixer.surprise
    n_rows, n_inputs = inputs.shape
    logits = np.empty(n_rows, np.int64)
    for row in range(n_rows):
        context = _row_context(inputs[row, 0], surprise[row])
        pair = _signed(inputs[row, 0]) * N_SIGNED + _signed(inputs[row, 1])
        total = 0
        for k in range(n_inputs):
            weight = by_row[context, k] + by_pair[pair, k] + by_class[site_class, k]
            total += weight * inputs[row, k]
        logits[row] = min(max(total >> WEIGHT_BITS, -MAX_LOGIT), MAX_LOGIT)
    return logits


@njit(cache=True)
def learn_site(
    mixer: Mixer,
    inputs: NDArray[np.int32],
    site_class: int,
    p: NDArray[np.int32],
    counts: NDArray[np.int8],
    rate: int,
) -> None:
    """Move the weights down the gradient of the code length of a site.

    Parameters
    ----------
    mixer : Mixer
        Changed in place.
    inputs, site_class
        As given to `mix_site`.
    p : int32, shape (n_rows,)
        ALT probabilities that were coded with, in 1 / ONE.
    counts : int8, shape (n_rows,)
        Alleles, -1 missing.
    rate : int
        How far, in 2**-16.
    """
    by_row, by_pair, by_class = mixer.by_row, mixer.by_pair, mixer.by_class
    surprise = mixer.surprise
    n_rows, n_inputs = inputs.shape
    row_steps = np.zeros(by_row.shape, np.int64)
    pair_steps = np.zeros(by_pair.shape, np.int64)
    class_steps = np.zeros(n_inputs, np.int64)
    for row in range(n_rows):
        if counts[row] < 0:
            continue
        context = _row_context(inputs[row, 0], surprise[row])
        pair = _signed(inputs[row, 0]) * N_SIGNED + _signed(inputs[row, 1])
        error = np.int64(ONE if counts[row] else 0) - p[row]
        for k in range(n_inputs):
            step = inputs[row, k] * error
            row_steps[context, k] += step
            pair_steps[pair, k] += step
            class_steps[k] += step
        seen = _whole_bits(p[row] if counts[row] else ONE - p[row]) << SURPRISE_BITS
        surprise[row] += (seen - surprise[row]) >> SURPRISE_MEMORY
    _move(by_row, row_steps, rate)
    _move(by_pair, pair_steps, rate)
    for k in range(n_inputs):
        by_class[site_class, k] += ((class_steps[k] >> _GRADIENT_BITS) * rate) >> 16


@njit(cache=True)
def _move(weights: NDArray[np.int64], steps: NDArray[np.int64], rate: int) -> None:
    """Steps are in 1 / (ONE x LOGIT_SCALE) = 2**-30, weights in 2**-20."""
    for context in range(len(steps)):
        for k in range(steps.shape[1]):
            weights[context, k] += ((steps[context, k] >> _GRADIENT_BITS) * rate) >> 16


@njit(cache=True)
def _row_context(log_odds: int, surprise: int) -> int:
    recent = 0
    for edge in (1, 4, 12, 40):
        recent += surprise > edge
    return _sure(log_odds) * N_SURPRISE + recent


@njit(cache=True)
def _sure(log_odds: int) -> int:
    nats = abs(log_odds) // LOGIT_SCALE
    return nats if nats < 4 else min(4 + (nats - 4) * 2 // 3, N_SURE - 1)


@njit(cache=True)
def _signed(log_odds: int) -> int:
    return _sure(log_odds) + (N_SURE if log_odds > 0 else 0)


@njit(cache=True)
def _whole_bits(chance: int) -> int:
    """Code length of an event, rounded down; chance in 1 / ONE, above 0."""
    bits = PROBABILITY_BITS
    while chance > 1:
        chance >>= 1
        bits -= 1
    return bits
