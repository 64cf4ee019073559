"""Links computed from genotypes between groups: who resembles whom. Similarity, not migration."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vaeviz.analysis.counts import GroupCounts, group_counts
from vaeviz.analysis.popgen import hudson_fst_matrix
from vaeviz.data.panel import Panel
from vaeviz.errors import PanelError

LinkKind = Literal["fst", "f2", "covariance", "latent"]
CAVEAT = "similarity, not migration"
"""What every figure and every table of links says."""

LINK_COLUMNS = ("source", "target", "kind", "value", "unit", "nearest_of", "meaning")


class Measure(NamedTuple):
    """What a kind of link is called, what its values mean, and what makes two groups alike."""

    title: str
    unit: str
    near_is_large: bool
    explanation: str


MEASURES: dict[LinkKind, Measure] = {
    "fst": Measure(
        "Fst (Hudson)",
        "Fst",
        False,
        "Hudson's estimator, ratio of sums over sites (Bhatia et al. 2013).",
    ),
    "f2": Measure(
        "f2",
        "f2, per site",
        False,
        "Unbiased mean squared difference of allele frequencies (Patterson et al. 2012).",
    ),
    "covariance": Measure(
        "Shared drift (covariance)",
        "covariance of allele frequencies",
        True,
        "Covariance of allele frequencies around the mean of the groups, corrected for sample "
        "size (the W of TreeMix, Pickrell & Pritchard 2012). No tree is fitted and none is "
        "subtracted: a large value is drift that two groups share, by common descent or mixture.",
    ),
    "latent": Measure(
        "Distance in latent space",
        "distance of centroids, latent units",
        False,
        "Euclidean distance of the groups' mean places in the latent space of the map's model.",
    ),
}


def link_matrix(
    panel: Panel, by: str, kind: LinkKind, embedding: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Value of all pairs of groups for one kind of link.

    Parameters
    ----------
    panel : Panel
    by : str
        Sample column with the labels.
    kind : 'fst', 'f2', 'covariance' or 'latent'
    embedding : DataFrame, optional
        For 'latent': sample and columns ending in '_mean', as from `TrainedModel.embed`.

    Returns
    -------
    DataFrame, shape (n_groups, n_groups)
        Labels on both axes; NaN where a pair has no site with two called alleles in both.

    Raises
    ------
    PanelError
        The panel has no such column, 'latent' is asked without an embedding, or no site is
        called in all groups ('covariance').
    """
    if kind == "fst":
        return hudson_fst_matrix(panel, by)
    if kind == "latent":
        if embedding is None:
            raise PanelError("Links in latent space need a model.", "Train or load a map first.")
        return latent_distances(panel, by, embedding)
    counts = group_counts(panel, by)
    return f2_matrix(counts) if kind == "f2" else drift_covariance(counts)


def f2_matrix(counts: GroupCounts) -> pd.DataFrame:
    """Unbiased f2 of all pairs of groups: mean over sites where both have two called alleles.

    (p1 - p2)^2 less p (1 - p) / (n - 1) of either group (Patterson et al. 2012, Genetics
    192:1065, appendix A), by scikit-allel. Small negative values mean 0.
    """
    import allel

    alleles = np.stack([counts.called - counts.alt, counts.alt], axis=2)
    enough = counts.called > 1

    def pair(i: int, j: int) -> float:
        both = enough[i] & enough[j]
        terms = allel.patterson_f2(alleles[i, both], alleles[j, both])
        return float(np.mean(terms)) if both.any() else float("nan")

    return _symmetric(counts.groups, pair)


