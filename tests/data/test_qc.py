from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.panels import random_panel, site_table
from vaeviz.config import FilterConfig
from vaeviz.data.panel import Panel
from vaeviz.data.qc import (
    allele_frequencies,
    apply_filters,
    hardy_weinberg_p,
    minor_allele_frequency,
    missingness,
    propose_filters,
    unlinked_sites,
)
from vaeviz.errors import FilterError


def dosage_panel(columns: list[list[int]], chrom: list[str] | None = None) -> Panel:
    """Unphased panel of one population with the given dosages a site."""
    counts = np.array(columns).T
    samples = pd.DataFrame({"sample": [f"S{i}" for i in range(len(counts))], "population": "A"})
    sites = site_table(counts.shape[1], 1)
    return Panel.create(counts, 2, samples, sites if chrom is None else sites.assign(chrom=chrom))


def test_frequencies_count_called_alleles_only(tiny: Panel) -> None:
    alt_count, n_called = allele_frequencies(tiny)
    assert alt_count.tolist() == [5, 6, 6, 6, 1, 2, 1, 5]
    assert n_called.tolist() == [12] * 7 + [10]
    alt_count, n_called = allele_frequencies(tiny, [0, 5])
    assert alt_count.tolist() == [1, 2, 3, 2, 0, 1, 1, 2]
    assert n_called[-1] == 2


def test_frequencies_do_not_depend_on_phase() -> None:
    phased = random_panel(n_samples=20, n_sites=30, seed=3)
    for index in (None, [1, 7]):
        for one, other in zip(
            allele_frequencies(phased, index),
            allele_frequencies(phased.as_dosages(), index),
            strict=True,
        ):
            np.testing.assert_array_equal(one, other)


def test_missingness_of_sites_and_samples(tiny: Panel) -> None:
    by_site, by_sample = missingness(tiny)
    np.testing.assert_allclose(by_site, [0] * 7 + [1 / 6])
    np.testing.assert_allclose(by_sample, [0] * 5 + [1 / 8])


def test_missingness_of_a_phased_sample_is_over_both_haplotypes(phased: Panel) -> None:
    counts = phased.counts.copy()
    counts[2, :100] = -1
    panel = Panel.create(counts, 1, phased.samples, phased.sites)
    np.testing.assert_allclose(missingness(panel)[1][:3], [0, 0.25, 0])


def test_hardy_weinberg_equals_the_textbook() -> None:
    # 25 people: 16 / 8 / 1 is exactly in equilibrium; 17 / 6 / 2 has F = 1 - .24 / .32.
    in_equilibrium = [0] * 16 + [1] * 8 + [2]
    departed = [0] * 17 + [1] * 6 + [2] * 2
    p = hardy_weinberg_p(dosage_panel([in_equilibrium, departed, [0] * 25, [1] * 25]))
    from scipy.stats import chi2

    np.testing.assert_allclose(p, [1, chi2.sf(25 * 0.25**2, 1), 1, chi2.sf(25, 1)])


def test_structure_between_populations_is_no_departure() -> None:
    counts = np.repeat([[0], [2]], 30, axis=0)
    samples = pd.DataFrame(
        {"sample": [f"S{i}" for i in range(60)], "population": ["A"] * 30 + ["B"] * 30}
    )
    panel = Panel.create(counts, 2, samples, site_table(1, 1))
    assert hardy_weinberg_p(panel)[0] == 1
    unlabelled = panel.with_samples(samples[["sample"]])
    assert hardy_weinberg_p(unlabelled)[0] < 1e-10


def test_small_populations_are_not_tested() -> None:
    assert hardy_weinberg_p(dosage_panel([[1] * 19]))[0] == 1


def test_pruning_keeps_one_of_two_equal_sites_of_a_chromosome() -> None:
    rng = np.random.default_rng(0)
    first, second = rng.integers(0, 3, (2, 200)).tolist()
    panel = dosage_panel([first, second, first, first], ["1", "1", "1", "2"])
    keep = unlinked_sites(panel, 0.5)
    assert keep[[0, 2]].sum() == 1
    assert keep[[1, 3]].all()


