"""Admixed people: copies of founders whose ancestry is known, with the known expectations."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.panels import random_panel, site_table
from vaeviz.config import AdmixConfig
from vaeviz.data.panel import Panel, PanelInfo
from vaeviz.errors import ConfigError, PanelError, RegionError
from vaeviz.synthesis.admix import Admixture, admix
from vaeviz.synthesis.region import mixture_region, population_region
from vaeviz.synthesis.tracts import expected_number

SHARES = {"POP1": 0.7, "POP2": 0.3}


def marked_panel(n_chromosomes: int = 4, per_source: int = 50, n_sites: int = 80) -> Panel:
    """Two populations fixed for different alleles: genotypes tell the ancestry."""
    alleles = np.repeat([0, 1], 2 * per_source)[:, None] * np.ones(n_sites, np.int8)
    samples = pd.DataFrame(
        {
            "sample": [f"ID{k:03d}" for k in range(2 * per_source)],
            "population": np.repeat(np.array(["POP1", "POP2"], object), per_source),
        }
    )
    sites = site_table(n_sites, n_chromosomes)
    info = PanelInfo(name="marked", simulated=True)
    return Panel.create(alleles, 1, samples, sites.assign(pos=sites["pos"] * 10_000), info)


def mixed(
    panel: Panel | None = None, shares: dict[str, float] = SHARES, **how: object
) -> Admixture:
    panel = marked_panel() if panel is None else panel
    return admix(panel, mixture_region(panel, shares), AdmixConfig.make(**how))


def test_alleles_ancestry_and_tracts_agree() -> None:
    made = mixed(n=20, generations=30)
    np.testing.assert_array_equal(made.ancestry, made.panel.counts)
    sites = made.panel.sites
    told = np.full(made.panel.counts.shape, -1)
    row_of = {name: 2 * k for k, name in enumerate(made.panel.sample_ids)}
    for t in made.tracts.itertuples():
        here = (sites["chrom"] == t.chrom) & sites["pos"].between(t.start_bp, t.end_bp)
        told[row_of[t.sample] + t.haplotype - 1, here.to_numpy()] = made.sources.index(t.source)
    np.testing.assert_array_equal(told, made.ancestry)


def test_tracts_tile_the_genome_and_neighbours_differ() -> None:
    tracts = mixed(n=10, generations=40).tracts
    assert len(tracts) > 200
    for _, here in tracts.groupby(["sample", "haplotype", "chrom"], sort=False):
        np.testing.assert_array_equal(here["start_bp"][1:], here["end_bp"][:-1] + 1)
        assert (here["source"].to_numpy()[1:] != here["source"].to_numpy()[:-1]).all()
        assert (here["start_bp"].iloc[0], here["end_bp"].iloc[-1]) == (10_000_000, 200_000_000)


@pytest.mark.parametrize("continuous", [False, True])
def test_shares_are_those_asked_for(continuous: bool) -> None:
    made = mixed(n=400, generations=6, continuous=continuous)
    np.testing.assert_allclose(made.shares.sum(1), 1)
    of_first = made.shares[:, 0]
    error = of_first.std() / np.sqrt(len(of_first))
    assert of_first.mean() == pytest.approx(0.7, abs=4 * error)


@pytest.mark.parametrize("generations", [0, 1, 3])
def test_shares_differ_between_people_as_lines_of_descent_do(generations: int) -> None:
    """Variance m (1 - m) / 2^(g + 1) with a long genome (Verdu and Rosenberg 2011)."""
    panel = marked_panel(n_chromosomes=40, n_sites=160)
    sites = panel.sites.assign(pos=panel.sites["pos"] * 20)
    panel = Panel.create(panel.counts, 1, panel.samples, sites, panel.info)
    made = mixed(panel, n=300, generations=generations)
    expected = 0.21 / 2 ** (generations + 1)
    assert made.shares[:, 0].var() == pytest.approx(expected, rel=0.3)


def test_tract_lengths_are_exponential_cut_at_chromosome_ends() -> None:
    made = mixed(n=150, generations=12)
    bounds = np.array([0.0, 2.0, 5.0, 10.0, 20.0, 40.0])
    for source, share in SHARES.items():
        lengths = made.tracts.loc[made.tracts["source"] == source, "length_cm"].to_numpy()
        found = (lengths > bounds[:, None]).sum(1) / 300
        expected = expected_number(bounds, share, 12, made.chromosome_cm)
        # Tracts shorter than a base pair are lost; people share nothing, so counts are Poisson.
        np.testing.assert_allclose(found, expected, atol=5 * np.sqrt(expected.max() / 300))


def test_continuous_mixing_halves_the_number_of_switches() -> None:
    """A source is left at g m (1 - m) a morgan after a pulse, at half of that otherwise."""
    rates = []
    for continuous in (False, True):
        made = mixed(n=200, generations=12, continuous=continuous)
        switches = len(made.tracts) / 400 - len(made.chromosome_cm)
        rates.append(switches / (made.chromosome_cm.sum() / 100))
    assert rates[0] == pytest.approx(2 * 12 * 0.21, rel=0.1)
    assert rates[1] == pytest.approx(2 * 6 * 0.21, rel=0.15)


def test_every_stretch_is_a_copy_of_a_founder() -> None:
    panel = random_panel(n_samples=120, n_populations=2)
    made = mixed(panel, n=5, generations=0)
    known = {row.tobytes() for row in panel.counts}
    assert all(row.tobytes() in known for row in made.panel.counts)
    assert any("exact copy" in text for text in made.warnings)


def test_missing_alleles_stay_missing() -> None:
    panel = random_panel(n_samples=120, n_populations=2, missing=0.1)
    made = mixed(panel, n=30)
    assert (made.panel.counts < 0).mean() == pytest.approx(0.1, abs=0.02)


def test_a_map_decides_where_ancestry_changes() -> None:
    panel = marked_panel(n_chromosomes=1)
    morgans = np.where(np.arange(panel.n_sites) < 40, 0.0, 1.0)
    mixture = mixture_region(panel, SHARES)
    made = admix(panel, mixture, AdmixConfig(n=30, generations=10), morgans)
    inside = np.delete(np.diff(made.ancestry, axis=1), 39, axis=1)
    assert not inside.any()
    assert made.ancestry[:, 39:41].std(1).any()


def test_the_first_people_of_a_larger_cohort_are_those_of_a_smaller() -> None:
    few, many = mixed(n=3), mixed(n=9)
    np.testing.assert_array_equal(few.panel.counts, many.panel.counts[:6])
    assert mixed(n=3, seed=2).panel.digest != few.panel.digest == mixed(n=3).panel.digest


def test_the_panel_says_what_it_is() -> None:
    made = mixed(n=4)
    info = made.panel.info
    assert info.synthetic
    assert info.simulated
    assert "SYNTHETIC" in info.name
    assert "exact copy" in info.description
    assert info.steps[-1].samples_after == 4
    assert list(made.panel.samples["population"].unique()) == ["70% POP1 + 30% POP2"]


def test_share_table_is_long() -> None:
    table = mixed(n=4).share_table()
    assert list(table.columns) == ["sample", "source", "share"]
    np.testing.assert_allclose(table.groupby("sample")["share"].sum(), 1)


def test_length_table_sets_theory_beside_a_pulse_only() -> None:
    table = mixed(n=60, generations=4).length_table()
    start = table[table["length_cm"] == 0]
    np.testing.assert_allclose(start["found"], start["expected"], rtol=0.1)
    assert mixed(n=5, continuous=True).length_table()["expected"].isna().all()


def test_summary_has_a_row_a_source_even_without_a_tract() -> None:
    made = mixed(n=1, generations=0, shares={"POP1": 1e9, "POP2": 1.0})
    table = made.summary().set_index("source")
    assert list(table["n_tracts"]) == [2 * 4, 0]
    assert table.at["POP1", "share"] == pytest.approx(1)
    assert table.at["POP1", "mean_length_cM"] == pytest.approx(made.chromosome_cm.mean())


def test_a_panel_of_single_sites_works() -> None:
    made = mixed(marked_panel(n_chromosomes=3, n_sites=3), n=50, generations=5)
    assert (made.tracts["start_bp"] == made.tracts["end_bp"]).all()
    assert (made.tracts["length_cm"] == 0).all()
    np.testing.assert_allclose(made.shares.sum(1), 1)


def test_refusals() -> None:
    unphased = random_panel(n_samples=120, n_populations=2, phased=False)
    with pytest.raises(PanelError, match="unphased"):
        mixed(unphased)
    small = marked_panel(per_source=20)
    with pytest.raises(RegionError, match="rests on 20"):
        mixed(small)
    assert mixed(small, n=2, allow_small=True).panel.n_samples == 2
    with pytest.raises(RegionError, match="at least 10"):
        mixed(marked_panel(per_source=9), allow_small=True)
    with pytest.raises(ConfigError, match="alleles"):
        mixed(n=100_000, panel=marked_panel(n_sites=2_000))
    panel = marked_panel()
    with pytest.raises(ConfigError, match="two sources"):
        admix(panel, population_region(panel, "POP1"), AdmixConfig())
