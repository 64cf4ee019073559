"""Group sizes, places, and the rule for recently admixed groups."""

from __future__ import annotations

import numpy as np
import pytest

from tests.panels import random_panel
from vaeviz.analysis.populations import is_admixed, population_summary
from vaeviz.data.catalogue import load_builtin
from vaeviz.data.panel import UNLABELLED


def test_summary_of_the_tiny_panel(tiny):
    summary = population_summary(tiny, "population").set_index("group")
    assert list(summary.index) == ["AAA", "BBB"]
    assert list(summary["n_samples"]) == [3, 3]
    assert list(summary["superpopulation"]) == ["EAST", "WEST"]
    assert list(summary.loc["BBB", ["latitude", "longitude"]]) == [-20, -60]


def test_longitudes_average_across_the_antimeridian(tiny):
    samples = tiny.samples.assign(longitude=[170.0, -170.0, np.nan, 350.0, 10.0, 0.0])
    summary = population_summary(tiny.with_samples(samples), "population")
    assert abs(summary["longitude"][0]) == 180
    assert summary["longitude"][1] == pytest.approx(0, abs=1e-6)


def test_odd_panels_are_summarised_in_full(odd):
    for by in ("population", "superpopulation"):
        summary = population_summary(odd, by)
        assert summary["n_samples"].sum() == odd.n_samples
        assert summary["group"].is_unique


def test_panel_without_labels_or_places_says_so(phased):
    bare = phased.with_samples(phased.samples[["sample"]])
    summary = population_summary(bare, "population")
    assert list(summary["group"]) == [UNLABELLED]
    assert summary[["latitude", "longitude"]].isna().all(axis=None)


def test_admixed_rule():
    simulated, real = load_builtin("grid"), random_panel().with_info(simulated=False)
    assert not is_admixed("ADM", simulated)
    people = simulated.with_info(species="human")
    assert is_admixed("ADM", people)
    assert is_admixed("sMXL", people)
    assert not is_admixed("AMR", people)
    assert is_admixed("AMR", real)
    for code in ("ASW", "ACB", "MXL", "MEX", "PUR", "CLM", "PEL"):
        assert is_admixed(code, real)
    for code in ("AFR", "EUR", "YRI", "CEU"):
        assert not is_admixed(code, real)
