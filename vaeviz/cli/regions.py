"""The region that a command was asked for, in one of the ways to name it."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

from vaeviz.errors import ConfigError
from vaeviz.escape import plain

if TYPE_CHECKING:
    from vaeviz.data.panel import Panel
    from vaeviz.synthesis.region import Region
    from vaeviz.training.model import TrainedModel


@dataclasses.dataclass(frozen=True)
class RegionChoice:
    """The region as it was asked for on the command line."""

    population: str | None = None
    selection: Path | None = None
    region: Path | None = None
    mix: str | None = None
    start: str | None = None
    end: str | None = None

    def check(self) -> None:
        """Raise `ConfigError` unless exactly one region was asked for."""
        if (self.start is None) != (self.end is None):
            raise ConfigError("A path needs both --from and --to.", "Give the other end too.")
        asked = (self.population, self.selection, self.region, self.mix, self.start)
        n_given = sum(x is not None for x in asked)
        if n_given != 1:
            raise ConfigError(
                f"{n_given} regions were given; exactly one is needed.",
                "Give --population, --selection, --region, --mix, or --from with --to.",
            )
        if self.mix is not None:
            parse_shares(self.mix)

    def of(self, panel: Panel, map_model: TrainedModel | None) -> Region:
        """The region's people in this panel; `map_model` where they follow from a map."""
        from vaeviz.synthesis import region as regions

        if self.population is not None:
            return regions.population_region(panel, self.population)
        if self.selection is not None:
            from vaeviz.data.selection import read_selection

            return regions.selection_region(panel, read_selection(self.selection))
        if self.mix is not None:
            return regions.mixture_region(panel, parse_shares(self.mix))
        if self.region is not None:
            return _of_file(self.region, panel, map_model)
        assert self.start is not None
        assert self.end is not None
        return regions.path_region(panel, self.start, self.end)


def _of_file(path: Path, panel: Panel, map_model: TrainedModel | None) -> Region:
    from vaeviz.synthesis.generators import latent_positions
    from vaeviz.synthesis.region_file import read_region

    found = read_region(path)
    positions = None
    if found.needs_positions and map_model is not None and map_model.is_map:
        positions = latent_positions(map_model, panel)
    return found.region(panel, positions)


def parse_shares(text: str) -> dict[str, float]:
    """Labels with their shares from 'A=.6,B=.4'.

    Raises
    ------
    ConfigError
        Another form, a label twice, or a share that is no number above 0.
    """
    shares: dict[str, float] = {}
    for item in text.split(","):
        label, found, number = item.rpartition("=")
        label = label.strip()
        try:
            share = float(number)
        except ValueError:
            share = 0.0
        if not found or not label or not 0 < share < float("inf") or label in shares:
            raise ConfigError(
                f"{plain(item.strip(), 60)!r} is no label with a share above 0, or given twice.",
                "Write labels with their shares: EUR=.6,AFR=.4",
            )
        shares[label] = share
    return shares
