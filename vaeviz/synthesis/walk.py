"""The neighbour walk: haplotypes that follow one donor's code after another along the genome."""

from __future__ import annotations

import dataclasses
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vaeviz.data.panel import Panel
from vaeviz.synthesis.ancestry import draw_parts, switch_chances
from vaeviz.synthesis.draw import (
    Candidate,
    Drawn,
    Floats,
    common_generator,
    person_generator,
    shares_of,
)
from vaeviz.synthesis.graph import Transitions, balanced_transitions
from vaeviz.synthesis.neighbourhood import Neighbourhoods, neighbourhoods_of
from vaeviz.synthesis.region import Part, Region

if TYPE_CHECKING:
    from vaeviz.config import SimulateConfig
    from vaeviz.training.model import TrainedModel

_GRAPHS, _STARTS = 1, 2
HAPLOTYPES = 2
AROUND = 2
"""Neighbours that make up the code of a window, for each one that can be hopped to."""
NARROWED = 0.6
"""Standard deviations of codes, in units of their neighbourhood's. At 1 linkage was lost and no
privacy won (CHANGELOG 0.5.0)."""


@dataclasses.dataclass(frozen=True)
class Donors:
    """Haplotypes of one part of a region, their neighbourhoods, and the steps between them.

    Attributes
    ----------
    rows : int64 array, shape (N,)
        Rows of the panel.
    neighbourhoods : list of Neighbourhoods
        Of the codes of each window.
    transitions : list of Transitions
        Steps to near codes of each window.
    """

    rows: NDArray[np.int64]
    neighbourhoods: list[Neighbourhoods]
    transitions: list[Transitions]

    def walk(self, start: NDArray[np.int64], step: Floats, stay: NDArray[np.bool_]) -> NDArray:
        """Donor of every walker in every window: int64, shape (n_windows, n_walkers).

        Parameters
        ----------
        start : int64 array, shape (n_walkers,)
        step : float64 array, shape (n_windows - 1, n_walkers)
            Uniform numbers that choose the steps.
        stay : bool array, shape of `step`
            Who does not hop.
        """
        path = [start]
        for transitions, uniform, stays in zip(self.transitions[:-1], step, stay, strict=True):
            path.append(np.where(stays, path[-1], transitions.step(path[-1], uniform)))
        return np.stack(path)


def read_donors(
    model: TrainedModel, panel: Panel, part: Part, config: SimulateConfig, index: int
) -> Donors:
    """Encode the people of a part and join haplotypes that are alike, window by window."""
    encoding = model.encode(panel.take_samples(part.members))
    shape = (-1, model.config.n_windows, model.config.n_latent)
    mean, sd = (x.reshape(shape).transpose(1, 0, 2) for x in (encoding.mean, encoding.sd))
    neighbourhoods, transitions = [], []
    for window, (codes, own) in enumerate(zip(mean, sd, strict=True)):
        rng = common_generator(config.seed, _GRAPHS, index, window)
        transitions.append(balanced_transitions(codes, config.neighbours, rng))
        around = AROUND * config.neighbours
        neighbourhoods.append(neighbourhoods_of(codes, own, around, rng))
    return Donors(panel.row_index(part.members), neighbourhoods, transitions)


