"""Compression and entropy tables, computed once and shared by the pages that show them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from vaeviz.data.panel import Panel
from vaeviz.progress import Progress, Silent
from vaeviz.ui.cache import kept, remembered

if TYPE_CHECKING:
    from vaeviz.analysis.entropy import SiteEntropy
    from vaeviz.analysis.entropy_rate import EntropyRate
    from vaeviz.compression.table import CompressionResult
    from vaeviz.training.model import TrainedModel

N_BINS = 300
"""Stretches of the genome in a bar code: about one a millimetre on a screen."""


def compression(
    model: TrainedModel, panel: Panel, by: str, split: str, progress: Progress | None = None
) -> CompressionResult:
    """`compression_result` for a grouping and a part of the split."""

    def compute() -> CompressionResult:
        from vaeviz.compression.table import compression_result

        return compression_result(model, panel, by, split, progress=progress or Silent())

    return remembered("compression", (model.digest, panel.digest), compute, (by, split))


def entropy_table(panel: Panel, by: str, maf: float = 0.0) -> pd.DataFrame:
    """Mean entropy of every group, highest first; see `analysis.entropy.entropy_table`."""

    def compute() -> pd.DataFrame:
        from vaeviz.analysis.entropy import entropy_table as tabulate

        return tabulate(panel, by, entropy=site_entropy(panel, by), maf=maf)

    return remembered("entropy", (panel.digest,), compute, (by, maf))


def cut_table(panel: Panel, by: str) -> pd.DataFrame:
    """Mean entropy of every group by frequency cut; see `analysis.frequency_cut.cut_table`."""

    def compute() -> pd.DataFrame:
        from vaeviz.analysis.frequency_cut import cut_table as tabulate

        return tabulate(site_entropy(panel, by))

    return remembered("entropy_cuts", (panel.digest,), compute, (by,))


def lowest_frequency(panel: Panel, by: str) -> float:
    """Least frequency of a minor allele that is there; the same whatever the grouping."""

    def compute() -> float:
        from vaeviz.analysis.frequency_cut import lowest_frequency as measure

        return measure(site_entropy(panel, by))

    return remembered("lowest_frequency", (panel.digest,), compute)


def entropy_rate(panel: Panel, by: str) -> EntropyRate:
    """Entropy given the sites before; see `analysis.entropy_rate.entropy_rate`."""

    def compute() -> EntropyRate:
        from vaeviz.analysis.entropy_rate import entropy_rate as measure

        return measure(panel, by)

    return remembered("entropy_rate", (panel.digest,), compute, (by,))


def entropy_bins(panel: Panel, by: str) -> pd.DataFrame:
    """Entropy along the genome; see `analysis.bar_code.bin_entropy`."""

    def compute() -> pd.DataFrame:
        from vaeviz.analysis.bar_code import bin_entropy

        return bin_entropy(site_entropy(panel, by), panel.sites, N_BINS)

    return remembered("entropy_bins", (panel.digest,), compute, (by,))


def site_entropy(panel: Panel, by: str) -> SiteEntropy:
    """Entropy of every group and site: kept as it is, not copied, so never write into it."""

    def compute() -> SiteEntropy:
        from vaeviz.analysis.entropy import site_entropy as measure

        return measure(panel, by)

    return kept("site_entropy", (panel.digest,), compute, (by,))
