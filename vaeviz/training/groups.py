"""How far a person is from groups of training people, and from the lines between two of them."""

from __future__ import annotations

import dataclasses
from typing import Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
RIDGE = 0.1
"""Share of the mean variance mixed into the pooled covariance, so that it can be inverted."""
Z_CUT = 3.5
"""Robust standard deviations above the median at which a held-out person counts as far."""
GAIN_QUANTILE = 0.98
MIN_GAIN = 9.0
"""Least gain of a line between two groups over the nearest group: three standard deviations."""


@dataclasses.dataclass(frozen=True)
class Places:
    """Where people are, a row each.

    Attributes
    ----------
    nearest : float64, shape (n_samples, n_classes)
        Root mean square distance over components, in standard deviations within groups, divided
        by the spread of the group: about 1 for its own people.
    line : float64, shape (n_samples,)
        The same to the closest point of the closest line between two groups.
    gain : float64, shape (n_samples,)
        By how many squared standard deviations that line is closer than the nearest group.
    """

    nearest: Floats
    line: Floats
    gain: Floats


@dataclasses.dataclass(frozen=True)
class Groups:
    """Means of groups of training people in component scores, and their common covariance.

    Attributes
    ----------
    means : float64, shape (n_classes, n_components)
    covariance : float64, shape (n_components, n_components)
        Pooled within classes, with a ridge: positive definite.
    spread : float64, shape (n_classes,)
        Root mean square distance of a class's own people.
    """

    means: Floats
    covariance: Floats
    spread: Floats

    @classmethod
    def fit(cls, scores: Floats, codes: NDArray[np.int64]) -> Self:
        """Groups of training people; every class of `codes` has at least two."""
        counts = np.bincount(codes)
        means = np.stack([scores[codes == k].mean(axis=0) for k in range(len(counts))])
        rest = scores - means[codes]
        covariance = rest.T @ rest / max(len(scores) - len(counts), 1)
        width = len(covariance)
        ridge = RIDGE * max(float(np.trace(covariance)) / width, 1e-9) * np.eye(width)
        covariance = (1 - RIDGE) * covariance + ridge
        groups = cls(means, covariance, np.ones(len(counts)))
        squared = groups.squared(scores)[np.arange(len(codes)), codes]
        # The mean of n people is closer to them than to the next person.
        squared = squared * (counts / (counts - 1))[codes]
        spread = np.sqrt(np.bincount(codes, squared) / counts / width)
        return dataclasses.replace(groups, spread=np.maximum(spread, 0.5))

    def usable(self) -> bool:
        """Whether the covariance is one and the spreads are positive (of a file)."""
        from scipy.linalg import LinAlgError, cholesky

        try:
            cholesky(self.covariance, lower=True)
        except LinAlgError:
            return False
        return bool((self.spread > 0).all())

    def squared(self, scores: Floats) -> Floats:
        """Squared Mahalanobis distance to every mean: (n_samples, n_classes)."""
        return _squared(self._white(scores), self._white(self.means))

    def _white(self, scores: Floats) -> Floats:
        from scipy.linalg import cholesky, solve_triangular

        root = cholesky(self.covariance, lower=True)
        white: Floats = solve_triangular(root, scores.T, lower=True).T
        return white

    def places(self, scores: Floats) -> Places:
        """Distances to groups and to the lines between them."""
        width = scores.shape[1]
        to_means = self.squared(scores)
        nearest = np.sqrt(to_means / width) / self.spread
        line, gain = nearest.min(axis=1), np.zeros(len(scores))
        if len(self.means) > 1:
            between = self.squared(self.means)
            for i, row in enumerate(to_means):
                squared, spread = _closest_line(row, between, self.spread)
                line[i] = min(line[i], np.sqrt(squared / width) / spread)
                gain[i] = max(0.0, float((row / self.spread**2).min() - squared / spread**2))
        return Places(nearest, line, gain)


def _closest_line(row: Floats, between: Floats, spread: Floats) -> tuple[float, float]:
    """Squared distance of a person to the closest line, and the spread there.

    By Stewart's theorem: at the share t of the way from A to B,
    d^2 = (1 - t) d_A^2 + t d_B^2 - t (1 - t) |AB|^2.
    """
    first, second = np.triu_indices(len(row), 1)
    a, b, ab = row[first], row[second], np.maximum(between[first, second], 1e-12)
    t = np.clip((a - b + ab) / (2 * ab), 0.0, 1.0)
    squared = np.maximum((1 - t) * a + t * b - t * (1 - t) * ab, 0.0)
    there = (1 - t) * spread[first] + t * spread[second]
    best = int((squared / there**2).argmin())
    return float(squared[best]), float(there[best])


def _squared(a: Floats, b: Floats) -> Floats:
    cross = (a**2).sum(1)[:, None] + (b**2).sum(1) - 2 * a @ b.T
    return np.maximum(cross, 0.0)


def cut_offs(places: Places) -> tuple[float, float]:
    """Distance and gain beyond which a person is unlike the held-out people of `places`.

    The distance by median and median absolute deviation of its logarithm: one mislabelled person
    among the held-out ones moves it little. The gain, whose tail holds the people of admixed
    groups, by a quantile.
    """
    distance = np.log(np.maximum(places.nearest.min(axis=1), 1e-9))
    middle = float(np.median(distance))
    scale = 1.4826 * float(np.median(np.abs(distance - middle)))
    gain = float(np.quantile(places.gain, GAIN_QUANTILE))
    return float(np.exp(middle + Z_CUT * scale)), max(gain, MIN_GAIN)
