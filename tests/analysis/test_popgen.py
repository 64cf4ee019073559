"""Diversity, Fst, spectra and LD against scikit-allel and known truth."""

from __future__ import annotations

import allel
import numpy as np
import pandas as pd
import pytest

from tests.panels import random_panel, site_table
from vaeviz.analysis.popgen import (
    heterozygosity,
    hudson_fst_matrix,
    ld_decay,
    pair_r2,
    site_frequency_spectrum,
    site_pairs,
)
from vaeviz.data.catalogue import load_builtin
from vaeviz.data.panel import Panel
from vaeviz.errors import PanelError


def test_heterozygosity_by_hand(tiny):
    np.testing.assert_allclose(heterozygosity(tiny), [2 / 8, 2 / 8, 2 / 8, 2 / 8, 2 / 8, 2 / 7])


@pytest.mark.parametrize("phased", [True, False])
def test_heterozygosity_equals_scikit_allel(phased):
    panel = random_panel(phased=phased, missing=0.2)
    genotypes = allel.GenotypeArray(panel.genotypes())
    # scikit-allel calls a genotype missing when either allele is, as we do.
    expected = genotypes.count_het(axis=0) / genotypes.count_called(axis=0)
    np.testing.assert_allclose(heterozygosity(panel), expected, atol=1e-12)


def test_sample_without_calls_has_no_heterozygosity(tiny):
    counts = tiny.counts.copy()
    counts[2] = -1
    values = heterozygosity(Panel.create(counts, 2, tiny.samples, tiny.sites))
    assert np.isnan(values[2])
    assert np.isfinite(np.delete(values, 2)).all()


def test_fst_equals_the_ratio_of_averages_of_scikit_allel(unphased):
    matrix = hudson_fst_matrix(unphased, "population")
    genotypes = allel.GenotypeArray(unphased.genotypes())
    labels = unphased.labels("population")
    counts = {
        g: genotypes.take(np.flatnonzero(labels == g), axis=1).count_alleles(max_allele=1)
        for g in set(labels)
    }
    for a in matrix.index:
        for b in matrix.columns:
            if a != b:
                expected = allel.average_hudson_fst(counts[a], counts[b], blen=10)[0]
                assert matrix.loc[a, b] == pytest.approx(expected, abs=1e-12)
    assert (np.diag(matrix) == 0).all()


def test_fst_recovers_the_drift_that_was_simulated():
    panel = random_panel(n_samples=300, n_sites=4_000, n_populations=3, seed=1)
    matrix = hudson_fst_matrix(panel, "population")
    # POP1, POP2 drifted by .05 from one ancestor; POP3 also by .15 from the common one.
    assert matrix.loc["POP1", "POP2"] == pytest.approx(0.05, abs=0.01)
    assert matrix.loc["POP1", "POP3"] == pytest.approx(1 - 0.95 * 0.85, abs=0.02)


def test_human_array_has_the_documented_fst():
    panel = load_builtin("human-array")
    groups = hudson_fst_matrix(panel, "superpopulation")
    assert groups.loc["AFR", "EUR"] == pytest.approx(0.146, abs=5e-4)
    assert groups.loc["EUR", "EAS"] == pytest.approx(0.106, abs=5e-4)
    assert groups.loc["AMR", "OCE"] == pytest.approx(0.273, abs=5e-4)
    chosen = np.isin(panel.labels("population"), ["sYRI", "sGBR"])
    pair = hudson_fst_matrix(panel.take_samples(chosen), "population")
    assert pair.loc["sYRI", "sGBR"] == pytest.approx(0.151, abs=5e-4)


def test_fst_of_identical_fixed_groups_is_unknown(tiny):
    counts = np.zeros_like(tiny.counts)
    matrix = hudson_fst_matrix(Panel.create(counts, 2, tiny.samples, tiny.sites), "population")
    assert np.isnan(matrix.loc["AAA", "BBB"])


def test_odd_panels_have_a_square_fst(odd):
    matrix = hudson_fst_matrix(odd, "population")
    assert list(matrix.index) == list(matrix.columns)
    assert np.allclose(matrix, matrix.T, equal_nan=True)


