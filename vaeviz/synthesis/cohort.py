"""A synthetic cohort: the people, their positions, and what is said about them."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vaeviz.data.panel import Panel, PanelInfo, Step
from vaeviz.errors import RegionError
from vaeviz.escape import plain
from vaeviz.synthesis.draw import Drawn, Floats
from vaeviz.synthesis.generators import GENERATORS, GeneratorFacts
from vaeviz.synthesis.region import Region

if TYPE_CHECKING:
    from vaeviz.config import Generator, SimulateConfig
    from vaeviz.training.model import TrainedModel

DECIMALS = 6
NOT_ANONYMOUS = (
    "These people do not exist, but the cohort is not anonymous: it carries no formal privacy "
    "guarantee. Share it only as the source data may be shared."
)
INDEPENDENT_SITES = (
    "The model draws sites independently given the latent position: fine-scale LD and haplotypes "
    "are not reproduced."
)
COPIES = (
    "NOT PRIVATE: the mosaic copies stretches of real people's haplotypes exactly. Treat the "
    "cohort as you treat the real genotypes."
)
NOT_CHECKED = (
    "No map was given, so nobody was checked against the region: give the map in which the region "
    "was chosen (--map)."
)


@dataclasses.dataclass(frozen=True)
class Cohort:
    """Synthetic people and where they came from.

    Attributes
    ----------
    panel : Panel
        Genotypes at the model's sites, nothing missing; `info.synthetic` is True.
    latent : DataFrame, one row a person
        Columns of `TrainedModel.embed` of the map for the drawn genotypes, encoded again like
        real ones, and, where the map itself drew them, latent_1_drawn ... (mean of both
        haplotypes). Without a map, only sample, labels and split.
    warnings : list of str
    region : Region
    donors : int64 array
        Members around whom people were drawn: those whom the model does not hold out, so that the
        others stay a fair comparison; everybody where too few would be left.
    config : SimulateConfig
        As used: the generator is filled in.
    share_inside : float
        Share of the people whose genotypes encode into the region again; NaN without a map.
    acceptance : float
        People kept over candidates drawn.
    n_tried : int
        Candidates drawn.
    local_ancestry : int8 array, shape of `panel.counts`, or None
        Part of the region (place in `region.parts`) that every allele is from.
    """

    panel: Panel
    latent: pd.DataFrame
    warnings: list[str]
    region: Region
    donors: NDArray[np.int64]
    config: SimulateConfig
    share_inside: float
    acceptance: float = 1.0
    n_tried: int = 0
    local_ancestry: NDArray[np.int8] | None = None

    @property
    def generator(self) -> Generator:
        """The generator that drew the cohort."""
        assert self.config.generator is not None
        return self.config.generator

    @property
    def facts(self) -> GeneratorFacts:
        """What the generator keeps and leaks."""
        return GENERATORS[self.generator]


def synthetic_panel(
    drawn: Drawn,
    ploidy: int,
    model: TrainedModel,
    panel: Panel,
    region: Region,
    config: SimulateConfig,
) -> Panel:
    """Drawn genotypes as a panel that says what it is."""
    n = drawn.n_rows // (2 if ploidy == 1 else 1)
    samples = _sample_table(n, region, config)
    if drawn.latents is not None:
        samples = samples.join(positions_table(drawn.latents, "latent_{}"))
    info = _info(n, model, panel, region, config)
    return Panel.create(drawn.counts, ploidy, samples, model.sites, info)


def _sample_table(n: int, region: Region, config: SimulateConfig) -> pd.DataFrame:
    width = max(4, len(str(config.n)))
    return pd.DataFrame(
        {
            "sample": [f"{config.prefix}{k + 1:0{width}d}" for k in range(n)],
            "population": region.name,
            "superpopulation": np.nan,
            "synthetic": True,
        }
    )


def _info(
    n: int, model: TrainedModel, panel: Panel, region: Region, config: SimulateConfig
) -> PanelInfo:
    source = panel.info
    where = plain(region.name, 100)
    origin = "simulated" if source.simulated or model.info.simulated else "real"
    description = (
        f"SYNTHETIC people drawn from the region {where!r} ({region.kind}, {len(region.members)} "
        f"{origin} people) with model {model.digest[:16]}, generator {config.generator}, "
        f"temperature {config.temperature:g}, seed {config.seed}. {NOT_ANONYMOUS}"
    )
    step = Step(
        what=f"drew {n} synthetic people",
        sites_before=panel.n_sites,
        sites_after=len(model.sites),
        samples_before=panel.n_samples,
        samples_after=n,
    )
    return PanelInfo.make(
        name=f"synthetic from {plain(source.name, 200)} (SYNTHETIC)",
        description=description,
        species=source.species,
        build=model.info.build,
        simulated=source.simulated or model.info.simulated,
        synthetic=True,
        citations=source.citations,
        steps=(*source.steps, step),
    )


def positions_table(latents: Floats, name: str) -> pd.DataFrame:
    """Drawn latent of each person, one column a dimension.

    Rounded, so that the last bits, which follow the number of threads, do not show in digests.
    """
    positions = np.round(latents.mean(1), DECIMALS)
    columns = [name.format(k + 1) for k in range(positions.shape[1])]
    return pd.DataFrame(positions, columns=columns)


def labelled(synthetic: Panel, drawn: Drawn, map_model: TrainedModel, panel: Panel) -> Panel:
    """The synthetic panel with the donors' labels, where the map reads labels."""
    level = map_model.config.condition
    if level is None or level not in panel.samples:
        return synthetic
    told = panel.samples[level].to_numpy(object)[drawn.donors]
    return synthetic.with_samples(synthetic.samples.assign(**{level: told}))


