"""Which columns of a sample table suit which question, and the choice among them."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from vaeviz.data.panel import LEVELS, Panel
from vaeviz.escape import plain
from vaeviz.ui.widgets import choice

MAX_GROUPS = 200


def label_columns(panel: Panel) -> list[str]:
    """Columns to group people by: the known levels first, then the user's own; never empty."""
    levels = [level for level in reversed(LEVELS) if panel.has_labels(level)]
    own = [
        str(column)
        for column in panel.samples.columns
        if column not in ("sample", *LEVELS)
        and not pd.api.types.is_float_dtype(panel.samples[column])
        and 1 <= panel.samples[column].nunique() <= MAX_GROUPS
    ]
    return levels + own or [LEVELS[0]]


def number_columns(panel: Panel) -> list[str]:
    """Numeric columns of the user, to average over groups."""
    return [
        str(column)
        for column in panel.samples.columns
        if column not in ("sample", *LEVELS, "latitude", "longitude")
        and pd.api.types.is_numeric_dtype(panel.samples[column])
        and not pd.api.types.is_bool_dtype(panel.samples[column])
        and panel.samples[column].notna().any()
    ]


def group_choice(panel: Panel, key: str, default: str = "superpopulation") -> str:
    """Let the user choose the column to group by; the address keeps the choice."""
    return choice("Group by", label_columns(panel), key, default, plain, bind=True)


def half_width_group(panel: Panel, key: str) -> str:
    """The column to group by, half as wide as the page."""
    left, _ = st.columns(2)
    with left:
        return group_choice(panel, key)
