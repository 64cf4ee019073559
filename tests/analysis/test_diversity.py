"""Diversity of groups against scikit-allel, definitions written out, and a simulation's truth."""

from __future__ import annotations

from itertools import combinations

import allel
import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from tests.panels import random_panel, site_table, tiny_panel
from vaeviz.analysis.diversity import (
    NOT_SEQUENCE,
    STATISTICS,
    SYNTHETIC,
    diversity_table,
    sequence_reason,
)
from vaeviz.data.panel import Panel

SEQUENCE_ONLY = [s.name for s in STATISTICS if s.sequence_only]


def marked(panel: Panel) -> Panel:
    return panel.with_info(unfiltered_sequence=True)


def rare_panel(missing: float = 0.0, phased: bool = False, seed: int = 0) -> Panel:
    """Three groups of 9, 12 and 6 people whose alleles are mostly rare."""
    rng = np.random.default_rng(seed)
    group = np.repeat(np.array(["A", "B", "C"], object), [9, 12, 6])
    n_sites = 300
    frequency = rng.beta(0.2, 2, (3, n_sites))
    own = np.select([group == "A", group == "B"], [0, 1], 2)
    alleles = (rng.random((len(group), 2, n_sites)) < frequency[own][:, None]).astype(np.int8)
    counts = alleles.reshape(-1, n_sites) if phased else alleles.sum(axis=1, dtype=np.int8)
    counts = np.where(rng.random(counts.shape) < missing, -1, counts)
    samples = pd.DataFrame({"sample": [f"P{i}" for i in range(len(group))], "population": group})
    return marked(Panel.create(counts, 1 if phased else 2, samples, site_table(n_sites)))


def by_group(panel: Panel, **options: int) -> pd.DataFrame:
    return diversity_table(panel, "population", **options).set_index("group")


def genotypes_of(panel: Panel, group: str) -> allel.GenotypeArray:
    return allel.GenotypeArray(panel.genotypes()[:, panel.labels("population") == group])


@pytest.mark.parametrize("phased", [True, False])
def test_everything_equals_scikit_allel_where_nothing_is_missing(phased: bool) -> None:
    panel = rare_panel(phased=phased)
    table = by_group(panel)
    position = np.arange(1, panel.n_sites + 1)
    for group, row in table.iterrows():
        called = genotypes_of(panel, str(group))
        counts = called.count_alleles(max_allele=1)
        expected = allel.mean_pairwise_difference(counts).mean()
        observed = allel.heterozygosity_observed(called).mean()
        assert row["expected_heterozygosity"] == pytest.approx(expected)
        assert row["observed_heterozygosity"] == pytest.approx(observed)
        assert row["inbreeding_coefficient"] == pytest.approx(1 - observed / expected)
        assert row["polymorphic_sites"] == row["segregating_sites"] == counts.count_segregating()
        pi = allel.sequence_diversity(position, counts)
        theta = allel.watterson_theta(position, counts)
        assert row["nucleotide_diversity_per_site"] == pytest.approx(pi)
        assert row["watterson_theta_per_site"] == pytest.approx(theta)
        assert row["tajima_d"] == pytest.approx(allel.tajima_d(counts))


def tajima_by_sites(dosages: NDArray[np.int8]) -> float:
    """Tajima's D with each site's own number of haplotypes, by loops."""
    pi, theta, sizes = 0.0, 0.0, []
    for column in dosages.T:
        alleles = [a for d in column if d >= 0 for a in ((0, 0), (0, 1), (1, 1))[d]]
        if 0 < sum(alleles) < len(alleles):
            pairs = [a != b for a, b in combinations(alleles, 2)]
            pi += sum(pairs) / len(pairs)
            theta += 1 / sum(1 / i for i in range(1, len(alleles)))
            sizes.append(len(alleles))
    n, s = float(np.mean(sizes)), len(sizes)
    # Sums of 1 / i and 1 / i^2 up to n - 1 for an n between whole numbers, as series.
    i = np.arange(1, 2_000_001)
    a1 = float(np.sum(1 / i - 1 / (i + n - 1)))
    a2 = float(np.sum(1 / i**2 - 1 / (i + n - 1) ** 2))
    e1 = ((n + 1) / (3 * (n - 1)) - 1 / a1) / a1
    e2 = 2 * (n**2 + n + 3) / (9 * n * (n - 1)) - (n + 2) / (a1 * n) + a2 / a1**2
    return (pi - theta) / np.sqrt(e1 * s + e2 / (a1**2 + a2) * s * (s - 1))