def latent_table(
    map_model: TrainedModel | None, drawn: Drawn, synthetic: Panel, panel: Panel
) -> pd.DataFrame:
    """Positions in the map, or only who is there where there is none."""
    if map_model is None:
        table = synthetic.samples[["sample", "population", "superpopulation"]].copy()
    else:
        table = map_model.embed(labelled(synthetic, drawn, map_model, panel))
        names = ["population", "superpopulation"]
        table[names] = synthetic.samples[names]
    table["split"] = "synthetic"
    if drawn.latents is None:
        return table
    return table.join(positions_table(drawn.latents, "latent_{}_drawn"))


def tract_table(cohort: Cohort) -> pd.DataFrame:
    """True ancestry of a mixture or path, one row a tract.

    Columns sample, haplotype (1, 2), chrom, start_bp, end_bp (positions of the tract's first and
    last site), source.

    Raises
    ------
    RegionError
        The region is of one piece, or the generator blends ancestries.
    """
    if cohort.local_ancestry is None:
        raise RegionError(
            "This cohort has no tracts of ancestry.",
            "Draw a mixture or a path with a generator of haplotypes (neighbour-walk, "
            "autoregressive, mosaic).",
        )
    sites, part = cohort.panel.sites, cohort.local_ancestry
    chrom = pd.factorize(sites["chrom"])[0]
    begins = np.ones(part.shape, bool)
    begins[:, 1:] = (part[:, 1:] != part[:, :-1]) | (chrom[1:] != chrom[:-1])
    row, first = np.nonzero(begins)
    last = np.where(np.diff(row, append=-1) == 0, np.append(first[1:], 0), part.shape[1]) - 1
    names = np.array([p.name for p in cohort.region.parts], object)
    pos = sites["pos"].to_numpy()
    return pd.DataFrame(
        {
            "sample": cohort.panel.sample_ids[row // 2],
            "haplotype": row % 2 + 1,
            "chrom": sites["chrom"].to_numpy(object)[first],
            "start_bp": pos[first],
            "end_bp": pos[last],
            "source": names[part[row, first]],
        }
    )


def cohort_warnings(
    model: TrainedModel, panel: Panel, donors: Region, config: SimulateConfig, checked: bool
) -> list[str]:
    """What to keep in mind about a cohort, whatever it turns out to be."""
    split = model.split_of(panel)[donors.members]
    n_members, n_train = len(donors.members), int((split == "train").sum())
    warnings = [
        f"Drawn around {n_members} people of the region; {n_train} of them trained the model."
    ]
    if config.n > n_train:
        warnings.append(
            f"{config.n} people were asked for and the region holds {n_train} training people: "
            "what can be learned about them grows with the number drawn."
        )
    if model.config.condition is not None and config.generator != "mosaic":
        warnings.append("Each person is decoded with the label of one member of the region.")
    if config.generator in ("global", "gaussian"):
        warnings.append(INDEPENDENT_SITES)
    if config.generator == "mosaic":
        warnings.append(COPIES)
    if not checked:
        warnings.append(NOT_CHECKED)
    return [*warnings, NOT_ANONYMOUS]
