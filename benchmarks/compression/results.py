"""Figures of repeated measurements, by panel, method and name."""

from __future__ import annotations

import dataclasses
import math
import statistics
from collections.abc import Sequence

import pandas as pd

from benchmarks.common import spread
from benchmarks.compression.plan import METHODS, FitRecord, Record
from vaeviz.compression.codec_methods import OWN

BITS = "bits_per_allele"


@dataclasses.dataclass(frozen=True)
class Results:
    """All records.

    Figures are the columns of `codec_table`, peak_mb, and the labels of groups for their bits.
    """

    records: Sequence[Record]
    fits: Sequence[FitRecord]

    def values(self, data: str, method: str, name: str) -> list[float]:
        """One value a seed that has it, in the order of seeds."""
        found = (_value(r, name) for r in self.of(data, method))
        return [x for x in found if x is not None]

    def mean(self, data: str, method: str, name: str) -> float | None:
        """Mean over seeds; None where no seed has the figure."""
        values = self.values(data, method, name)
        return statistics.fmean(values) if values else None

    def text(
        self, data: str, method: str, name: str, digits: int | None = None, unit: float = 1
    ) -> str:
        """Mean and sd over seeds in units, for people; three significant digits by default."""
        values = [x / unit for x in self.values(data, method, name)]
        if digits is None:
            size = statistics.fmean(values) if values else 1
            digits = max(0, 2 - math.floor(math.log10(size)))
        return spread(values, digits)

    def best(self, data: str) -> str | None:
        """The method of this program with the fewest bits."""
        found = {m: x for m in OWN if (x := self.mean(data, m, BITS)) is not None}
        return min(found, key=lambda m: found[m]) if found else None

    def of(self, data: str, method: str) -> list[Record]:
        """Records of a method on a panel, by seed."""
        found = [r for r in self.records if (r.data, r.method) == (data, method)]
        return sorted(found, key=lambda r: r.seed)

    def fits_of(self, data: str) -> list[FitRecord]:
        """Models of a panel, by seed."""
        return sorted((f for f in self.fits if f.data == data), key=lambda f: f.seed)

    def methods(self, data: str) -> list[str]:
        """Methods that ran, fewest bits first."""
        means = {m: self.mean(data, m, BITS) for m in METHODS}
        return [m for m, _ in sorted(((m, x) for m, x in means.items() if x), key=lambda p: p[1])]

    def groups(self, data: str) -> list[str]:
        """Superpopulations of the people coded, sorted."""
        return sorted({g for r in self.records if r.data == data for g in r.groups})

    @property
    def data(self) -> list[str]:
        """Panels with a record, in their order."""
        return list(dict.fromkeys(r.data for r in self.records))

    @property
    def seeds(self) -> list[int]:
        """All seeds, sorted."""
        return sorted({r.seed for r in self.records})


def table(results: Results) -> pd.DataFrame:
    """Everything that was measured: one row a panel, method and seed.

    Bits per allele of superpopulations are columns 'bits_per_allele LABEL'.
    """
    rows = [
        {
            **{k: getattr(r, k) for k in ("data", "method", "title", "seed")},
            **{k: getattr(r, k) for k in ("n_people", "n_alleles", "threads", "load", "peak_mb")},
            **r.row,
            **{f"{BITS} {group}": bits for group, bits in r.groups.items()},
            "note": r.note,
        }
        for r in results.records
    ]
    return pd.DataFrame(rows)


def _value(record: Record, name: str) -> float | None:
    if name == "peak_mb":
        return record.peak_mb
    return record.row.get(name, record.groups.get(name))
