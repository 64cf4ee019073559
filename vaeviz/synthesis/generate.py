"""Synthetic cohorts: people drawn around the members of a region of latent space."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vaeviz.data.panel import Panel, PanelInfo, Step
from vaeviz.errors import ModelError
from vaeviz.escape import plain
from vaeviz.synthesis.draw import LatentSource, Posteriors, draw_genotypes, person_generator
from vaeviz.synthesis.inside import share_inside
from vaeviz.synthesis.region import Region, check_size

if TYPE_CHECKING:
    from vaeviz.config import SimulateConfig
    from vaeviz.training.model import TrainedModel

DECIMALS = 6
BLOCK_PEOPLE = 32
"""People decoded at a time; bounds memory and changes nothing else."""

NOT_ANONYMOUS = (
    "These people do not exist, but the cohort is not anonymous: it carries no formal privacy "
    "guarantee. Share it only as the source data may be shared."
)
INDEPENDENT_SITES = (
    "The model draws sites independently given the latent position: fine-scale LD and haplotypes "
    "are not reproduced."
)


@dataclasses.dataclass(frozen=True)
class Cohort:
    """Synthetic people and where they came from.

    Attributes
    ----------
    panel : Panel
        Genotypes at the model's sites, nothing missing; `info.synthetic` is True.
    latent : DataFrame, one row a person
        Columns of `TrainedModel.embed` for the drawn genotypes, encoded again like real ones,
        and latent_1_drawn ... as drawn (mean of both haplotypes).
    warnings : list of str
    region : Region
    donors : int64 array
        Members around whom people were drawn: those whom the model does not hold out, so that the
        others stay a fair comparison; everybody where too few would be left.
    config : SimulateConfig
    share_inside : float
        Share of the people whose genotypes encode into the region again.
    """

    panel: Panel
    latent: pd.DataFrame
    warnings: list[str]
    region: Region
    donors: NDArray[np.int64]
    config: SimulateConfig
    share_inside: float


def generate(
    model: TrainedModel,
    panel: Panel,
    region: Region,
    config: SimulateConfig,
    block_people: int = BLOCK_PEOPLE,
) -> Cohort:
    """Draw a synthetic cohort.

    Parameters
    ----------
    model : TrainedModel
    panel : Panel
        The panel whose people the region names.
    region : Region
    config : SimulateConfig
        Number, source, temperature (0: no latent noise), seed, prefix of the IDs.
    block_people : int
        People decoded at a time; the same seed gives the same people at any value.

    Returns
    -------
    Cohort
        Phased where the model reads haplotypes: both of a person follow the same member.

    Raises
    ------
    RegionError
        The region holds too few people.
    ModelError
        Model and panel share too few sites, or the model is no map.

    Notes
    -----
    'posterior': a member at random, z ~ N(mean, (temperature x sd)^2). 'gaussian': one Gaussian
    over the region, its standard deviation times temperature. A path: evenly spaced points
    between the mean positions of its ends, with the noise of the posteriors.
    """
    if not model.is_map:
        raise ModelError(
            f"Cohorts are drawn from a map; this model is a sequence model with "
            f"{model.config.n_windows:,} windows, each with a latent of its own.",
            "Train a map (the global or hybrid shape), and draw from that.",
        )
    warnings = check_size(region, config.allow_small)
    encoding = model.encode(panel)
    posteriors = Posteriors.of_rows(encoding.mean, encoding.sd, panel.n_samples)
    held_out = np.isin(model.split_of(panel).astype(str), ("test", "validation"))
    donors = region.without(held_out)
    source = LatentSource(posteriors, donors, config)
    labels = model.condition_of(panel)
    counts, drawn = _draw_people(model, source, labels, config, block_people)
    synthetic = Panel.create(
        counts,
        1 if model.config.rows == "haplotype" else 2,
        _sample_table(drawn, region, config),
        model.sites,
        _info(model, panel, region, config),
    )
    latent = _latent_table(model, synthetic, drawn)
    encoded = latent[[f"latent_{k + 1}_mean" for k in range(model.config.n_latent)]]
    inside = share_inside(encoded.to_numpy(), posteriors.mean[region.members].mean(1))
    warnings += _warnings(model, panel, donors, config)
    return Cohort(synthetic, latent, warnings, region, donors.members, config, inside)


def _draw_people(
    model: TrainedModel,
    source: LatentSource,
    labels: list[str] | None,
    config: SimulateConfig,
    block_people: int,
) -> tuple[NDArray[np.int8], NDArray[np.float64]]:
    """Genotypes (n_rows, n_sites) and latents (n, rows_per_sample, n_latent)."""
    rows_per_sample = source.posteriors.mean.shape[1]
    counts, drawn = [], []
    for start in range(0, config.n, block_people):
        people = range(start, min(start + block_people, config.n))
        generators = [person_generator(config.seed, person) for person in people]
        points = [source.draw(p, rng) for p, rng in zip(people, generators, strict=True)]
        latents = np.stack([latent for latent, _ in points])
        condition = None
        if labels is not None:
            members = np.repeat([member for _, member in points], rows_per_sample)
            condition = [labels[rows_per_sample * member] for member in members]
        counts.append(draw_genotypes(model, latents, condition, generators))
        drawn.append(latents)
    return np.concatenate(counts), np.concatenate(drawn)


def _sample_table(
    drawn: NDArray[np.float64], region: Region, config: SimulateConfig
) -> pd.DataFrame:
    width = max(4, len(str(config.n)))
    table = pd.DataFrame(
        {
            "sample": [f"{config.prefix}{k + 1:0{width}d}" for k in range(config.n)],
            "population": region.name,
            "superpopulation": np.nan,
            "synthetic": True,
        }
    )
    return table.join(_positions(drawn, "latent_{}"))


def _info(model: TrainedModel, panel: Panel, region: Region, config: SimulateConfig) -> PanelInfo:
    source = panel.info
    where = plain(region.name, 100)
    origin = "simulated" if source.simulated or model.info.simulated else "real"
    description = (
        f"SYNTHETIC people drawn from the region {where!r} ({region.kind}, {len(region.members)} "
        f"{origin} people) with model {model.digest[:16]}, source {config.source}, temperature "
        f"{config.temperature:g}, seed {config.seed}. {NOT_ANONYMOUS}"
    )
    step = Step(
        what=f"drew {config.n} synthetic people",
        sites_before=panel.n_sites,
        sites_after=len(model.sites),
        samples_before=panel.n_samples,
        samples_after=config.n,
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


def _latent_table(
    model: TrainedModel, synthetic: Panel, drawn: NDArray[np.float64]
) -> pd.DataFrame:
    table = model.embed(synthetic)
    table["split"] = "synthetic"
    return table.join(_positions(drawn, "latent_{}_drawn"))


def _positions(drawn: NDArray[np.float64], name: str) -> pd.DataFrame:
    """Drawn latent of each person, one column a dimension.

    Rounded, so that the last bits, which follow the number of threads, do not show in digests.
    """
    positions = np.round(drawn.mean(1), DECIMALS)
    columns = [name.format(k + 1) for k in range(positions.shape[1])]
    return pd.DataFrame(positions, columns=columns)


def _warnings(
    model: TrainedModel, panel: Panel, donors: Region, config: SimulateConfig
) -> list[str]:
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
    if model.config.condition is not None and config.source == "gaussian":
        warnings.append("Each person is decoded with the label of a random member of the region.")
    return [*warnings, INDEPENDENT_SITES, NOT_ANONYMOUS]
