"""Measures beside the plug-in entropy, against scipy, scikit-allel and counting by hand."""

from __future__ import annotations

from collections import Counter

import allel
import numpy as np
import pytest
from scipy.stats import entropy as scipy_entropy

from tests.panels import random_panel
from vaeviz.analysis.counts import group_counts
from vaeviz.analysis.entropy import entropy_table, site_entropy, site_values
from vaeviz.analysis.popgen import heterozygosity
from vaeviz.analysis.quantities import QUANTITIES
from vaeviz.data.catalogue import load_builtin
from vaeviz.data.panel import Panel

PANELS = {
    "phased": random_panel(n_samples=40, n_sites=60),
    "dosages": random_panel(n_samples=40, n_sites=60, phased=False, missing=0.3),
    "half-called": random_panel(n_samples=40, n_sites=60, missing=0.3),
}


def members(panel: Panel, group: str) -> allel.GenotypeArray:
    chosen = np.flatnonzero(panel.labels("population") == group)
    return allel.GenotypeArray(panel.genotypes()).take(chosen, axis=1)


@pytest.mark.parametrize("panel", PANELS.values(), ids=PANELS.keys())
def test_counts_equal_scikit_allel(panel: Panel) -> None:
    counts = group_counts(panel, "population")
    for g, group in enumerate(counts.groups):
        genotypes = members(panel, group)
        alleles = genotypes.count_alleles(max_allele=1)
        np.testing.assert_array_equal(counts.alt[g], alleles[:, 1])
        np.testing.assert_array_equal(counts.called[g], alleles.sum(axis=1))
        np.testing.assert_array_equal(counts.het[g], genotypes.count_het(axis=1))
        np.testing.assert_array_equal(counts.hom_alt[g], genotypes.count_hom_alt(axis=1))
        np.testing.assert_array_equal(counts.genotypes[g], genotypes.count_called(axis=1))


def test_counts_of_many_sites_join_without_a_seam() -> None:
    panel = random_panel(n_samples=6, n_sites=20_000, n_populations=2)
    counts = group_counts(panel, "population")
    rows = panel.counts.reshape(2, 6, -1)
    np.testing.assert_array_equal(counts.alt, rows.sum(axis=1))


@pytest.mark.parametrize("panel", PANELS.values(), ids=PANELS.keys())
def test_every_measure_equals_an_independent_one(panel: Panel) -> None:
    table = entropy_table(panel, "population", 10).set_index("group")
    for group in table.index:
        genotypes = members(panel, group)
        alleles = genotypes.count_alleles(max_allele=1)
        found = {key: table.loc[group, q.column] for key, q in QUANTITIES.items()}
        allele_bits = [site_bits(row) for row in alleles]
        genotype_bits = [
            site_bits(list(Counter(tuple(sorted(x)) for x in site if min(x) >= 0).values()))
            for site in genotypes.values
        ]
        expected = {
            "plug-in": np.mean([x for x, _ in allele_bits]),
            "miller-madow": np.mean([x for _, x in allele_bits]),
            "genotype": np.mean([x for x, _ in genotype_bits]),
            "genotype-miller-madow": np.mean([x for _, x in genotype_bits]),
            "observed-heterozygosity": np.nanmean(allel.heterozygosity_observed(genotypes)),
            "expected-heterozygosity": np.mean(allel.mean_pairwise_difference(alleles)),
        }
        for key, value in expected.items():
            assert found[key] == pytest.approx(value, abs=1e-12), key


def site_bits(counts: object) -> tuple[float, float]:
    """Plug-in and Miller-Madow entropy of counts, by scipy and the formula."""
    used = np.array([x for x in np.asarray(counts) if x > 0])
    plug_in = float(scipy_entropy(used, base=2))
    return plug_in, plug_in + (len(used) - 1) / (2 * used.sum() * np.log(2))


def test_intervals_hold_their_means_and_are_of_the_measure_shown() -> None:
    table = entropy_table(load_builtin("canid"), "superpopulation")
    for quantity in QUANTITIES.values():
        assert (table[quantity.low] < table[quantity.column]).all()
        assert (table[quantity.column] < table[quantity.high]).all()


def test_miller_madow_brings_small_samples_nearer_to_large_ones() -> None:
    panel = random_panel(n_samples=200, n_sites=3_000, n_populations=1, seed=2)
    samples = panel.samples.assign(population=["few"] * 8 + ["many"] * 192)
    table = entropy_table(panel.with_samples(samples), "population", 20).set_index("group")
    gaps = {key: table[q.column].diff().abs().iloc[-1] for key, q in QUANTITIES.items()}
    assert gaps["miller-madow"] < 0.4 * gaps["plug-in"]
    assert gaps["genotype-miller-madow"] < gaps["genotype"]


def test_blocks_follow_the_genome_whatever_the_order_of_sites() -> None:
    panel = PANELS["phased"]
    shuffled = panel.take_sites(np.random.default_rng(0).permutation(panel.n_sites))
    one, other = (entropy_table(p, "population", 50) for p in (panel, shuffled))
    np.testing.assert_allclose(one["ci_low"], other["ci_low"], atol=1e-12)


def test_a_person_alone_has_a_row() -> None:
    panel = PANELS["dosages"]
    labels = ["alone", *["rest"] * (panel.n_samples - 1)]
    table = entropy_table(panel.with_samples(panel.samples.assign(population=labels)), "population")
    row = table.set_index("group").loc["alone"]
    assert row["genotype_entropy_bits"] == 0
    assert row["mean_entropy_bits"] == pytest.approx(row["mean_heterozygosity"])
    assert np.isnan(row["rarefied_entropy_bits"])


def test_values_per_site_have_the_shape_of_the_counts() -> None:
    entropy = site_entropy(PANELS["dosages"], "population")
    for key in QUANTITIES:
        assert site_values(entropy, key, 10).shape == entropy.alt_count.shape


@pytest.mark.parametrize("panel", PANELS.values(), ids=PANELS.keys())
def test_heterozygosity_of_people_equals_scikit_allel(panel: Panel) -> None:
    genotypes = allel.GenotypeArray(panel.genotypes())
    expected = genotypes.count_het(axis=0) / genotypes.count_called(axis=0)
    np.testing.assert_allclose(heterozygosity(panel), expected, atol=1e-12)
