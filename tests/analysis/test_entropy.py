"""Entropy against hand-made truth, scikit-allel and the documented order of the groups."""

from __future__ import annotations

import allel
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import hypergeom

from tests.panels import random_panel, site_table
from vaeviz.analysis.bar_code import bin_entropy
from vaeviz.analysis.entropy import entropy_table, site_entropy
from vaeviz.analysis.rarefaction import (
    binary_entropy_bits,
    common_size,
    rarefied_entropy_bits,
)
from vaeviz.data.catalogue import load_builtin
from vaeviz.data.panel import Panel
from vaeviz.errors import PanelError

REGION_MEANS = {
    "AFR": 0.256,
    "ADM": 0.246,
    "WAS": 0.222,
    "SAS": 0.209,
    "EUR": 0.206,
    "EAS": 0.183,
    "AMR": 0.164,
    "OCE": 0.156,
}
"""Documented means of human-region; their order holds by construction of the simulation."""


def allel_entropy(panel: Panel, by: str) -> dict[str, np.ndarray]:
    """Per-site entropy of each group, computed by scikit-allel alone."""
    genotypes = allel.GenotypeArray(panel.genotypes())
    labels = panel.labels(by)
    result = {}
    for group in set(labels):
        members = genotypes.take(np.flatnonzero(labels == group), axis=1)
        frequencies = members.count_alleles(max_allele=1).to_frequencies()
        with np.errstate(divide="ignore", invalid="ignore"):
            bits = np.where(frequencies > 0, -frequencies * np.log2(frequencies), 0)
        result[group] = np.where(np.isnan(frequencies[:, 0]), np.nan, bits.sum(axis=1))
    return result


@pytest.mark.parametrize(
    "panel",
    [
        random_panel(),
        random_panel(phased=False, missing=0.3),
        random_panel(n_samples=9, n_populations=3, missing=0.8, seed=3),
    ],
    ids=["phased", "dosages", "nearly-all-missing"],
)
def test_entropy_equals_scikit_allel(panel):
    entropy = site_entropy(panel, "population")
    expected = allel_entropy(panel, "population")
    for group, bits in zip(entropy.groups, entropy.entropy_bits, strict=True):
        np.testing.assert_allclose(bits, expected[group], rtol=0, atol=1e-9)


@pytest.mark.parametrize("name", ["hapmap3", "kg_regions.small"])
def test_entropy_of_real_panels_equals_scikit_allel(name, real_data):
    readers = pytest.importorskip("vaeviz.data.readers")
    path = real_data / ("hapmap3.bed" if name == "hapmap3" else f"{name}.vcf.gz")
    panel = readers.read_panel(path).panel
    table = entropy_table(panel, "superpopulation", n_bootstrap=10).set_index("group")
    for group, bits in allel_entropy(panel, "superpopulation").items():
        assert table.loc[group, "mean_entropy_bits"] == pytest.approx(np.nanmean(bits), abs=1e-9)


def test_human_region_has_the_documented_means():
    table = entropy_table(load_builtin("human-region"), "superpopulation", n_bootstrap=50)
    assert list(table["group"]) == list(REGION_MEANS)
    np.testing.assert_allclose(table["mean_entropy_bits"], list(REGION_MEANS.values()), atol=5e-4)
    assert list(table.loc[table["admixed"], "group"]) == ["ADM"]
    assert (table["ci_low"] < table["mean_entropy_bits"]).all()
    assert (table["mean_entropy_bits"] < table["ci_high"]).all()


def test_tiny_panel_by_hand(tiny):
    entropy = site_entropy(tiny, "population")
    assert entropy.groups == ("AAA", "BBB")
    # Site 1: AAA carries no ALT; BBB carries 5 of 6.
    assert entropy.entropy_bits[0, 0] == 0
    assert entropy.frequency[1, 0] == pytest.approx(5 / 6)
    assert entropy.entropy_bits[1, 0] == pytest.approx(0.6500224216483541, abs=1e-12)
    # Last site: S6 is missing, so BBB has four called alleles, all REF.
    assert entropy.n_called[1, 7] == 4
    assert entropy.entropy_bits[1, 7] == 0


def test_uncalled_sites_are_nan_and_left_out_of_the_mean(tiny):
    counts = tiny.counts.copy()
    counts[3:, 0] = -1
    panel = Panel.create(counts, 2, tiny.samples, tiny.sites)
    entropy = site_entropy(panel, "population")
    assert np.isnan(entropy.entropy_bits[1, 0])
    table = entropy_table(panel, "population").set_index("group")
    assert table.loc["BBB", "n_sites"] == 7
    expected = np.mean(entropy.entropy_bits[1, 1:])
    assert table.loc["BBB", "mean_entropy_bits"] == pytest.approx(expected, abs=1e-12)


def test_unknown_column_is_an_error(tiny):
    with pytest.raises(PanelError, match="continent"):
        site_entropy(tiny, "continent")


