"""Stretches of chromosomes long enough, and without wide gaps, to look for long runs in."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from vaeviz.data.chromosomes import autosome_mask
from vaeviz.data.panel import Panel

MIN_SPAN_BP = 10_000_000
MIN_SITES = 100
MAX_GAP_BP = 1_000_000
MAX_GAP_SPACINGS = 20
"""No run is carried over a gap between sites wider than both."""


@dataclasses.dataclass(frozen=True, eq=False)
class Stretch:
    """Sites along which runs are looked for.

    Attributes
    ----------
    chrom : str
    index : int64, shape (n_sites,)
        Sites of the panel in the order of position.
    position_bp : int64, shape (n_sites,)
    """

    chrom: str
    index: NDArray[np.int64]
    position_bp: NDArray[np.int64]

    @property
    def length_bp(self) -> int:
        """From the first site to the last."""
        return int(self.position_bp[-1] - self.position_bp[0])


def stretches(panel: Panel) -> list[Stretch]:
    """Parts of autosomes of 10 Mb or more with 100 sites or more and no wide gap between.

    The sex chromosomes are left out: who has one X alone is homozygous all along it.
    """
    position = panel.sites["pos"].to_numpy(np.int64)
    autosomes = autosome_mask(panel.sites["chrom"], panel.info.species)
    found = []
    for chrom, index in panel.sites[autosomes].groupby("chrom", sort=False).groups.items():
        sites = index.to_numpy(np.int64)
        ordered = sites[np.argsort(position[sites], kind="stable")]
        steps = np.diff(position[ordered])
        typical = float(np.median(steps)) if len(steps) else 0.0
        widest = max(MAX_GAP_BP, MAX_GAP_SPACINGS * typical)
        for part in np.split(ordered, np.flatnonzero(steps > widest) + 1):
            stretch = Stretch(str(chrom), part, position[part])
            if stretch.length_bp >= MIN_SPAN_BP and len(part) >= MIN_SITES:
                found.append(stretch)
    return found


def roh_reason(panel: Panel) -> str:
    """Why runs of homozygosity cannot be looked for; empty when they can."""
    if stretches(panel):
        return ""
    span = panel.sites.groupby("chrom")["pos"].agg(lambda p: p.max() - p.min()).max()
    wide = " with wide gaps between its sites" if span >= MIN_SPAN_BP else ""
    return (
        "Runs of homozygosity need a stretch of 10 Mb or more with 100 sites or more and no wide "
        f"gap: the longest chromosome here spans {span / 1e6:.1f} Mb{wide}. Runs that tell of "
        "related parents are several Mb long."
    )
