"""Admixture: people whose haplotypes are mosaics of founders from several populations."""

from __future__ import annotations

import dataclasses
import itertools
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vaeviz.data.genetic_map import flat_map
from vaeviz.data.panel import Panel, PanelInfo, Step
from vaeviz.errors import ConfigError, PanelError
from vaeviz.escape import plain
from vaeviz.progress import Progress, Silent
from vaeviz.synthesis.pedigree import HAPLOTYPES, Segments, founder_segments
from vaeviz.synthesis.region import Region, check_size
from vaeviz.synthesis.tracts import TractList, chromosomes, expected_number

if TYPE_CHECKING:
    from vaeviz.config import AdmixConfig

MAX_CELLS = 200_000_000
TOLD_EVERY = 50
LENGTHS = 41

COPIES = (
    "Every stretch is an exact copy of somebody's haplotype: share these people only as the "
    "panel itself may be shared."
)

Floats = NDArray[np.float64]


@dataclasses.dataclass(frozen=True, eq=False)
class Admixture:
    """Admixed people and where every part of them is from.

    Attributes
    ----------
    panel : Panel
        Phased, `info.synthetic`.
    tracts : DataFrame, one row a tract
        sample, haplotype (1, 2), chrom, start_bp, end_bp (1-based, both inside), source,
        length_cm. They cover every chromosome from its first site to its last.
    ancestry : int8 array, shape of `panel.counts`
        Source (place in `region.parts`) of every allele.
    shares : float64 array, shape (n_samples, n_sources)
        Share of each person's genome from each source, by genetic length.
    region : Region
        The mixture.
    config : AdmixConfig
    chromosome_cm : float64 array, shape (n_chromosomes,)
        Genetic lengths.
    warnings : list of str
    """

    panel: Panel
    tracts: pd.DataFrame
    ancestry: NDArray[np.int8]
    shares: Floats
    region: Region
    config: AdmixConfig
    chromosome_cm: Floats
    warnings: list[str]

    @property
    def sources(self) -> list[str]:
        """Names of the sources, in order."""
        return [part.name for part in self.region.parts]

    def share_table(self) -> pd.DataFrame:
        """One row a person and source: sample, source, share."""
        return pd.DataFrame(
            {
                "sample": np.repeat(self.panel.sample_ids, len(self.sources)),
                "source": np.tile(np.array(self.sources, object), self.panel.n_samples),
                "share": self.shares.ravel(),
            }
        )

    def summary(self) -> pd.DataFrame:
        """One row a source: source, asked, share (mean), sd, n_tracts, mean_length_cM."""
        tracts = self.tracts.groupby("source")["length_cm"].agg(["size", "mean"])
        tracts = tracts.reindex(self.sources)
        return pd.DataFrame(
            {
                "source": self.sources,
                "asked": [part.proportion for part in self.region.parts],
                "share": self.shares.mean(0),
                "sd": self.shares.std(0),
                "n_tracts": tracts["size"].fillna(0).astype(np.int64).to_numpy(),
                "mean_length_cM": tracts["mean"].to_numpy(),
            }
        )

    def length_table(self) -> pd.DataFrame:
        """Tracts longer than a length: source, length_cm, found and expected, a haplotype.

        Expected is NaN for continuous mixing, whose tracts are a blend of many exponentials.
        """
        lengths = np.linspace(0, self.tracts["length_cm"].max(), LENGTHS)
        known = not self.config.continuous
        parts = []
        for part in self.region.parts:
            own = self.tracts.loc[self.tracts["source"] == part.name, "length_cm"].to_numpy()
            found = (own[None, :] > lengths[:, None]).sum(1) / self.panel.n_rows
            theory = expected_number(
                lengths, part.proportion, self.config.generations, self.chromosome_cm
            )
            parts.append(
                pd.DataFrame(
                    {
                        "source": part.name,
                        "length_cm": lengths,
                        "found": found,
                        "expected": theory if known else np.nan,
                    }
                )
            )
        return pd.concat(parts, ignore_index=True)


def admix(
    panel: Panel,
    mixture: Region,
    config: AdmixConfig,
    morgans: Floats | None = None,
    progress: Progress | None = None,
) -> Admixture:
    """Admixed people: founders drawn from the sources, joined along a pedigree.

    Each person has a stream of random numbers of its own, so the first people of a larger
    cohort are those of a smaller one.

    Parameters
    ----------
    panel : Panel
        Phased; holds the founders' haplotypes, of real or synthetic people.
    mixture : Region
        See `vaeviz.synthesis.region.mixture_region`.
    config : AdmixConfig
    morgans : float64 array, shape (n_sites,), optional
        Position of every site (`vaeviz.data.genetic_map`); default 1 cM/Mb.
    progress : Progress, optional

    Raises
    ------
    PanelError
        Unphased genotypes.
    RegionError
        A source of under 10 people, or under 50 without `config.allow_small`.
    ConfigError
        More genotypes than fit into memory.
    """
    _check(panel, mixture, config)
    warnings = [*check_size(mixture, config.allow_small), COPIES]
    maker = _Maker(panel, mixture, config, flat_map(panel.sites) if morgans is None else morgans)
    listener = progress or Silent()
    for person in range(config.n):
        if person % TOLD_EVERY == 0:
            listener.update(person, config.n, f"Person {person:,} of {config.n:,}")
        maker.make(person)
    return maker.finish(warnings)


