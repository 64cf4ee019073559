"""Short tables of sentences: wrapped so that all of a text can be read, unlike a grid's cells."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from vaeviz.escape import escape
from vaeviz.ui.tables import csv_button, display_frame

MAX_CELL = 2_000


def show_texts(
    table: pd.DataFrame, key: str, label: str = "CSV", whole: pd.DataFrame | None = None
) -> None:
    """Show a table of a few rows with whole texts, inert, and offer it as CSV.

    Parameters
    ----------
    table : DataFrame
    key, label : str
        Of the CSV button.
    whole : DataFrame, optional
        What the CSV holds instead, where the screen shows less.
    """
    shown = display_frame(table)
    for position, dtype in enumerate(table.dtypes):
        if not pd.api.types.is_numeric_dtype(dtype):
            column = table.iloc[:, position]
            text = column.astype(object).where(column.notna(), "")
            shown.isetitem(position, text.map(_inert))
        else:
            shown.isetitem(position, shown.iloc[:, position].map(_number))
    st.table(shown, hide_index=True)
    csv_button(table if whole is None else whole, key, label)


def _inert(text: object) -> str:
    return escape(text, MAX_CELL)


def _number(value: float) -> str:
    return f"{value:,.4g}" if pd.notna(value) else "–"
