"""What a map of people is judged by, on plain tables: clusters, distances, places, neighbours.

Every function raises `PanelError` with the reason where its figure means nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vaeviz.data.panel import UNLABELLED
from vaeviz.errors import PanelError

if TYPE_CHECKING:
    import pandas as pd

MIN_GROUPS = 3
"""Populations below which distances between them have no order worth a correlation."""

MIN_PLACES = 3
N_NEIGHBOURS = 15

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


def cluster_scores(points: ArrayLike, labels: ArrayLike) -> dict[str, float]:
    """How tight and how far apart the labels' clouds are.

    Parameters
    ----------
    points : float, shape (n_samples, n_dimensions)
    labels : str, shape (n_samples,)
        `UNLABELLED` samples and labels of a single sample are left out.

    Returns
    -------
    dict
        silhouette (-1..1; Rousseeuw 1987), calinski_harabasz (0 and up; 1974), davies_bouldin
        (0 and up, lower is better; 1979), all by scikit-learn.
    """
    from sklearn import metrics

    values, names = np.asarray(points, float), np.asarray(labels, object).astype(str)
    sizes = {name: int((names == name).sum()) for name in np.unique(names)}
    used = np.array([sizes[name] > 1 and name != UNLABELLED for name in names], bool)
    n_labels = len(set(names[used]))
    if n_labels < 2:
        raise PanelError(
            f"{n_labels} labels have two or more people here; clusters need at least two.",
            "Score more people.",
        )
    values, names = values[used], names[used]
    return {
        "silhouette": float(metrics.silhouette_score(values, names)),
        "calinski_harabasz": float(metrics.calinski_harabasz_score(values, names)),
        "davies_bouldin": float(metrics.davies_bouldin_score(values, names)),
    }


def distance_rho(
    points: ArrayLike, labels: ArrayLike, fst: pd.DataFrame
) -> tuple[float, float, float, int]:
    """Spearman correlation of distances between populations' centroids with their Fst.

    Parameters
    ----------
    points : float, shape (n_samples, n_dimensions)
    labels : str, shape (n_samples,)
    fst : DataFrame, shape (n_groups, n_groups)
        As from `hudson_fst_matrix`; groups without a sample here are left out.

    Returns
    -------
    rho, low end, high end, number of populations
        The ends are a 95 % interval by the jackknife over populations (NaN under four of them):
        pairs of populations are not independent, populations more nearly are.
    """
    values, names = np.asarray(points, float), np.asarray(labels, object)
    groups = [g for g in fst.index if g != UNLABELLED and (names == g).any()]
    if len(groups) < MIN_GROUPS:
        raise PanelError(
            f"{len(groups)} populations are in both parts; distances need at least {MIN_GROUPS}.",
            "Use a panel with more populations.",
        )
    centroids = np.stack([values[names == g].mean(0) for g in groups])
    truth = fst.loc[groups, groups].to_numpy(float)
    rho = _rank_correlation(centroids, truth)
    if not np.isfinite(rho):
        raise PanelError("All distances are equal, or Fst is not known.", "Use more sites.")
    low, high = _jackknife(centroids, truth, rho)
    return rho, low, high, len(groups)


def _rank_correlation(centroids: Floats, truth: Floats) -> float:
    from scipy.spatial.distance import pdist
    from scipy.stats import spearmanr

    distance, pairs = pdist(centroids), truth[np.triu_indices(len(truth), 1)]
    known = np.isfinite(pairs)
    if known.sum() < MIN_GROUPS or np.ptp(distance[known]) == 0 or np.ptp(pairs[known]) == 0:
        return float("nan")
    return float(spearmanr(distance[known], pairs[known]).statistic)


def _jackknife(centroids: Floats, truth: Floats, rho: float) -> tuple[float, float]:
    """Interval rho -+ 1.96 standard errors, one population left out at a time.

    Efron & Stein 1981, Annals of Statistics 9:586.
    """
    n = len(centroids)
    kept = [np.delete(np.arange(n), i) for i in range(n)]
    without = np.array([_rank_correlation(centroids[k], truth[np.ix_(k, k)]) for k in kept])
    if not np.isfinite(without).all():
        return float("nan"), float("nan")
    half = 1.96 * np.sqrt((n - 1) / n * ((without - without.mean()) ** 2).sum())
    return float(max(rho - half, -1.0)), float(min(rho + half, 1.0))


def flat_places(latitude: ArrayLike, longitude: ArrayLike) -> Floats:
    """Places on a plane whose unit is a degree of latitude: shape (n_samples, 2), x and y.

    The circle of longitudes is cut in its largest empty stretch, so that people on both sides
    of the antimeridian stay together, and shortened by the cosine of the mean latitude. NaN
    where one of both is absent.
    """
    y, x = np.asarray(latitude, float), np.asarray(longitude, float)
    known = np.isfinite(x) & np.isfinite(y)
    flat = np.full((len(x), 2), np.nan)
    if not known.any():
        return flat
    around = np.unique(x[known] % 360.0)
    gaps = np.diff(np.append(around, around[0] + 360.0))
    start = around[(int(gaps.argmax()) + 1) % len(around)]
    flat[known, 0] = ((x[known] - start) % 360.0) * np.cos(np.radians(y[known].mean()))
    flat[known, 1] = y[known]
    return flat


def procrustes_correlation(points: ArrayLike, places: Floats) -> tuple[float, int]:
    """How well the map, moved, turned, mirrored and scaled, lies on the places; and of how many.

    t = sqrt(1 - D) with D the Procrustes distance of both tables, each scaled to size 1 (Wang et
    al. 2010, Stat Appl Genet Mol Biol 9:13). Dimensions beyond two meet zeros and count against.
    """
    from scipy.spatial import procrustes

    values, known = np.asarray(points, float), np.isfinite(places).all(1)
    _check_places(places[known])
    if np.ptp(values[known], axis=0).max() == 0:
        raise PanelError("All people lie at one point of the map.", "")
    width = max(values.shape[1], 2)
    tables = [np.pad(t, ((0, 0), (0, width - t.shape[1]))) for t in (values[known], places[known])]
    disparity = procrustes(tables[1], tables[0])[2]
    return float(np.sqrt(max(1.0 - disparity, 0.0))), int(known.sum())


def place_r2(
    points: ArrayLike, places: Floats, train: Flags, test: Flags
) -> tuple[float, float, int]:
    """Share of the variance of longitude and latitude that a linear map of the points explains.

    Fitted on training people, scored on test people, so it can be negative.

    Returns
    -------
    R2 of longitude, R2 of latitude, number of test people
        NaN where the test people do not differ in it.
    """
    from sklearn.linear_model import LinearRegression

    values, known = np.asarray(points, float), np.isfinite(places).all(1)
    fit, asked = train & known, test & known
    _check_places(places[fit])
    if asked.sum() < 2:
        raise PanelError(f"{int(asked.sum())} held-out people have a place; two are needed.", "")
    found = LinearRegression().fit(values[fit], places[fit]).predict(values[asked])
    wrong = ((places[asked] - found) ** 2).sum(0)
    total = ((places[asked] - places[asked].mean(0)) ** 2).sum(0)
    r2 = np.where(total > 0, 1 - wrong / np.maximum(total, 1e-300), np.nan)
    return float(r2[0]), float(r2[1]), int(asked.sum())


def _check_places(places: Floats) -> None:
    n_places = len(np.unique(places, axis=0))
    if n_places < MIN_PLACES:
        raise PanelError(
            f"People come from {n_places} places; at least {MIN_PLACES} are needed.",
            "Give latitude and longitude in the sample sheet.",
        )


def neighbours_kept(
    reference: ArrayLike, points: ArrayLike, asked: Flags, k: int = N_NEIGHBOURS
) -> tuple[float, int]:
    """Share of a person's k nearest people in `reference` that are among the k on the map.

    Mean over the people asked about, with everybody as possible neighbour; and k, which is cut
    in small panels. Chance is about k / n_samples.
    """
    from sklearn.neighbors import NearestNeighbors

    k = min(k, (len(asked) - 1) // 2)
    if k < 1 or not asked.any():
        raise PanelError("There are too few people to have neighbours.", "")
    tables = (np.asarray(reference, float), np.asarray(points, float))
    true, found = (
        NearestNeighbors(n_neighbors=k).fit(t).kneighbors(return_distance=False)[asked]
        for t in tables
    )
    shared = [len(np.intersect1d(a, b)) for a, b in zip(true, found, strict=True)]
    return float(np.mean(shared) / k), k


def trust(reference: ArrayLike, points: ArrayLike, k: int = N_NEIGHBOURS) -> float:
    """Trustworthiness (Venna & Kaski 2001) by scikit-learn: 1 where no neighbour is false."""
    from sklearn.manifold import trustworthiness

    n = len(np.asarray(points))
    k = min(k, (n - 1) // 2)
    if k < 1 or 2 * n - 3 * k - 1 <= 0:
        raise PanelError(f"{n} held-out people are too few to have neighbours.", "")
    return float(trustworthiness(np.asarray(reference), np.asarray(points), n_neighbors=k))
