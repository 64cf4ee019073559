"""How well a map tells reported labels apart: votes and LDA, train against held-out."""

from __future__ import annotations

import dataclasses
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vaeviz.data.panel import UNLABELLED
from vaeviz.errors import PanelError


class Classifier(Protocol):
    """What is used of scikit-learn's classifiers."""

    def fit(self, points: NDArray[np.float64], labels: NDArray[np.str_]) -> object:
        """Learn from labelled points."""

    def predict(self, points: NDArray[np.float64]) -> NDArray[np.str_]:
        """Labels of points."""


@dataclasses.dataclass(frozen=True)
class HeldOutAccuracy:
    """Share of test samples whose label is found, with a 95 % Wilson interval."""

    accuracy: float
    ci_low: float
    ci_high: float
    n: int


def knn_accuracy(
    embedding: ArrayLike,
    labels: ArrayLike,
    train: NDArray[np.bool_],
    test: NDArray[np.bool_],
    k: int = 5,
) -> HeldOutAccuracy:
    """Accuracy on test samples of a vote among the k nearest training samples.

    Parameters
    ----------
    embedding : float, shape (n_samples, n_dimensions)
    labels : str, shape (n_samples,)
        Samples labelled `UNLABELLED` are left out of both parts.
    train, test : bool, shape (n_samples,)
    k : int
        Cut to the number of training samples.

    Raises
    ------
    PanelError
        No labelled sample in one of the parts.
    """
    from sklearn.neighbors import KNeighborsClassifier

    known, asked = _labelled_parts(labels, train, test)
    return _accuracy(
        KNeighborsClassifier(min(k, int(known.sum()))), embedding, labels, known, asked
    )


def lda_accuracy(
    embedding: ArrayLike, labels: ArrayLike, train: NDArray[np.bool_], test: NDArray[np.bool_]
) -> HeldOutAccuracy:
    """Accuracy on test samples of linear discriminant analysis fitted on training samples.

    The covariance is shrunken by Ledoit and Wolf's rule, so that many dimensions and few people
    do no harm. Parameters as in `knn_accuracy`.

    Raises
    ------
    PanelError
        No labelled sample in one of the parts, or fewer than two labels to train on.
    """
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    known, asked = _labelled_parts(labels, train, test)
    n_labels = len(set(np.asarray(labels, dtype=object)[known]))
    if n_labels < 2 or known.sum() <= n_labels:
        raise PanelError(
            f"There are {n_labels} labels among {int(known.sum())} training samples; at least two "
            "labels, and more samples than labels, are needed.",
            "Give labels to more samples.",
        )
    rule = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto")
    return _accuracy(rule, embedding, labels, known, asked)


def _labelled_parts(
    labels: ArrayLike, train: NDArray[np.bool_], test: NDArray[np.bool_]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Labelled training and labelled test samples; `PanelError` where one of them is empty."""
    labelled = np.asarray(labels, dtype=object) != UNLABELLED
    known, asked = train & labelled, test & labelled
    if not known.any() or not asked.any():
        raise PanelError(
            f"There are {int(known.sum())} labelled training and {int(asked.sum())} labelled test "
            "samples; at least one of each is needed.",
            "Give labels to more samples.",
        )
    return known, asked


def _accuracy(
    rule: Classifier,
    embedding: ArrayLike,
    labels: ArrayLike,
    known: NDArray[np.bool_],
    asked: NDArray[np.bool_],
) -> HeldOutAccuracy:
    from scipy.stats import binomtest

    points, names = np.asarray(embedding, dtype=float), np.asarray(labels, dtype=object).astype(str)
    rule.fit(points[known], names[known])
    right = int((rule.predict(points[asked]) == names[asked]).sum())
    n = int(asked.sum())
    interval = binomtest(right, n).proportion_ci(method="wilson")
    return HeldOutAccuracy(right / n, float(interval.low), float(interval.high), n)