def test_spectrum_of_few_alleles_is_that_of_scikit_allel():
    panel = random_panel(n_samples=20, n_sites=500)
    counts = allel.GenotypeArray(panel.genotypes()).count_alleles(max_allele=1)
    expected = allel.sfs_folded(counts, n=40)
    spectrum = site_frequency_spectrum(panel)
    assert list(spectrum["n_sites"]) == list(expected[1:])


def test_spectrum_counts_every_variable_site_once(unphased):
    spectrum = site_frequency_spectrum(unphased, n_bins=10)
    counts = allel.GenotypeArray(unphased.genotypes()).count_alleles(max_allele=1)
    assert spectrum["n_sites"].sum() == counts.count_segregating()
    assert len(spectrum) == 10
    assert spectrum["frequency_high"].iloc[-1] == 0.5


@pytest.mark.parametrize("phased", [True, False])
def test_pair_r2_is_the_squared_correlation_of_rows_called_in_both(phased):
    panel = random_panel(phased=phased, missing=0.2, n_sites=30)
    first, second = np.triu_indices(30, k=1)
    r2 = pair_r2(panel.counts, first, second)
    for i, j, value in zip(first, second, r2, strict=True):
        both = (panel.counts[:, [i, j]] >= 0).all(axis=1)
        x, y = panel.counts[both][:, [i, j]].astype(float).T
        assert value == pytest.approx(np.corrcoef(x, y)[0, 1] ** 2, abs=1e-10)


def test_pair_r2_agrees_with_rogers_and_huff(phased):
    dosages = phased.as_dosages().counts
    first, second = np.triu_indices(50, k=1)
    expected = allel.rogers_huff_r(dosages[:, :50].T) ** 2
    np.testing.assert_allclose(pair_r2(dosages, first, second), expected, atol=1e-5)


def test_pairs_are_all_those_in_reach_and_never_cross_a_chromosome(phased):
    first, second = site_pairs(phased, 2_500, seed=1, n_pairs=100_000, min_maf=0.0)
    chrom, pos = phased.sites["chrom"].to_numpy(), phased.sites["pos"].to_numpy()
    assert (chrom[first] == chrom[second]).all()
    variable = np.flatnonzero(phased.counts.min(axis=0) != phased.counts.max(axis=0))
    expected = {
        (i, j)
        for i in variable
        for j in variable
        if i < j and chrom[i] == chrom[j] and abs(pos[j] - pos[i]) <= 2_500
    }
    assert set(zip(first.tolist(), second.tolist(), strict=True)) == expected


def linked_panel(n_samples: int, n_sites: int, switch: float) -> Panel:
    """Haplotypes that switch between two ancestral ones with this rate a site."""
    rng = np.random.default_rng(8)
    ancestors = np.stack([np.arange(n_sites) % 2, 1 - np.arange(n_sites) % 2])
    start = rng.integers(0, 2, (2 * n_samples, 1))
    state = (start + (rng.random((2 * n_samples, n_sites)) < switch).cumsum(axis=1)) % 2
    counts = np.take_along_axis(ancestors, state, axis=0)
    samples = pd.DataFrame({"sample": [f"S{i}" for i in range(n_samples)]})
    return Panel.create(counts, 1, samples, site_table(n_sites, 1))


def test_ld_decays_as_the_switch_rate_says():
    table = ld_decay(linked_panel(2_000, 60, 0.05), max_bp=20_000, n_bins=20, seed=1)
    sites_apart = np.round(table["distance_bp"] / 1_000 - 0.5).to_numpy()
    # Correlation falls by 1 - 2 * .05 a site; pairs d sites apart fill the bin that starts there.
    expected = 0.9 ** (2 * sites_apart[1:-1])
    np.testing.assert_allclose(table["r2"].to_numpy()[1:-1], expected, atol=0.03)
    assert table["n_pairs"].iloc[0] == 0
    assert np.isnan(table["r2"].iloc[0])


def test_ld_follows_its_seed_and_takes_pairs(phased):
    one, again = (ld_decay(phased, 50_000, 5, seed=4) for _ in range(2))
    pd.testing.assert_frame_equal(one, again)
    pairs = site_pairs(phased, 50_000, seed=4)
    pd.testing.assert_frame_equal(one, ld_decay(phased, 50_000, 5, pairs=pairs))


def test_ld_without_close_sites_is_an_error(phased):
    with pytest.raises(PanelError, match="999 bp"):
        ld_decay(phased, max_bp=999)
