"""Component scores of people of whom only part of the sites is known."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def complete_scores(scores: Floats, loadings: Floats, present: NDArray[np.bool_]) -> Floats:
    """Least-squares scores from the plain ones when whole sites are absent.

    A plain projection adds nothing for an absent site, so it shrinks towards the centre by the
    absent share of the loadings. What remains is solved for instead (as `lsqproject` of smartpca
    does): the scores whose reconstruction is closest at the sites that are there.

    Parameters
    ----------
    scores : float64, shape (n_rows, n_components)
        Plain projections on `loadings`, absent sites at the mean.
    loadings : float64, shape (n_sites, n_components)
        Orthonormal columns.
    present : bool, shape (n_sites,)
    """
    if present.all() or not present.any():
        return scores
    used = np.asarray(loadings[present], dtype=float)
    gram = used.T @ used
    # A component of which next to nothing is left is not blown up.
    floor = 1e-3 * np.eye(len(gram))
    completed: Floats = np.linalg.solve(gram + floor, scores.T).T
    return completed
