"""Classifiers that judge a cohort: real against synthetic, and labels learned from either."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vaeviz.synthesis.people import Floats, People, filled, together

if TYPE_CHECKING:
    from sklearn.decomposition import PCA
    from sklearn.linear_model import LogisticRegression

FOLDS = 4
BOOSTED_PCS = 30
LABEL_PCS = 15
RARE = 0.05
MIN_PEOPLE = 10


def boosted_auc(synthetic: People, real: People, frequencies: Floats, seed: int = 0) -> float:
    """Area under the curve of boosted trees that tell synthetic rows from real ones.

    Cross-validated over people in four folds, on 30 principal components of both sets together
    and the number of minor and of rare alleles, of changes along the genome, and the product of
    neighbouring sites. .5: they cannot be told apart.

    Parameters
    ----------
    synthetic, real : People
    frequencies : float64, shape (n_sites,)
        Of the region's training people: what is minor and what is rare.
    seed : int
        Of folds, components and trees.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.metrics import roc_auc_score

    if min(synthetic.n_people, real.n_people) < MIN_PEOPLE:
        return math.nan
    label = np.repeat([1, 0], [len(synthetic.counts), len(real.counts)])
    features = _features(together([synthetic, real]), np.nan_to_num(frequencies), seed)
    rng = np.random.default_rng(seed)
    fold = np.concatenate([_folds(people, rng) for people in (synthetic, real)])
    score = np.zeros(len(label))
    for k in range(FOLDS):
        trees = HistGradientBoostingClassifier(
            max_iter=80, max_depth=3, learning_rate=0.1, random_state=seed
        )
        trees.fit(features[fold != k], label[fold != k])
        score[fold == k] = trees.predict_proba(features[fold == k])[:, 1]
    return float(roc_auc_score(label, score))


def _folds(people: People, rng: np.random.Generator) -> NDArray[np.int64]:
    """Fold of every row; both haplotypes of a person in one, folds equally large."""
    order = rng.permutation(np.arange(people.n_people) % FOLDS)
    return np.repeat(order, people.rows_per_person)


def _features(people: People, frequencies: Floats, seed: int) -> Floats:
    from sklearn.decomposition import PCA

    expected = people.ploidy * frequencies
    values = filled(people.counts, expected)
    n = min(BOOSTED_PCS, len(values) - 1, values.shape[1])
    components = PCA(n, svd_solver="randomized", random_state=seed).fit_transform(values)
    minor = np.where(frequencies > 0.5, people.ploidy - values, values)
    rare = np.minimum(frequencies, 1 - frequencies) < RARE
    centred = values - expected.astype(np.float32)
    counted = [
        minor.sum(1),
        minor[:, rare].sum(1),
        (values[:, 1:] != values[:, :-1]).sum(1),
        (centred[:, 1:] * centred[:, :-1]).sum(1),
    ]
    return np.column_stack([components, *counted]).astype(np.float64)


@dataclasses.dataclass(frozen=True, eq=False)
class Labeller:
    """Logistic regression of labels on 15 principal components of dosages."""

    components: PCA
    fitted: LogisticRegression
    scale: float
    expected: Floats

    @classmethod
    def fit(cls, groups: dict[str, People], seed: int = 0) -> Labeller:
        """Learn labels from people of known ones, at least two labels.

        Parameters
        ----------
        groups : dict of label to People
        seed : int
            Of the components.
        """
        from sklearn.decomposition import PCA
        from sklearn.linear_model import LogisticRegression

        people = together(list(groups.values()))
        labels = np.repeat(list(groups), [p.n_people for p in groups.values()])
        expected = 2 * people.frequencies
        values = filled(people.dosages, expected)
        n = min(LABEL_PCS, len(values) - 1, values.shape[1])
        components = PCA(n, svd_solver="randomized", random_state=seed).fit(values)
        # First component with a standard deviation of 5, as regularisation was chosen for.
        scale = float(components.singular_values_[0]) / math.sqrt(len(values)) / 5 or 1.0
        scores = components.transform(values) / scale
        fitted = LogisticRegression(max_iter=500, C=0.1).fit(scores, labels)
        return cls(components, fitted, scale, expected)

    def call(self, people: People) -> NDArray[np.str_]:
        """The label of every person."""
        values = filled(people.dosages, self.expected)
        return np.asarray(self.fitted.predict(self.components.transform(values) / self.scale))

    def balanced_accuracy(self, groups: dict[str, People]) -> float:
        """Mean over labels of the share of their people who are called so."""
        shares = [(self.call(p) == label).mean() for label, p in groups.items() if p.n_people]
        return float(np.mean(shares)) if shares else math.nan
