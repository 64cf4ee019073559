"""What groups and people on the map are coloured by."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vaeviz.data.panel import LEVELS, Panel
from vaeviz.ui import derived, guards, measured
from vaeviz.ui.cache import remembered
from vaeviz.ui.columns import label_columns, number_columns
from vaeviz.ui.compression import compression_view

ENTROPY, HETEROZYGOSITY = "Mean entropy (bits)", "Heterozygosity"
BITS, NO_VALUE = "Model bits per allele (held out)", "Group only"
FACTOR = "Compression factor against frequencies (held out)"
OWN_HETEROZYGOSITY = "Heterozygosity of each person"
_COMPRESSION = {BITS: "bits_per_allele", FACTOR: "ratio_frequencies"}
_ENTROPY = {ENTROPY: "mean_entropy_bits", HETEROZYGOSITY: "mean_heterozygosity"}


def group_values(panel: Panel) -> list[str]:
    """What a map of groups can be coloured by."""
    coded = list(_COMPRESSION) if guards.find_model() is not None else []
    labels = [c for c in label_columns(panel) if c not in LEVELS and c in panel.samples]
    numbers = number_columns(panel)
    return [*_ENTROPY, *coded, *numbers, *(c for c in labels if c not in numbers), NO_VALUE]


def people_values(panel: Panel) -> list[str]:
    """What a map of people can be coloured by."""
    levels = [c for c in label_columns(panel) if c in panel.samples]
    numbers = [c for c in number_columns(panel) if c not in levels]
    return [*levels, *numbers, OWN_HETEROZYGOSITY]


def map_table(panel: Panel, by: str, value: str) -> pd.DataFrame:
    """Groups with places and the value to colour by (column named as the choice)."""
    table = derived.populations(panel, by)
    values = _values(panel, by, value)
    if values is None:
        return table
    return table.assign(**{value: table["group"].map(values)})


def people_table(panel: Panel, value: str) -> pd.DataFrame:
    """People with their own coordinates and the value to colour by."""
    kept = ["sample", *LEVELS, "latitude", "longitude"]
    table = panel.samples[
        list(dict.fromkeys([*kept, *([value] if value in panel.samples else [])]))
    ]
    if value != OWN_HETEROZYGOSITY:
        return table.copy()
    return table.assign(**{value: _heterozygosity(panel)})


def _heterozygosity(panel: Panel) -> NDArray[np.float64]:
    def compute() -> NDArray[np.float64]:
        from vaeviz.analysis.popgen import heterozygosity

        return heterozygosity(panel)

    return remembered("own_heterozygosity", (panel.digest,), compute)


def _values(panel: Panel, by: str, value: str) -> pd.Series | None:
    if value == NO_VALUE:
        return None
    if value in _COMPRESSION:
        groups = compression_view.held_out_groups(panel, by).set_index("group")
        return groups[_COMPRESSION[value]]
    if value in _ENTROPY:
        return measured.entropy_table(panel, by).set_index("group")[_ENTROPY[value]]
    column = panel.samples[value]
    if value in number_columns(panel):
        return pd.to_numeric(column, errors="coerce").groupby(panel.labels(by)).mean()
    return pd.Series(panel.labels(value)).groupby(panel.labels(by)).agg(_commonest)


def _commonest(labels: pd.Series) -> str:
    return str(labels.value_counts().index[0])
