"""Mosaics against what Wright-Fisher recombination must do to frequencies, switches and LD."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch
from numpy.typing import NDArray

from vaeviz.errors import ModelError
from vaeviz.training.mosaic import Mosaic

MORGAN_BP = 100_000_000
"""At the flat rate of 1 cM/Mb."""


def sites_along(n_sites: int, morgans: float = 1.0, n_chromosomes: int = 1) -> pd.DataFrame:
    each = n_sites // n_chromosomes
    pos = np.linspace(1, morgans * MORGAN_BP / n_chromosomes, each).astype(np.int64)
    names = np.repeat(np.arange(n_chromosomes), each).astype(str)
    return pd.DataFrame({"chrom": names, "pos": np.tile(pos, n_chromosomes)})


def two_populations(n_each: int = 40, n_sites: int = 200) -> tuple[torch.Tensor, NDArray[np.int64]]:
    """Alleles of which a third is private to each population and a third shared."""
    rng = np.random.default_rng(5)
    groups = np.repeat([0, 1], n_each)
    private = np.arange(n_sites) % 3
    may = (private == 2) | (private[None, :] == groups[:, None])
    return torch.from_numpy((may & (rng.random(may.shape) < 0.4)).astype(np.int8)), groups


def generator(seed: int = 1) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_frequencies_stay_and_no_allele_crosses_into_another_group() -> None:
    counts, groups = two_populations()
    mosaic = Mosaic(counts, groups, np.arange(80), sites_along(200), generations=20)
    for group in (0, 1):
        members = torch.from_numpy(np.flatnonzero(groups == group))
        drawn = mosaic.draw(members.repeat(100), generator())
        before = counts[members].double().mean(0)
        after = drawn.double().mean(0)
        assert torch.equal(after[before == 0], before[before == 0])
        error = (before * (1 - before) / len(drawn)).sqrt()
        z = ((after - before) / error)[before > 0]
        assert z.abs().max() < 5
        assert z.square().mean() == pytest.approx(1, abs=0.35)


@pytest.mark.parametrize("generations", [0.5, 5, 40])
def test_switches_a_morgan_are_the_generations(generations: float) -> None:
    n_founders, n_sites, morgans = 500, 4_000, 2.0
    counts = torch.zeros((n_founders, n_sites), dtype=torch.int8)
    groups = np.zeros(n_founders, np.int64)
    sites = sites_along(n_sites, morgans)
    mosaic = Mosaic(counts, groups, np.arange(n_founders), sites, generations)
    founders = mosaic.founders(torch.arange(500), generator())
    switches = (founders[:, 1:] != founders[:, :-1]).sum(1).double()
    # Between sites d apart a switch shows with 1 - exp(-t d), and 1 of n picks is the same again.
    d = morgans / (n_sites - 1)
    expected = (n_sites - 1) * (1 - np.exp(-generations * d)) * (1 - 1 / n_founders)
    assert float(switches.mean()) == pytest.approx(expected, abs=5 * np.sqrt(expected / 500))
    assert float(switches.var()) == pytest.approx(expected, rel=0.3)  # a Poisson process


def test_correlation_falls_as_generations_and_distance_say() -> None:
    rng = np.random.default_rng(3)
    n, n_sites, generations = 400, 101, 20.0
    first = rng.random(n) < 0.5
    # Every site shows a hidden one with an error of 10 %: correlation .64 at every distance.
    counts = np.where(rng.random((n, n_sites)) < 0.1, ~first[:, None], first[:, None])
    rows = torch.from_numpy(counts.astype(np.int8))
    mosaic = Mosaic(rows, np.zeros(n, np.int64), np.arange(n), sites_along(n_sites, 0.2), 20.0)
    drawn = mosaic.draw(torch.arange(n).repeat(50), generator()).numpy()
    for step in (1, 10, 50, 100):
        d = 0.2 * step / 100
        kept = np.exp(-generations * d)
        before = np.corrcoef(counts[:, 0], counts[:, step])[0, 1]
        after = np.corrcoef(drawn[:, 0], drawn[:, step])[0, 1]
        assert after == pytest.approx(before * (kept + (1 - kept) / n), abs=0.04)
        assert step > 1 or after > 0.9 * before  # kept at short range


def test_only_training_rows_of_the_same_group_are_founders() -> None:
    counts, groups = two_populations()
    train = np.flatnonzero(np.arange(80) % 4 != 0)
    mosaic = Mosaic(counts, groups, train, sites_along(200), generations=30)
    founders = mosaic.founders(torch.arange(80), generator()).numpy()
    assert set(np.unique(founders)) <= set(train)
    assert (groups[founders] == groups[:, None]).all()
    assert set(np.unique(founders[groups == 0])) == set(train[groups[train] == 0])


def test_a_group_of_one_gives_copies_and_no_group_leaves_the_row() -> None:
    counts, _ = two_populations(n_each=3)
    groups = np.array([0, 1, 1, -1, 2, 1])
    train = np.array([0, 1, 2, 3])  # row 4: a group without founders
    mosaic = Mosaic(counts, groups, train, sites_along(200), generations=50)
    drawn = mosaic.draw(torch.tensor([0, 3, 4]), generator())
    assert torch.equal(drawn, counts[[0, 3, 4]])
    nobody = Mosaic(counts, groups, np.array([], np.int64), sites_along(200), generations=50)
    assert torch.equal(nobody.draw(torch.arange(6), generator()), counts)


def test_chromosomes_always_change_founders_and_sites_may_come_in_any_order() -> None:
    n = 300
    counts = torch.arange(n).remainder(3).to(torch.int8)[:, None].repeat(1, 40)
    sites = sites_along(40, n_chromosomes=4)
    mosaic = Mosaic(counts, np.zeros(n, np.int64), np.arange(n), sites, generations=0)
    founders = mosaic.founders(torch.arange(n), generator())
    inside = (founders[:, 1:] != founders[:, :-1]).double().mean(0)
    borders = torch.tensor([9, 19, 29])
    assert (inside[borders] > 0.97).all()
    assert inside.sum() == inside[borders].sum()

    shuffled = np.random.default_rng(0).permutation(40)
    other = Mosaic(
        counts[:, shuffled], np.zeros(n, np.int64), np.arange(n), sites.iloc[shuffled], 0
    )
    again = other.founders(torch.arange(n), generator()).numpy()
    chromosome = sites["chrom"].iloc[shuffled].to_numpy()
    for name in "0123":
        assert (np.ptp(again[:, chromosome == name], axis=1) == 0).all()


def test_a_map_puts_switches_where_it_rises() -> None:
    n, n_sites = 200, 100
    hot = np.maximum(0.0, np.linspace(-1, 1, n_sites))
    counts = torch.zeros((n, n_sites), dtype=torch.int8)
    mosaic = Mosaic(
        counts, np.zeros(n, np.int64), np.arange(n), sites_along(n_sites), 10, genetic_map=hot
    )
    founders = mosaic.founders(torch.arange(n), generator())
    switched = (founders[:, 1:] != founders[:, :-1]).sum(0)
    assert int(switched[:49].sum()) == 0
    expected = n * (1 - np.exp(-10 * np.diff(hot))).sum()
    assert int(switched[49:].sum()) == pytest.approx(expected, rel=0.1)
    assert mosaic.morgans == pytest.approx(1.0)


def test_people_are_mosaics_of_genotypes_and_missing_stays_missing() -> None:
    rng = np.random.default_rng(1)
    counts = torch.from_numpy(rng.integers(-1, 3, (20, 60)).astype(np.int8))
    mosaic = Mosaic(counts, np.zeros(20, np.int64), np.arange(20), sites_along(60), 10)
    drawn = mosaic.draw(torch.arange(20), generator())
    founders = mosaic.founders(torch.arange(20), generator())
    assert drawn.dtype == torch.int8
    assert torch.equal(drawn, torch.gather(counts, 0, founders))
    assert int(drawn.min()) == -1
    assert int(drawn.max()) == 2


def test_the_generator_alone_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    counts, groups = two_populations()
    mosaic = Mosaic(counts, groups, np.arange(80), sites_along(200), generations=20)
    rows = torch.arange(80).repeat(4)
    first = mosaic.draw(rows, generator(7))
    threads = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        assert torch.equal(mosaic.draw(rows, generator(7)), first)
    finally:
        torch.set_num_threads(threads)
    assert not torch.equal(mosaic.draw(rows, generator(8)), first)
    monkeypatch.setattr("vaeviz.training.mosaic.MAX_CELLS", 3 * 200)  # three rows at once
    blocks = mosaic.draw(rows, generator(7))
    assert blocks.shape == first.shape
    assert not torch.equal(blocks[:80], blocks[80:160])


def test_what_does_not_fit_is_refused() -> None:
    counts, groups = two_populations()
    sites = sites_along(200)
    rows = np.arange(80)
    with pytest.raises(ModelError, match="Generations"):
        Mosaic(counts, groups, rows, sites, -1.0)
    with pytest.raises(ModelError, match="groups"):
        Mosaic(counts, groups[1:], rows, sites, 1.0)
    with pytest.raises(ModelError, match="shape"):
        Mosaic(counts, groups, rows, sites, 1.0, genetic_map=np.zeros(3))
    with pytest.raises(ModelError, match="falls"):
        Mosaic(counts, groups, rows, sites, 1.0, genetic_map=np.linspace(1, 0, 200))


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")
def test_a_gpu_draws_the_mosaics_of_the_cpu() -> None:
    counts, groups = two_populations()
    sites, rows = sites_along(200), torch.arange(80)
    on_cpu = Mosaic(counts, groups, np.arange(80), sites, generations=20)
    on_gpu = Mosaic(counts.cuda(), groups, np.arange(80), sites, generations=20)
    drawn = on_gpu.draw(rows, generator(7))
    assert drawn.is_cuda
    assert torch.equal(drawn.cpu(), on_cpu.draw(rows, generator(7)))