def test_odd_panels_give_a_full_table(odd):
    table = entropy_table(odd, "superpopulation", n_bootstrap=20)
    assert table["n_samples"].sum() == odd.n_samples
    assert table["mean_entropy_bits"].between(0, 1).all()
    assert table["mean_entropy_bits"].is_monotonic_decreasing
    assert (table["ci_low"] <= table["ci_high"]).all()


def test_bootstrap_follows_its_seed(phased):
    one, again, other = (entropy_table(phased, "population", seed=s) for s in (1, 1, 2))
    pd.testing.assert_frame_equal(one, again)
    assert not one["ci_low"].equals(other["ci_low"])
    assert one["mean_entropy_bits"].equals(other["mean_entropy_bits"])


def test_interval_covers_the_spread_of_independent_sites():
    panel = random_panel(n_samples=40, n_sites=4_000, n_populations=1, seed=5)
    row = entropy_table(panel, "population", n_bootstrap=2_000).iloc[0]
    bits = site_entropy(panel, "population").entropy_bits[0]
    half_width = 1.96 * bits.std() / np.sqrt(len(bits))
    assert (row["ci_high"] - row["ci_low"]) / 2 == pytest.approx(half_width, rel=0.2)


@given(st.integers(0, 60), st.integers(0, 60), st.integers(1, 40))
def test_rarefied_entropy_is_the_hypergeometric_mean(alt, ref, size):
    called = alt + ref
    result = rarefied_entropy_bits(np.array([alt], np.int32), np.array([called], np.int32), size)
    if called < size:
        assert np.isnan(result[0])
        return
    k = np.arange(size + 1)
    expected = hypergeom(called, alt, size).pmf(k) @ binary_entropy_bits(k / size)
    assert result[0] == pytest.approx(expected, abs=1e-10)


def test_rarefying_to_all_haplotypes_changes_nothing(phased):
    entropy = site_entropy(phased, "population")
    alt, called = entropy.alt_count[0], entropy.n_called[0]
    rarefied = rarefied_entropy_bits(alt, called, int(called[0]))
    np.testing.assert_allclose(rarefied, entropy.entropy_bits[0], atol=1e-10)


def test_rarefaction_makes_unequal_samples_of_one_population_equal():
    panel = random_panel(n_samples=200, n_sites=3_000, n_populations=1, seed=2)
    samples = panel.samples.assign(population=["few"] * 8 + ["many"] * 192)
    table = entropy_table(panel.with_samples(samples), "population", 20).set_index("group")
    assert table["rarefied_haplotypes"].eq(16).all()
    gap = table["mean_entropy_bits"].diff().abs().iloc[-1]
    assert gap > 0.02
    assert table["rarefied_entropy_bits"].diff().abs().iloc[-1] < 0.005


def test_common_size_is_that_of_the_smallest_group_within_limits():
    assert common_size(np.array([[40, 40], [24, 24]], np.int32)) == 24
    assert common_size(np.array([[40, 40], [4, 4]], np.int32)) == 10
    assert common_size(np.array([[9_000, 9_000]], np.int32)) == 1_000


def test_bins_cover_every_site_once_and_stay_within_chromosomes():
    panel = random_panel(n_sites=203)
    entropy = site_entropy(panel, "population")
    bins = bin_entropy(entropy, panel.sites, 20)
    for _, one in bins.groupby("group"):
        assert one["n_sites"].sum() == 203
        assert list(one["bin"]) == list(range(len(one)))
        mean = np.average(one["mean_entropy_bits"], weights=one["n_sites"])
        row = entropy.groups.index(one["group"].iloc[0])
        assert mean == pytest.approx(entropy.entropy_bits[row].mean(), abs=1e-12)
    first = bins[bins["group"] == entropy.groups[0]]
    assert first.groupby("chrom").size().to_dict() == {"1": 10, "2": 10}
    assert (first["start_bp"] <= first["end_bp"]).all()


def test_bins_follow_the_genome_whatever_the_order_of_sites(phased):
    shuffled = phased.take_sites(np.random.default_rng(0).permutation(phased.n_sites))
    bins = bin_entropy(site_entropy(shuffled, "population"), shuffled.sites, 10)
    for _, one in bins.groupby(["group", "chrom"]):
        assert (one["start_bp"].to_numpy()[1:] > one["end_bp"].to_numpy()[:-1]).all()


def test_more_bins_than_sites_gives_one_site_a_bin(tiny):
    bins = bin_entropy(site_entropy(tiny, "population"), tiny.sites, 300)
    assert bins["n_sites"].eq(1).all()
    assert len(bins) == 2 * tiny.n_sites


def test_every_chromosome_has_a_bin():
    panel = random_panel(n_sites=40).take_sites(np.arange(40))
    sites = site_table(40, n_chromosomes=20)
    bins = bin_entropy(site_entropy(panel, "population"), sites, 3)
    assert bins["chrom"].nunique() == 20