def test_missing_genotypes_leave_each_site_its_own_sample_size() -> None:
    panel = rare_panel(missing=0.3)
    table = by_group(panel)
    for group in "ABC":
        dosages = panel.counts[panel.labels("population") == group]
        assert table.loc[group, "tajima_d"] == pytest.approx(tajima_by_sites(dosages), rel=1e-4)
        called = genotypes_of(panel, group)
        listed = called.count_called(axis=1) > 0
        counts = called.count_alleles(max_allele=1)[listed]
        observed = np.asarray(allel.heterozygosity_observed(called))[listed].mean()
        assert table.loc[group, "observed_heterozygosity"] == pytest.approx(observed)
        expected = allel.mean_pairwise_difference(counts).mean()
        assert table.loc[group, "expected_heterozygosity"] == pytest.approx(expected)
        assert table.loc[group, "n_sites"] == listed.sum()


def test_private_alleles_by_hand() -> None:
    table = by_group(marked(tiny_panel()))
    # Copies of ALT by site, AAA: 0 1 2 6 1 1 0 5 of 6; BBB: 5 5 4 0 0 1 1 of 6, 0 of 4.
    # AAA's own: ALT of sites 4, 5 and 8. BBB's: ALT of 1 and 7, REF of 4.
    assert table.loc["AAA", "private_alleles"] == 3
    assert table.loc["BBB", "private_alleles"] == 3


def test_rarefied_private_alleles_equal_the_mean_of_draws() -> None:
    panel = rare_panel(phased=True)
    table = by_group(panel)
    size = int(table["rarefied_haplotypes"].iloc[0])
    assert size == 12
    rng = np.random.default_rng(1)
    owner = np.repeat(panel.labels("population"), 2)
    found = {group: [] for group in "ABC"}
    for _ in range(600):
        seen = {}
        for group in "ABC":
            rows = rng.choice(np.flatnonzero(owner == group), size, replace=False)
            drawn = panel.counts[rows]
            seen[group] = np.stack([(drawn == 0).any(axis=0), (drawn == 1).any(axis=0)])
        total = sum(s.astype(int) for s in seen.values())
        for group, mine in seen.items():
            found[group].append(int((mine & (total == 1)).sum()))
    for group, numbers in found.items():
        error = np.std(numbers) / np.sqrt(len(numbers))
        value = table.loc[group, "rarefied_private_alleles"]
        assert abs(value - np.mean(numbers)) < 4 * error


def test_at_full_size_rarefied_private_alleles_are_those_counted() -> None:
    panel = rare_panel(phased=True)
    equal = panel.take_samples(np.r_[0:6, 9:15, 21:27])
    table = by_group(equal)
    assert (table["rarefied_haplotypes"] == 12).all()
    np.testing.assert_allclose(table["rarefied_private_alleles"], table["private_alleles"])


def test_statistics_of_sequences_need_the_mark() -> None:
    panel = rare_panel()
    assert sequence_reason(panel) == ""
    plain = panel.with_info(unfiltered_sequence=False)
    assert sequence_reason(plain) == NOT_SEQUENCE
    assert sequence_reason(panel.with_info(synthetic=True)) == SYNTHETIC
    assert set(SEQUENCE_ONLY) <= set(diversity_table(panel, "population"))
    columns = set(diversity_table(plain, "population"))
    assert not columns.intersection(SEQUENCE_ONLY)
    assert {"expected_heterozygosity", "polymorphic_sites", "inbreeding_coefficient"} <= columns