def _check(panel: Panel, mixture: Region, config: AdmixConfig) -> None:
    if not panel.phased:
        raise PanelError(
            "Admixed haplotypes are made of phased ones, and this panel is unphased.",
            "Choose a phased panel, or phase the genotypes first (for example with SHAPEIT).",
        )
    if not mixture.parts:
        raise ConfigError("Admixture needs two sources or more.", "Give a mixture.")
    cells = HAPLOTYPES * config.n * panel.n_sites
    if cells > MAX_CELLS:
        raise ConfigError(
            f"{config.n:,} people at {panel.n_sites:,} sites are {cells:,} alleles; "
            f"{MAX_CELLS:,} fit.",
            "Ask for fewer people.",
        )


class _Maker:
    """Alleles, ancestries and tracts, filled in person by person."""

    def __init__(self, panel: Panel, mixture: Region, config: AdmixConfig, morgans: Floats) -> None:
        self.panel, self.mixture, self.config = panel, mixture, config
        self.chromosomes = chromosomes(panel.sites, morgans)
        self.proportions = np.array([part.proportion for part in mixture.parts])
        self.rows = [panel.row_index(part.members) for part in mixture.parts]
        shape = (HAPLOTYPES * config.n, panel.n_sites)
        self.counts = np.empty(shape, np.int8)
        self.ancestry = np.empty(shape, np.int8)
        self.shares = np.empty((config.n, len(self.rows)))
        self.tracts = TractList(self.chromosomes)
        width = max(4, len(str(config.n)))
        self.names = [f"{config.prefix}{k + 1:0{width}d}" for k in range(config.n)]

    def make(self, person: int) -> None:
        """Draw one person."""
        rng = np.random.default_rng([self.config.seed, person])
        begin, end = (np.array([c.morgans[at] for c in self.chromosomes]) for at in (0, -1))
        segments = founder_segments(
            rng, begin, end, self.config.generations, self.config.continuous
        )
        source, row = self._founders(rng, segments)
        length = segments.end - segments.begin
        # Chromosomes of single sites have no length: then every segment counts alike.
        weight = length if length.sum() > 0 else np.ones_like(length)
        self.shares[person] = np.bincount(source, weight, len(self.rows)) / weight.sum()
        bounds = np.searchsorted(
            segments.haplotype * len(begin) + segments.chromosome,
            np.arange(HAPLOTYPES * len(begin) + 1),
        )
        for place, (start, stop) in enumerate(itertools.pairwise(bounds)):
            haplotype, number = divmod(place, len(begin))
            here = slice(start, stop)
            target = HAPLOTYPES * person + haplotype
            self._copy(target, number, segments.begin[here], source[here], row[here])

    def finish(self, warnings: list[str]) -> Admixture:
        """Everything that was made."""
        samples = pd.DataFrame(
            {"sample": self.names, "population": self.mixture.name, "synthetic": True}
        )
        info = _info(self.panel, self.mixture, self.config)
        return Admixture(
            Panel.create(self.counts, 1, samples, self.panel.sites, info),
            self.tracts.table(self.names, [part.name for part in self.mixture.parts]),
            self.ancestry,
            self.shares,
            self.mixture,
            self.config,
            np.array([c.length_cm for c in self.chromosomes]),
            warnings,
        )

    def _founders(
        self, rng: np.random.Generator, segments: Segments
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Source and row of the panel of every segment: one draw an ancestor."""
        _, ancestor = np.unique(segments.ancestor, return_inverse=True)
        n = int(ancestor.max()) + 1
        source = rng.choice(len(self.rows), n, p=self.proportions)
        pick = rng.random(n)
        row = np.empty(n, np.int64)
        for k, rows in enumerate(self.rows):
            of_k = source == k
            row[of_k] = rows[(pick[of_k] * len(rows)).astype(np.int64)]
        return source[ancestor], row[ancestor]

    def _copy(
        self,
        target: int,
        number: int,
        begin: Floats,
        source: NDArray[np.int64],
        row: NDArray[np.int64],
    ) -> None:
        """Alleles, ancestries and tracts of one haplotype of one chromosome."""
        chromosome = self.chromosomes[number]
        first = chromosome.first_sites(begin)
        n_sites = np.diff(first, append=len(chromosome.sites))
        sites = chromosome.sites
        self.counts[target, sites] = self.panel.counts[np.repeat(row, n_sites), sites]
        self.ancestry[target, sites] = np.repeat(source, n_sites)
        self.tracts.add(target, number, begin, source)


def _info(panel: Panel, mixture: Region, config: AdmixConfig) -> PanelInfo:
    source = panel.info
    how = "continuous" if config.continuous else "one pulse"
    description = (
        f"SYNTHETIC admixed people: {plain(mixture.name, 200)}, {config.generations} generations "
        f"({how}), mosaics of haplotypes of {len(mixture.members)} people, seed {config.seed}. "
        f"{COPIES}"
    )
    step = Step(
        what=f"made {config.n} admixed people",
        sites_before=panel.n_sites,
        sites_after=panel.n_sites,
        samples_before=panel.n_samples,
        samples_after=config.n,
    )
    return PanelInfo.make(
        name=f"admixed from {plain(source.name, 200)} (SYNTHETIC)",
        description=description,
        species=source.species,
        build=source.build,
        simulated=source.simulated,
        synthetic=True,
        citations=source.citations,
        steps=(*source.steps, step),
    )
