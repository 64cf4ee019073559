"""Figures of repeated measurements: mean and sd over seeds, and how they are written."""

from __future__ import annotations

import dataclasses
import statistics
from collections.abc import Sequence

from benchmarks.common import spread
from benchmarks.latent.plan import REFERENCE, Cost, Record

PLAIN = "plain-2"
COSTS = tuple(Cost.model_fields)


@dataclasses.dataclass(frozen=True)
class Results:
    """All records; figures are asked for by panel, method and name.

    Names are those of `judge` and of `fit`, those of `COSTS`, and geometry_cost: the share of the
    gain over training frequencies that the plain VAE has and the map has not.
    """

    records: Sequence[Record]

    def values(self, panel: str, method: str, name: str) -> list[float]:
        """One value a seed that has it, in the order of seeds."""
        found = (self._value(r, name) for r in self.of(panel, method))
        return [x for x in found if x is not None]

    def mean(self, panel: str, method: str, name: str) -> float | None:
        """Mean over seeds; None where no seed has the figure."""
        values = self.values(panel, method, name)
        return statistics.fmean(values) if values else None

    def text(self, panel: str, method: str, name: str, digits: int = 3) -> str:
        """Mean and sd (n - 1) over seeds, for people."""
        return spread(self.values(panel, method, name), digits)

    def of(self, panel: str, method: str) -> list[Record]:
        """Records of a method on a panel, by seed."""
        found = [r for r in self.records if (r.panel, r.method) == (panel, method)]
        return sorted(found, key=lambda r: r.seed)

    def part(self, seeds: Sequence[int]) -> Results:
        """Those of some seeds."""
        return Results([r for r in self.records if r.seed in seeds])

    @property
    def panels(self) -> list[str]:
        """Panels with a record, in their order."""
        return list(dict.fromkeys(r.panel for r in self.records))

    @property
    def seeds(self) -> list[int]:
        """All seeds, sorted."""
        return sorted({r.seed for r in self.records})

    def _value(self, record: Record, name: str) -> float | None:
        if name in COSTS:
            return float(getattr(record.cost, name))
        if name == "geometry_cost" and record.method == REFERENCE:
            plain = [r for r in self.of(record.panel, PLAIN) if r.seed == record.seed]
            return _lost(plain[0], record) if plain else None
        return record.figures.get(name)


def _lost(plain: Record, ours: Record) -> float | None:
    most, left = plain.figures.get("gain"), ours.figures.get("gain")
    return None if not most or left is None else 1 - left / most
