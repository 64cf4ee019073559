"""The benchmark of entropies: both ways measure the same, and the report judges it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.entropy.__main__ import report, table_seconds
from benchmarks.entropy.work import ours, peer, random_panel


def test_both_ways_give_the_same_means() -> None:
    panel = random_panel(200, 70)
    mine, steps = ours(panel)
    other, _ = peer(panel)
    assert set(mine) == set(other)
    assert len(mine) == 7
    for name, column in other.items():
        np.testing.assert_allclose(mine[name], column, atol=1e-12, err_msg=name)
    assert "table of groups" in steps


def test_report_adds_up_the_steps_of_the_table() -> None:
    steps = ["counts and entropies by site", "table of groups", "frequency cuts"]
    rows = [{"way": "ours", "step": s, "wall_s": 2.0, "peak_mb": 2_500.0} for s in steps]
    rows.append({"way": "peer", "step": steps[1], "wall_s": 40.0, "peak_mb": 5_000.0})
    table = pd.DataFrame(rows)
    assert table_seconds(table, "ours") == 4
    text = report(table, 1e-15, (100, 20), 0.1)
    assert "| table of groups, wall s | < 10 | 4.00 | 40.00 | 0.100 |" in text
    assert "| peak MB | < 4,000 | 2,500 | 5,000 | 0.500 |" in text
