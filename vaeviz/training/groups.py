"""How far a person is from groups of training people, and from the lines between two of them."""

from __future__ import annotations

import dataclasses
from typing import Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
RIDGE = 0.1
"""Share of the mean variance mixed into the pooled covariance, so that it can be inverted."""
QUANTILE, MARGIN = 0.98, 1.1
MIN_GAIN = 9.0
"""Least gain of a line between two groups over the nearest group: three standard deviations."""
MIN_SPREAD = 0.5


@dataclasses.dataclass(frozen=True)
class Places:
    """Where people are, a row each; distances are about 1 for a group's own people.

    Attributes
    ----------
    nearest : float64, shape (n_samples, n_classes)
        To every group, along the differences between groups: root mean square over these
        directions, in standard deviations within groups, divided by the group's spread.
    outside : float64, shape (n_samples,)
        The same along all other directions, where groups do not differ.
    line : float64, shape (n_samples,)
        Like `nearest`, to the closest point of the closest line between two groups.
    gain : float64, shape (n_samples,)
        By how many squared standard deviations that line is closer than the nearest group.
    """

    nearest: Floats
    outside: Floats
    line: Floats
    gain: Floats


@dataclasses.dataclass(frozen=True)
class CutOffs:
    """Values of `Places` beyond which a person is unlike the held-out people."""

    nearest: float
    outside: float
    gain: float


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
        groups = cls(means, (1 - RIDGE) * covariance + ridge, np.ones(len(counts)))
        own = groups.places(scores).nearest[np.arange(len(codes)), codes] ** 2
        # The mean of n people is closer to them than to the next person.
        own = own * (counts / (counts - 1))[codes]
        spread = np.sqrt(np.bincount(codes, own) / counts)
        return dataclasses.replace(groups, spread=np.maximum(spread, MIN_SPREAD))

    def usable(self) -> bool:
        """Whether the covariance is one and the spreads are positive (of a file)."""
        from scipy.linalg import LinAlgError, cholesky

        try:
            cholesky(self.covariance, lower=True)
        except LinAlgError:
            return False
        return bool((self.spread > 0).all())

    def places(self, scores: Floats) -> Places:
        """Distances to groups and to the lines between them."""
        means, people, outside = self._directions(scores)
        rank = means.shape[1]
        to_means, between = _squared(people, means), _squared(means, means)
        nearest = np.sqrt(to_means / rank) / self.spread
        line, gain = nearest.min(axis=1), np.zeros(len(scores))
        for i, row in enumerate(to_means):
            squared = _closest_line(row, between, self.spread)
            line[i] = min(line[i], np.sqrt(squared / rank))
            gain[i] = max(0.0, float((row / self.spread**2).min()) - squared)
        return Places(nearest, outside, line, gain)

    def _directions(self, scores: Floats) -> tuple[Floats, Floats, Floats]:
        """Group means and people along the whitened directions in which groups differ.

        Also the root mean square distance from the centre along all other directions.
        """
        from scipy.linalg import cholesky, solve_triangular

        root = cholesky(self.covariance, lower=True)
        centre = self.means.mean(axis=0)
        means, people = (
            solve_triangular(root, (x - centre).T, lower=True).T for x in (self.means, scores)
        )
        _, size, axes = np.linalg.svd(means, full_matrices=False)
        axes = axes[: max(int((size > 1e-6 * size[0]).sum()), 1)]
        inside = people @ axes.T
        n_other = people.shape[1] - len(axes)
        other = np.maximum((people**2).sum(axis=1) - (inside**2).sum(axis=1), 0.0)
        return means @ axes.T, inside, np.sqrt(other / max(n_other, 1))


def _closest_line(row: Floats, between: Floats, spread: Floats) -> float:
    """Squared distance of a person to the closest line between two groups, over the spread there.

    By Stewart's theorem: at the share t of the way from A to B,
    d^2 = (1 - t) d_A^2 + t d_B^2 - t (1 - t) |AB|^2.
    """
    first, second = np.triu_indices(len(row), 1)
    a, b, ab = row[first], row[second], np.maximum(between[first, second], 1e-12)
    t = np.clip((a - b + ab) / (2 * ab), 0.0, 1.0)
    squared = np.maximum((1 - t) * a + t * b - t * (1 - t) * ab, 0.0)
    there = (1 - t) * spread[first] + t * spread[second]
    return float((squared / there**2).min())


def _squared(a: Floats, b: Floats) -> Floats:
    cross = (a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1) - 2 * a @ b.T
    return np.maximum(cross, 0.0)


def cut_offs(places: Places) -> CutOffs:
    """What few held-out people exceed: a high quantile, which one mislabelled person moves little.

    Distances get a margin on top, because the people are few.
    """
    nearest, outside, gain = (
        float(np.quantile(x, QUANTILE))
        for x in (places.nearest.min(axis=1), places.outside, places.gain)
    )
    return CutOffs(
        nearest=max(MARGIN * nearest, MIN_SPREAD),
        outside=max(MARGIN * outside, MIN_SPREAD),
        gain=max(gain, MIN_GAIN),
    )
