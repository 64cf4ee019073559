"""Figures of the serial founder views with small made-up tables."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from tests.panels import random_panel
from vaeviz.analysis.serial_founder import (
    SerialFounder,
    best_origin,
    line_band,
    origin_grid,
    serial_founder,
)
from vaeviz.figures import placegrid
from vaeviz.figures import serial_founder as figures
from vaeviz.figures.chart import Chart
from vaeviz.figures.palette import Theme

ORIGIN = (10.0, 40.0)
STEP_DEG = 20.0


def group_places(groups: Sequence[str]) -> pd.DataFrame:
    """Groups from Africa to Asia; the last one is recently admixed."""
    n = len(groups)
    return pd.DataFrame(
        {
            "group": list(groups),
            "superpopulation": list(groups),
            "n_samples": 10,
            "latitude": np.linspace(-20, 45, n),
            "longitude": np.linspace(20, 110, n),
            "continent": "Asia",
            "admixed": np.arange(n) == n - 1,
        }
    )


def group_values(groups: Sequence[str]) -> pd.Series:
    return pd.Series(np.linspace(0.26, 0.15, len(groups)) ** 1.1, index=list(groups))


def founder(groups: Sequence[str], include_admixed: bool = False) -> SerialFounder:
    return serial_founder(
        random_panel(), group_places(groups), group_values(groups), ORIGIN, include_admixed
    )


def founder_charts(theme: Theme, groups: Sequence[str], caption: str) -> dict[str, Chart]:
    """Every figure of the views, by name."""
    found = founder(groups)
    places = group_places(groups)
    grid = origin_grid(places, group_values(groups), step_deg=STEP_DEG)
    band = line_band(found, n_bootstrap=50)
    words = {"theme": theme, "caption": caption}
    return {
        "founder_line": figures.founder_line(
            found.table, found.line, band, "mean entropy", unit="bits per site", **words
        ),
        "origin_map": figures.origin_map(
            grid, places, ORIGIN, best_origin(grid), step_deg=STEP_DEG, **words
        ),
        "place_grid": placegrid.place_grid(grid, places, groups[0], **words),
    }