def test_small_groups_have_no_number_and_take_no_part() -> None:
    panel = rare_panel()
    lone = panel.samples.copy()
    lone.loc[0, "population"] = "lone"
    table = by_group(panel.with_samples(lone))
    row = table.loc["lone"]
    assert row["n_samples"] == 1
    gone = ["inbreeding_coefficient", "inbreeding_coefficient_low", "tajima_d"]
    assert row[gone].isna().all()
    assert np.isnan(row["rarefied_private_alleles"])
    assert row["expected_heterozygosity"] == pytest.approx(row["observed_heterozygosity"])
    assert table.drop(index="lone")["rarefied_private_alleles"].notna().all()
    alone = by_group(panel.with_samples(panel.samples.assign(population="A")))
    assert np.isnan(alone.loc["A", "private_alleles"])


def test_intervals_hold_the_value_and_follow_the_seed() -> None:
    panel = rare_panel()
    table = by_group(panel, seed=3)
    for name in ("expected_heterozygosity", "tajima_d", "private_alleles"):
        assert (table[f"{name}_low"] < table[name]).all()
        assert (table[name] < table[f"{name}_high"]).all()
    pd.testing.assert_frame_equal(table, by_group(panel, seed=3))
    assert not table.equals(by_group(panel, seed=4))


def test_the_order_of_sites_does_not_matter() -> None:
    panel = rare_panel()
    order = np.random.default_rng(0).permutation(panel.n_sites)
    pd.testing.assert_frame_equal(by_group(panel), by_group(panel.take_sites(order)))


def test_a_simulation_gives_its_theta_back() -> None:
    import msprime

    length, size, rate = 1e5, 1e4, 1e-8
    theta = 4 * size * rate * length
    found = []
    for seed in range(1, 31):
        tree = msprime.sim_ancestry(
            20, population_size=size, sequence_length=length, recombination_rate=rate,
            random_seed=seed,
        )  # fmt: skip
        variants = msprime.sim_mutations(
            tree, rate=rate, random_seed=seed, model=msprime.BinaryMutationModel()
        )
        haplotypes = variants.genotype_matrix().T
        samples = pd.DataFrame({"sample": [f"P{i}" for i in range(20)], "population": "A"})
        sites = site_table(haplotypes.shape[1], 1)
        row = by_group(marked(Panel.create(haplotypes, 1, samples, sites))).iloc[0]
        total = row["n_sites"] * row[["nucleotide_diversity_per_site", "watterson_theta_per_site"]]
        found.append([*total, row["tajima_d"]])
    pi, watterson, tajima = np.mean(found, axis=0)
    error = np.std(found, axis=0) / np.sqrt(len(found))
    assert abs(pi - theta) < 4 * error[0]
    assert abs(watterson - theta) < 4 * error[1]
    assert abs(tajima) < 4 * error[2]
    assert error[0] < 0.1 * theta


def test_odd_panels_have_a_table(odd: Panel) -> None:
    for panel in (odd, marked(odd)):
        table = diversity_table(panel, "population")
        assert len(table) == panel.samples["population"].fillna("").nunique()
        assert table["expected_heterozygosity"].notna().all()


def test_one_site_and_nothing_called() -> None:
    panel = marked(random_panel(n_samples=6, n_sites=1, phased=False))
    assert np.isnan(diversity_table(panel, "population")["tajima_d"]).all()
    empty = Panel.create(np.full((6, 1), -1), 2, panel.samples, panel.sites, panel.info)
    table = diversity_table(empty, "population")
    assert table["expected_heterozygosity"].isna().all()
    assert (table["n_sites"] == 0).all()
