"""Compression and entropy tables, computed once and shared by the pages that show them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from vaeviz.data.panel import Panel
from vaeviz.progress import Progress, Silent
from vaeviz.ui.cache import remembered

if TYPE_CHECKING:
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


def entropy_table(panel: Panel, by: str) -> pd.DataFrame:
    """Mean entropy of every group, highest first; see `analysis.entropy.entropy_table`."""
    return _entropy(panel, by)[0]


def entropy_bins(panel: Panel, by: str) -> pd.DataFrame:
    """Entropy along the genome; see `analysis.entropy.bin_entropy`."""
    return _entropy(panel, by)[1]


def _entropy(panel: Panel, by: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    def compute() -> tuple[pd.DataFrame, pd.DataFrame]:
        from vaeviz.analysis.entropy import bin_entropy, entropy_table, site_entropy

        by_site = site_entropy(panel, by)
        table = entropy_table(panel, by, entropy=by_site)
        return table, bin_entropy(by_site, panel.sites, N_BINS)

    return remembered("entropy", (panel.digest,), compute, (by,))
