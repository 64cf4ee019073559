"""Tables in a terminal: counts as counts, and nothing cut."""

from __future__ import annotations

import numpy as np
import pandas as pd
from rich.console import Console

from vaeviz.cli.terminal import rich_table


def shown(table: pd.DataFrame, width: int = 80) -> str:
    console = Console(width=width)
    with console.capture() as captured:
        console.print(rich_table("Title", table))
    return captured.get()


def test_numbers_by_what_they_are() -> None:
    table = pd.DataFrame(
        {
            "sites": [1_421.0, np.nan],
            "km": [1_029.4237, 22_315.5],
            "share": [1.0, 0.0],
            "value": [0.12345, 12.5],
            "n": [1_000_000, 2],
        }
    )
    words = shown(table).split()
    for word in ("1,421", "1,029", "22,316", "1.0000", "0.1235", "12.5000", "1,000,000"):
        assert word in words


def test_long_words_are_folded_and_not_cut() -> None:
    text = shown(pd.DataFrame({f"a_long_name_of_a_column_{k}": [0.5] for k in range(6)}), 60)
    assert "…" not in text
