"""Small panels with known truth, shared by all tests."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vaeviz.data.panel import MISSING, Panel, PanelInfo

HOSTILE = (
    "![x](http://x)",
    "<img src=x onerror=alert(1)>",
    "=1+1",
    "a\tb",
    "a\nb",
    "L" * 10_000,
    "'; DROP TABLE panel; --",
    "é ñ 中 \u202eright to left",
)
"""Labels that must stay inert everywhere; the ones with control characters are no valid IDs."""

HOSTILE_IDS = tuple(x for x in HOSTILE if not any(c in x for c in "\t\n\u202e"))


def tiny_panel() -> Panel:
    """6 people, 8 sites, unphased, one missing genotype (sample S6, last site), all by hand."""
    counts = np.array(
        [
            [0, 0, 1, 2, 0, 1, 0, 2],
            [0, 1, 1, 2, 0, 0, 0, 2],
            [0, 0, 0, 2, 1, 0, 0, 1],
            [2, 1, 1, 0, 0, 0, 0, 0],
            [2, 2, 1, 0, 0, 1, 0, 0],
            [1, 2, 2, 0, 0, 0, 1, MISSING],
        ],
        dtype=np.int8,
    )
    samples = pd.DataFrame(
        {
            "sample": [f"S{i}" for i in range(1, 7)],
            "population": ["AAA"] * 3 + ["BBB"] * 3,
            "superpopulation": ["EAST"] * 3 + ["WEST"] * 3,
            "latitude": [10.0] * 3 + [-20.0] * 3,
            "longitude": [100.0] * 3 + [-60.0] * 3,
        }
    )
    return Panel.create(counts, 2, samples, site_table(8), PanelInfo(name="tiny"))


def site_table(n_sites: int, n_chromosomes: int = 2) -> pd.DataFrame:
    """Sites 1,000 bp apart, spread over chromosomes 1, 2, ...; alleles never ambiguous A/C, G/T."""
    chrom = np.arange(n_sites) * n_chromosomes // n_sites + 1
    pos = 1_000 * (pd.Series(chrom).groupby(chrom).cumcount().to_numpy() + 1)
    even = np.arange(n_sites) % 2 == 0
    return pd.DataFrame(
        {
            "chrom": chrom.astype(str),
            "pos": pos,
            "id": [f"rs{i + 1}" for i in range(n_sites)],
            "ref": np.where(even, "A", "G"),
            "alt": np.where(even, "C", "T"),
        }
    )


def balding_nichols(
    frequency: NDArray[np.float64], fst: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Allele frequencies of a population that drifted by `fst` from an ancestor."""
    scale = (1 - fst) / fst
    drifted = rng.beta(frequency * scale + 1e-9, (1 - frequency) * scale + 1e-9)
    return np.clip(drifted, 1e-6, 1 - 1e-6)


def random_panel(
    n_samples: int = 60,
    n_sites: int = 200,
    n_populations: int = 3,
    phased: bool = True,
    missing: float = 0.0,
    seed: int = 0,
) -> Panel:
    """Unlinked sites in populations POP1, POP2, ... (two to a superpopulation SUP1, SUP2, ...).

    Balding-Nichols frequencies: superpopulations drift by .15 from a common ancestor,
    populations by .05 from their superpopulation. `missing` is the share of alleles (phased) or
    genotypes (unphased) that are lost.
    """
    rng = np.random.default_rng(seed)
    ancestor = rng.uniform(0.1, 0.9, n_sites)
    n_super = (n_populations + 1) // 2
    supers = np.stack([balding_nichols(ancestor, 0.15, rng) for _ in range(n_super)])
    pops = np.stack([balding_nichols(supers[i // 2], 0.05, rng) for i in range(n_populations)])
    pop = np.arange(n_samples) * n_populations // n_samples
    alleles = rng.random((n_samples, 2, n_sites)) < pops[pop][:, None, :]
    counts = alleles.reshape(2 * n_samples, n_sites) if phased else alleles.sum(axis=1)
    counts = np.where(rng.random(counts.shape) < missing, MISSING, counts)
    samples = pd.DataFrame(
        {
            "sample": [f"ID{i:04d}" for i in range(n_samples)],
            "population": [f"POP{i + 1}" for i in pop],
            "superpopulation": [f"SUP{i // 2 + 1}" for i in pop],
            "latitude": -30.0 + 60.0 * pop / n_populations,
            "longitude": -100.0 + 200.0 * pop / n_populations,
        }
    )
    info = PanelInfo(name="random", description="Balding-Nichols test panel", simulated=True)
    return Panel.create(counts, 1 if phased else 2, samples, site_table(n_sites), info)


def odd_panels() -> dict[str, Panel]:
    """Panels at the edge of what every page and command must take, by what is odd about them."""
    base = random_panel()
    bare = pd.DataFrame({"sample": base.sample_ids})
    return {
        "one_population": random_panel(n_populations=1),
        "no_labels": base.with_samples(bare),
        "no_coordinates": base.with_samples(base.samples.drop(columns=["latitude", "longitude"])),
        "four_samples": random_panel(n_samples=4, n_populations=2),
        "missing_30": random_panel(phased=False, missing=0.3),
        "hostile_labels": hostile_panel(),
    }


def hostile_panel() -> Panel:
    """A panel whose name, IDs, populations and an extra column all try to escape."""
    base = random_panel()
    samples = base.samples.copy()
    labels = [HOSTILE[i % len(HOSTILE)] for i in range(len(samples))]
    samples.loc[: len(HOSTILE_IDS) - 1, "sample"] = HOSTILE_IDS
    samples["population"] = labels
    samples["superpopulation"] = labels[1:] + labels[:1]
    samples["note"] = labels[2:] + labels[:2]
    return base.with_samples(samples).with_info(name=HOSTILE[1], description=HOSTILE[0])


def linked_panel(
    n_samples: int = 150, n_sites: int = 120, n_founders: int = 8, seed: int = 0
) -> Panel:
    """Phased people whose haplotypes copy a few founders: LD over the whole stretch.

    Two populations with founders of their own; a haplotype changes founder once on average and
    a copied allele is wrong with probability .005. One chromosome, sites 1,000 bp apart.
    """
    rng = np.random.default_rng(seed)
    founders = rng.random((2, n_founders, n_sites)) < rng.uniform(0.15, 0.85, n_sites)
    population = np.repeat(np.arange(n_samples) * 2 // n_samples, 2)
    switch = rng.random((2 * n_samples, n_sites)) < 1 / n_sites
    segment = np.cumsum(switch, axis=1)
    picks = rng.integers(0, n_founders, (2 * n_samples, n_sites + 1))
    copied = np.take_along_axis(picks, segment, axis=1)
    alleles = founders[population[:, None], copied, np.arange(n_sites)]
    alleles ^= rng.random(alleles.shape) < 0.005
    samples = pd.DataFrame(
        {
            "sample": [f"ID{i:04d}" for i in range(n_samples)],
            "population": [f"POP{i + 1}" for i in population[::2]],
        }
    )
    info = PanelInfo(name="linked", description="Copies of a few founders", simulated=True)
    return Panel.create(alleles, 1, samples, site_table(n_sites, 1), info)
