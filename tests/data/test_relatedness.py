from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.panels import random_panel
from vaeviz.data.panel import Panel
from vaeviz.data.readers import read_panel
from vaeviz.data.relatedness import families, king_robust, kinship_pairs


def family_panel(n_sites: int = 4_000, seed: int = 0) -> Panel:
    """40 founders of one population and, last, a child of the first two and a copy of the third."""
    founders = random_panel(40, n_sites, 1, seed=seed)
    rng = np.random.default_rng(seed)
    choice = rng.integers(0, 2, (2, n_sites))
    sites = np.arange(n_sites)
    child = np.stack([founders.counts[choice[0], sites], founders.counts[2 + choice[1], sites]])
    counts = np.concatenate([founders.counts, child, founders.counts[4:6]])
    samples = founders.samples.iloc[[*range(40), 0, 0]].reset_index(drop=True)
    samples["sample"] = [*founders.sample_ids, "child", "copy"]
    return Panel.create(counts, 1, samples, founders.sites)


def test_relatives_are_found_with_their_kinship() -> None:
    panel = family_panel()
    pairs = kinship_pairs(panel, 0.1)
    found = {frozenset((a, b)): k for a, b, k in pairs.iloc[:, :3].itertuples(index=False)}
    first, second, third = panel.sample_ids[:3]
    assert set(found) == {
        frozenset((first, "child")),
        frozenset((second, "child")),
        frozenset((third, "copy")),
    }
    assert found[frozenset((third, "copy"))] == pytest.approx(0.5)
    assert found[frozenset((first, "child"))] == pytest.approx(0.25, abs=0.04)
    assert pairs["kinship"].is_monotonic_decreasing
    assert set(pairs["population"]) == {"POP1"}


def test_families_are_chains_of_relatives() -> None:
    groups = families(family_panel(), 0.1)
    assert groups.shape == (42,)
    assert groups[0] == groups[1] == groups[40]
    assert groups[2] == groups[41]
    assert len(np.unique(groups)) == 42 - 3


def test_phase_does_not_matter() -> None:
    panel = family_panel(500)
    phased, unphased = (kinship_pairs(p, -1) for p in (panel, panel.as_dosages()))
    np.testing.assert_allclose(phased["kinship"], unphased["kinship"])


def test_matrix_products_equal_the_formula_pair_by_pair() -> None:
    dosages = random_panel(8, 300, 1, phased=False, missing=0.2, seed=5).counts
    kinship = king_robust(dosages[:3], dosages[3:])
    for i in range(3):
        for j in range(5):
            both = (dosages[i] >= 0) & (dosages[3 + j] >= 0)
            a, b = dosages[i][both], dosages[3 + j][both]
            n_i, n_j = (a == 1).sum(), (b == 1).sum()
            smaller = min(n_i, n_j)
            shared = ((a == 1) & (b == 1)).sum() - 2 * (abs(a - b) == 2).sum()
            expected = shared / (2 * smaller) + 0.5 - (n_i + n_j) / (4 * smaller)
            assert kinship[i, j] == pytest.approx(expected)


def test_blocks_cover_every_pair_once(monkeypatch: pytest.MonkeyPatch) -> None:
    panel = random_panel(30, 100, 2, seed=6)
    whole = kinship_pairs(panel, -10)
    assert len(whole) == 2 * (15 * 14 // 2)
    monkeypatch.setattr("vaeviz.data.relatedness.SAMPLES_A_BLOCK", 4)
    parts = kinship_pairs(panel, -10)
    keys = ["sample_1", "sample_2"]
    assert parts.sort_values(keys, ignore_index=True).equals(
        whole.sort_values(keys, ignore_index=True)
    )


def test_relatives_in_different_populations_are_not_compared() -> None:
    panel = family_panel()
    samples = panel.samples.copy()
    samples.loc[samples["sample"] == "copy", "population"] = "OTHER"
    assert "copy" not in kinship_pairs(panel.with_samples(samples))["sample_2"].to_list()


def test_nobody_heterozygous_means_no_relatives() -> None:
    panel = random_panel(10, 50, 1, phased=False)
    homozygous = Panel.create(panel.counts // 2 * 2, 2, panel.samples, panel.sites)
    assert kinship_pairs(homozygous, 0).empty
    assert len(np.unique(families(homozygous))) == 10


def test_odd_panels_have_families(odd: Panel) -> None:
    assert families(odd).shape == (odd.n_samples,)


def test_hapmap3_relatives_are_those_of_plink2(real_data: Path) -> None:
    # plink2 --autosome --make-king-table --king-table-filter .177, pairs of one population:
    # 47, of which 24 in MKK; the largest is .2814.
    panel = read_panel(real_data / "hapmap3.bed").panel
    pairs = kinship_pairs(panel, 0.177)
    assert len(pairs) == 47
    assert pairs["population"].value_counts()["MKK"] == 24
