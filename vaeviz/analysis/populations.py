"""Who is in a panel: sizes and places of groups, and which groups are recently admixed."""

from __future__ import annotations

import numpy as np
import pandas as pd

from vaeviz.data.panel import Panel, PanelInfo

ADMIXED_CODES = frozenset({"ADM", "ASW", "ACB", "MXL", "MEX", "PUR", "CLM", "PEL", "sASW", "sMXL"})
"""Labels of recently admixed groups: our simulated ones, and those of HapMap and 1000 Genomes."""

ADMIXED_AMERICAN = "AMR"


def is_admixed(group: str, panel: Panel) -> bool:
    """Whether a group of this panel is recently admixed, by its label.

    'AMR' means admixed American in panels of real people (1000 Genomes, HapMap) and Native
    American-like in the simulated ones.
    """
    return is_admixed_label(group, panel.info)


def is_admixed_label(group: str, info: PanelInfo) -> bool:
    """`is_admixed` for callers that hold only what the panel says it is."""
    if info.species != "human":
        return False
    return group in ADMIXED_CODES or (group == ADMIXED_AMERICAN and not info.simulated)


def population_summary(panel: Panel, by: str = "population") -> pd.DataFrame:
    """Sizes and mean places of the groups.

    Parameters
    ----------
    panel : Panel
    by : str
        Sample column with the labels.

    Returns
    -------
    DataFrame
        group, superpopulation (the commonest in the group), n_samples, latitude, longitude
        (degrees, -180..180; NaN without coordinates), in the order of the groups' first sample.
        Mean longitudes are circular: a group astride the antimeridian stays there.

    Raises
    ------
    PanelError
        The panel has no such column.
    """
    table = pd.DataFrame(
        {
            "group": panel.labels(by),
            "superpopulation": panel.labels("superpopulation"),
            "latitude": panel.samples["latitude"],
            "longitude": panel.samples["longitude"],
        }
    )
    summary = table.groupby("group", sort=False).agg(
        superpopulation=("superpopulation", _commonest),
        n_samples=("group", "size"),
        latitude=("latitude", "mean"),
        longitude=("longitude", _mean_longitude),
    )
    return summary.reset_index()


def _commonest(labels: pd.Series) -> str:
    return str(labels.value_counts().index[0])


def _mean_longitude(longitude: pd.Series) -> float:
    radians = np.radians(longitude.dropna().to_numpy(float))
    if not len(radians):
        return float("nan")
    mean = np.arctan2(np.sin(radians).mean(), np.cos(radians).mean())
    return round(float(np.degrees(mean)), 6)