def drift_covariance(counts: GroupCounts) -> pd.DataFrame:
    """Covariance of allele frequencies between groups around their mean, corrected for bias.

    W of Pickrell & Pritchard 2012, PLoS Genetics 8:e1002967, eqs. 9-13: frequencies are centred
    on the unweighted mean of the groups at every site; binomial sampling adds B_i = mean of
    p (1 - p) / (n_i - 1) to group i's variance, which is taken out of every entry. Sites with
    two called alleles in all groups are used. So defined, W_ii + W_jj - 2 W_ij is the unbiased
    f2 of the pair.

    Raises
    ------
    PanelError
        There is no such site.
    """
    used = (counts.called > 1).all(axis=0)
    n_sites, n_groups = int(used.sum()), len(counts.groups)
    if not n_sites:
        raise PanelError(
            "No site has two called alleles in every group, so frequencies cannot be compared.",
            "Group by larger groups, or filter people and sites with many missing genotypes.",
        )
    called = counts.called[:, used].astype(float)
    frequency = counts.alt[:, used] / called
    centred = frequency - frequency.mean(axis=0)
    noise = (frequency * (1 - frequency) / (called - 1)).mean(axis=1)
    shared = (noise[:, None] + noise[None, :]) / n_groups
    bias = np.diag(noise) - shared + noise.sum() / n_groups**2
    labels = pd.Index(counts.groups, dtype=object)
    covariance = centred @ centred.T / n_sites - bias
    return pd.DataFrame(covariance, index=labels, columns=labels)


def latent_distances(panel: Panel, by: str, embedding: pd.DataFrame) -> pd.DataFrame:
    """Euclidean distances of the groups' centroids (mean of posterior means, everybody)."""
    means = embedding.filter(regex="_mean$")
    label_of = dict(zip(panel.sample_ids, panel.labels(by), strict=True))
    names = embedding["sample"].map(label_of)
    centroids = means.groupby(names, sort=False).mean()
    groups = tuple(str(g) for g in centroids.index)
    places = centroids.to_numpy(float)
    return _symmetric(groups, lambda i, j: float(np.linalg.norm(places[i] - places[j])))


def pair_table(matrix: pd.DataFrame, kind: LinkKind, n_nearest: int) -> pd.DataFrame:
    """All pairs of groups, most alike first, with who counts whom among its nearest.

    Parameters
    ----------
    matrix
        From `link_matrix`.
    kind
        Which kind that was.
    n_nearest
        A group's nearest so many are its links.

    Returns
    -------
    DataFrame
        `LINK_COLUMNS`: nearest_of names the ends that have the other among their `n_nearest`
        ('both', 'source', 'target' or ''); pairs without a value are left out.
    """
    measure = MEASURES[kind]
    values = matrix.to_numpy(float)
    closeness = values if measure.near_is_large else -values
    near = _nearest(closeness, n_nearest)
    pairs = [(i, j) for i, j in combinations(range(len(values)), 2) if np.isfinite(values[i, j])]
    pairs.sort(key=lambda pair: -closeness[pair])
    rows = [
        (
            matrix.index[i],
            matrix.index[j],
            kind,
            values[i, j],
            measure.unit,
            _ends(bool(near[i, j]), bool(near[j, i])),
            CAVEAT,
        )
        for i, j in pairs
    ]
    return pd.DataFrame(rows, columns=list(LINK_COLUMNS))


def drawn_links(pairs: pd.DataFrame, kind: LinkKind, limit: float | None = None) -> pd.DataFrame:
    """Pairs to draw: among somebody's nearest, and at least as alike as the limit."""
    near = pairs[pairs["nearest_of"] != ""]
    if limit is None:
        return near.reset_index(drop=True)
    alike = near["value"] >= limit if MEASURES[kind].near_is_large else near["value"] <= limit
    return near[alike].reset_index(drop=True)


def _nearest(closeness: NDArray[np.float64], n_nearest: int) -> NDArray[np.bool_]:
    """For every row which columns are its nearest, itself apart; the first of equals wins."""
    score = np.where(np.isfinite(closeness), closeness, -np.inf)
    np.fill_diagonal(score, -np.inf)
    order = np.argsort(-score, axis=1, kind="stable")[:, :n_nearest]
    near = np.zeros(score.shape, dtype=bool)
    np.put_along_axis(near, order, True, axis=1)
    return near & np.isfinite(score)


def _ends(of_source: bool, of_target: bool) -> str:
    if of_source and of_target:
        return "both"
    return "source" if of_source else "target" if of_target else ""


def _symmetric(groups: tuple[str, ...], pair: Callable[[int, int], float]) -> pd.DataFrame:
    matrix = np.zeros((len(groups), len(groups)))
    for i, j in combinations(range(len(groups)), 2):
        matrix[i, j] = matrix[j, i] = pair(i, j)
    labels = pd.Index(groups, dtype=object)
    return pd.DataFrame(matrix, index=labels, columns=labels)
