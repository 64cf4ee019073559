"""What is measured: panels, methods, seeds; and the record of one measurement."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from pydantic import Field

from benchmarks.measure import data_file
from vaeviz.config import FilterConfig, Settings, TrainConfig

SEEDS = (1, 2, 3)
FRESH_SEEDS = (101, 102, 103)
"""Splits that nobody looked at while settings were chosen; for the reference alone."""
HAPMAP = "hapmap3"
PANELS = (HAPMAP, "human-array", "canid", "grid")
HAPMAP_FILE = "hapmap3.bed"
FILTERS = FilterConfig(autosomes=True, maf=0.01)
"""Of HapMap3; the built-in panels are taken as they are."""

REFERENCE = "vae-2"
"""The method whose model the others are judged with: its split, its scores."""
QUICK_EPOCHS = 3
DRAWN = ("vae-2", "pca-2", "umap")
PLACES = "grid"
"""The panel whose people come from places of their own."""


class Method(Settings):
    """A way to place people.

    Attributes
    ----------
    training : settings of a VAE beside the defaults; empty for methods without a network
    layout, width, cross_fitted : of the others: what is made of the components, how many
        dimensions, and whether components are cross-fitted
    panels : where it is run
    """

    title: str
    training: dict[str, int | bool | str] = {}
    layout: Literal["none", "umap", "tsne"] = "none"
    width: int = 2
    cross_fitted: bool = True
    panels: tuple[str, ...] = PANELS


METHODS: dict[str, Method] = {
    "vae-2": Method(title="**VAE map 2-D**", training={"n_latent": 2}),
    "vae-3": Method(title="VAE map 3-D", training={"n_latent": 3}),
    "vae-8": Method(title="VAE map 8-D", training={"n_latent": 8}),
    "plain-2": Method(title="plain VAE 2-D", training={"n_latent": 2, "geometry": False}),
    "pca-2": Method(title="PCA 2-D"),
    "pca-20": Method(title="PCA 20-D", width=20),
    "umap-raw": Method(title="UMAP 2-D, raw components", layout="umap", cross_fitted=False),
    "umap": Method(title="UMAP 2-D, cross-fitted components", layout="umap"),
    "tsne": Method(title="t-SNE 2-D, cross-fitted components", layout="tsne"),
    "conditional-population": Method(
        title="conditional on population", training={"condition": "population"}, panels=(HAPMAP,)
    ),
    "conditional-superpopulation": Method(
        title="conditional on superpopulation",
        training={"condition": "superpopulation"},
        panels=(HAPMAP,),
    ),
}
"""In the order in which they run: the reference first."""


class Task(Settings):
    """One measurement; `folder` holds the prepared panel, models and points."""

    panel: str
    method: str
    seed: int
    folder: str
    epochs: int | None = None

    def file(self, suffix: str) -> Path:
        """One of its files."""
        return Path(self.folder) / f"{self.panel}.{self.method}.{self.seed}{suffix}"

    def panel_ref(self) -> str | Path:
        """What the catalogue opens: the prepared panel, or the built-in one."""
        prepared = Path(self.folder) / f"{self.panel}.vcz"
        return prepared if prepared.exists() else self.panel

    def methods(self) -> list[str]:
        """Methods that run on its panel."""
        return [name for name, method in METHODS.items() if self.panel in method.panels]

    def config(self) -> TrainConfig:
        """Settings of training: the defaults, on a 70/10/20 split of the seed's own."""
        values: dict[str, object] = {**METHODS[self.method].training}
        if self.epochs is not None:
            values["epochs"] = self.epochs
        split = {"train_fraction": 0.7, "validation_fraction": 0.1}
        return TrainConfig.make(seed=self.seed, device="cpu", **split, **values)


class Cost(Settings):
    """What a fit took.

    Attributes
    ----------
    cpu_s : processor seconds of the fit
    peak_mb : largest resident set of the process up to its end
    whole_cpu_s, whole_peak_mb : with the held-out figures and classifiers of a model's file
    load : load average of the machine
    """

    cpu_s: float
    peak_mb: float
    whole_cpu_s: float
    whole_peak_mb: float
    load: float


class Record(Settings):
    """What was measured.

    Attributes
    ----------
    held_out : rows of the test people
    figures : held-out figures by name; None where one means nothing
    points : first two coordinates of everybody, of the methods that are drawn
    """

    panel: str
    method: str
    seed: int
    n_train: int
    held_out: list[int]
    cost: Cost
    figures: dict[str, float | None]
    points: list[tuple[float, float]] = Field(default_factory=list)


def panels_here(wanted: Iterable[str] = PANELS) -> list[str]:
    """The panels that can be measured on this machine."""
    return [p for p in wanted if p != HAPMAP or data_file(HAPMAP_FILE) is not None]


def tasks(
    panels: Iterable[str], seeds: Iterable[int], folder: str, epochs: int | None
) -> list[Task]:
    """All measurements, the reference of a panel and seed before what is judged with its model.

    Of `FRESH_SEEDS` the reference alone.
    """
    return [
        Task(panel=panel, method=method, seed=seed, folder=folder, epochs=epochs)
        for panel in panels
        for seed in seeds
        for method, settings in METHODS.items()
        if panel in settings.panels and (seed not in FRESH_SEEDS or method == REFERENCE)
    ]
