"""A made-up table of latent sizes and its figures, for the rules that hold for all figures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from vaeviz.compression.published import published_table
from vaeviz.figures import factor_table, latent_sizes
from vaeviz.figures.chart import Chart
from vaeviz.figures.palette import Theme

SIZES = (2, 32, 512)


def size_table(groups: Sequence[str]) -> pd.DataFrame:
    """Two methods of three sizes; the VAE is best at 32 and the first group lowest."""
    rows = []
    for family, method in (("pca", "PCA"), ("vae", "VAE")):
        for size in SIZES:
            for k, group in enumerate([*groups, "all"]):
                factor = (2.0 if size == 32 else 0.5) * (1 + 0.1 * k) / (1 + (family == "pca"))
                rows.append((method, family, size, 32.0 * size, group, factor))
    table = pd.DataFrame(
        rows, columns=["method", "family", "size", "latent_bits", "group", "factor"]
    )
    table["ci_low"], table["ci_high"] = table["factor"] - 0.1, table["factor"] + 0.2
    table.loc[0, ["ci_low", "ci_high"]] = np.nan
    return table.assign(n_samples=20, mean_runs=100.0)


def latent_charts(theme: Theme, groups: Sequence[str], caption: str) -> dict[str, Chart]:
    """One chart of every builder, with the printed numbers."""
    table, look = size_table(groups), {"theme": theme, "caption": caption}
    published = published_table()
    return {
        "factor_table": factor_table.factor_table(table, published, **look),
        "factor_by_size": latent_sizes.factor_by_size(table, "VAE", published, **look),
        "factor_by_method": latent_sizes.factor_by_method(table, groups[-1], published, **look),
    }
