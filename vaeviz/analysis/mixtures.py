"""How many Gaussians the people on a map are, found without their labels."""

from __future__ import annotations

import dataclasses
import warnings
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vaeviz.analysis.clusters import Floats, Gaussian

if TYPE_CHECKING:
    from sklearn.mixture import GaussianMixture

COVARIANCES = ("full", "tied", "diag")
"""Kinds of covariance: one a component, one for all, or one a component along the axes."""

PEOPLE_PER_COMPONENT = 10
MOST_COMPONENTS = 20


@dataclasses.dataclass(frozen=True, eq=False)
class Mixture:
    """The Gaussian mixture with the least BIC.

    Attributes
    ----------
    fits : DataFrame
        covariance, n_components, bic, converged, bic_above_best; the best first.
    component : int64 array, shape (n,)
        Component each person belongs to, from 1, the largest first.
    gaussians : tuple of Gaussian
        The components, in that order.
    """

    fits: pd.DataFrame
    component: NDArray[np.int64]
    gaussians: tuple[Gaussian, ...]


def fit_mixture(points: Floats, max_components: int, seed: int = 1) -> Mixture:
    """Fit 1 to `max_components` Gaussians, three kinds of covariance, and keep the least BIC.

    BIC = parameters x ln n - 2 ln likelihood (Schwarz 1978); by scikit-learn's GaussianMixture.
    A curved or heavy-tailed cluster takes several components, so they are not populations.

    Parameters
    ----------
    points
        Coordinates, shape (n, n_dimensions).
    max_components
        Cut to a tenth of the people.
    seed
        Of the starts (k-means).
    """
    spread = points.std(axis=0)
    scale = np.where(spread > 0, spread, 1.0)
    models = _models(points / scale, largest_mixture(len(points), max_components), seed)
    fits = pd.DataFrame(
        {
            "covariance": [m.covariance_type for m in models],
            "n_components": [m.n_components for m in models],
            "bic": [m.bic(points / scale) for m in models],
            "converged": [bool(m.converged_) for m in models],
        }
    )
    best = models[int(fits["bic"].idxmin())]
    order = np.argsort(-best.weights_, kind="stable")
    place = np.argsort(order) + 1
    fits["bic_above_best"] = fits["bic"] - fits["bic"].min()
    return Mixture(
        fits.sort_values("bic", ignore_index=True),
        place[best.predict(points / scale)],
        _components(best, order, scale, len(points)),
    )


def largest_mixture(n_people: int, max_components: int) -> int:
    """Most components that are tried: a tenth of the people, at least one."""
    return max(1, min(max_components, MOST_COMPONENTS, n_people // PEOPLE_PER_COMPONENT))


def agreement(component: NDArray[np.int64], labels: NDArray[np.object_]) -> float:
    """Adjusted Rand index of components and labels: 1 the same parts, 0 as by chance.

    Hubert and Arabie 1985, J. Classif. 2:193.
    """
    from sklearn.metrics import adjusted_rand_score

    return float(adjusted_rand_score(labels.astype(str), component))


def _models(points: Floats, most: int, seed: int) -> list[GaussianMixture]:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.mixture import GaussianMixture

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the table tells it
        return [
            GaussianMixture(k, covariance_type=kind, random_state=seed).fit(points)
            for kind in COVARIANCES
            for k in range(1, most + 1)
        ]


def _components(
    mixture: GaussianMixture, order: NDArray[np.int64], scale: Floats, n: int
) -> tuple[Gaussian, ...]:
    covariances = mixture.covariances_
    if mixture.covariance_type == "tied":
        covariances = np.broadcast_to(covariances, (len(order), *covariances.shape))
    elif mixture.covariance_type == "diag":
        covariances = np.stack([np.diag(c) for c in covariances])
    return tuple(
        Gaussian(
            f"component {place}",
            float(mixture.weights_[c] * n),
            mixture.means_[c] * scale,
            covariances[c] * np.outer(scale, scale),
        )
        for place, c in enumerate(order, start=1)
    )
