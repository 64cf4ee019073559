"""What the map of people is drawn from: coordinates of everybody, and what is wanted of them."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pandas as pd

from vaeviz.data.panel import LEVELS, Panel
from vaeviz.ui import derived

if TYPE_CHECKING:
    from vaeviz.training.model import TrainedModel

N_COMPONENTS = 10
LATENT = "latent"


@dataclasses.dataclass(frozen=True)
class Coordinates:
    """A table of coordinates, one row a person, what to call it, and what it was made from."""

    table: pd.DataFrame
    columns: tuple[str, ...]
    name: str
    caption: str
    digests: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class View:
    """What the user wants to see."""

    axes: tuple[str, ...]
    colour_by: str
    show_sd: bool
    beside: bool
    regions: str
    lasso: bool = True
    kept: bool = False


def latent_coordinates(model: TrainedModel, panel: Panel) -> Coordinates:
    """Posterior means of everybody, with the standard deviations beside them."""
    table = derived.embedding(model, panel)
    columns = tuple(c for c in table.columns if str(c).endswith("_mean"))
    overlap = model.align(panel).report.overlap
    note = f"model {model.digest[:8]}"
    if overlap < 1:
        note += f", {overlap:.0%} of its sites in this panel"
    if model.config.bottleneck == "vq":
        note += ", people who share a codebook entry share a mark"
    digests = (model.digest, panel.digest)
    return Coordinates(table, columns, LATENT, _caption(panel, note), digests)


def pca_coordinates(panel: Panel) -> Coordinates:
    """Principal components of everybody, with the panel's labels beside them."""
    n_components = min(N_COMPONENTS, panel.n_samples - 1, panel.n_sites)
    scores = derived.components(panel, n_components)
    columns = tuple(c for c in scores.columns if c != "sample")
    labels = panel.samples[["sample", *LEVELS]]
    table = labels.merge(scores[["sample", *columns]], on="sample", how="left")
    return Coordinates(table, columns, "PCA", _caption(panel, "PCA"), (panel.digest,))


def _caption(panel: Panel, note: str) -> str:
    from vaeviz.figures.chart import panel_caption

    return panel_caption(panel, note)
