"""Whole-number log-odds and probabilities: the only non-linearities that drive the coder.

A log-odds is an integer in units of 1 / LOGIT_SCALE nat, a probability an integer in units of
1 / ONE. The tables between them are computed once a process; a rounding that differed on some
machine would show in `TABLE_DIGEST`, which is checked before anything is coded.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from vaeviz.compression.codec.coder import ONE
from vaeviz.errors import CodecError

if TYPE_CHECKING:
    from numpy.typing import NDArray

LOGIT_SCALE = 256
MAX_LOGIT = 15 * LOGIT_SCALE
TABLE_DIGEST = "93c29c966928935d"


@lru_cache(maxsize=1)
def squash_table() -> NDArray[np.int32]:
    """Probability of every log-odds -MAX_LOGIT..MAX_LOGIT, never 0 and never 1.

    Raises
    ------
    CodecError
        This machine rounds the table differently from the one the format is defined by.
    """
    logits = np.arange(-MAX_LOGIT, MAX_LOGIT + 1) / LOGIT_SCALE
    exact = ONE / (1 + np.exp(-logits))
    table = np.clip(np.rint(exact), 1, ONE - 1).astype(np.int32)
    found = hashlib.blake2b(table.astype("<i4").tobytes(), digest_size=8).hexdigest()
    if found != TABLE_DIGEST:
        raise CodecError(
            "This machine computes the codec's table of probabilities differently.",
            "Compress and decompress on another machine, and report this one.",
        )
    return table


def squash(logits: NDArray[np.integer]) -> NDArray[np.int32]:
    """Probabilities in units of 1 / ONE of log-odds in units of 1 / LOGIT_SCALE, clipped."""
    return squash_table()[np.clip(logits, -MAX_LOGIT, MAX_LOGIT) + MAX_LOGIT]


def stretch(p: NDArray[np.integer]) -> NDArray[np.int32]:
    """Largest log-odds whose probability is at most p; the lowest one below all."""
    place = np.searchsorted(squash_table(), p, side="right") - 1
    return (np.maximum(place, 0) - MAX_LOGIT).astype(np.int32)
