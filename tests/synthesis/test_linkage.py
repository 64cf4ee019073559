from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from vaeviz.synthesis.linkage import EDGES_BP, MIN_PAIRS, ld_by_distance, ld_error, site_pairs
from vaeviz.synthesis.people import People


def copied(n_people: int = 100, n_blocks: int = 60, width: int = 10) -> tuple[People, pd.DataFrame]:
    """Blocks of `width` identical sites 90 bp apart; blocks 3 kb apart are independent."""
    rng = np.random.default_rng(0)
    base = rng.integers(0, 2, (2 * n_people, n_blocks)).astype(np.int8)
    block = np.repeat(np.arange(n_blocks), width)
    pos = 1 + block * 3_000 + np.tile(np.arange(width) * 90, n_blocks)
    chrom = np.where(block < n_blocks // 2, "1", "2")
    return People(base[:, block], 1), pd.DataFrame({"chrom": chrom, "pos": pos})


def test_pairs_lie_in_their_bins_within_chromosomes() -> None:
    people, sites = copied()
    pairs = site_pairs(people, sites, seed=1)
    pos, chrom = sites["pos"].to_numpy(), sites["chrom"].to_numpy()
    assert (chrom[pairs.first] == chrom[pairs.second]).all()
    distance = pos[pairs.second] - pos[pairs.first]
    bins = np.digitize(distance, EDGES_BP, right=True) - 1
    present = np.unique(bins)
    np.testing.assert_array_equal(present[pairs.bin_index], bins)
    assert len(set(zip(pairs.first, pairs.second, strict=True))) == len(pairs.first)
    assert np.bincount(pairs.bin_index).min() >= MIN_PAIRS
    # Chromosomes are 90 kb long.
    assert len(pairs.distance_bp) == 6


def test_ld_is_what_was_put_in() -> None:
    people, sites = copied()
    table = ld_by_distance(people, site_pairs(people, sites, seed=1))
    assert table["r2"].iloc[0] == 1
    # Unlinked sites have about one over the number of rows.
    assert table["r2"].iloc[2:].to_numpy() == pytest.approx(1 / 200, rel=0.3)


def test_lost_ld_is_an_error_of_one() -> None:
    people, sites = copied()
    shuffled = People(np.random.default_rng(1).permuted(people.counts, axis=0), 1)
    pairs = site_pairs(people, sites, seed=1)
    real, lost = (ld_by_distance(p, pairs) for p in (people, shuffled))
    assert ld_error(real, real) == 0
    assert ld_error(lost.iloc[:1], real.iloc[:1]) == pytest.approx(1, abs=0.01)


def test_unphased_people_have_the_same_ld_under_random_mating() -> None:
    people, sites = copied(n_people=400)
    pairs = site_pairs(people, sites, seed=1)
    dosages = ld_by_distance(People(people.dosages, 2), pairs)
    assert dosages["r2"].iloc[0] == 1


def test_far_or_rare_sites_have_no_pairs() -> None:
    people, sites = copied()
    far = sites.assign(pos=np.arange(len(sites)) * 300_000)
    assert len(site_pairs(people, far, seed=1).distance_bp) == 0
    fixed = People(np.zeros_like(people.counts), 1)
    none = site_pairs(fixed, sites, seed=1)
    assert len(none.first) == 0
    table = ld_by_distance(people, none)
    assert len(table) == 0
    assert math.isnan(ld_error(table, table))


def test_a_site_fixed_in_one_set_has_no_ld() -> None:
    people, sites = copied()
    pairs = site_pairs(people, sites, seed=1)
    fixed = ld_by_distance(People(np.zeros_like(people.counts), 1), pairs)
    assert (fixed["r2"] == 0).all()
    assert ld_error(fixed, ld_by_distance(people, pairs)) == 1
