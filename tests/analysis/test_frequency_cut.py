"""Cuts on the minor allele frequency: documented means, order of groups, bad cuts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.panels import random_panel
from vaeviz.analysis.entropy import entropy_table, site_entropy
from vaeviz.analysis.frequency_cut import cut_table, lowest_frequency, order_change
from vaeviz.config import FilterConfig
from vaeviz.data.catalogue import load_builtin
from vaeviz.data.qc import apply_filters
from vaeviz.errors import PanelError

AT_5_PERCENT = {
    "WAS": 0.658,
    "EUR": 0.639,
    "SAS": 0.636,
    "AFR": 0.581,
    "EAS": 0.578,
    "AMR": 0.534,
    "OCE": 0.453,
}
"""Documented means of human-region on sites with a minor allele of 5 % or more."""


def test_human_region_has_the_documented_means_at_five_percent() -> None:
    panel = load_builtin("human-region")
    entropy = site_entropy(panel, "superpopulation")
    cuts = cut_table(entropy)
    at = cuts[cuts["maf_cut"] == 0.05].set_index("group")["mean_entropy_bits"]
    np.testing.assert_allclose(at[list(AT_5_PERCENT)], list(AT_5_PERCENT.values()), atol=5e-4)
    means = cuts.pivot(index="group", columns="maf_cut", values="mean_entropy_bits")
    change = order_change(means[0.0], means[0.05], ["ADM"])
    assert change.before == ("AFR", "WAS", "SAS", "EUR", "EAS", "AMR", "OCE")
    assert change.after == tuple(AT_5_PERCENT)
    assert change.moved == ("AFR", "WAS", "EUR")
    assert order_change(means[0.0], means[0.0], ["ADM"]).moved == ()
    assert lowest_frequency(entropy) >= 0.0022


def test_groups_without_a_value_are_not_ranked() -> None:
    before = pd.Series({"A": 3.0, "B": 2.0, "C": 1.0, "D": float("nan")})
    after = pd.Series({"C": 3.0, "B": float("nan"), "A": 2.0, "D": 1.0})
    change = order_change(before, after)
    assert (change.before, change.after, change.moved) == (("A", "C"), ("C", "A"), ("A", "C"))


@pytest.mark.parametrize("phased", [True, False])
def test_a_cut_is_that_of_the_panel_filter(phased: bool) -> None:
    panel = random_panel(phased=phased, missing=0.1)
    filtered = apply_filters(panel, FilterConfig(maf=0.3)).panel
    assert filtered.n_sites < panel.n_sites
    cut = entropy_table(panel, "population", 20, maf=0.3)
    whole = entropy_table(filtered, "population", 20)
    both = [table.drop(columns="maf_cut") for table in (cut, whole)]
    pd.testing.assert_frame_equal(*both, rtol=0, atol=1e-12)
    assert cut["maf_cut"].eq(0.3).all()


def test_table_of_cuts_equals_the_entropy_table() -> None:
    panel = random_panel()
    entropy = site_entropy(panel, "population")
    cuts = cut_table(entropy, (0.0, 0.2, 0.9))
    assert cuts["maf_cut"].unique().tolist() == [0.0, 0.2]
    for cut, rows in cuts.groupby("maf_cut"):
        table = entropy_table(panel, "population", 5, entropy=entropy, maf=cut).set_index("group")
        np.testing.assert_allclose(
            rows["mean_entropy_bits"], table.loc[rows["group"], "mean_entropy_bits"], atol=1e-12
        )
        assert (rows["n_sites"] == table["n_sites"].max()).all()


def test_a_cut_that_nothing_passes_is_told() -> None:
    with pytest.raises(PanelError, match=r"0\.6 or more"):
        entropy_table(random_panel(), "population", maf=0.6)
