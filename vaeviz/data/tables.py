"""Tables as CSV text that no spreadsheet executes."""

from __future__ import annotations

import pandas as pd

from vaeviz.escape import cell


def csv_text(table: pd.DataFrame) -> str:
    """CSV of a table with a header; text that a spreadsheet would run as a formula is defused.

    Numbers are written in full precision, missing values as empty cells.
    """
    safe = table.copy()
    safe.columns = [cell(name) for name in safe.columns]
    for position, dtype in enumerate(table.dtypes):
        if not pd.api.types.is_numeric_dtype(dtype):
            column = table.iloc[:, position].astype(object)
            safe.isetitem(position, column.where(column.notna(), "").map(cell))
    return safe.to_csv(index=False)
