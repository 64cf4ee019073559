"""Simulate the built-in panels with msprime: `python -m vaeviz.data.simulation` rebuilds all.

Demographies are the demes graphs in `assets/demes`, where sources and chosen values are marked.
The same seed and msprime version give the same panel.
"""

from __future__ import annotations

import dataclasses
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vaeviz.data.assets import ASSETS, population_table
from vaeviz.data.packed import write_packed
from vaeviz.data.panel import Panel, PanelInfo, Species
from vaeviz.errors import PanelError

if TYPE_CHECKING:
    import msprime
    import tskit

logger = logging.getLogger(__name__)

CENSUS_GENERATIONS = 12.5
"""Just before the admixture of 12 generations ago: lineages there tell true ancestry."""

_SEGMENT_GAP_BP = 20_000_000
_ADMIXED_GROUP = "ADM"
_REFERENCE = re.compile(r"^- (10\.\S+) +# (?:[A-Z][A-Za-z]*\d\d +)?(.+)$", re.MULTILINE)


@dataclasses.dataclass(frozen=True)
class Recipe:
    """How a built-in panel is simulated and which of its sites are kept.

    `segments` unlinked stretches of `segment_bp` lie two a chromosome, 20 Mb apart, unless
    `chrom` names the one chromosome. Sites have a minor allele frequency of at least `min_maf`
    over all samples and are thinned evenly by index to `max_sites`.
    """

    demography: str
    title: str
    description: str
    species: Species
    segments: int
    segment_bp: int
    mutation_rate: float
    recombination_rate: float
    min_maf: float
    max_sites: int | None
    chrom: str | None
    seed: int


RECIPES: dict[str, Recipe] = {
    "human-array": Recipe(
        demography="human",
        title="Humans, genome-wide array (simulated)",
        description="Simulated: 44 unlinked 250 kb segments, two a chromosome, common SNPs "
        "thinned to 10,000 as on a genotyping array. 25 populations in seven ancestry groups, "
        "and two recently admixed ones with known true ancestry. For structure and admixture.",
        species="human",
        segments=44,
        segment_bp=250_000,
        mutation_rate=1.44e-8,
        recombination_rate=1.3e-8,
        min_maf=0.05,
        max_sites=10_000,
        chrom=None,
        seed=1,
    ),
    "human-region": Recipe(
        demography="human",
        title="Humans, one dense 3 Mb region (simulated)",
        description="Simulated: every SNP of one phased 3 Mb region down to a minor allele "
        "frequency of 0.22 %. For entropy, LD and compression. The order of the groups by "
        "entropy holds by construction (sizes, frequency cut and seed were chosen for it): it "
        "illustrates the published order and is no evidence for it.",
        species="human",
        segments=1,
        segment_bp=3_000_000,
        mutation_rate=1.44e-8,
        recombination_rate=1.3e-8,
        min_maf=0.0022,
        max_sites=None,
        chrom="22",
        seed=4,
    ),
    "canid": Recipe(
        demography="canid",
        title="Dogs, wolves and a jackal (simulated)",
        description="Simulated: one 5 Mb region of wolves, a golden jackal, basal dogs, village "
        "dogs and five breeds, common SNPs thinned to 10,000. Breed bottlenecks are founder "
        "events of chosen size and date. The jackal's place on the map is approximate.",
        species="canid",
        segments=1,
        segment_bp=5_000_000,
        mutation_rate=1.0e-8,
        recombination_rate=0.9e-8,
        min_maf=0.05,
        max_sites=10_000,
        chrom="22",
        seed=1,
    ),
    "grid": Recipe(
        demography="grid",
        title="Isolation by distance on a 6 x 6 grid (simulated)",
        description="Simulated: 36 populations on an invented square island that exchange "
        "migrants with their neighbours; 44 segments of 91 kb, SNPs thinned to 10,000. A "
        "two-dimensional latent space should look like the map.",
        species="other",
        segments=44,
        segment_bp=4_000_000 // 44,
        mutation_rate=1.44e-8,
        recombination_rate=1.3e-8,
        min_maf=0.01,
        max_sites=10_000,
        chrom=None,
        seed=1,
    ),
}