def test_filters_run_in_order_and_tell_every_step() -> None:
    panel = random_panel(n_samples=100, n_sites=400, phased=False, missing=0.02, seed=1)
    sites = panel.sites.assign(chrom=["X" if i % 10 == 0 else "chr1" for i in range(400)])
    panel = Panel.create(panel.counts, 2, panel.samples, sites, panel.info)
    config = FilterConfig(
        autosomes=True,
        maf=0.1,
        max_site_missing=0.04,
        max_sample_missing=0.03,
        hwe_p=0.001,
        max_kinship=0.2,
        prune_ld_r2=0.3,
        max_sites=50,
    )
    result = apply_filters(panel, config)
    table = result.waterfall
    assert table["filter"].tolist() == [
        "autosomes",
        "site missingness <= 0.04",
        "sample missingness <= 0.03",
        "kinship <= 0.2",
        "MAF >= 0.1",
        "Hardy-Weinberg p >= 0.001",
        "LD pruning r2 <= 0.3",
        "at most 50 sites (seed 42)",
    ]
    assert table["sites_before"].tolist() == [400, *table["sites_after"][:-1]]
    assert table["samples_before"].tolist() == [100, *table["samples_after"][:-1]]
    assert table["sites_after"].tolist()[0] == 360
    assert result.panel.n_sites == 50
    assert result.panel.n_samples == table["samples_after"].iloc[-1]
    steps = [(s.what, s.sites_after, s.samples_after) for s in result.panel.info.steps]
    columns = ["filter", "sites_after", "samples_after"]
    assert steps == list(table[columns].itertuples(index=False, name=None))
    assert panel.n_sites == 400


def test_each_filter_keeps_what_it_promises() -> None:
    panel = random_panel(n_samples=100, n_sites=400, phased=False, missing=0.05, seed=2)
    maf = apply_filters(panel, FilterConfig(maf=0.2)).panel
    assert minor_allele_frequency(maf).min() >= 0.2
    assert (minor_allele_frequency(panel) >= 0.2).sum() == maf.n_sites
    site = apply_filters(panel, FilterConfig(max_site_missing=0.05)).panel
    assert 0 < site.n_sites < 400
    assert missingness(site)[0].max() <= 0.05
    sample = apply_filters(panel, FilterConfig(max_sample_missing=0.05)).panel
    assert 0 < sample.n_samples < 100
    assert missingness(sample)[1].max() <= 0.05


def test_no_filter_changes_nothing(phased: Panel) -> None:
    result = apply_filters(phased, FilterConfig())
    assert result.panel is phased
    assert result.waterfall.empty
    assert result.kinship is None


def test_the_site_cap_follows_the_seed(phased: Panel) -> None:
    ids = [
        apply_filters(phased, FilterConfig(max_sites=20, seed=s)).panel.sites["id"].tolist()
        for s in (1, 1, 2)
    ]
    assert ids[0] == ids[1] != ids[2]
    assert len(ids[0]) == 20
    everything = apply_filters(phased, FilterConfig(max_sites=1_000)).panel
    assert everything.digest == phased.digest


def test_relatives_go_one_of_each_pair() -> None:
    panel = random_panel(n_samples=40, n_sites=2_000, n_populations=1, phased=False, seed=4)
    counts = panel.counts.copy()
    # 0, 1 and 2 are one person, 3 and 4 another: two of the first and one of the second go.
    counts[1], counts[2], counts[4] = counts[0], counts[0], counts[3]
    panel = Panel.create(counts, 2, panel.samples, panel.sites)
    result = apply_filters(panel, FilterConfig(max_kinship=0.3))
    assert result.panel.n_samples == 37
    assert result.kinship is not None
    assert len(result.kinship) == 4
    np.testing.assert_allclose(result.kinship["kinship"], 0.5)
    again = apply_filters(result.panel, FilterConfig(max_kinship=0.3))
    assert again.kinship is not None
    assert again.kinship.empty


def test_a_filter_that_leaves_nothing_is_named(phased: Panel) -> None:
    reference = Panel.create(0 * phased.counts, 1, phased.samples, phased.sites)
    config = FilterConfig(max_site_missing=0.1, maf=0.05, hwe_p=0.1)
    with pytest.raises(FilterError, match=r"'MAF >= 0.05' leaves none of the 200 sites") as caught:
        apply_filters(reference, config)
    assert "Relax" in caught.value.hint
    empty = Panel.create(np.full(phased.counts.shape, -1), 1, phased.samples, phased.sites)
    with pytest.raises(FilterError, match=r"'sample missingness <= 0.1' leaves none of the 60"):
        apply_filters(empty, FilterConfig(max_sample_missing=0.1))


def test_odd_panels_can_be_filtered(odd: Panel) -> None:
    config = FilterConfig(hwe_p=1e-6, max_kinship=0.4, prune_ld_r2=0.9, max_sites=100)
    assert apply_filters(odd, config).panel.n_sites <= 100


def test_proposals_suit_the_panel(tiny: Panel, phased: Panel) -> None:
    assert propose_filters(phased) == FilterConfig(maf=0.05)
    assert propose_filters(tiny).max_site_missing == 0.05
    large = random_panel(n_samples=200, n_sites=20_001, phased=False)
    proposal = propose_filters(large)
    assert (proposal.maf, proposal.prune_ld_r2, proposal.max_sites) == (0.01, 0.2, 20_000)
    off = Panel.create(tiny.counts, 2, tiny.samples, tiny.sites.assign(chrom="X"))
    assert propose_filters(off).autosomes
