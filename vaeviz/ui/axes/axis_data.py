"""What the Axes page computes from the open panel and model, each remembered by content digest."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vaeviz.data.panel import Panel
from vaeviz.ui import derived
from vaeviz.ui.cache import remembered

if TYPE_CHECKING:
    from vaeviz.analysis.axes import Surroundings
    from vaeviz.training.model import TrainedModel

TOP_SITES = 20


@dataclasses.dataclass(frozen=True, eq=False)
class Axis:
    """An axis, the latent point from which it is looked at, and the label the decoder is given.

    Attributes
    ----------
    index : int
        From 0.
    sd : float
        Standard deviation of the latent means along it.
    start : float64 array, shape (n_latent,)
    condition : str or None
        None for a model without a condition.
    """

    index: int
    sd: float
    start: NDArray[np.float64]
    condition: str | None

    @property
    def name(self) -> str:
        """'latent 1' for the first."""
        return f"latent {self.index + 1}"

    @property
    def key(self) -> tuple[object, ...]:
        """What results at the start point depend on besides panel and model."""
        return (self.index, self.condition, *(float(x) for x in self.start))


def rows_table(model: TrainedModel, panel: Panel) -> pd.DataFrame:
    """Latent table with a row for each row of the model: people or haplotypes."""
    return derived.embedding(model, panel, model.config.rows == "haplotype")


def means(table: pd.DataFrame) -> NDArray[np.float64]:
    """Latent means of a latent table, shape (n_rows, n_latent)."""
    return table.filter(regex=r"^latent_\d+_mean$").to_numpy(float)


def labels(panel: Panel, table: pd.DataFrame, by: str) -> NDArray[np.object_]:
    """The label of every row of a latent table."""
    by_sample = dict(zip(panel.sample_ids, panel.labels(by), strict=True))
    return np.array([by_sample[s] for s in table["sample"]], object)


def axes(model: TrainedModel, panel: Panel) -> pd.DataFrame:
    """`analysis.axes.axis_table` of everybody in the panel."""

    def compute() -> pd.DataFrame:
        from vaeviz.analysis.axes import axis_table

        encoding = model.encode(panel)
        return axis_table(encoding.mean, encoding.sd, derived.kl_nats(model, panel))

    return remembered("axis_table", (model.digest, panel.digest), compute)


def effects(model: TrainedModel, axis: Axis) -> pd.DataFrame:
    """`analysis.axes.site_effects` at the start point."""

    def compute() -> pd.DataFrame:
        from vaeviz.analysis.axes import site_effects

        return site_effects(model, axis.start, axis.index, axis.sd, axis.condition)

    return remembered("site_effects", (model.digest,), compute, (*axis.key, axis.sd))


def top_sites(model: TrainedModel, panel: Panel, axis: Axis, by: str) -> pd.DataFrame:
    """The sites that move most at the start point, with each group's observed frequency."""

    def compute() -> pd.DataFrame:
        from vaeviz.analysis.axes import observed_frequencies
        from vaeviz.analysis.axes import top_sites as find

        frequencies = remembered(
            "observed_frequencies",
            (model.digest, panel.digest),
            lambda: observed_frequencies(model, panel, by),
            (by,),
        )
        return find(effects(model, axis), frequencies, TOP_SITES)

    return remembered("top_sites", (model.digest, panel.digest), compute, (*axis.key, axis.sd, by))


def surroundings(model: TrainedModel, panel: Panel) -> Surroundings:
    """`analysis.axes.Surroundings` of everybody in the panel."""

    def compute() -> Surroundings:
        from vaeviz.analysis.axes import Surroundings

        return Surroundings.of(means(rows_table(model, panel)))

    return remembered("surroundings", (model.digest, panel.digest), compute)
