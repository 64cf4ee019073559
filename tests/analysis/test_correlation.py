"""Correlations of groups: those of scipy, intervals, and what cannot be told."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import pearsonr, spearmanr

from vaeviz.analysis.correlation import correlate


def series(*values: float) -> pd.Series:
    return pd.Series(values, dtype=float)


def test_coefficients_are_those_of_scipy() -> None:
    rng = np.random.default_rng(0)
    x = pd.Series(rng.normal(size=20))
    y = x + pd.Series(rng.normal(size=20))
    found = correlate(x, y)
    assert found.n_groups == 20
    assert found.pearson == pytest.approx(pearsonr(x, y).statistic)
    assert found.spearman == pytest.approx(spearmanr(x, y).statistic)
    assert found.pearson_low < found.pearson < found.pearson_high <= 1
    assert found.spearman_low < found.spearman < found.spearman_high <= 1


def test_pairs_with_a_gap_are_left_out_and_ties_share_ranks() -> None:
    x, y = series(1, 2, 2, 4, np.nan), series(4, 3, 1, 1, 9)
    found = correlate(x, y)
    assert found.n_groups == 4
    assert found.spearman == pytest.approx(spearmanr(x[:4], y[:4]).statistic)
    assert np.isnan(found.pearson_low)


def test_two_groups_and_equal_values_have_no_coefficient() -> None:
    assert np.isnan(correlate(series(1, 2), series(2, 1)).pearson)
    flat = correlate(series(1, 2, 3, 4, 5, 6), series(7, 7, 7, 7, 7, 7))
    assert flat.n_groups == 6
    assert np.isnan(flat.pearson)
    assert np.isnan(flat.spearman_high)