def simulate_panel(name: str, seed: int | None = None) -> Panel:
    """Simulate one built-in panel.

    Parameters
    ----------
    name : str
        A key of `RECIPES`.
    seed : int, optional
        Default: the panel's own seed, which gives the built panel exactly.

    Returns
    -------
    Panel
        Phased haplotypes without missing alleles; REF is the ancestral allele. Samples in the
        order of the population table, with name, superpopulation_name and, for humans,
        true_* ancestry fractions of the admixed (NaN for everybody else).

    Raises
    ------
    PanelError
        No recipe has this name.
    """
    if name not in RECIPES:
        raise PanelError(f"There is no recipe {name[:40]!r}.", f"Choose one of: {_names()}.")
    recipe = RECIPES[name]
    seed = recipe.seed if seed is None else seed
    samples = _sample_table(recipe)
    alleles, positions, chroms, ancestry = [], [], [], []
    for k, ancestral_history, history in _histories(recipe, seed):
        kept, position = _common_sites(history, recipe.min_maf)
        alleles.append(kept)
        positions.append(position + 1 + _SEGMENT_GAP_BP * (1 + k % 2))
        chroms += [recipe.chrom or str(k // 2 + 1)] * len(position)
        if recipe.species == "human":
            ancestry.append(_true_ancestry(ancestral_history, samples))
    if ancestry:
        shares = pd.concat(ancestry).groupby(level=0).sum() / recipe.segments
        samples = samples.join(shares.sort_index(axis=1).round(4))
    by_site, sites = _thin(np.concatenate(alleles), _site_table(chroms, positions), recipe)
    sites = _with_alleles(sites, seed)
    return Panel.create(by_site.T, 1, samples, sites, _info(name, recipe, seed))


def _names() -> str:
    return ", ".join(RECIPES)


def _histories(
    recipe: Recipe, seed: int
) -> Iterator[tuple[int, tskit.TreeSequence, tskit.TreeSequence]]:
    """Segment number, its ancestry, and the same with mutations; two seeds a segment."""
    import msprime

    demography = _demography(recipe)
    table = _populations(recipe)
    n = dict(zip(table["population"], table["default_n"].astype(int).tolist(), strict=True))
    seeds = np.random.default_rng(seed).integers(1, 2**31, size=(recipe.segments, 2))
    for k in range(recipe.segments):
        ancestry = msprime.sim_ancestry(
            n,
            demography=demography,
            sequence_length=recipe.segment_bp,
            recombination_rate=recipe.recombination_rate,
            random_seed=int(seeds[k, 0]),
        )
        mutated = msprime.sim_mutations(
            ancestry,
            rate=recipe.mutation_rate,
            model=msprime.BinaryMutationModel(),
            random_seed=int(seeds[k, 1]),
        )
        yield k, ancestry, mutated


def _demography(recipe: Recipe) -> msprime.Demography:
    import demes
    import msprime

    demography = msprime.Demography.from_demes(demes.load(_demes_path(recipe)))
    if recipe.species == "human":
        demography.add_census(time=CENSUS_GENERATIONS)
        demography.sort_events()
    return demography


def _demes_path(recipe: Recipe) -> Path:
    return ASSETS / "demes" / f"{recipe.demography}.demes.yaml"


def _populations(recipe: Recipe) -> pd.DataFrame:
    table = population_table()
    return table[table["panel"] == recipe.demography]


def _sample_table(recipe: Recipe) -> pd.DataFrame:
    """One row a sample in the order of the population table; IDs such as SIM_sYRI_001."""
    table = _populations(recipe)
    samples = table.loc[table.index.repeat(table["default_n"])].reset_index(drop=True)
    number = samples.groupby("population").cumcount() + 1
    samples["sample"] = "SIM_" + samples["population"] + "_" + number.map("{:03d}".format)
    columns = ["sample", "population", "superpopulation", "latitude", "longitude"]
    return samples[[*columns, "name", "superpopulation_name"]]


def _common_sites(
    history: tskit.TreeSequence, min_maf: float
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Derived alleles, shape (n_kept, n_haplotypes), and 0-based positions of the kept sites."""
    n = history.num_samples
    rows, positions = [], []
    for variant in history.variants():
        derived = (variant.genotypes > 0).astype(np.uint8)
        count = int(derived.sum())
        minor = min(count, n - count)
        if minor > 0 and minor >= min_maf * n:
            rows.append(derived)
            positions.append(int(variant.site.position))
    return np.array(rows, dtype=np.uint8).reshape(-1, n), np.array(positions, dtype=np.int64)


def _true_ancestry(history: tskit.TreeSequence, samples: pd.DataFrame) -> pd.DataFrame:
    """Share of each admixed sample's genome by source population at the census.

    Returns one row an admixed sample (index = row of `samples`), columns true_SOURCE.
    """
    import msprime

    admixed = np.flatnonzero(samples["superpopulation"] == _ADMIXED_GROUP)
    nodes = np.column_stack([2 * admixed, 2 * admixed + 1]).ravel().astype(np.int32)
    census = np.flatnonzero(history.nodes_flags & msprime.NODE_IS_CEN_EVENT).astype(np.int32)
    links = history.tables.link_ancestors(nodes, census)
    source = {p.id: f"true_{p.metadata['name']}" for p in history.populations()}
    spans = pd.DataFrame(
        {
            "sample": links.child // 2,
            "source": pd.Series(history.nodes_population[links.parent]).map(source),
            "share": (links.right - links.left) / (2 * history.sequence_length),
        }
    )
    return spans.pivot_table("share", "sample", "source", aggfunc="sum", fill_value=0.0)


def _site_table(chroms: list[str], positions: list[NDArray[np.int64]]) -> pd.DataFrame:
    return pd.DataFrame({"chrom": chroms, "pos": np.concatenate(positions)})


def _thin(
    by_site: NDArray[np.uint8], sites: pd.DataFrame, recipe: Recipe
) -> tuple[NDArray[np.uint8], pd.DataFrame]:
    """At most `max_sites` sites, evenly spread over their index."""
    if recipe.max_sites is None or len(sites) <= recipe.max_sites:
        return by_site, sites
    chosen = np.unique(np.linspace(0, len(sites) - 1, recipe.max_sites).astype(int))
    return by_site[chosen], sites.iloc[chosen].reset_index(drop=True)


def _with_alleles(sites: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Add IDs and letters: REF at random, ALT a transition two times in three."""
    rng = np.random.default_rng(seed + 7)
    letters = np.array(list("ACGT"), dtype=object)
    ref = rng.integers(0, 4, len(sites))
    transition = rng.random(len(sites)) < 2 / 3
    transversion = ref + 1 + 2 * rng.integers(0, 2, len(sites))
    alt = np.where(transition, ref + 2, transversion) % 4
    ids = [f"sim{i}" for i in range(1, len(sites) + 1)]
    return sites.assign(id=ids, ref=letters[ref], alt=letters[alt])


def _info(name: str, recipe: Recipe, seed: int) -> PanelInfo:
    import msprime

    return PanelInfo(
        name=f"{name} (simulated)",
        description=f"{recipe.description} msprime {msprime.__version__}, seed {seed}.",
        species=recipe.species,
        build="simulated",
        simulated=True,
        citations=_citations(recipe),
    )


def _citations(recipe: Recipe) -> tuple[str, ...]:
    """The references of a demes file, with the words that its comments give them."""
    text = _demes_path(recipe).read_text(encoding="utf-8")
    return tuple(f"{what.strip()}, doi:{doi}" for doi, what in _REFERENCE.findall(text))


def write_built_in_panels(folder: Path = ASSETS / "panels") -> list[Path]:
    """Simulate every panel and store it as `folder`/NAME.npz; returns the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name in RECIPES:
        panel = simulate_panel(name)
        paths.append(folder / f"{name}.npz")
        write_packed(panel, paths[-1])
        logger.info("%s: %d samples, %d sites", name, panel.n_samples, panel.n_sites)
    return paths


if __name__ == "__main__":
    logging.basicConfig(format="%(message)s")
    logger.setLevel(logging.INFO)
    write_built_in_panels()
