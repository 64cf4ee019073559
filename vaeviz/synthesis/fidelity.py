"""How far two sets of people differ: frequencies, diversity, distances, places on the PCs."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
from numpy.typing import NDArray

from vaeviz.synthesis.neighbours import mismatch
from vaeviz.synthesis.people import Floats, People, filled

SFS_BINS = 20
PCS = 6
DIRECTIONS = 100
HOLDING = 0.7
"""A component on which held-out people spread by less than this share of those whom it was fitted
to describes those alone: it would put any two other sets of people in one place."""
FITTED_PEOPLE = 1_500
"""Training people whom principal components are fitted to, at most: bounds time and memory."""


def frequency_agreement(a: People, b: People) -> tuple[float, float]:
    """Pearson correlation and root mean square difference of ALT frequencies over sites."""
    x, y = a.frequencies, b.frequencies
    seen = np.isfinite(x) & np.isfinite(y)
    rmse = float(np.sqrt(np.mean((x[seen] - y[seen]) ** 2))) if seen.any() else math.nan
    if seen.sum() < 2 or not (np.ptp(x[seen]) and np.ptp(y[seen])):
        return math.nan, rmse
    return float(np.corrcoef(x[seen], y[seen])[0, 1]), rmse


def heterozygosity_agreement(a: People, b: People) -> tuple[float, float]:
    """Ratio of mean heterozygosities and Kolmogorov-Smirnov distance of people's."""
    from scipy.stats import ks_2samp

    x, y = (h[np.isfinite(h)] for h in (a.heterozygosity, b.heterozygosity))
    if not (len(x) and len(y) and y.mean()):
        return math.nan, math.nan
    return float(x.mean() / y.mean()), float(ks_2samp(x, y, method="asymp").statistic)


def spectrum(people: People) -> Floats:
    """Share of sites by minor-allele frequency in bins of .05, fixed sites too; the last is .5."""
    frequency = people.frequencies[np.isfinite(people.frequencies)]
    minor = np.minimum(frequency, 1 - frequency)
    # A count that falls on the edge of a bin belongs above it, whatever rounding says.
    index = np.floor(minor * SFS_BINS + 1e-9).astype(int)
    count = np.bincount(index, minlength=SFS_BINS // 2 + 1)
    return np.asarray(count / max(len(frequency), 1), np.float64)


def spectrum_distance(a: People, b: People) -> float:
    """Total variation between two folded site-frequency spectra."""
    return float(np.abs(spectrum(a) - spectrum(b)).sum() / 2)


@dataclasses.dataclass(frozen=True)
class PairDistances:
    """Distances between rows within and across two sets of people.

    Attributes
    ----------
    within_synthetic, within_real : float64 arrays, square
        Share of mismatching alleles.
    across : float64 array, shape (n_synthetic_rows, n_real_rows)
    """

    within_synthetic: Floats
    within_real: Floats
    across: Floats

    @classmethod
    def of(cls, synthetic: People, real: People) -> PairDistances:
        """Between haplotypes, or dosages of unphased people."""
        x, y, ploidy = synthetic.counts, real.counts, real.ploidy
        pairs = (mismatch(a, b, ploidy) for a, b in ((x, x), (y, y), (x, y)))
        # Rows without a common call are nobody's neighbours.
        return cls(*(np.nan_to_num(d, nan=1.0) for d in pairs))

    def spread(self) -> float:
        """Wasserstein distance between the two distributions of pairs, over the real mean."""
        from scipy.stats import wasserstein_distance

        x, y = (d[np.triu_indices(len(d), 1)] for d in (self.within_synthetic, self.within_real))
        return float(wasserstein_distance(x, y) / y.mean()) if y.mean() else math.nan

    def adversarial(self) -> tuple[float, float]:
        """Both halves of the nearest-neighbour adversarial accuracy, AA_truth and AA_syn.

        AA_truth: how often a real row is nearer to another real row than to any synthetic one;
        AA_syn: the same seen from synthetic rows. Ties count half. Ideal is .5 for both: below,
        rows are copied, above, they look unlike real ones (Yelmen et al. 2021, PLoS Genetics
        17:e1009303). The sets should be equally large.
        """
        to_synthetic, to_real = self.across.min(0), self.across.min(1)
        truth = _exceeds(to_synthetic, _nearest_other(self.within_real))
        return truth, _exceeds(to_real, _nearest_other(self.within_synthetic))


def _nearest_other(within: Floats) -> Floats:
    distances = within.copy()
    np.fill_diagonal(distances, np.inf)
    return np.asarray(distances.min(1), np.float64)


def _exceeds(a: Floats, b: Floats) -> float:
    return float((a > b).mean() + (a == b).mean() / 2)


@dataclasses.dataclass(frozen=True, eq=False)
class Axes:
    """The first principal components of the panel's training people, as a measuring space.

    Attributes
    ----------
    center : float64, shape (n_sites,)
    loadings : float64, shape (n_sites, n_components)
    scale : float64, shape (n_components,)
        Standard deviation of held-out people of the whole panel on each.
    """

    center: Floats
    loadings: Floats
    scale: Floats

    @classmethod
    def fit(cls, training: People, held_out: People, seed: int) -> Axes:
        """Components of dosages, centred and unscaled; of noise that is not in others, none."""
        from sklearn.decomposition import PCA

        people = training.sample(FITTED_PEOPLE, np.random.default_rng(seed))
        expected = 2 * people.frequencies
        n = min(PCS, people.n_people - 1, people.n_sites)
        fitted = PCA(n, svd_solver="randomized", random_state=seed)
        fitted.fit(filled(people.dosages, expected))
        center = np.asarray(fitted.mean_, np.float64)
        axes = cls(center, np.asarray(fitted.components_.T, np.float64), np.ones(n))
        scale, fitted_scale = axes.places(held_out).std(0), axes.places(people).std(0)
        kept = (scale > HOLDING * fitted_scale) | (np.arange(n) == 0)
        return cls(center, axes.loadings[:, kept], np.where(scale > 0, scale, 1.0)[kept])

    def places(self, people: People) -> Floats:
        """Where people lie, in standard deviations, shape (n_people, n_components)."""
        centred = filled(people.dosages, self.center) - self.center
        return np.asarray(centred @ self.loadings / self.scale, np.float64)


def sliced_wasserstein(a: Floats, b: Floats, seed: int = 0) -> float:
    """Mean Wasserstein distance of two clouds of points over 100 random directions.

    Parameters
    ----------
    a, b : float64 arrays, shape (n_points, n_dimensions)
    seed : int
        Of the directions.
    """
    from scipy.stats import wasserstein_distance

    directions = np.random.default_rng(seed).normal(size=(DIRECTIONS, a.shape[1]))
    directions /= np.linalg.norm(directions, axis=1)[:, None]
    x, y = (cloud @ directions.T for cloud in (a, b))
    return float(np.mean([wasserstein_distance(u, v) for u, v in zip(x.T, y.T, strict=True)]))


def blocks(people: People, n: int, at_most: int, seed: int) -> list[People]:
    """Disjoint random sets of `n` people each; one of everybody where there are no more.

    Figures that depend on the number of people are means over such sets.
    """
    order: NDArray[np.int64] = np.random.default_rng(seed).permutation(people.n_people)
    n = min(n, people.n_people)
    found = min(at_most, people.n_people // n)
    return [people.some(np.sort(order[k * n : (k + 1) * n])) for k in range(found)]
