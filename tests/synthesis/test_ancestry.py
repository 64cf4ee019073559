from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from vaeviz.synthesis.ancestry import draw_parts, last_switch, switch_chances


def sites(n: int = 2001, step_bp: int = 50_000) -> pd.DataFrame:
    """One morgan of sites, and two more sites on a second chromosome."""
    pos = [*(1 + step_bp * np.arange(n)), 1, 1 + step_bp]
    return pd.DataFrame({"chrom": ["1"] * n + ["2"] * 2, "pos": pos})


def test_crossovers_are_certain_at_chromosome_starts_and_else_by_distance() -> None:
    chance = switch_chances(sites(), np.arange(2003), 10)
    assert chance[0] == chance[2001] == 1
    assert chance[1] == pytest.approx(1 - np.exp(-10 * 5e-4))


def test_last_switch() -> None:
    switched = np.array([[True, False, True, False, False], [True, True, False, False, True]])
    assert last_switch(switched).tolist() == [[0, 0, 2, 2, 2], [0, 1, 1, 1, 4]]


def test_shares_and_tract_lengths() -> None:
    generations, share = 20, 0.7
    chance = switch_chances(sites(), np.arange(2001), generations)
    parts = draw_parts(np.random.default_rng(0), np.array([share, 1 - share]), chance, 2000)
    assert (parts == 0).mean() == pytest.approx(share, abs=0.01)
    # Changes of ancestry a morgan: crossovers, less those that draw the same part again.
    changes = (np.diff(parts, axis=1) != 0).sum(1).mean()
    assert changes == pytest.approx(generations * 2 * share * (1 - share), rel=0.03)
