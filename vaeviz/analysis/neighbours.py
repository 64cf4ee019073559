"""How well a map tells reported labels apart: k nearest neighbours, train against held-out."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vaeviz.data.panel import UNLABELLED
from vaeviz.errors import PanelError


@dataclasses.dataclass(frozen=True)
class KnnResult:
    """Share of test samples whose label the vote gets right, with a 95 % Wilson interval."""

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
) -> KnnResult:
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
    from scipy.stats import binomtest
    from sklearn.neighbors import KNeighborsClassifier

    points, names = np.asarray(embedding, dtype=float), np.asarray(labels, dtype=object)
    labelled = names != UNLABELLED
    known, asked = train & labelled, test & labelled
    if not known.any() or not asked.any():
        raise PanelError(
            f"There are {int(known.sum())} labelled training and {int(asked.sum())} labelled test "
            "samples; at least one of each is needed.",
            "Give labels to more samples.",
        )
    vote = KNeighborsClassifier(n_neighbors=min(k, int(known.sum())))
    vote.fit(points[known], names[known].astype(str))
    right = int((vote.predict(points[asked]) == names[asked].astype(str)).sum())
    n = int(asked.sum())
    interval = binomtest(right, n).proportion_ci(method="wilson")
    return KnnResult(right / n, float(interval.low), float(interval.high), n)
