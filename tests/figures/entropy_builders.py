"""Charts of the measures of diversity with small made-up tables."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from vaeviz.analysis.quantities import QUANTITIES
from vaeviz.figures import entropy, entropy_rate, frequency_cut
from vaeviz.figures.chart import Chart
from vaeviz.figures.palette import Theme


def quantity_table(groups: Sequence[str]) -> pd.DataFrame:
    """Every measure falls in an order of its own."""
    columns: dict[str, object] = {"group": list(groups), "n_samples": 20, "n_sites": 100}
    for shift, quantity in enumerate(QUANTITIES.values()):
        mean = np.roll(np.linspace(0.15, 0.26, len(groups)), shift)
        columns |= {quantity.column: mean, quantity.low: mean - 0.01, quantity.high: mean + 0.02}
    columns |= {"rarefied_haplotypes": 30, "maf_cut": 0.0, "admixed": [g == "ADM" for g in groups]}
    return pd.DataFrame(columns)


def cuts(groups: Sequence[str]) -> pd.DataFrame:
    """Groups in one order without a cut and in the opposite one at 5 %."""
    rise = np.linspace(0.1, 0.2, len(groups))
    parts = [
        pd.DataFrame(
            {"maf_cut": cut, "group": list(groups), "n_sites": n, "mean_entropy_bits": bits}
        )
        for cut, n, bits in ((0.0, 100, rise), (0.01, 60, rise + 0.1), (0.05, 30, 0.6 - rise))
    ]
    return pd.concat(parts, ignore_index=True)


def rates(groups: Sequence[str], unit: str = "bits per allele") -> pd.DataFrame:
    """Bounds that fall with context, the plug-in below them."""
    parts = []
    for i, group in enumerate(groups):
        bits = 0.3 / (1 + np.arange(4)) + 0.01 * i
        part = {"group": group, "context": np.arange(4), "plug_in_bits": bits}
        part |= {"miller_madow_bits": bits + 0.005, "leave_one_out_bits": bits + 0.02}
        part |= {
            "block_plug_in_bits": bits.cumsum(),
            "block_miller_madow_bits": bits.cumsum() + 0.01,
        }
        part |= {f"upper_bound{end}_bits": bits + d for end, d in BOUNDS.items()}
        parts.append(pd.DataFrame(part))
    table = pd.concat(parts, ignore_index=True)
    return table.assign(n_sites=90, n_rows=30, unit=unit, admixed=table["group"] == "ADM")


BOUNDS = {"": 0.02, "_low": 0.015, "_high": 0.03}


def model_bits(groups: Sequence[str]) -> pd.DataFrame:
    bits = np.linspace(0.1, 0.2, len(groups))
    columns = {"group": list(groups), "model_bits": bits}
    return pd.DataFrame(columns).assign(model_low_bits=bits - 0.01, model_high_bits=bits + 0.01)


def entropy_charts(theme: Theme, groups: Sequence[str], caption: str) -> dict[str, Chart]:
    """Charts by name of the builder."""
    look = {"theme": theme, "caption": caption}
    return {
        "entropy_bars_genotype": entropy.entropy_bars(
            quantity_table(groups), quantity=QUANTITIES["genotype"], **look
        ),
        "frequency_cut": frequency_cut.frequency_cut(cuts(groups), 0.05, {"ADM"}, **look),
        "entropy_rate": entropy_rate.entropy_rate(rates(groups), model=model_bits(groups), **look),
        "entropy_rate_joint": entropy_rate.entropy_rate(
            rates(groups), "block_miller_madow_bits", model_bits(groups), **look
        ),
        "entropy_rate_plug_in": entropy_rate.entropy_rate(rates(groups), "plug_in_bits", **look),
    }
