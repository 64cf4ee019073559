"""`python -m benchmarks.entropy.work WAY SHAPE`: measure one way in this process, tell as JSON."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from functools import cache
from typing import TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.measure import own_peak_mb
from vaeviz.data.panel import Panel

N_GROUPS, N_BOOTSTRAP, N_BLOCKS = 7, 200, 100
SITES_AT_ONCE = 10_000
Columns = dict[str, NDArray[np.float64]]
T = TypeVar("T")


def random_panel(n_sites: int, n_haplotypes: int) -> Panel:
    """Phased people in groups whose alleles are drawn with frequencies of their own."""
    rng = np.random.default_rng(0)
    counts = np.empty((n_haplotypes, n_sites), np.int8)
    limits = rng.integers(2, 128, (N_GROUPS, n_sites), dtype=np.uint8)
    for row in range(n_haplotypes):
        drawn = rng.integers(0, 256, n_sites, dtype=np.uint8)
        counts[row] = drawn < limits[row // 2 % N_GROUPS]
    people = np.arange(n_haplotypes // 2)
    samples = pd.DataFrame({"sample": people.astype(str)})
    samples["population"] = [f"P{i % N_GROUPS}" for i in people]
    sites = pd.DataFrame({"chrom": "22", "pos": 16_000_000 + 100 * np.arange(n_sites)})
    return Panel.create(counts, 1, samples, sites.assign(id="", ref="A", alt="C"))


def ours(panel: Panel) -> tuple[Columns, dict[str, float]]:
    """Every column of the table of groups, the cuts, entropy by context."""
    from vaeviz.analysis.entropy import entropy_table, site_entropy
    from vaeviz.analysis.entropy_rate import entropy_rate
    from vaeviz.analysis.frequency_cut import cut_table

    # Compilation is not counted: it happens once for a machine.
    entropy_rate(panel.take_sites(np.arange(20)), "population")
    site_entropy(panel.take_sites(np.arange(20)), "population")
    seconds: dict[str, float] = {}
    entropy = timed(
        seconds, "counts and entropies by site", lambda: site_entropy(panel, "population")
    )
    table = timed(
        seconds, "table of groups", lambda: entropy_table(panel, "population", entropy=entropy)
    )
    timed(seconds, "frequency cuts", lambda: cut_table(entropy))
    timed(seconds, "entropy by context", lambda: entropy_rate(panel, "population"))
    by_group = table.sort_values("group")
    names = [c for c in by_group.columns if c.endswith("_bits") or "heterozygosity" in c]
    plain = [name for name in names if "_low" not in name and "_high" not in name]
    return {name: by_group[name].to_numpy() for name in plain}, seconds


def peer(panel: Panel) -> tuple[Columns, dict[str, float]]:
    """NumPy, SciPy and scikit-allel as one writes it down: the same measures and intervals."""
    seconds: dict[str, float] = {}
    columns = timed(seconds, "table of groups", lambda: _peer_table(panel))
    return columns, seconds


def _peer_table(panel: Panel) -> Columns:
    parts = [
        _peer_sites(panel, slice(start, start + SITES_AT_ONCE))
        for start in range(0, panel.n_sites, SITES_AT_ONCE)
    ]
    values = {name: np.concatenate([p[name] for p in parts], axis=1) for name in parts[0]}
    for per_site in values.values():
        _bootstrap(per_site)
    return {name: per_site.mean(axis=1) for name, per_site in values.items()}


def _peer_sites(panel: Panel, part: slice) -> Columns:
    """Measures per group and site of a stretch."""
    import allel
    from scipy.stats import entropy

    genotypes = allel.HaplotypeArray(panel.counts[:, part].T).to_genotypes(2)
    labels = panel.labels("population")
    groups = [np.flatnonzero(labels == f"P{g}") for g in range(N_GROUPS)]
    size = min(1_000, 2 * min(len(group) for group in groups))
    found: dict[str, list[NDArray[np.float64]]] = {}
    for group in groups:
        mine = genotypes.take(group, axis=1)
        alleles = mine.count_alleles(max_allele=1)
        n = alleles.sum(axis=1)
        plug_in = entropy(alleles, base=2, axis=1)
        seen = (alleles > 0).sum(axis=1)
        kinds = np.stack(
            [mine.count_hom_ref(axis=1), mine.count_het(axis=1), mine.count_hom_alt(axis=1)]
        )
        by_genotype = entropy(kinds, base=2, axis=0)
        called = mine.count_called(axis=1)
        values = {
            "mean_entropy_bits": plug_in,
            "miller_madow_entropy_bits": plug_in + (seen - 1) / (2 * n * np.log(2)),
            "rarefied_entropy_bits": _rarefied(2 * len(group), size)[alleles[:, 1]],
            "genotype_entropy_bits": by_genotype,
            "genotype_miller_madow_entropy_bits": by_genotype
            + ((kinds > 0).sum(axis=0) - 1) / (2 * called * np.log(2)),
            "expected_heterozygosity": allel.mean_pairwise_difference(alleles),
            "mean_heterozygosity": allel.heterozygosity_observed(mine),
        }
        for name, per_site in values.items():
            found.setdefault(name, []).append(np.asarray(per_site))
    return {name: np.stack(rows) for name, rows in found.items()}


@cache
def _rarefied(n: int, size: int) -> NDArray[np.float64]:
    """Expected entropy of `size` of n haplotypes for every count of ALT: nothing is missing."""
    from scipy.stats import entropy, hypergeom

    share = np.arange(size + 1) / size
    drawn = hypergeom.pmf(np.arange(size + 1), n, np.arange(n + 1)[:, None], size)
    return drawn @ entropy(np.stack([share, 1 - share]), base=2)


def _bootstrap(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Intervals of means over blocks of sites drawn with replacement."""
    blocks = np.array_split(np.arange(values.shape[1]), N_BLOCKS)
    means = np.stack([values[:, block].mean(axis=1) for block in blocks])
    drawn = np.random.default_rng(1).integers(0, N_BLOCKS, (N_BOOTSTRAP, N_BLOCKS))
    return np.percentile(means[drawn].mean(axis=1), [2.5, 97.5], axis=0)


def timed(seconds: dict[str, float], what: str, run: Callable[[], T]) -> T:
    """The result of `run`, its wall time put down under `what`."""
    start = time.perf_counter()
    result = run()
    seconds[what] = time.perf_counter() - start
    return result


def main(way: str, n_sites: int, n_haplotypes: int) -> None:
    """Measure and print."""
    panel = random_panel(n_sites, n_haplotypes)
    columns, seconds = {"ours": ours, "peer": peer}[way](panel)
    told = {"seconds": seconds, "peak_mb": own_peak_mb()}
    values = {name: list(map(float, column)) for name, column in columns.items()}
    sys.stdout.write(json.dumps(told | {"values": values}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
