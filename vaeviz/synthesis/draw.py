"""What every generator has in common: candidates, their random streams, what is drawn."""

from __future__ import annotations

import dataclasses
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from vaeviz.synthesis.region import Region

Floats = NDArray[np.float64]
_ATTEMPT_BITS = 32


class Candidate(NamedTuple):
    """One try at one synthetic person."""

    person: int
    attempt: int = 0


def person_generator(seed: int, person: int, attempt: int = 0) -> np.random.Generator:
    """Counter-based random numbers of one candidate.

    Keyed by (seed, person, attempt), so neither batches nor the number of people change who is
    drawn.
    """
    key = np.array([seed, person + (attempt << _ATTEMPT_BITS)], dtype=np.uint64)
    return np.random.Generator(np.random.Philox(key=key))


def common_generator(seed: int, purpose: int, part: int, index: int) -> np.random.Generator:
    """Random numbers that all candidates share: keyed apart from those of any candidate.

    `purpose` and `part` are below 128, `index` below 2^48.
    """
    key = (1 << 63) + (purpose << 56) + (part << 49) + index
    return np.random.Generator(np.random.Philox(key=np.array([seed, key], dtype=np.uint64)))


@dataclasses.dataclass(frozen=True)
class Drawn:
    """Genotypes of some candidates.

    Attributes
    ----------
    counts : int8 array, shape (n_candidates x rows_per_sample, n_sites)
        Haplotypes side by side, or dosages.
    donors : int64 array, shape (n_candidates,)
        A member that each candidate follows at its start, as index into the panel.
    latents : float64 array, shape (n_candidates, rows_per_sample, n_latent), or None
        Points that a map decoded; None where there is no single latent.
    ancestry : int8 array, shape of `counts`, or None
        Part of the mixture that every allele is from; None for regions of one piece, and where
        ancestries are blended.
    """

    counts: NDArray[np.int8]
    donors: NDArray[np.int64]
    latents: Floats | None = None
    ancestry: NDArray[np.int8] | None = None

    @property
    def n_rows(self) -> int:
        """Rows of all candidates."""
        return len(self.counts)


class Drawer(Protocol):
    """A generator, ready to draw."""

    @property
    def ploidy(self) -> int:
        """1: a row drawn is a haplotype; 2: a person's dosages."""

    def draw(self, candidates: list[Candidate]) -> Drawn:
        """Genotypes of the candidates; each depends on the candidate alone, not on the others."""


def shares_of(region: Region, person: int, n: int) -> Floats:
    """Share of every part of the region in one of `n` people: float64, shape (n_parts,).

    People of a path are evenly spaced from its start to its end.
    """
    if region.kind != "path":
        return np.array([part.proportion for part in region.groups])
    return np.array([1.0 - place_on_path(person, n), place_on_path(person, n)])


def place_on_path(person: int, n: int) -> float:
    """Where on a path one of `n` people is: 0 at the start, 1 at the end."""
    return person / (n - 1) if n > 1 else 0.5
