"""The generators: what each keeps and leaks, which model each needs, and how to make one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from vaeviz.config import Generator, SimulateConfig
from vaeviz.data.panel import Panel
from vaeviz.errors import ModelError
from vaeviz.synthesis.draw import Drawer
from vaeviz.synthesis.region import Region

if TYPE_CHECKING:
    from vaeviz.training.model import TrainedModel


class GeneratorFacts(NamedTuple):
    """What a user should know before choosing a generator.

    Attributes
    ----------
    title : str
    keeps, leaks : str
        A sentence each.
    needs : 'sequence', 'autoregressive', 'map' or 'phased'
        A windowed model of haplotypes; an autoregressive one; a model with one latent a row;
        any model, but a phased panel.
    train : str
        Options of the train command that make such a model.
    """

    title: str
    keeps: str
    leaks: str
    needs: str
    train: str


GENERATORS: dict[Generator, GeneratorFacts] = {
    "neighbour-walk": GeneratorFacts(
        "Neighbour walk",
        "Keeps allele frequencies, heterozygosity, structure, and linkage within and between "
        "windows.",
        "Every window is drawn around the mean of some twenty real haplotypes that are alike "
        "there; none is anybody's. Leaks more about small regions and large cohorts.",
        "sequence",
        "--purpose sequence",
    ),
    "gaussian": GeneratorFacts(
        "Gaussian",
        "Keeps where the region lies on the map and roughly its allele frequencies.",
        "The most private: only a mean and a covariance of the region are used. Linkage between "
        "sites is lost.",
        "map",
        "--purpose map",
    ),
    "autoregressive": GeneratorFacts(
        "Autoregressive decoder",
        "Keeps linkage at the shortest distances too: every allele is drawn given those before.",
        "As the neighbour walk; better with many people in the region, worse with few.",
        "autoregressive",
        "--purpose sequence --autoregressive on",
    ),
    "mosaic": GeneratorFacts(
        "Mosaic of real haplotypes",
        "Keeps everything that recombination keeps: linkage is true.",
        "NOT PRIVATE: every stretch is an exact copy of a real person's haplotype.",
        "phased",
        "--purpose map",
    ),
    "global": GeneratorFacts(
        "Map, sites drawn independently",
        "Keeps where people lie on the map, and allele frequencies there; works without phase.",
        "Close to the members' positions and to nothing finer. Linkage and haplotypes are lost.",
        "map",
        "--purpose map",
    ),
}


def default_generator(panel: Panel) -> Generator:
    """The generator recommended for a panel: the neighbour walk where there is phase."""
    return "neighbour-walk" if panel.phased else "global"


def fitting_generator(model: TrainedModel) -> Generator:
    """The generator that a model's shape serves."""
    if model.is_map:
        return "global"
    return "autoregressive" if model.config.autoregressive else "neighbour-walk"


def recommended(model: TrainedModel, panel: Panel) -> Generator:
    """What a sequence model serves; for maps the panel's default, which may need another model."""
    return default_generator(panel) if model.is_map else fitting_generator(model)


def check_fits(generator: Generator, model: TrainedModel, panel: Panel) -> None:
    """Refuse a model without the shape that a generator needs.

    Raises
    ------
    ModelError
        Says what is needed and the command that trains it.
    """
    facts = GENERATORS[generator]
    if facts.needs == "map":
        fits, needed = model.is_map, "a map (one latent a row: the global or hybrid shape)"
    elif facts.needs == "phased":
        fits, needed = panel.phased, "phased genotypes"
    else:
        fits, needed = _is_sequence(model, facts.needs), f"a {facts.needs} model of haplotypes"
    if fits:
        return
    if facts.needs != "map" and not panel.phased:
        raise ModelError(
            f"The generator {generator!r} copies haplotypes, and this panel is unphased.",
            "Use --generator global with a map, or phase the genotypes first.",
        )
    raise ModelError(
        f"The generator {generator!r} needs {needed}; this is {_described(model)}.",
        f"Train one: python -m vaeviz train PANEL {facts.train} -o model.vaeviz",
    )


def _is_sequence(model: TrainedModel, needs: str) -> bool:
    config = model.config
    if config.shape != "windowed" or config.rows != "haplotype":
        return False
    return config.autoregressive == (needs == "autoregressive")


def _described(model: TrainedModel) -> str:
    config = model.config
    rows = "haplotypes" if config.rows == "haplotype" else "persons"
    if model.is_map:
        return f"a map of {rows} (shape {config.shape})"
    kind = "an autoregressive sequence" if config.autoregressive else "a sequence"
    return f"{kind} model of {rows} with {config.n_windows:,} windows"


def make_drawer(
    model: TrainedModel, panel: Panel, donors: Region, config: SimulateConfig
) -> Drawer:
    """The drawer of `config.generator`, fitted to the donors."""
    if config.generator in ("neighbour-walk", "autoregressive"):
        from vaeviz.synthesis.walk import WalkDrawer

        return WalkDrawer(model, panel, donors, config)
    if config.generator == "mosaic":
        from vaeviz.synthesis.mosaic import MosaicDrawer

        return MosaicDrawer(model, panel, donors, config)
    from vaeviz.synthesis.decoding import LatentSource, MapDrawer, Posteriors

    encoding = model.encode(panel)
    posteriors = Posteriors.of_rows(encoding.mean, encoding.sd, panel.n_samples)
    return MapDrawer(model, LatentSource(posteriors, donors, config), model.condition_of(panel))


def latent_positions(model: TrainedModel, panel: Panel) -> np.ndarray:
    """Where a map puts people: float64, (n_samples, n_latent), mean over both haplotypes."""
    mean = model.encode(panel).mean
    return mean.reshape(panel.n_samples, -1, mean.shape[1]).mean(1)
