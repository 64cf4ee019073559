"""Settings of the copying model: a few whole numbers that a file carries, and rates from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from vaeviz.compression.codec.coder import ONE
from vaeviz.compression.codec.copying_kernel import NEUTRAL, RATE_BITS, Rates
from vaeviz.errors import CodecError

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

CLASS_EDGES = np.array([1, 2, 3, 5, 9, 17, 33, 65, 129])
"""Least minor-allele counts in the reference of every class of sites but the first (none)."""
N_CLASSES = len(CLASS_EDGES) + 1
JUMP_BITS = 40
"""A jump rate is a whole number of 2**-JUMP_BITS a base pair."""
MANTISSA_BITS = 3
N_WINDOWS = 64
"""Pieces of about equal length with a jump rate of their own."""
MAX_GAP_BP = 10_000
"""A longer gap between sites counts as one of this length when pieces are cut."""
FACTOR_SHIFTS = (-2, -1, 0, 1, 2)
"""Jump rates of a piece, as powers of 2 of that of all."""
PLAIN = FACTOR_SHIFTS.index(0)
MEMORY = 40_000
SPREAD = 3_000
"""See `copying_kernel.Rates`; other values gained nothing on people of the 1000 Genomes."""
_WINDOW_BYTES = 19


def from_byte(code: int) -> int:
    """Whole number that a byte stands for: one of a scale with steps of 6 to 12 per cent."""
    mantissa = (1 << MANTISSA_BITS) + code % (1 << MANTISSA_BITS)
    return mantissa << (code >> MANTISSA_BITS)


def to_byte(value: float) -> int:
    """Byte whose number is nearest to a value, by ratio."""
    scale = np.array([from_byte(code) for code in range(256)], float)
    return int(np.abs(np.log(scale) - np.log(max(value, 1.0))).argmin())


@dataclass(frozen=True)
class Settings:
    """What is fitted of a copying model; a rate is a byte of the scale of `from_byte`.

    Attributes
    ----------
    jump : int
        Jumps a base pair, in 2**-JUMP_BITS.
    minor_read : tuple of int, one a class of sites
        Probability, in 1 / ONE, that a copy of the major allele reads the minor one.
    minor_lost : tuple of int, one a class of sites
        The same of a copy of the minor allele that reads the major one.
    windows : tuple of int, N_WINDOWS of them
        Which of FACTOR_SHIFTS holds in every piece.
    """

    jump: int
    minor_read: tuple[int, ...]
    minor_lost: tuple[int, ...]
    windows: tuple[int, ...]

    def to_bytes(self, classes: NDArray[np.int64]) -> bytes:
        """What a file keeps: rates of the classes of sites that there are."""
        packed = 0
        for factor in self.windows:
            packed = packed * len(FACTOR_SHIFTS) + factor
        errors = [c[k] for k in np.unique(classes) for c in (self.minor_read, self.minor_lost)]
        return bytes([self.jump, *errors]) + packed.to_bytes(_WINDOW_BYTES, "big")

    @classmethod
    def from_bytes(cls, data: bytes, classes: NDArray[np.int64]) -> Self:
        """Inverse of `to_bytes`; classes that no site has get the default rates.

        Raises
        ------
        CodecError
            Another length than these classes need.
        """
        present = np.unique(classes)
        needed = 1 + 2 * len(present) + _WINDOW_BYTES
        if len(data) != needed:
            raise CodecError(
                f"Settings of the copying model are {len(data)} bytes long, not {needed}.",
                "Give the reference panel that the file was made with.",
            )
        plain = default_settings()
        read, lost = list(plain.minor_read), list(plain.minor_lost)
        for place, k in enumerate(present):
            read[k], lost[k] = data[1 + 2 * place], data[2 + 2 * place]
        packed, windows = int.from_bytes(data[-_WINDOW_BYTES:], "big"), []
        for _ in range(N_WINDOWS):
            packed, factor = divmod(packed, len(FACTOR_SHIFTS))
            windows.append(factor)
        return cls(data[0], tuple(read), tuple(lost), tuple(reversed(windows)))


def default_settings() -> Settings:
    """Settings of about what people of the 1000 Genomes need; a fit starts here."""
    lost = (0.5, 0.5, 0.3, 0.15, 0.05, 0.03, 0.01, 3e-3, 1e-3, 5e-4)
    read = (1e-3, *[5e-5] * (N_CLASSES - 1))
    return Settings(
        to_byte(7e-6 * (1 << JUMP_BITS)),
        tuple(to_byte(p * ONE) for p in read),
        tuple(to_byte(p * ONE) for p in lost),
        (PLAIN,) * N_WINDOWS,
    )


def site_classes(n_alt: NDArray[np.int64], n_haplotypes: int) -> NDArray[np.int64]:
    """Class of every site by how many of the haplotypes of the reference carry its minor allele."""
    minor = np.minimum(n_alt, n_haplotypes - n_alt)
    return np.searchsorted(CLASS_EDGES, minor, side="right")


def block_breaks(sites: pd.DataFrame) -> NDArray[np.bool_]:
    """Sites whose left neighbour tells nothing: another chromosome, or none, or out of order."""
    chrom, pos = sites["chrom"].to_numpy(object), sites["pos"].to_numpy(np.int64)
    broken = np.ones(len(sites), bool)
    broken[1:] = (chrom[1:] != chrom[:-1]) | (pos[1:] < pos[:-1])
    return broken


def make_rates(
    settings: Settings, sites: pd.DataFrame, n_alt: NDArray[np.int64], n_haplotypes: int
) -> Rates:
    """Rates at every site. All in whole numbers, so that they are the same everywhere.

    Parameters
    ----------
    settings : Settings
    sites : DataFrame
        chrom and pos are read.
    n_alt : int64, shape (n_sites,)
        ALT alleles in the reference at every site.
    n_haplotypes : int
        Haplotypes of the reference.
    """
    kind = site_classes(n_alt, n_haplotypes)
    read = _probabilities(settings.minor_read)[kind]
    lost = _probabilities(settings.minor_lost)[kind]
    alt_is_minor = 2 * n_alt <= n_haplotypes
    gain, loss = np.where(alt_is_minor, read, lost), np.where(alt_is_minor, lost, read)
    constant = (n_alt == 0) | (n_alt == n_haplotypes)
    return Rates(
        _jump_odds(settings, sites),
        gain,
        loss,
        # Where all copies read the same, nothing is contradicted.
        np.where(constant, NEUTRAL, _odds(gain, loss)),
        np.where(constant, NEUTRAL, _odds(loss, gain)),
        MEMORY,
        SPREAD,
    )


def _probabilities(codes: tuple[int, ...]) -> NDArray[np.int64]:
    return np.array([min(from_byte(code), ONE // 2) for code in codes], np.int64)


def _odds(error: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.maximum((error << RATE_BITS) // (ONE - other), 1)


def site_windows(sites: pd.DataFrame) -> NDArray[np.int64]:
    """Piece of every site, 0..N_WINDOWS - 1, rising: cut by length, long gaps counted short."""
    gaps = np.diff(sites["pos"].to_numpy(np.int64), prepend=0)
    gaps[block_breaks(sites)] = 0
    length = np.cumsum(np.minimum(gaps, MAX_GAP_BP))
    return length * N_WINDOWS // (length[-1] + 1)


def _jump_odds(settings: Settings, sites: pd.DataFrame) -> NDArray[np.int64]:
    """Odds of a jump before every site: the rate times base pairs, evens at most; -1 at breaks."""
    pos = sites["pos"].to_numpy(np.int64)
    shifts = np.array(FACTOR_SHIFTS)[list(settings.windows)][site_windows(sites)]
    rate = (from_byte(settings.jump) << (shifts - FACTOR_SHIFTS[0])) >> -FACTOR_SHIFTS[0]
    rate = np.maximum(rate, 1)
    farthest = (NEUTRAL << (JUMP_BITS - RATE_BITS)) // rate + 1
    distance = np.minimum(np.diff(pos, prepend=pos[:1]), farthest)
    odds = np.clip((distance * rate) >> (JUMP_BITS - RATE_BITS), 1, NEUTRAL)
    return np.where(block_breaks(sites), -1, odds)
