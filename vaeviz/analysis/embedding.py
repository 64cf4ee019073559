"""Maps of people without a neural network: principal components, UMAP, t-SNE."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vaeviz.data.panel import Panel
from vaeviz.errors import PanelError

MIN_LAYOUT_SAMPLES = 10


def pca_table(
    panel: Panel,
    n_components: int = 10,
    train: NDArray[np.bool_] | None = None,
    seed: int = 1,
) -> pd.DataFrame:
    """Principal components of dosages, one row a sample.

    Patterson scaling (Patterson et al. 2006, eq. 3), as everywhere in the project.

    Parameters
    ----------
    panel : Panel
    n_components : int
        Fewer come back when samples or sites do not suffice.
    train : bool, shape (n_samples,), optional
        Samples to fit on; the others are projected, and the scores of the fitted ones are
        cross-fitted so that both are comparable. Default: all, with their plain scores.
    seed : int
        Of the cross-fitting folds.

    Returns
    -------
    DataFrame
        sample, PC1, PC2, ...; `attrs["explained"]` lists each component's share of the variance
        (0..1).

    Raises
    ------
    ModelError
        Fewer than three samples to fit on, or nothing varies among them.
    """
    from vaeviz.training.components import fit_components

    counts = panel.as_dosages().counts
    rows = np.arange(len(counts)) if train is None else np.flatnonzero(train)
    # Plain scores need no folds: one group of everybody is one fold, which is not cross-fitted.
    groups = np.zeros(len(counts), np.int64) if train is None else None
    components = fit_components(counts, 2, rows, n_components, seed, groups)
    scores = components.scores(counts) if train is None else components.all_scores(counts)
    table = pd.DataFrame(
        scores.astype(float), columns=[f"PC{i + 1}" for i in range(components.n_components)]
    )
    table.insert(0, "sample", panel.sample_ids)
    table.attrs["explained"] = [float(x) for x in components.explained]
    return table


def umap_table(
    coordinates: pd.DataFrame,
    seed: int = 42,
    n_neighbors: int = 15,
    min_dist: float = 0.1,
    train: NDArray[np.bool_] | None = None,
) -> pd.DataFrame:
    """UMAP of principal components or latent means; call it in a job process only.

    Distances between clusters of a UMAP mean nothing. numba, which it runs on, must not be
    called from several threads of a server. It starts from the first two columns, as Kobak and
    Linderman (2021, Nature Biotechnology 39:156) advise: that keeps more of the distances, and
    UMAP's own start heeds no seed where neighbourhoods fall into islands.

    Parameters
    ----------
    coordinates : DataFrame
        sample and numeric columns, as from `pca_table`.
    seed : int
    n_neighbors, min_dist
        As in umap-learn; `n_neighbors` is cut to the number of other samples.
    train : bool, shape (n_samples,), optional
        Samples to fit on; each of the others is placed by `transform`, which moves nobody else.
        Default: all.

    Returns
    -------
    DataFrame
        sample, UMAP1, UMAP2.

    Raises
    ------
    PanelError
        Fewer than ten samples to fit on.
    """
    values, fitted = _to_fit(coordinates, train, "UMAP")
    import umap

    reducer = umap.UMAP(
        n_neighbors=min(n_neighbors, int(fitted.sum()) - 1),
        min_dist=min_dist,
        init=values[fitted, :2] if values.shape[1] > 1 else "random",
        random_state=seed,
        transform_seed=seed,
        n_jobs=1,
    )
    layout = np.empty((len(values), 2))
    layout[fitted] = reducer.fit_transform(values[fitted])
    if not fitted.all():
        layout[~fitted] = reducer.transform(values[~fitted])
    return _layout_table(coordinates, layout, "UMAP")


def tsne_table(
    coordinates: pd.DataFrame,
    seed: int = 42,
    perplexity: float = 30.0,
    train: NDArray[np.bool_] | None = None,
) -> pd.DataFrame:
    """t-SNE of principal components by openTSNE; call it in a job process only.

    Started from their principal components (Kobak & Berens 2019, Nature Communications 10:5416).
    Sizes of clusters and distances between them mean nothing.

    Parameters
    ----------
    coordinates, seed, train
        As in `umap_table`.
    perplexity : float
        Cut to a third of the other samples.

    Returns
    -------
    DataFrame
        sample, tSNE1, tSNE2.

    Raises
    ------
    PanelError
        Fewer than ten samples to fit on.
    """
    values, fitted = _to_fit(coordinates, train, "t-SNE")
    import openTSNE

    reducer = openTSNE.TSNE(
        perplexity=min(perplexity, (int(fitted.sum()) - 1) / 3), random_state=seed, n_jobs=1
    )
    fit = reducer.fit(values[fitted])
    layout = np.empty((len(values), 2))
    if not fitted.all():
        layout[~fitted] = np.asarray(fit.transform(values[~fitted]))
    layout[fitted] = np.asarray(fit)  # read last: `transform` shifts the fitted points, too
    return _layout_table(coordinates, layout, "tSNE")


def _to_fit(
    coordinates: pd.DataFrame, train: NDArray[np.bool_] | None, what: str
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Values of all samples, and which of them to fit on."""
    fitted = np.ones(len(coordinates), bool) if train is None else np.asarray(train, bool)
    if fitted.sum() < MIN_LAYOUT_SAMPLES:
        raise PanelError(
            f"{what} needs at least {MIN_LAYOUT_SAMPLES} samples; there are {int(fitted.sum())}.",
            "Use principal components instead.",
        )
    values = coordinates.drop(columns="sample").select_dtypes("number").to_numpy(np.float32)
    return values, fitted


def _layout_table(
    coordinates: pd.DataFrame, layout: NDArray[np.float64], name: str
) -> pd.DataFrame:
    columns = {f"{name}{i + 1}": layout[:, i] for i in range(2)}
    return pd.DataFrame({"sample": coordinates["sample"].to_numpy(), **columns})
