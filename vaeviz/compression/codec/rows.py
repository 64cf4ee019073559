"""Genotypes to bytes and back under a predictor: one path of questions for both directions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from vaeviz.compression.codec.coder import ONE, PROBABILITY_BITS, Channel, Reading, Writing
from vaeviz.data.panel import MISSING
from vaeviz.errors import Cancelled
from vaeviz.progress import Silent

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from vaeviz.compression.codec.methods import Predictor
    from vaeviz.progress import Progress

SITES_A_REPORT = 256


def encode_rows(
    counts: NDArray[np.int8],
    ploidy: int,
    predictor: Predictor,
    progress: Progress | None = None,
) -> bytes:
    """Code counts site by site under what `predictor` expects; missing entries are not coded.

    Parameters
    ----------
    counts : int8, shape (n_rows, n_sites)
        Copies of ALT, -1 missing.
    ploidy : 1 or 2
        At 2 a row's count is Binomial(2, p), coded as two bits: any copy, then both.

    Raises
    ------
    Cancelled
        `progress` asked to stop.
    """
    channel = Writing()
    _each_site(channel, np.array(counts.T, order="C"), ploidy, predictor, progress or Silent())
    return channel.finish()


def decode_rows(
    data: bytes,
    ploidy: int,
    missing: NDArray[np.bool_] | None,
    shape: tuple[int, int],
    predictor: Predictor,
    progress: Progress | None = None,
) -> NDArray[np.int8]:
    """Inverse of `encode_rows`, given a predictor in the same state and what is missing.

    Parameters
    ----------
    missing : bool, shape (n_rows, n_sites), or None
        Entries that were not coded; None when all were.
    shape : tuple
        (n_rows, n_sites).

    Raises
    ------
    CodecError
        The bytes cannot be what an encoder wrote. That they decode is no proof: check the sum.
    Cancelled
        `progress` asked to stop.
    """
    by_site = np.zeros(shape[::-1], np.int8)
    if missing is not None:
        by_site[missing.T] = MISSING
    _each_site(Reading(data), by_site, ploidy, predictor, progress or Silent())
    return np.ascontiguousarray(by_site.T)


def _each_site(
    channel: Channel,
    by_site: NDArray[np.int8],
    ploidy: int,
    predictor: Predictor,
    progress: Progress,
) -> None:
    """Pass every count through the channel, in place; missing ones stay as they are."""
    n_sites = len(by_site)
    code = _alleles if ploidy == 1 else _genotypes
    for site, column in enumerate(by_site):
        p = predictor.predict()
        known = column >= 0
        if known.all():
            column[:] = code(channel, column, p)
        else:
            column[known] = code(channel, column[known], p[known])
        predictor.update(column)
        if site % SITES_A_REPORT == 0:
            if progress.cancelled():
                raise Cancelled("Stopped before the file was finished.", "Nothing was written.")
            progress.update(site, n_sites, "Coding genotypes")


def _alleles(channel: Channel, counts: NDArray[np.int8], p: NDArray[np.int32]) -> NDArray[np.int8]:
    return channel.bits(counts > 0, p).view(np.int8)


def _genotypes(
    channel: Channel, counts: NDArray[np.int8], p: NDArray[np.int32]
) -> NDArray[np.int8]:
    p_any, p_both = genotype_probabilities(p)
    some = channel.bits(counts > 0, p_any)
    coded = some.astype(np.int8)
    coded[some] += channel.bits(counts[some] > 1, p_both[some])
    return coded


def genotype_probabilities(
    p: NDArray[np.int32],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Probabilities, in 1 / ONE, of a genotype with any ALT, and of two ALT given any.

    1 - (1 - p)**2 and p / (2 - p), rounded down and kept off 0 and ONE: Hardy-Weinberg.
    """
    alt = p.astype(np.int64)
    ref = ONE - alt
    p_any = ONE - ((ref * ref) >> PROBABILITY_BITS)
    p_both = (alt << PROBABILITY_BITS) // (2 * ONE - alt)
    return np.clip(p_any, 1, ONE - 1), np.clip(p_both, 1, ONE - 1)
