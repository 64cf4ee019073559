from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.data.strategies import panels
from tests.panels import random_panel
from vaeviz.data.align import align_sites, aligned_counts
from vaeviz.data.panel import Panel
from vaeviz.data.readers import read_panel

COLUMNS = ["chrom", "pos", "id", "ref", "alt"]


def panel_of(*sites: tuple[str, int, str, str, str]) -> Panel:
    """Two people, dosages 2 and -1 at every site."""
    table = pd.DataFrame(sites, columns=COLUMNS)
    counts = np.repeat([[2], [-1]], len(table), axis=1)
    return Panel.create(counts, 2, pd.DataFrame({"sample": ["S1", "S2"]}), table)


def test_every_case_by_hand() -> None:
    panel = panel_of(
        ("chr1", 10, "a", "A", "C"),
        ("chr1", 20, "b", "C", "A"),
        ("chr1", 30, "c", "T", "G"),
        ("chr1", 40, "d", "G", "T"),
        ("chr1", 50, "e", "A", "T"),
        ("chr1", 60, "f", "T", "A"),
        ("chr1", 70, "g", "A", "G"),
    )
    model = pd.DataFrame(
        [("1", 10 * (i + 1), ".", "A", "C") for i in range(4)]
        + [("1", 50, ".", "A", "T"), ("1", 60, ".", "A", "T"), ("1", 70, ".", "A", "C")]
        + [("1", 80, ".", "A", "C"), ("2", 10, ".", "A", "C")],
        columns=COLUMNS,
    )
    found = align_sites(panel, model)
    assert found.index.tolist() == [0, 1, 2, 3, -1, -1, -1, -1, -1]
    assert found.flip.tolist() == [False, True, False, True, False, False, False, False, False]
    report = found.report
    assert (report.n_model, report.matched, report.flipped, report.strand_flipped) == (9, 4, 2, 2)
    assert (report.ambiguous_dropped, report.mismatched, report.missing) == (2, 1, 2)
    assert report.overlap == pytest.approx(4 / 9)
    assert report.matched_by == "position"
    counts = aligned_counts(panel, found)
    assert counts.tolist() == [[2, 0, 2, 0, -1, -1, -1, -1, -1], [-1] * 9]


def test_palindromic_sites_are_believed_where_no_strand_is_turned() -> None:
    panel = panel_of(("1", 10, ".", "A", "C"), ("1", 20, ".", "A", "T"), ("1", 30, ".", "G", "C"))
    model = pd.DataFrame(
        [("1", 10, ".", "C", "A"), ("1", 20, ".", "A", "T"), ("1", 30, ".", "C", "G")],
        columns=COLUMNS,
    )
    found = align_sites(panel, model)
    assert found.index.tolist() == [0, 1, -1]
    assert (found.report.matched, found.report.ambiguous_dropped) == (2, 1)


def test_ids_are_used_where_they_find_more() -> None:
    panel = panel_of(
        ("1", 10, "rs1", "A", "C"), ("1", 20, "rs2", "C", "A"), ("1", 5, ".", "A", "C")
    )
    model = pd.DataFrame(
        [("1", 11, "rs1", "A", "C"), ("1", 21, "rs2", "A", "C"), ("1", 5, ".", "A", "C")],
        columns=COLUMNS,
    )
    found = align_sites(panel, model)
    assert found.report.matched_by == "id"
    assert found.index.tolist() == [0, 1, -1]
    assert found.flip.tolist() == [False, True, False]


def test_of_sites_at_one_position_the_one_with_these_alleles_is_taken() -> None:
    panel = panel_of(("1", 10, ".", "A", "G"), ("1", 10, ".", "A", "C"), ("1", 10, ".", "A", "C"))
    model = pd.DataFrame([("1", 10, ".", "A", "C")], columns=COLUMNS)
    assert align_sites(panel, model).index.tolist() == [1]


def test_nothing_in_common_is_all_missing(phased: Panel) -> None:
    model = phased.sites.assign(chrom="19", id=".")
    found = align_sites(phased, model)
    assert found.report.matched == 0
    assert found.report.missing == phased.n_sites
    assert (aligned_counts(phased, found) == -1).all()


def test_the_same_sites_are_taken_as_they_are(phased: Panel) -> None:
    found = align_sites(phased, phased.sites)
    assert found.report.overlap == 1
    np.testing.assert_array_equal(aligned_counts(phased, found), phased.counts)


@given(panels(), st.integers(0, 2**32))
def test_shuffled_and_swapped_sites_come_back(panel: Panel, seed: int) -> None:
    """A panel whose sites are shuffled and some swapped aligns back to itself."""
    rng = np.random.default_rng(seed)
    ambiguous = (panel.sites["ref"] + panel.sites["alt"]).isin(["AT", "TA", "CG", "GC"])
    swap = rng.random(panel.n_sites) < 0.5
    swap[ambiguous] = False
    sites = panel.sites.copy()
    sites.loc[swap, ["ref", "alt"]] = panel.sites.loc[swap, ["alt", "ref"]].to_numpy()
    turned = np.where(panel.counts < 0, -1, panel.ploidy - panel.counts)
    counts = np.where(swap, turned, panel.counts)
    order = rng.permutation(panel.n_sites)
    other = Panel.create(counts[:, order], panel.ploidy, panel.samples, sites.iloc[order])
    found = align_sites(other, panel.sites)
    assert found.report.overlap == 1
    assert found.report.flipped == swap.sum()
    np.testing.assert_array_equal(aligned_counts(other, found), panel.counts)


def test_phased_counts_flip_within_one_allele() -> None:
    panel = random_panel(n_samples=3, n_sites=4)
    model = panel.sites.rename(columns={"ref": "alt", "alt": "ref"})
    found = align_sites(panel, model)
    np.testing.assert_array_equal(aligned_counts(panel, found), 1 - panel.counts)


def test_real_panels_of_two_builds_match_by_id(real_data: Path) -> None:
    hapmap = read_panel(real_data / "hapmap3.bed").panel
    regions = read_panel(real_data / "kg_regions.small.vcf.gz").panel
    found = align_sites(regions, hapmap.sites)
    assert found.report.matched_by == "id"
    shared = set(hapmap.sites["id"]) & set(regions.sites["id"])
    assert found.report.matched == len(shared)
