"""Principal components, UMAP and the neighbour vote."""

from __future__ import annotations

from collections.abc import Callable
from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest

from tests.panels import random_panel
from vaeviz.analysis.embedding import pca_table, tsne_table, umap_table
from vaeviz.analysis.neighbours import knn_accuracy
from vaeviz.data.catalogue import load_builtin
from vaeviz.data.panel import UNLABELLED
from vaeviz.errors import PanelError


def test_first_components_tell_simulated_groups_apart():
    panel = random_panel(n_samples=90, n_sites=800, n_populations=3)
    table = pca_table(panel, 3)
    assert list(table.columns) == ["sample", "PC1", "PC2", "PC3"]
    assert list(table["sample"]) == list(panel.sample_ids)
    centres = table.groupby(panel.labels("population"))[["PC1", "PC2"]].mean()
    spread = table.groupby(panel.labels("population"))[["PC1", "PC2"]].std().max(axis=None)
    gaps = [np.linalg.norm(centres.iloc[i] - centres.iloc[j]) for i, j in ((0, 1), (0, 2), (1, 2))]
    assert min(gaps) > 4 * spread
    explained = table.attrs["explained"]
    assert len(explained) == 3
    assert explained == sorted(explained, reverse=True)


def test_components_agree_with_scikit_allel(phased):
    import allel

    frequency = phased.counts.mean(axis=0)
    dosages = phased.as_dosages().counts[:, (frequency >= 0.01) & (frequency <= 0.99)]
    expected, _ = allel.pca(dosages.T, n_components=2, scaler="patterson")
    ours = pca_table(phased, 2)[["PC1", "PC2"]].to_numpy()
    for k in range(2):
        assert abs(np.corrcoef(expected[:, k], ours[:, k])[0, 1]) > 0.9999


def test_components_fitted_on_some_place_the_others(phased):
    train = np.arange(phased.n_samples) % 3 > 0
    table = pca_table(phased, 2, train=train)
    result = knn_accuracy(table[["PC1", "PC2"]], phased.labels("population"), train, ~train)
    assert result.n == (~train).sum()
    assert result.accuracy > 0.9


@pytest.mark.slow
def test_human_array_neighbours_are_of_one_group():
    panel = load_builtin("human-array")
    panel = panel.take_samples(panel.labels("superpopulation") != "ADM")
    table = pca_table(panel, 5)
    # scikit-allel's PCA of the same people gives the same share.
    assert table.attrs["explained"][0] == pytest.approx(0.07309, abs=1e-5)
    train = np.random.default_rng(1).random(panel.n_samples) < 0.8
    points = table.drop(columns="sample")
    assert knn_accuracy(points, panel.labels("superpopulation"), train, ~train).accuracy > 0.98
    assert knn_accuracy(points, panel.labels("population"), train, ~train).accuracy < 0.6
    african = panel.labels("superpopulation") == "AFR"
    gap = table["PC1"][african].mean() - table["PC1"][~african].mean()
    assert abs(gap) > 3 * table["PC1"][~african].std()


def test_few_samples_give_few_components():
    assert list(pca_table(random_panel(n_samples=4, n_populations=2), 10).columns) == [
        "sample",
        "PC1",
        "PC2",
        "PC3",
    ]


@pytest.mark.slow
def test_umap_follows_its_seed(phased):
    table = pca_table(phased, 5)
    one, again, other = (umap_table(table, seed=s) for s in (1, 1, 2))
    assert list(one.columns) == ["sample", "UMAP1", "UMAP2"]
    pd.testing.assert_frame_equal(one, again)
    assert not one["UMAP1"].equals(other["UMAP1"])


def test_umap_refuses_a_handful():
    with pytest.raises(PanelError, match="4"):
        umap_table(pd.DataFrame({"sample": list("abcd"), "PC1": [1.0, 2, 3, 4]}))


def test_neighbour_vote_by_hand():
    points = np.array([[0.0], [0.1], [0.2], [5.0], [5.1], [5.2], [0.05], [5.05], [4.9]])
    labels = np.array(["a"] * 3 + ["b"] * 3 + ["a", "b", "a"], dtype=object)
    train = np.arange(9) < 6
    result = knn_accuracy(points, labels, train, ~train, k=3)
    assert result.accuracy == pytest.approx(2 / 3)
    assert result.n == 3
    z = NormalDist().inv_cdf(0.975)
    middle = (2 / 3 + z**2 / 6) / (1 + z**2 / 3)
    half = z / (1 + z**2 / 3) * np.sqrt(2 / 27 + z**2 / 36)
    assert result.ci_low == pytest.approx(middle - half)
    assert result.ci_high == pytest.approx(middle + half)


def test_neighbour_vote_leaves_the_unlabelled_out():
    points = np.arange(6.0)[:, None]
    labels = np.array(["a", "a", UNLABELLED, "a", UNLABELLED, "a"], dtype=object)
    train = np.arange(6) < 3
    result = knn_accuracy(points, labels, train, ~train)
    assert (result.accuracy, result.n) == (1.0, 2)
    with pytest.raises(PanelError, match="0 labelled test"):
        knn_accuracy(points, labels, train, np.arange(6) == 4)


@pytest.fixture(scope="module")
def table_with_copies() -> tuple[pd.DataFrame, np.ndarray]:
    """100 people in three clouds of four dimensions, the last 20 copies of the first 20."""
    rng = np.random.default_rng(6)
    points = rng.normal(size=(80, 4)) + 12 * np.eye(4)[np.arange(80) % 3]
    values = np.concatenate([points, points[:20]])
    table = pd.DataFrame(values, columns=[f"PC{i + 1}" for i in range(4)])
    table.insert(0, "sample", [f"S{i}" for i in range(100)])
    return table, np.arange(100) < 80


@pytest.mark.parametrize("layout", [umap_table, tsne_table])
def test_placed_people_land_where_their_copies_lie_and_move_nobody(
    layout: Callable[..., pd.DataFrame], table_with_copies: tuple[pd.DataFrame, np.ndarray]
) -> None:
    table, train = table_with_copies
    places = layout(table, seed=3, train=train).drop(columns="sample").to_numpy()
    apart = np.linalg.norm(places[80:] - places[:20], axis=1)
    spread = np.linalg.norm(places[:80] - places[:80].mean(0), axis=1).mean()
    assert np.median(apart) < 0.1 * spread
    moved = table.copy()
    moved.loc[99, ["PC1", "PC2"]] = [30.0, -9.0]
    again = layout(moved, seed=3, train=train).drop(columns="sample").to_numpy()
    assert np.array_equal(again[:99], places[:99])
    assert not np.array_equal(again[99], places[99])


@pytest.mark.parametrize("layout", [umap_table, tsne_table])
def test_layouts_need_ten_people_to_fit_on(
    layout: Callable[..., pd.DataFrame], table_with_copies: tuple[pd.DataFrame, np.ndarray]
) -> None:
    with pytest.raises(PanelError, match="there are 9"):
        layout(table_with_copies[0], train=np.arange(100) < 9)
