"""The mosaic: exact copies of stretches of real haplotypes, as recombination would join them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vaeviz.data.align import aligned_counts
from vaeviz.data.panel import Panel
from vaeviz.synthesis.ancestry import draw_parts, last_switch, switch_chances
from vaeviz.synthesis.draw import Candidate, Drawn, person_generator, shares_of
from vaeviz.synthesis.region import Region

if TYPE_CHECKING:
    from vaeviz.config import SimulateConfig
    from vaeviz.training.model import TrainedModel

HAPLOTYPES = 2


class MosaicDrawer:
    """Draws haplotypes as random mating makes them: each copies one donor after another.

    Crossovers fall at `config.generations` a morgan; what follows one is a donor at random
    (see `vaeviz.training.mosaic.Mosaic` for the sources). Missing alleles of a donor are drawn
    from the training frequencies.

    Parameters
    ----------
    model : TrainedModel
        Gives the sites; its weights are not used.
    panel : Panel
        Phased.
    region : Region
        Of donors.
    config : SimulateConfig
    """

    ploidy = 1

    def __init__(
        self, model: TrainedModel, panel: Panel, region: Region, config: SimulateConfig
    ) -> None:
        self.region, self.config = region, config
        self.frequencies = model.training_frequencies
        self.members = region.members
        donors = panel.take_samples(region.members)
        self.counts = aligned_counts(donors, model.align(donors))
        place = [np.searchsorted(region.members, part.members) for part in region.groups]
        self._rows = [donors.row_index(index) for index in place]
        sites = np.arange(len(model.sites))
        self._founder_chances = switch_chances(model.sites, sites, config.generations)
        self._part_chances = switch_chances(model.sites, sites, config.generations_since)

    def draw(self, candidates: list[Candidate]) -> Drawn:
        """Haplotypes of the candidates, both of a person side by side."""
        people = [self._person(candidate) for candidate in candidates]
        parts = np.concatenate([part for _, part, _ in people])
        return Drawn(
            np.concatenate([alleles for alleles, _, _ in people]),
            np.array([first for _, _, first in people]),
            ancestry=parts if self.region.parts else None,
        )

    def _person(self, candidate: Candidate) -> tuple[NDArray[np.int8], NDArray[np.int8], int]:
        """Alleles and parts, (2, n_sites) each, and the first donor."""
        rng = person_generator(self.config.seed, *candidate)
        shares = shares_of(self.region, candidate.person, self.config.n)
        part = draw_parts(rng, shares, self._part_chances, HAPLOTYPES)
        switched = rng.random(part.shape) < self._founder_chances
        switched[:, 1:] |= part[:, 1:] != part[:, :-1]
        uniform = np.take_along_axis(rng.random(part.shape), last_switch(switched), 1)
        row = np.empty(part.shape, np.int64)
        for k, rows in enumerate(self._rows):
            row[part == k] = rows[(uniform[part == k] * len(rows)).astype(np.int64)]
        alleles = self.counts[row, np.arange(part.shape[1])]
        filled = (rng.random(part.shape) < self.frequencies).astype(np.int8)
        alleles = np.where(alleles < 0, filled, alleles)
        return alleles, part, int(self.members[row[0, 0] // HAPLOTYPES])
