"""Windows of the bar code against values taken site by site, and the axis they lie on."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.panels import random_panel, site_table, tiny_panel
from vaeviz.analysis.entropy import site_entropy
from vaeviz.analysis.genome_axis import (
    genome_order,
    has_positions,
    index_axis,
    position_axis,
)
from vaeviz.analysis.strips import (
    Strips,
    bin_differences,
    bin_maxima,
    bin_means,
    make_strips,
    window_bins,
    window_summary,
    window_table,
)
from vaeviz.data.panel import Panel


def sites_at(*places: tuple[str, int]) -> pd.DataFrame:
    table = site_table(len(places), 1)
    return table.assign(chrom=[c for c, _ in places], pos=[p for _, p in places])


def strips_of(panel: Panel, by: str = "population") -> Strips:
    return make_strips(site_entropy(panel, by), panel.sites)


def mean_of(values: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore"):
        return np.array([np.nan if np.isnan(r).all() else np.nanmean(r) for r in values])


@settings(max_examples=40, deadline=None)
@given(
    n_bins=st.integers(1, 300),
    ends=st.tuples(st.floats(0, 1), st.floats(0, 1)),
    unit=st.sampled_from(["bp", "site"]),
)
def test_bins_hold_the_sites_of_their_piece(
    n_bins: int, ends: tuple[float, float], unit: str
) -> None:
    strips = strips_of(random_panel(missing=0.9, phased=False, n_samples=6, seed=3))
    axis = strips.axes[unit]
    start, end = axis.clip(*sorted(e * axis.whole[1] for e in ends))
    bins = window_bins(axis, start, end, n_bins)
    means, maxima = bin_means(strips, bins), bin_maxima(strips, bins)
    edges = np.linspace(start, end, n_bins + 1)
    for i in range(n_bins):
        inside = np.flatnonzero((axis.x >= edges[i]) & (axis.x < edges[i + 1]))
        if not len(inside):
            assert bins.n_sites[i] in (0, 1)
            continue
        assert (bins.first[i], bins.stop[i]) == (inside[0], inside[-1] + 1)
        part = strips.entropy_bits[:, inside]
        np.testing.assert_allclose(means[:, i], mean_of(part), atol=1e-9)
        with np.errstate(all="ignore"):
            np.testing.assert_allclose(maxima[:, i], np.fmax.reduce(part, axis=1), atol=1e-6)


def test_no_bin_between_sites_is_empty_by_number() -> None:
    axis = index_axis(site_table(6, 1))
    bins = window_bins(axis, *axis.whole, 60)
    assert bins.first.tolist() == [i // 10 for i in range(60)]


def test_a_lone_site_is_widened_but_not_over_a_gap() -> None:
    axis = position_axis(sites_at(("1", 1), ("1", 500_001), ("1", 1_000_001)))
    bins = window_bins(axis, *axis.whole, 101)
    assert np.flatnonzero(bins.first == 1).tolist() == list(range(47, 54))
    assert (bins.first[10:40] == -1).all()
    two = position_axis(sites_at(("1", 1), ("1", 1000), ("2", 1), ("2", 1000)))
    apart = window_bins(two, *two.whole, 2000)
    middle = (two.stretches["x1"].iloc[0] + two.stretches["x0"].iloc[1]) / 2
    assert apart.first[int(middle / two.whole[1] * 2000)] == -1


def test_missing_everywhere_is_no_value() -> None:
    counts = np.array([[-1, 1], [-1, 1], [-1, -1]])
    samples = pd.DataFrame({"sample": ["1", "2", "3"], "population": ["A", "A", "B"]})
    strips = strips_of(Panel.create(counts, 2, samples, site_table(2, 1)))
    bins = window_bins(strips.axes["site"], 0, 2, 2)
    np.testing.assert_array_equal(bin_means(strips, bins), [[np.nan, 1], [np.nan, np.nan]])
    np.testing.assert_array_equal(bin_maxima(strips, bins), [[np.nan, 1], [np.nan, np.nan]])
    summary = window_summary(strips, slice(0, 2))
    assert summary["n_sites"].tolist() == [1, 0]
    assert np.isnan(summary["mean_entropy_bits"].iloc[1])


@pytest.mark.parametrize("n_bins", [1, 7, 500])
def test_differences_are_site_by_site(n_bins: int) -> None:
    strips = strips_of(random_panel(missing=0.8, phased=False, n_samples=9))
    axis = strips.axes["bp"]
    bins = window_bins(axis, axis.whole[1] * 0.2, axis.whole[1] * 0.9, n_bins)
    mean, extreme = bin_differences(strips, bins, ["POP2", "POP3"], "POP1")
    values = strips.entropy_bits[1:] - strips.entropy_bits[0]
    for i in np.flatnonzero(bins.filled):
        part = values[:, bins.first[i] : bins.stop[i]]
        np.testing.assert_allclose(mean[:, i], mean_of(part), atol=1e-9)
        for row, one in enumerate(part):
            known = one[np.isfinite(one)]
            expected = known[np.abs(known).argmax()] if len(known) else np.nan
            assert abs(extreme[row, i]) == pytest.approx(abs(expected), nan_ok=True)
    assert np.isnan(mean[:, ~bins.filled]).all()


def test_unsorted_sites_come_into_order() -> None:
    panel = random_panel(n_sites=40)
    shuffled = panel.take_sites(np.random.default_rng(0).permutation(40))
    there, here = strips_of(panel), strips_of(shuffled)
    pd.testing.assert_frame_equal(there.sites, here.sites)
    np.testing.assert_array_equal(there.entropy_bits, here.entropy_bits)
    np.testing.assert_array_equal(there.axes["bp"].x, here.axes["bp"].x)


def test_chromosomes_stand_in_the_order_of_the_genome() -> None:
    names = ("MT", "X", "chr10", "2", "scaffold", "Y", "1")
    sites = sites_at(*[(name, 5) for name in names])
    ordered = sites.iloc[genome_order(sites)]["chrom"].tolist()
    assert ordered == ["1", "2", "chr10", "X", "Y", "MT", "scaffold"]


def test_positions_count_only_when_they_tell_sites_apart() -> None:
    assert has_positions(sites_at(("1", 1)))
    assert has_positions(sites_at(("1", 1), ("2", 1)))
    assert not has_positions(sites_at(("1", 0), ("1", 5)))
    assert not has_positions(sites_at(("1", 7), ("1", 7), ("1", 7)))


def test_gaps_without_sites_are_cut_out() -> None:
    near = [("2", 1000 + 10 * i) for i in range(50)]
    far = [("2", 90_000_000 + 10 * i) for i in range(50)]
    axis = position_axis(sites_at(*near, *far))
    assert axis.stretches["value"].tolist() == [1000, 90_000_000]
    assert axis.whole[1] < 1100
    sparse = position_axis(sites_at(*[("1", 1 + 3_000_000 * i) for i in range(10)]))
    assert len(sparse.stretches) == 1


def test_windows_stay_on_the_line() -> None:
    axis = index_axis(site_table(100, 2))
    low, high = axis.whole
    assert axis.clip(-50, 20) == (0, 70)
    assert axis.clip(high - 10, high + 30) == pytest.approx((high - 40, high))
    assert axis.clip(-1e9, 1e9) == (low, high)
    start, end = axis.clip(50, 50)
    assert end - start == axis.least_span
    assert axis.around(slice(3, 3)) == axis.whole
    chosen = slice(10, 30)
    assert axis.sites_in(*axis.around(chosen)) == chosen


def test_the_table_of_a_window_is_exact() -> None:
    panel = tiny_panel()
    strips = strips_of(panel)
    table = window_table(strips, slice(2, 5))
    assert table.columns.tolist()[:7] == [
        *("chrom", "pos", "id", "ref", "alt"),
        *("AAA entropy_bits", "AAA frequency"),
    ]
    assert table["id"].tolist() == ["rs3", "rs4", "rs5"]
    assert table["AAA frequency"].tolist() == pytest.approx([2 / 6, 1.0, 1 / 6])
    assert table["AAA entropy_bits"].tolist() == pytest.approx([0.918296, 0, 0.650022], abs=1e-6)
    assert window_table(strips, slice(3, 3)).empty
    other = strips.groups[1]
    differences = window_table(strips, slice(2, 5), ["AAA"], other)
    pd.testing.assert_frame_equal(differences[table.columns], table)
    expected = table["AAA entropy_bits"] - table[f"{other} entropy_bits"]
    told = differences[f"AAA minus {other} entropy_bits"]
    assert told.tolist() == pytest.approx(expected.tolist(), nan_ok=True)


def test_one_site_makes_a_strip() -> None:
    panel = random_panel().take_sites([7])
    strips = strips_of(panel)
    for axis in strips.axes.values():
        bins = window_bins(axis, *axis.whole, 50)
        assert (bins.first == 0).all()
        np.testing.assert_array_equal(
            bin_means(strips, bins), np.repeat(strips.entropy_bits, 50, axis=1)
        )
