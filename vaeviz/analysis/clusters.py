"""Groups of people on a map as Gaussians, and how Gaussian they are.

A group's covariance is that of Ledoit and Wolf (2004, J. Multivar. Anal. 88:365): shrunk towards
the same variance in every direction, by as much as few people make necessary.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MIN_DRAWN = 5
"""People under which a group gets no Gaussian at all."""

MIN_TESTED = 10
PEOPLE_PER_DIMENSION = 3
ALPHA = 0.05

NO_VERDICT = "too few people"
NOT_REJECTED = "Gaussian not rejected"
REJECTED = "not Gaussian"


@dataclasses.dataclass(frozen=True, eq=False)
class Gaussian:
    """A group of people, or a component of a mixture, as mean and covariance.

    Attributes
    ----------
    label : str
    n : float
        People; the weight of a mixture's component times all people.
    mean : float64 array, shape (n_dimensions,)
    covariance : float64 array, shape (n_dimensions, n_dimensions)
    shrinkage : float
        Weight of the equal variances in the covariance, 0 to 1; 0 for a mixture's component.
    """

    label: str
    n: float
    mean: Floats
    covariance: Floats
    shrinkage: float = 0.0

    def squared_distances(self, points: Floats) -> Floats:
        """Squared Mahalanobis distances of points (n, n_dimensions), shape (n,)."""
        apart = points - self.mean
        return np.einsum("ij,jk,ik->i", apart, np.linalg.pinv(self.covariance), apart)


@dataclasses.dataclass(frozen=True)
class Mardia:
    """Mardia's two tests of multivariate normality.

    Attributes
    ----------
    skewness, kurtosis : float
        b_1 (0 of a Gaussian) and b_2 less its expectation (0 of a Gaussian; above: heavy tails).
    p_skewness, p_kurtosis : float
    """

    skewness: float
    p_skewness: float
    kurtosis: float
    p_kurtosis: float


def least_people(n_dimensions: int) -> int:
    """People a group must have before it is tested or its outliers are sought."""
    return max(MIN_TESTED, PEOPLE_PER_DIMENSION * n_dimensions)


def gaussians(points: Floats, labels: NDArray[np.object_]) -> list[Gaussian]:
    """One Gaussian a group of at least `MIN_DRAWN` people, in the order of the labels.

    Parameters
    ----------
    points
        Coordinates, shape (n, n_dimensions).
    labels
        One label a point.
    """
    members = {str(g): points[labels == g] for g in sorted(set(labels), key=str)}
    return [_gaussian(name, inside) for name, inside in members.items() if len(inside) >= MIN_DRAWN]


def _gaussian(label: str, points: Floats) -> Gaussian:
    from sklearn.covariance import ledoit_wolf

    covariance, shrinkage = ledoit_wolf(points)
    return Gaussian(label, len(points), points.mean(axis=0), covariance, float(shrinkage))


def mardia(points: Floats) -> Mardia:
    """Mardia's skewness and kurtosis with p-values.

    Mardia 1970, Biometrika 57:519, for the measures; Mardia 1974, Sankhya B 36:115, for the
    correction of skewness in small samples and the exact mean and variance of kurtosis.

    Parameters
    ----------
    points
        Shape (n, d), more than d + 1 points that lie in no hyperplane.
    """
    from scipy.stats import chi2, norm

    n, d = points.shape
    apart = points - points.mean(axis=0)
    products = apart @ np.linalg.pinv(apart.T @ apart / n) @ apart.T
    skewness = float((products**3).mean())
    kurtosis = float((np.diag(products) ** 2).mean())
    correction = (d + 1) * (n + 1) * (n + 3) / (n * ((n + 1) * (d + 1) - 6))
    p_skewness = chi2.sf(n * correction * skewness / 6, d * (d + 1) * (d + 2) / 6)
    expected = d * (d + 2) * (n - 1) / (n + 1)
    variance = 8 * d * (d + 2) * (n - 3) * (n - d - 1) * (n - d + 1)
    variance /= (n + 1) ** 2 * (n + 3) * (n + 5)
    p_kurtosis = 2 * norm.sf(abs(kurtosis - expected) / np.sqrt(variance))
    return Mardia(skewness, float(p_skewness), kurtosis - expected, float(p_kurtosis))


def cluster_table(points: Floats, labels: NDArray[np.object_]) -> pd.DataFrame:
    """Each group as a Gaussian, and whether Mardia's tests reject that it is one.

    Parameters
    ----------
    points
        Coordinates, shape (n, n_dimensions).
    labels
        One label a point.

    Returns
    -------
    DataFrame
        group, n_people, verdict, p_adjusted (the smaller of the two p-values, times two, then
        Holm's correction over all groups tested), skewness, p_skewness, excess_kurtosis,
        p_kurtosis, sd (root of the mean variance over dimensions), shrinkage. Groups of fewer
        than `least_people` get no test: a small sample rejects nothing.
    """
    found = {g.label: g for g in gaussians(points, labels)}
    members = {str(name): points[labels == name] for name in sorted(set(labels), key=str)}
    tests = pd.DataFrame([_tested(inside) for inside in members.values()])
    adjusted = holm(2 * tests[["p_skewness", "p_kurtosis"]].min(axis=1).to_numpy())
    table = pd.DataFrame(
        {
            "group": list(members),
            "n_people": [len(inside) for inside in members.values()],
            "verdict": [
                NO_VERDICT if np.isnan(p) else REJECTED if p < ALPHA else NOT_REJECTED
                for p in adjusted
            ],
            "p_adjusted": adjusted,
        }
    ).join(tests)
    variance = {n: np.trace(g.covariance) / points.shape[1] for n, g in found.items()}
    table["sd"] = np.sqrt(table["group"].map(variance))
    table["shrinkage"] = table["group"].map({n: g.shrinkage for n, g in found.items()})
    return table


def _tested(points: Floats) -> dict[str, float]:
    columns = ("skewness", "p_skewness", "excess_kurtosis", "p_kurtosis")
    n, d = points.shape
    if n < least_people(d) or np.linalg.matrix_rank(points - points.mean(axis=0)) < d:
        return dict.fromkeys(columns, np.nan)
    return dict(zip(columns, dataclasses.astuple(mardia(points)), strict=True))


def holm(p_values: Floats) -> Floats:
    """P-values corrected for their number (Holm 1979, Scand. J. Stat. 6:65); NaN stays NaN."""
    adjusted = np.full(len(p_values), np.nan)
    known = np.flatnonzero(np.isfinite(p_values))
    order = known[np.argsort(p_values[known])]
    steps = p_values[order] * np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return adjusted
