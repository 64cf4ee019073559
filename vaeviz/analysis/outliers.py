"""People far from their own group on a map, by its Gaussian without them."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vaeviz.analysis.clusters import ALPHA, Floats, gaussians, least_people

ROUNDS = 20
"""The core of a group is refitted at most so often; a handful is enough."""


def outlier_table(
    points: Floats, labels: NDArray[np.object_], sample_ids: NDArray[np.object_], seed: int = 1
) -> pd.DataFrame:
    """How far each person is from the group that the label names.

    The distance is to mean and covariance of the group's core without that person, so that
    nobody hides behind a covariance stretched by oneself. The core starts as the half that the
    minimum covariance determinant finds (Rousseeuw and Van Driessen 1999, Technometrics 41:212),
    so that outliers side by side do not hide each other either, and takes in everybody who fits
    it (p above .05 / people) until it stays the same. The squared distance is Hotelling's T2,
    whose p-value a multiple of F gives exactly for a Gaussian of few people (Anderson 2003, An
    Introduction to Multivariate Statistical Analysis, 5.2); for many people that is the chi2 with
    as many degrees of freedom as dimensions.

    Parameters
    ----------
    points
        Coordinates, shape (n, n_dimensions).
    labels
        One label a point.
    sample_ids
        One ID a point.
    seed
        Of the search for cores.

    Returns
    -------
    DataFrame
        sample, group, distance (Mahalanobis), p, q (Benjamini and Hochberg 1995, over everybody
        judged), outlier (q under .05), nearest_other (the other group whose Gaussian is nearest),
        distance_to_other, nearer_other (it is nearer than the own group); the farthest first.
        People of groups under `least_people` come last and are not judged.
    """
    table = pd.DataFrame({"sample": sample_ids, "group": labels.astype(str)})
    table["distance"], table["p"] = np.nan, np.nan
    for rows in table.groupby("group", sort=False).indices.values():
        found = _own_distances(points[rows], seed)
        if found is not None:
            table.loc[rows, "distance"], table.loc[rows, "p"] = found
    table["q"] = _false_discovery(table["p"].to_numpy())
    table["outlier"] = table["q"] < ALPHA
    others, distances = _nearest_other(points, table["group"].to_numpy(object))
    table["nearest_other"], table["distance_to_other"] = others, distances
    table["nearer_other"] = table["distance_to_other"] < table["distance"]
    return table.sort_values(["p", "distance"], ascending=[True, False], ignore_index=True)


def _own_distances(points: Floats, seed: int) -> tuple[Floats, Floats] | None:
    """Distance and p-value of every point from the others; None for too few points."""
    from sklearn.covariance import MinCovDet

    n, d = points.shape
    if n < least_people(d) or np.linalg.matrix_rank(points - points.mean(axis=0)) < d:
        return None
    core = MinCovDet(random_state=seed).fit(points).support_
    for _ in range(ROUNDS):
        squared, p = _distances_from(points, core)
        inside = p > ALPHA / n
        if (inside == core).all():
            break
        core = inside
    return np.sqrt(squared), p


def _distances_from(points: Floats, core: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Squared distance and p-value of each point from the core without it.

    What leaving a point out does to mean and covariance is known in closed form (Sherman and
    Morrison's formula).
    """
    from scipy.stats import f

    m, d = int(core.sum()), points.shape[1]
    apart = points - points[core].mean(axis=0)
    scatter = np.linalg.pinv(apart[core].T @ apart[core])
    leverage = np.einsum("ij,jk,ik->i", apart, scatter, apart)
    ratio = m / (m - 1)
    alone = np.maximum(1 - ratio * leverage, 1e-9)
    squared = np.where(core, (m - 2) * ratio**2 * leverage / alone, (m - 1) * leverage)
    others = np.where(core, m - 1, m)
    hotelling = squared * others / (others + 1) * (others - d) / (d * (others - 1))
    return squared, f.sf(hotelling, d, others - d)


def _false_discovery(p_values: Floats) -> Floats:
    from scipy.stats import false_discovery_control

    q = np.full(len(p_values), np.nan)
    known = np.isfinite(p_values)
    if known.any():
        q[known] = false_discovery_control(p_values[known])
    return q


def _nearest_other(
    points: Floats, groups: NDArray[np.object_]
) -> tuple[NDArray[np.object_], Floats]:
    """The nearest Gaussian of another group, and the Mahalanobis distance to it."""
    found = gaussians(points, groups)
    if not found:
        return np.full(len(points), "", object), np.full(len(points), np.nan)
    squared = np.stack([g.squared_distances(points) for g in found], axis=1)
    names = np.array([g.label for g in found], object)
    squared[groups[:, None] == names[None, :]] = np.inf
    best = squared.argmin(axis=1)
    distance = np.sqrt(squared[np.arange(len(points)), best])
    none = ~np.isfinite(distance)
    return np.where(none, "", names[best]), np.where(none, np.nan, distance)
