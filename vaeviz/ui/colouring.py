"""What people are coloured by, on every page with a map of them."""

from __future__ import annotations

import pandas as pd

from vaeviz.data.panel import LEVELS, Panel
from vaeviz.escape import plain
from vaeviz.ui.widgets import choice

SPLIT = "part of training"
ONE_COLOUR = "one colour"


def level_choice(panel: Panel, key: str) -> str:
    """Let the user colour by a label level or by the part of training."""
    levels = [level for level in reversed(LEVELS) if panel.has_labels(level)]
    return choice("Colour by", [*levels, SPLIT, ONE_COLOUR], key, None, plain, bind=True, width=210)


def row_labels(panel: Panel, table: pd.DataFrame, colour_by: str) -> pd.Series:
    """The value to colour by, one a row of a table with columns sample and split."""
    if colour_by == SPLIT:
        return table["split"]
    if colour_by == ONE_COLOUR:
        return pd.Series("people", index=table.index)
    by_sample = panel.samples.drop_duplicates("sample").set_index("sample")[colour_by]
    return table["sample"].map(by_sample)
