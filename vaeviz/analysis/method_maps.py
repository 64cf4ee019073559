"""The maps that are compared: every method fitted on the same people, with the same input."""

from __future__ import annotations

import dataclasses
import time
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vaeviz.analysis.embedding import pca_table, tsne_table, umap_table
from vaeviz.analysis.evaluation_report import TITLES, Method
from vaeviz.data.panel import Panel
from vaeviz.errors import PanelError
from vaeviz.training.split import TRAIN

if TYPE_CHECKING:
    from vaeviz.training.model import TrainedModel

MANY_COMPONENTS = 20
N_COMPONENTS = 50
UMAP_NEIGHBOURS, UMAP_MIN_DIST = 15, 0.1
TSNE_PERPLEXITY = 30.0


@dataclasses.dataclass(frozen=True, eq=False)
class MethodMap:
    """Where one method puts everybody: points (n_samples, n_dimensions), and how it was made."""

    name: Method
    title: str
    points: NDArray[np.float64]
    settings: dict[str, float | int | str]
    seconds: float

    def columns(self) -> dict[str, NDArray[np.float64]]:
        """Coordinates by column name: 'umap_1', 'umap_2', ..."""
        return {f"{self.name}_{i + 1}": self.points[:, i] for i in range(self.points.shape[1])}


@dataclasses.dataclass(frozen=True, eq=False)
class MapInput:
    """What maps are made from.

    Attributes
    ----------
    model, panel
    split : object, shape (n_samples,)
        Part of each person in the model's training: every method is fitted on 'train' alone.
    scores : DataFrame
        sample, PC1, PC2, ...: cross-fitted for training people, projected for everybody else.
    seed : int
        Of UMAP and t-SNE.
    """

    model: TrainedModel
    panel: Panel
    split: NDArray[np.object_]
    scores: pd.DataFrame
    seed: int

    @property
    def train(self) -> NDArray[np.bool_]:
        """The model's training people, shape (n_samples,)."""
        return np.asarray(self.split == TRAIN, bool)

    @property
    def held_out_part(self) -> Literal["test", "new"]:
        """Whom figures are of: test people, or new ones where there are no test people."""
        return "test" if (self.split == "test").any() else "new"

    @property
    def held_out(self) -> NDArray[np.bool_]:
        """The people of `held_out_part`, shape (n_samples,)."""
        return np.asarray(self.split == self.held_out_part, bool)


def honest_scores(model: TrainedModel, panel: Panel) -> pd.DataFrame:
    """Principal components for all methods: sample, PC1, ... ; see `TrainedModel.scores`.

    A model that reads no components gets components of the panel, fitted on the model's training
    people.
    """
    if model.config.shape != "global":
        train = model.split_of(panel) == TRAIN
        return pca_table(panel, N_COMPONENTS, train=train, seed=model.train_config.seed)
    scores = model.scores(panel).astype(float)
    columns = {f"PC{i + 1}": scores[:, i] for i in range(scores.shape[1])}
    return pd.DataFrame({"sample": panel.sample_ids, **columns})


def make_map(name: Method, given: MapInput) -> MethodMap:
    """Where a method puts everybody.

    Raises
    ------
    PanelError
        Too few people to fit on, or the model has no map.
    """
    started = time.monotonic()
    points, settings = _MAKERS[name](given)
    title = f"{TITLES[name]} {points.shape[1]}-D" if name != "pca20" else f"PCA {points.shape[1]}-D"
    return MethodMap(name, title, points, settings, time.monotonic() - started)


MethodSettings = dict[str, float | int | str]
_Made = tuple[NDArray[np.float64], MethodSettings]


def _vae(given: MapInput) -> _Made:
    if not given.model.is_map:
        raise PanelError(
            "The model reads windows and has no one latent place for a person.",
            "Choose or train a map model.",
        )
    table = given.model.embed(given.panel)
    columns = [c for c in table.columns if str(c).endswith("_mean")]
    config = given.model.train_config
    return table[columns].to_numpy(float), {"seed": config.seed, "rows": config.rows}


def _pca(given: MapInput) -> _Made:
    return _first_components(given, given.model.config.n_latent)


def _pca20(given: MapInput) -> _Made:
    return _first_components(given, MANY_COMPONENTS)


def _first_components(given: MapInput, n: int) -> _Made:
    points = given.scores.drop(columns="sample").to_numpy(float)[:, :n]
    return points, {"scores": "cross-fitted"}


def _umap(given: MapInput) -> _Made:
    settings: MethodSettings = {"n_neighbors": UMAP_NEIGHBOURS, "min_dist": UMAP_MIN_DIST}
    table = umap_table(given.scores, given.seed, UMAP_NEIGHBOURS, UMAP_MIN_DIST, given.train)
    return _layout(table), {**settings, **_fitted_with(given)}


def _tsne(given: MapInput) -> _Made:
    table = tsne_table(given.scores, given.seed, TSNE_PERPLEXITY, given.train)
    return _layout(table), {"perplexity": TSNE_PERPLEXITY, **_fitted_with(given)}


def _layout(table: pd.DataFrame) -> NDArray[np.float64]:
    return table.drop(columns="sample").to_numpy(float)


def _fitted_with(given: MapInput) -> MethodSettings:
    """What UMAP and t-SNE have in common: components read, start and seed."""
    width = given.scores.shape[1] - 1
    return {"components": width, "start": "first two components", "seed": given.seed}


_MAKERS = {"vae": _vae, "pca": _pca, "pca20": _pca20, "umap": _umap, "tsne": _tsne}
