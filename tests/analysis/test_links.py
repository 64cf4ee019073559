"""Links: against formulas written out, the algebra between them, and known populations."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.panels import odd_panels, random_panel
from vaeviz.analysis.counts import group_counts
from vaeviz.analysis.links import (
    CAVEAT,
    LINK_COLUMNS,
    MEASURES,
    drawn_links,
    drift_covariance,
    f2_matrix,
    link_matrix,
    pair_table,
)
from vaeviz.data.panel import Panel
from vaeviz.errors import PanelError


def drawn(frequencies: np.ndarray, n_alleles: list[int], seed: int) -> Panel:
    """Haplotypes drawn from known frequencies, shape (n_groups, n_sites)."""
    rng = np.random.default_rng(seed)
    each = np.repeat(frequencies, n_alleles, axis=0)
    names = np.repeat(list("ABCDEFG"[: len(n_alleles)]), n_alleles)[::2].astype(object)
    samples = pd.DataFrame({"sample": [f"P{i}" for i in range(len(names))], "population": names})
    n_sites = frequencies.shape[1]
    sites = pd.DataFrame(
        {"chrom": "1", "pos": np.arange(1, n_sites + 1), "id": ".", "ref": "A", "alt": "C"}
    )
    counts = (rng.random(each.shape) < each).astype(np.int8)
    return Panel.create(counts, 1, samples, sites)


def test_f2_is_the_formula_written_out() -> None:
    panel = random_panel(n_sites=30, missing=0.2)
    groups = panel.labels("population")
    dosages = panel.as_dosages().counts
    first, second = sorted(set(groups))[:2]
    terms = []
    for site in range(panel.n_sites):
        parts = []
        for name in (first, second):
            calls = [
                d for d, g in zip(dosages[:, site], groups, strict=True) if g == name and d >= 0
            ]
            n = 2 * len(calls)
            p = sum(int(d) for d in calls) / n
            parts.append((p, p * (1 - p) / (n - 1)))
        (p1, s1), (p2, s2) = parts
        terms.append((p1 - p2) ** 2 - s1 - s2)
    found = link_matrix(panel.as_dosages(), "population", "f2").loc[first, second]
    assert found == pytest.approx(np.mean(terms))


def test_f2_and_covariance_are_unbiased_for_small_and_unequal_samples() -> None:
    rng = np.random.default_rng(5)
    n_sites = 60_000
    ancestor = rng.uniform(0.1, 0.9, n_sites)
    shared = np.clip(ancestor + rng.normal(0, 0.05, n_sites), 0, 1)
    truth = np.stack(
        [
            shared + rng.normal(0, 0.02, n_sites),
            shared + rng.normal(0, 0.02, n_sites),
            ancestor + rng.normal(0, 0.05, n_sites),
        ]
    ).clip(0, 1)
    centred = truth - truth.mean(axis=0)
    counts = group_counts(drawn(truth, [4, 6, 40], seed=6), "population")
    covariance = drift_covariance(counts).to_numpy()
    np.testing.assert_allclose(covariance, centred @ centred.T / n_sites, atol=3e-4)
    expected = ((truth[0] - truth[1]) ** 2).mean()
    assert f2_matrix(counts).loc["A", "B"] == pytest.approx(expected, abs=1e-3)
    # Without the correction the variance of the smallest group is far off.
    naive = (counts.alt / counts.called)[0].var()
    assert naive > covariance[0, 0] * 5


def test_f2_follows_from_the_covariance() -> None:
    counts = group_counts(random_panel(n_populations=4), "population")
    w, f2 = drift_covariance(counts), f2_matrix(counts)
    variances = np.diag(w)
    np.testing.assert_allclose(variances[:, None] + variances[None] - 2 * w, f2, atol=1e-12)
    np.testing.assert_allclose(w.sum(axis=1), 0, atol=1e-12)


def test_groups_that_split_late_are_nearest_by_every_measure() -> None:
    rng = np.random.default_rng(1)
    ancestor = rng.uniform(0.2, 0.8, 5000)
    sisters = ancestor + rng.normal(0, 0.1, 5000)
    truth = np.stack([sisters, sisters + 0.02 * rng.normal(size=5000), ancestor, 1 - ancestor])
    counts = group_counts(drawn(truth.clip(0, 1), [40] * 4, seed=2), "population")
    for kind, matrix in (("f2", f2_matrix(counts)), ("covariance", drift_covariance(counts))):
        pairs = pair_table(matrix, kind, 1)
        assert tuple(pairs.loc[0, ["source", "target"]]) == ("A", "B"), kind
        assert pairs.loc[0, "nearest_of"] == "both"


def test_latent_links_are_distances_of_centroids() -> None:
    panel = random_panel(n_samples=6, n_populations=2)
    labels = panel.labels("population")
    place = {label: float(i) for i, label in enumerate(sorted(set(labels)))}
    x = np.array([place[g] for g in labels])
    table = pd.DataFrame({"sample": panel.sample_ids, "z1_mean": 3 * x, "z2_mean": 4 * x})
    matrix = link_matrix(panel, "population", "latent", table.assign(z1_sd=9.0))
    assert matrix.iloc[0, 1] == pytest.approx(5.0)
    with pytest.raises(PanelError, match="need a model"):
        link_matrix(panel, "population", "latent")


def test_pairs_tell_who_is_near_whom_and_what_it_means() -> None:
    labels = ["A", "B", "C"]
    matrix = pd.DataFrame([[0, 1, 9], [1, 0, 4], [9, 4, 0.0]], index=labels, columns=labels)
    pairs = pair_table(matrix, "fst", 1)
    assert tuple(pairs.columns) == LINK_COLUMNS
    assert pairs["nearest_of"].tolist() == ["both", "target", ""]
    assert set(pairs["meaning"]) == {CAVEAT} == {"similarity, not migration"}
    assert len(drawn_links(pairs, "fst")) == 2
    assert drawn_links(pairs, "fst", 2.0)["target"].tolist() == ["B"]
    large = drawn_links(pair_table(matrix, "covariance", 1), "covariance", 5.0)
    assert large[["source", "target"]].to_numpy().tolist() == [["A", "C"]]


def test_pairs_without_a_value_are_left_out() -> None:
    labels = ["A", "B", "C"]
    nothing = np.nan
    matrix = pd.DataFrame(
        [[0, nothing, 2], [nothing, 0, nothing], [2, nothing, 0.0]], index=labels, columns=labels
    )
    assert len(pair_table(matrix, "f2", 2)) == 1


@pytest.mark.parametrize("name", odd_panels())
@pytest.mark.parametrize("kind", [k for k in MEASURES if k != "latent"])
def test_odd_panels(name: str, kind: str) -> None:
    panel = odd_panels()[name]
    matrix = link_matrix(panel, "population", kind)
    n_groups = len(set(panel.labels("population")))
    assert matrix.shape == (n_groups, n_groups)
    assert len(pair_table(matrix, kind, 2)) <= n_groups * (n_groups - 1) // 2


def test_no_site_in_all_groups_is_told() -> None:
    panel = random_panel(n_populations=2)
    counts = panel.counts.copy()
    rows = panel.row_index(
        np.flatnonzero(panel.labels("population") == panel.labels("population")[0])
    )
    counts[rows] = -1
    absent = Panel.create(counts, panel.ploidy, panel.samples, panel.sites)
    with pytest.raises(PanelError, match="No site has two called alleles"):
        link_matrix(absent, "population", "covariance")
