from __future__ import annotations

import pandas as pd

from vaeviz.config import TrainConfig
from vaeviz.training.windows import window_starts


def sites(*stretches: tuple[str, list[int]]) -> pd.DataFrame:
    return pd.DataFrame([(c, p) for c, positions in stretches for p in positions]).set_axis(
        ["chrom", "pos"], axis=1
    )


def test_windows_hold_so_many_sites_and_the_last_may_be_short() -> None:
    table = sites(("1", list(range(100, 107))))
    assert window_starts(table, TrainConfig(window_sites=3)) == (0, 3, 6)


def test_windows_never_cross_a_chromosome_or_a_long_gap() -> None:
    table = sites(("1", [1, 2, 3, 2_000_004, 2_000_005]), ("2", [2_000_006, 2_000_007]))
    assert window_starts(table, TrainConfig(window_sites=100)) == (0, 3, 5)


def test_windows_of_a_width_in_kb_begin_where_the_stretch_does() -> None:
    table = sites(("1", [5_500, 6_000, 15_400, 15_500, 40_000]), ("2", [100]))
    assert window_starts(table, TrainConfig(window_kb=10)) == (0, 3, 4, 5)
