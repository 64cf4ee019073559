"""Figures of diversity with made-up tables."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from vaeviz.analysis.diversity import STATISTICS
from vaeviz.figures import diversity
from vaeviz.figures.chart import Chart
from vaeviz.figures.palette import Theme

BY_NAME = {s.name: s for s in STATISTICS}


def diversity_table(groups: Sequence[str]) -> pd.DataFrame:
    """Every statistic of every group, rising; the last group is admixed."""
    table = pd.DataFrame({"group": list(groups), "n_samples": 20, "n_sites": 100})
    for statistic in STATISTICS:
        table[statistic.name] = np.linspace(0.1, 0.3, len(groups))
        table[f"{statistic.name}_low"] = table[statistic.name] - 0.02
        table[f"{statistic.name}_high"] = table[statistic.name] + 0.01
    admixed = np.arange(len(groups)) == len(groups) - 1
    return table.assign(rarefied_haplotypes=30, admixed=admixed & (len(groups) > 1))


def roh_people(groups: Sequence[str]) -> pd.DataFrame:
    """Two people of every group, the second with runs."""
    n = len(groups)
    runs = np.tile([0, 3], n)
    return pd.DataFrame(
        {
            "sample": [f"ID{i:03d}" for i in range(2 * n)],
            "group": np.repeat(np.array(groups, object), 2),
            "n_runs": runs,
            "total_mb": 4.0 * runs,
            "longest_mb": 2.0 * runs,
            "f_roh": 0.01 * runs,
        }
    )


def diversity_charts(theme: Theme, groups: Sequence[str], caption: str) -> dict[str, Chart]:
    """One chart of every builder, by name."""
    table = diversity_table(groups)
    return {
        "diversity_dots": diversity.diversity_dots(
            table, BY_NAME["tajima_d"], theme=theme, caption=caption
        ),
        "roh_scatter": diversity.roh_scatter(roh_people(groups), theme=theme, caption=caption),
    }
