"""Synthetic cohorts: people drawn around the members of a region of latent space."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vaeviz.data.limits import default_max_bytes
from vaeviz.data.panel import Panel
from vaeviz.errors import ConfigError, ModelError, RegionError
from vaeviz.progress import Progress, Silent
from vaeviz.synthesis.cohort import Cohort, cohort_warnings, labelled, latent_table, synthetic_panel
from vaeviz.synthesis.draw import Candidate, Drawer, Drawn, place_on_path
from vaeviz.synthesis.generators import (
    check_fits,
    fitting_generator,
    latent_positions,
    make_drawer,
)
from vaeviz.synthesis.inside import RegionCheck
from vaeviz.synthesis.region import Region, check_size

if TYPE_CHECKING:
    from vaeviz.config import SimulateConfig
    from vaeviz.training.model import TrainedModel

__all__ = ["Cohort", "generate"]

BLOCK_PEOPLE = 32
"""People decoded at a time; bounds memory and changes nothing else."""
CHECKED_TOGETHER = 500
"""Candidates encoded at a time."""
HOPELESS_AFTER = 300
"""Candidates after which a region that nobody encodes into is given up."""


def generate(
    model: TrainedModel,
    panel: Panel,
    region: Region,
    config: SimulateConfig,
    map_model: TrainedModel | None = None,
    progress: Progress | None = None,
    block_people: int = BLOCK_PEOPLE,
) -> Cohort:
    """Draw a synthetic cohort.

    Parameters
    ----------
    model : TrainedModel
        Draws. A sequence model for the neighbour walk, a map for 'global' and 'gaussian'.
    panel : Panel
        The panel whose people the region names.
    region : Region
    config : SimulateConfig
    map_model : TrainedModel, optional
        Checks whether drawn people encode into the region. Default: `model` where it is a map;
        else nobody is checked, and a warning says so.
    progress : Progress, optional
    block_people : int
        People decoded at a time; the same seed gives the same people at any value.

    Returns
    -------
    Cohort
        Fewer people than asked for, with a warning, where too few candidates encode into the
        region.

    Raises
    ------
    RegionError
        The region holds too few people, or nobody who was drawn lies in it.
    ModelError
        Model and panel share too few sites, or the model lacks the shape the generator needs.
    ConfigError
        More genotypes than fit into memory.
    """
    config = config.model_copy(update={"generator": config.generator or fitting_generator(model)})
    assert config.generator is not None
    check_fits(config.generator, model, panel)
    map_model = model if map_model is None and model.is_map else map_model
    if map_model is not None and not map_model.is_map:
        raise ModelError(
            "People are checked in a map; a sequence model was given as one.",
            "Give a model of the global or hybrid shape (--map).",
        )
    warnings = check_size(region, config.allow_small)
    _check_memory(model, panel, config)
    held_out = np.isin(model.split_of(panel).astype(str), ("test", "validation"))
    donors = region.without(held_out)
    progress = progress or Silent()
    progress.update(0, config.n, "Reading the people of the region")
    drawer = make_drawer(model, panel, donors, config)
    check = None
    if map_model is not None:
        check = RegionCheck(region, latent_positions(map_model, panel))
        warnings = check_size(check.resting(), config.allow_small)
    search = _Search(model, panel, region, config, drawer, map_model, check, block_people)
    search.run(progress)
    drawn, people = search.found()
    synthetic = synthetic_panel(drawn, drawer.ploidy, model, panel, region, config)
    warnings += cohort_warnings(model, panel, donors, config, check is not None)
    return Cohort(
        panel=synthetic,
        latent=latent_table(map_model, drawn, synthetic, panel),
        warnings=[*warnings, *search.warnings()],
        region=region,
        donors=donors.members,
        config=config,
        share_inside=search.share_inside(),
        acceptance=len(people) / search.n_tried,
        n_tried=search.n_tried,
        local_ancestry=drawn.ancestry,
    )


def _check_memory(model: TrainedModel, panel: Panel, config: SimulateConfig) -> None:
    needed = config.n * panel.rows_per_sample * len(model.sites)
    allowed = default_max_bytes()
    if needed > allowed:
        raise ConfigError(
            f"{config.n:,} people at {len(model.sites):,} sites need {needed / 1e9:.1f} GB of "
            f"memory; {allowed / 1e9:.1f} GB are allowed.",
            "Ask for fewer people.",
        )


@dataclasses.dataclass
class _Search:
    """Candidates drawn in rounds, until everybody asked for lies in the region.

    A round tries again for all people still missing, so that who is drawn follows from seed,
    person and attempt alone.
    """

    model: TrainedModel
    panel: Panel
    region: Region
    config: SimulateConfig
    drawer: Drawer
    map_model: TrainedModel | None
    check: RegionCheck | None
    block_people: int
    n_tried: int = 0
    n_inside: int = 0

    def __post_init__(self) -> None:
        self._kept: dict[int, Drawn] = {}

    def run(self, progress: Progress) -> None:
        """Draw until nobody is missing, the tries are used up, or there is no hope.

        Raises
        ------
        RegionError
            Nobody of the first candidates lies in the region.
        """
        missing, attempt = list(range(self.config.n)), 0
        while missing and self.n_tried + len(missing) <= self.config.max_tries * self.config.n:
            for start in range(0, len(missing), CHECKED_TOGETHER):
                people = missing[start : start + CHECKED_TOGETHER]
                self._try([Candidate(person, attempt) for person in people])
                if not self._kept and self.n_tried >= HOPELESS_AFTER:
                    raise self._nobody()
                progress.update(len(self._kept), self.config.n, "Drawing people")
            missing = [person for person in missing if person not in self._kept]
            attempt += 1

    def _try(self, candidates: list[Candidate]) -> None:
        size = self.block_people
        blocks = [candidates[k : k + size] for k in range(0, len(candidates), size)]
        drawn = _together([self.drawer.draw(block) for block in blocks])
        inside = self._inside(drawn, candidates)
        self.n_tried += len(candidates)
        self.n_inside += int(inside.sum())
        for k, candidate in enumerate(candidates):
            if inside[k] or not self.config.reject:
                self._kept[candidate.person] = _only(drawn, k, len(candidates))

    def _inside(self, drawn: Drawn, candidates: list[Candidate]) -> NDArray[np.bool_]:
        if self.check is None or self.map_model is None:
            return np.ones(len(candidates), bool)
        made = synthetic_panel(
            drawn, self.drawer.ploidy, self.model, self.panel, self.region, self.config
        )
        places = np.array([place_on_path(c.person, self.config.n) for c in candidates])
        return self.check.inside(
            latent_positions(self.map_model, labelled(made, drawn, self.map_model, self.panel)),
            places,
        )

    def found(self) -> tuple[Drawn, list[int]]:
        """Everybody who was kept, in order.

        Raises
        ------
        RegionError
            Nobody was.
        """
        people = sorted(self._kept)
        if not people:
            raise self._nobody()
        return _together([self._kept[person] for person in people]), people

    def _nobody(self) -> RegionError:
        return RegionError(
            f"None of {self.n_tried:,} people drawn encodes into the region.",
            "Train the models longer, widen the region, choose another generator, or keep "
            "whoever is drawn (on the page under More settings; --no-reject in a terminal).",
        )

    def share_inside(self) -> float:
        """Share of the people kept that lie in the region; NaN where nobody was checked."""
        if self.check is None:
            return float("nan")
        return 1.0 if self.config.reject else self.n_inside / self.n_tried

    def warnings(self) -> list[str]:
        """What the search has to say."""
        if self.check is None or not self.config.reject:
            return []
        found = []
        if len(self._kept) < self.config.n:
            found.append(
                f"Only {len(self._kept):,} of {self.config.n:,} people were found: of "
                f"{self.n_tried:,} candidates the others do not encode into the region."
            )
        share = len(self._kept) / self.n_tried
        found.append(
            f"{self.n_tried:,} candidates were drawn; {share:.0%} encode into the region and were "
            "kept."
        )
        return found


def _only(drawn: Drawn, k: int, n: int) -> Drawn:
    rows = drawn.n_rows // n
    mine = slice(k * rows, (k + 1) * rows)
    return Drawn(
        drawn.counts[mine],
        drawn.donors[k : k + 1],
        None if drawn.latents is None else drawn.latents[k : k + 1],
        None if drawn.ancestry is None else drawn.ancestry[mine],
    )


def _together(parts: list[Drawn]) -> Drawn:
    latents = [part.latents for part in parts if part.latents is not None]
    ancestry = [part.ancestry for part in parts if part.ancestry is not None]
    return Drawn(
        np.concatenate([part.counts for part in parts]),
        np.concatenate([part.donors for part in parts]),
        np.concatenate(latents) if latents else None,
        np.concatenate(ancestry) if ancestry else None,
    )
