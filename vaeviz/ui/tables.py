"""Tables on a page: inert text, readable numbers, and a CSV that no spreadsheet executes."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from vaeviz.data.tables import csv_text
from vaeviz.escape import plain

BITS_DECIMALS = 4
SHARE_DECIMALS = 3


def show_table(
    table: pd.DataFrame, key: str, height: int | None = None, p_values: Sequence[str] = ()
) -> None:
    """Show a table that can be searched and sorted, with a CSV download under it."""
    show_frame(table, key, height, p_values)
    csv_button(table, key)


def show_frame(
    table: pd.DataFrame, key: str, height: int | None = None, p_values: Sequence[str] = ()
) -> None:
    """Show a table without a download; `p_values` are columns that may be very small."""
    shown = display_frame(table)
    small = st.column_config.NumberColumn(format="%.2g")
    bits = st.column_config.NumberColumn(format=f"%.{BITS_DECIMALS}f")
    share = st.column_config.NumberColumn(format=f"%.{SHARE_DECIMALS}f")
    floats = list(shown.select_dtypes("float"))
    config = {name: share for name in floats if _is_share(name)}
    config |= {name: bits for name in floats if _is_bits(name)}
    config |= {name.replace("_", " "): small for name in p_values}
    st.dataframe(
        shown, hide_index=True, key=f"{key}_table", height=height or "auto", column_config=config
    )


def csv_button(table: pd.DataFrame, key: str, label: str = "CSV") -> None:
    """Offer the table as CSV, built when the button is pressed."""
    st.download_button(
        label,
        data=lambda: csv_bytes(table),
        file_name=f"vaeviz_{key}.csv",
        mime="text/csv",
        key=f"{key}_csv",
        icon=":material/download:",
        on_click="ignore",
    )


def display_frame(table: pd.DataFrame) -> pd.DataFrame:
    """Copy of a table for the screen: text cut and without control characters, 4 digits.

    Bits have 4 decimals, so that those of a column and of different tables compare.
    """
    shown = table.copy()
    shown.columns = _distinct([plain(name).replace("_", " ") for name in shown.columns])
    for position, dtype in enumerate(table.dtypes):
        column = table.iloc[:, position]
        if pd.api.types.is_float_dtype(dtype):
            bits = _is_bits(shown.columns[position])
            rounded = column.round(BITS_DECIMALS) if bits else column.map(_four_digits)
            shown.isetitem(position, rounded)
        elif not pd.api.types.is_numeric_dtype(dtype):
            text = column.astype(object).where(column.notna(), "")
            shown.isetitem(position, text.map(plain))
    return shown


def _distinct(names: list[str]) -> list[str]:
    """Names with a number behind each that occurs again: labels may look alike once cut."""
    again = pd.Series(names).groupby(names).cumcount()
    return [f"{name} ({k + 1})" if k else name for name, k in zip(names, again, strict=True)]


def csv_bytes(table: pd.DataFrame) -> bytes:
    """UTF-8 CSV of a table; text that a spreadsheet would run as a formula is defused."""
    return csv_text(table).encode("utf-8")


def _is_bits(name: object) -> bool:
    return "bits" in str(name)


def _is_share(name: object) -> bool:
    """A probability or an allele frequency: near 0 no digit after the third tells anything."""
    words = str(name).lower()
    return "probability" in words or words == "frequency" or words.startswith("alt frequency")


def _four_digits(value: float) -> float:
    return float(f"{value:.4g}") if pd.notna(value) and abs(value) < 1000 else value
