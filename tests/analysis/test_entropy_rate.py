"""Entropy given the sites before: against counted blocks, and sources whose entropy is known."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from scipy.stats import entropy as scipy_entropy

from tests.panels import linked_panel, random_panel, site_table
from vaeviz.analysis.entropy import entropy_table
from vaeviz.analysis.entropy_rate import MAX_GAP_BP, MAX_ROWS, choose_sites, entropy_rate
from vaeviz.data.panel import Panel
from vaeviz.errors import PanelError

COUNTED = ["plug_in_bits", "miller_madow_bits", "block_plug_in_bits", "block_miller_madow_bits"]
ESTIMATES = ["plug_in_bits", "miller_madow_bits", "leave_one_out_bits"]


def block_entropy(rows: np.ndarray) -> tuple[float, int]:
    """Joint entropy of whole rows in bits, and how many different ones there are."""
    counts = list(Counter(map(tuple, rows)).values())
    return float(scipy_entropy(counts, base=2)), len(counts)


def by_counting(panel: Panel, k: int, first: int) -> list[float]:
    """Mean H(k + 1 sites) - H(k sites), then H(k + 1 sites): plug-in and Miller-Madow of each."""
    found = []
    for target in range(first, panel.n_sites):
        window = panel.counts[:, target - k : target + 1]
        window = window[(window >= 0).all(axis=1)]
        (whole, m), (before, m_before) = block_entropy(window), block_entropy(window[:, :-1])
        one = 1 / (2 * len(window) * np.log(2))
        given = whole - before
        found.append([given, given + (m - m_before) * one, whole, whole + (m - 1) * one])
    return [float(x) for x in np.mean(found, axis=0)]


def one_chromosome(panel: Panel) -> Panel:
    sites = site_table(panel.n_sites, 1)
    return Panel.create(panel.counts, panel.ploidy, panel.samples, sites, panel.info)


@pytest.mark.parametrize("phased", [True, False])
@pytest.mark.parametrize("missing", [0.0, 0.3])
def test_equals_entropies_of_counted_blocks(phased: bool, missing: float) -> None:
    panel = one_chromosome(
        random_panel(n_samples=30, n_sites=40, n_populations=1, phased=phased, missing=missing)
    )
    found = entropy_rate(panel, "population", max_context=3, n_bootstrap=10)
    assert (found.n_rows, found.n_sites) == (panel.n_rows, 37)
    for k in range(4):
        row = found.table[found.table["context"] == k].iloc[0]
        expected = by_counting(panel, k, 3)
        assert row[COUNTED].tolist() == pytest.approx(expected, abs=1e-9)


def test_leave_one_out_is_the_code_of_each_by_the_others() -> None:
    counts = np.array([[0, 0], [0, 0], [0, 1], [1, 1], [1, 1], [1, 1]] * 2, np.int8)
    samples = pd.DataFrame({"sample": list("ABCDEF"), "population": "P"})
    panel = Panel.create(counts, 1, samples, site_table(2, 1))
    table = entropy_rate(panel, "population", max_context=1, n_bootstrap=5).table
    bits = []
    for i, (before, allele) in enumerate(counts):
        others = np.delete(counts, i, axis=0)
        alone = ((others[:, 1] == allele).sum() + 0.5) / (len(others) + 1)
        same = others[others[:, 0] == before, 1]
        bits.append(-np.log2(((same == allele).sum() + alone) / (len(same) + 1)))
    assert table["leave_one_out_bits"].iloc[1] == pytest.approx(np.mean(bits), abs=1e-12)


def test_estimates_enclose_the_entropy_of_a_known_chain() -> None:
    """Alleles of a Markov chain: it stays with probability .9, so .469 bits a site."""
    rng = np.random.default_rng(0)
    flips = rng.random((200, 300)) < 0.1
    flips[:, 0] = rng.random(200) < 0.5
    counts = np.cumsum(flips, axis=1) % 2
    samples = pd.DataFrame({"sample": [f"S{i}" for i in range(100)], "population": "P"})
    panel = Panel.create(counts, 1, samples, site_table(300, 1))
    table = entropy_rate(panel, "population").table.set_index("context")
    truth = scipy_entropy([0.9, 0.1], base=2)
    assert table.loc[0, "miller_madow_bits"] == pytest.approx(1, abs=0.003)
    for k in range(1, 9):
        assert table.loc[k, "plug_in_bits"] < truth < table.loc[k, "leave_one_out_bits"]
    assert table.loc[1, "leave_one_out_bits"] - table.loc[1, "plug_in_bits"] < 0.02
    assert (table["upper_bound_bits"].diff().dropna() <= 0).all()


def test_without_context_it_is_the_mean_entropy() -> None:
    panel = random_panel(n_samples=60, n_populations=3)
    rate = entropy_rate(panel, "population", max_context=0).table.set_index("group")
    mean = entropy_table(panel, "population", 10).set_index("group")["mean_entropy_bits"]
    np.testing.assert_allclose(rate["plug_in_bits"], mean[rate.index], atol=1e-12)


def test_linkage_lowers_it_and_independence_does_not() -> None:
    linked = entropy_rate(linked_panel(), "population").table
    bound = linked.pivot(index="group", columns="context", values="upper_bound_bits")
    assert (bound[4] < 0.6 * bound[0]).all()
    free = entropy_rate(
        one_chromosome(random_panel(200, 300, 1)), "population", max_context=2
    ).table.set_index("context")
    gain = free.loc[0, "miller_madow_bits"] - free.loc[1, "miller_madow_bits"]
    assert abs(gain) < 0.005


def test_groups_have_equally_many_haplotypes_and_small_ones_are_left_out() -> None:
    panel = random_panel(n_samples=130)
    labels = ["A"] * 110 + ["B"] * 17 + ["C"] * 3
    found = entropy_rate(
        panel.with_samples(panel.samples.assign(population=labels)), "population", n_bootstrap=5
    )
    assert found.left_out == ("C",)
    assert found.n_rows == 34
    assert set(found.table["group"]) == {"A", "B"}
    assert entropy_rate(random_panel(300, 30, 1), "population").n_rows == MAX_ROWS


def test_windows_stay_within_chromosomes_and_wide_gaps() -> None:
    sites = site_table(60, 3)
    sites.loc[45:, "pos"] += 2 * MAX_GAP_BP
    shuffled = sites.sample(frac=1, random_state=1, ignore_index=True)
    windows = choose_sites(shuffled, 4, 1_000, 1)
    assert windows.n_usable == len(windows.targets) == 16 + 16 + 1 + 11
    for target in windows.targets:
        stretch = shuffled.iloc[windows.sites[target - 4 : target + 1]]
        assert stretch["chrom"].nunique() == 1
        assert stretch["pos"].is_monotonic_increasing
        assert stretch["pos"].diff().max() <= MAX_GAP_BP


def test_large_panels_are_thinned_to_stretches_by_seed() -> None:
    sites = site_table(5_000, 1)
    one, again, other = (choose_sites(sites, 8, 1_500, seed) for seed in (1, 1, 2))
    assert len(one.targets) == 1_500
    assert one.n_usable == 4_992
    np.testing.assert_array_equal(one.sites, again.sites)
    assert not np.array_equal(one.sites, other.sites)
    places = one.sites[one.targets]
    assert (np.diff(places) == 1).sum() >= 1_497
    assert np.ptp(places) > 3_000


def test_context_is_cut_to_what_there_is() -> None:
    panel = random_panel(n_sites=6)
    assert entropy_rate(panel, "population").table["context"].max() == 2
    alone = panel.take_sites([0])
    assert entropy_rate(alone, "population").table["context"].max() == 0


def test_missing_data_leave_every_estimate_finite() -> None:
    found = entropy_rate(random_panel(phased=False, missing=0.3), "population")
    assert found.unit == "bits per genotype"
    assert np.isfinite(found.table[ESTIMATES].to_numpy()).all()


def test_groups_of_few_are_told() -> None:
    with pytest.raises(PanelError, match="largest has 4"):
        entropy_rate(random_panel(n_samples=4, n_populations=2), "population")
