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
_BYTES = 3 + 2 * N_CLASSES


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
    """What is fitted of a copying model. Every entry is a byte of the scale of `from_byte`.

    Attributes
    ----------
    jump : int
        Jumps a base pair, in 2**-JUMP_BITS.
    memory, spread : int
        As in `copying_kernel.Rates`.
    minor_read : tuple of int, one a class of sites
        Probability, in 1 / ONE, that a copy of the major allele reads the minor one.
    minor_lost : tuple of int, one a class of sites
        The same of a copy of the minor allele that reads the major one.
    """

    jump: int
    memory: int
    spread: int
    minor_read: tuple[int, ...]
    minor_lost: tuple[int, ...]

    def to_bytes(self) -> bytes:
        """What a file keeps."""
        return bytes([self.jump, self.memory, self.spread, *self.minor_read, *self.minor_lost])

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Inverse of `to_bytes`.

        Raises
        ------
        CodecError
            Another length.
        """
        if len(data) != _BYTES:
            raise CodecError(
                f"Settings of the copying model are {len(data)} bytes long, not {_BYTES}.",
                "Copy the file again.",
            )
        read, lost = data[3 : 3 + N_CLASSES], data[3 + N_CLASSES :]
        return cls(data[0], data[1], data[2], tuple(read), tuple(lost))


def default_settings() -> Settings:
    """Settings of about what people of the 1000 Genomes need; a fit starts here."""
    lost = (0.5, 0.5, 0.3, 0.15, 0.05, 0.03, 0.01, 3e-3, 1e-3, 5e-4)
    read = (1e-3, *[5e-5] * (N_CLASSES - 1))
    return Settings(
        to_byte(7e-6 * (1 << JUMP_BITS)),
        to_byte(40_000),
        to_byte(3_000),
        tuple(to_byte(p * ONE) for p in read),
        tuple(to_byte(p * ONE) for p in lost),
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
        _jump_odds(from_byte(settings.jump), sites),
        gain,
        loss,
        # Where all copies read the same, nothing is contradicted.
        np.where(constant, NEUTRAL, _odds(gain, loss)),
        np.where(constant, NEUTRAL, _odds(loss, gain)),
        min(from_byte(settings.memory), 1 << 16),
        min(from_byte(settings.spread), 1 << 16),
    )


def _probabilities(codes: tuple[int, ...]) -> NDArray[np.int64]:
    return np.array([min(from_byte(code), ONE // 2) for code in codes], np.int64)


def _odds(error: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.maximum((error << RATE_BITS) // (ONE - other), 1)


def _jump_odds(rate: int, sites: pd.DataFrame) -> NDArray[np.int64]:
    """Odds of a jump before every site: the rate times base pairs, evens at most; -1 at breaks."""
    pos = sites["pos"].to_numpy(np.int64)
    farthest = (NEUTRAL << (JUMP_BITS - RATE_BITS)) // rate + 1
    distance = np.minimum(np.diff(pos, prepend=pos[:1]), farthest)
    odds = np.clip((distance * rate) >> (JUMP_BITS - RATE_BITS), 1, NEUTRAL)
    return np.where(block_breaks(sites), -1, odds)