class WalkDrawer:
    """Draws haplotypes by walks among the donors of a region; see `balanced_transitions`.

    In every window a haplotype takes a code from the Gaussian of those that are like its donor's
    there (`Neighbourhoods`), nearer to its centre than they are (`NARROWED`): no window is one
    real person's. The code is decoded and drawn. In a mixture or on a path, crossovers since the
    ancestors met decide in which part's walk it is. Walkers start at a permutation of the donors,
    so that a cohort of their number begins at each of them once.

    Parameters
    ----------
    model : TrainedModel
        Windowed, of haplotypes.
    panel : Panel
    region : Region
        Of donors.
    config : SimulateConfig
    """

    ploidy = 1

    def __init__(
        self, model: TrainedModel, panel: Panel, region: Region, config: SimulateConfig
    ) -> None:
        self.model, self.region, self.config = model, region, config
        self.labels = model.condition_of(panel)
        self.parts = [
            read_donors(model, panel, part, config, k) for k, part in enumerate(region.groups)
        ]
        starts = np.array(model.config.windows)
        self._widths = np.diff(starts, append=model.config.n_sites)
        middles = starts + self._widths // 2
        self._chances = switch_chances(model.sites, middles, config.generations_since)
        self._order = lru_cache(maxsize=256)(self._permutation)

    def draw(self, candidates: list[Candidate]) -> Drawn:
        """Haplotypes of the candidates, both of a person side by side."""
        generators = [person_generator(self.config.seed, *c) for c in candidates]
        latents, parts, first = self._latents(candidates, generators)
        condition = None if self.labels is None else [self.labels[row] for row in first]
        n_sites = self.model.config.n_sites
        uniform = np.concatenate([rng.random((HAPLOTYPES, n_sites)) for rng in generators])
        counts = self._alleles(latents, condition, uniform)
        ancestry = np.repeat(parts, self._widths, axis=1) if self.region.parts else None
        return Drawn(counts, first[::HAPLOTYPES] // HAPLOTYPES, ancestry=ancestry)

    def _alleles(
        self, latents: Floats, condition: list[str] | None, uniform: Floats
    ) -> NDArray[np.int8]:
        if self.model.config.autoregressive:
            from vaeviz.training.drawing import draw_in_order

            return draw_in_order(self.model, latents, condition, uniform)
        return (uniform < self.model.probabilities(latents, condition)).astype(np.int8)

    def _latents(
        self, candidates: list[Candidate], generators: list[np.random.Generator]
    ) -> tuple[Floats, NDArray[np.int8], NDArray[np.int64]]:
        """Latents (n_rows, n_codes), parts (n_rows, n_windows), and first donors' panel rows."""
        n_windows, n_latent = self.model.config.n_windows, self.model.config.n_latent
        n_parts = len(self.parts)
        parts, uniform, noise = [], [], []
        for candidate, rng in zip(candidates, generators, strict=True):
            shares = shares_of(self.region, candidate.person, self.config.n)
            parts.append(draw_parts(rng, shares, self._chances, HAPLOTYPES))
            uniform.append(rng.random((2, n_parts, n_windows - 1, HAPLOTYPES)))
            noise.append(rng.standard_normal((n_windows, HAPLOTYPES, n_latent)))
        part = np.concatenate(parts)
        step, hop = np.concatenate(uniform, axis=3)
        apart = NARROWED * self.config.temperature * np.concatenate(noise, axis=1)
        z, first = np.empty_like(apart), np.empty(len(part), np.int64)
        for k, donors in enumerate(self.parts):
            walk = donors.walk(self._starts(k, candidates), step[k], hop[k] >= self.config.hop)
            for window, around in enumerate(donors.neighbourhoods):
                row = np.flatnonzero(part[:, window] == k)
                z[window, row] = around.codes(walk[window, row], apart[window, row])
            mine = part[:, 0] == k
            first[mine] = donors.rows[walk[0, mine]]
        return z.transpose(1, 0, 2).reshape(len(part), -1), part, first

    def _starts(self, k: int, candidates: list[Candidate]) -> NDArray[np.int64]:
        """Where the walkers of the candidates start among the donors of part `k`."""
        n = len(self.parts[k].rows)
        places = [
            (HAPLOTYPES * person + h, attempt)
            for person, attempt in candidates
            for h in range(HAPLOTYPES)
        ]
        return np.array([self._order(k, a, place // n)[place % n] for place, a in places])

    def _permutation(self, k: int, attempt: int, block: int) -> NDArray[np.int64]:
        rng = common_generator(self.config.seed, _STARTS, k, (attempt << 24) + block)
        return rng.permutation(len(self.parts[k].rows))
