from __future__ import annotations

import allel
import numpy as np
import pytest

from tests.panels import random_panel, tiny_panel
from vaeviz.analysis.difference import difference_table, mean_fst
from vaeviz.errors import RegionError


@pytest.mark.parametrize("phased", [True, False])
def test_fst_is_that_of_scikit_allel(phased: bool) -> None:
    panel = random_panel(phased=phased, missing=0.05)
    chosen = np.arange(20)
    table = difference_table(panel, chosen)
    sides = []
    for people in (chosen, np.arange(20, 60)):
        counts = panel.counts[panel.row_index(people)].astype(int)
        n = panel.ploidy * (counts >= 0).sum(axis=0)
        alt = np.where(counts < 0, 0, counts).sum(axis=0)
        sides.append(np.column_stack([n - alt, alt]))
    top, bottom = allel.hudson_fst(*sides)
    varies = bottom > 0
    assert table["fst"].to_numpy()[varies] == pytest.approx(top[varies] / bottom[varies])
    assert table["fst"].isna().to_numpy().tolist() == (~varies).tolist()
    assert mean_fst(table) == pytest.approx(top[varies].sum() / bottom[varies].sum())


def test_frequencies_by_hand_with_a_missing_genotype() -> None:
    table = difference_table(tiny_panel(), [0, 1, 2])
    assert table["frequency"].tolist()[3] == 1
    assert table["frequency_rest"].tolist()[3] == 0
    assert table["difference"].tolist()[3] == 1
    assert table["fst"].tolist()[3] == 1
    assert table["n_called_rest"].tolist()[-1] == 4


@pytest.mark.parametrize("index", [[], [0], range(6), range(5)])
def test_one_sided_comparisons_are_refused(index: object) -> None:
    with pytest.raises(RegionError, match="needs 2"):
        difference_table(tiny_panel(), list(index))
