"""Component scores of people of whom only part of the sites is known."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

COMPLETE_FROM = 0.02
"""Share of missing sites above which a row's plain projection is completed."""


def complete_rows(scores: Floats, loadings: Floats, observed: NDArray[np.bool_]) -> Floats:
    """`complete_scores` of every row with more than `COMPLETE_FROM` of its sites missing.

    Parameters
    ----------
    scores : float64, shape (n_rows, n_components)
    loadings : float64, shape (n_sites, n_components)
    observed : bool, shape (n_rows, n_sites)
        A row's completion depends on that row alone, not on who else is in the panel.
    """
    completed = scores.copy()
    holes = np.flatnonzero(1 - observed.mean(1) > COMPLETE_FROM)
    patterns, member = np.unique(np.packbits(observed[holes], axis=1), axis=0, return_inverse=True)
    for k in range(len(patterns)):
        rows = holes[member == k]
        completed[rows] = complete_scores(scores[rows], loadings, observed[rows[0]])
    return completed


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
