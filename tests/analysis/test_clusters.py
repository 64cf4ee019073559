"""Groups as Gaussians: known truth in, verdicts, mixtures and outliers out."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2

from vaeviz.analysis.clusters import (
    NO_VERDICT,
    NOT_REJECTED,
    REJECTED,
    cluster_table,
    gaussians,
    holm,
    mardia,
)
from vaeviz.analysis.mixtures import agreement, fit_mixture, largest_mixture
from vaeviz.analysis.outliers import outlier_table

SEPARATED = np.repeat(np.array([[0.0, 0], [8, 0], [0, 8]]), 60, axis=0)
NAMES = np.repeat(np.array(["a", "b", "c"], object), 60)


def _three(seed: int = 0) -> np.ndarray:
    return SEPARATED + np.random.default_rng(seed).normal(size=SEPARATED.shape)


def _ids(n: int) -> np.ndarray:
    return np.array([f"ID{i}" for i in range(n)], object)


def test_mean_and_covariance_come_back() -> None:
    covariance = np.array([[2.0, 0.8], [0.8, 0.5]])
    points = np.random.default_rng(1).multivariate_normal([3, -1], covariance, 4000)
    found = gaussians(points, np.full(4000, "a", object))[0]
    np.testing.assert_allclose(found.mean, [3, -1], atol=0.1)
    np.testing.assert_allclose(found.covariance, covariance, atol=0.1)
    assert 0 < found.shrinkage < 0.05
    inside = found.squared_distances(points) < chi2.ppf(0.95, 2)
    assert inside.mean() == pytest.approx(0.95, abs=0.015)


def test_few_people_are_shrunk_more_and_fewer_get_no_gaussian() -> None:
    rng = np.random.default_rng(2)
    points = rng.normal(size=(106, 2)) * (3, 1)
    few, many = gaussians(points, np.array(["few"] * 6 + ["many"] * 100, object))
    assert few.shrinkage > many.shrinkage
    assert gaussians(points[:4], np.full(4, "a", object)) == []


def test_mardia_measures_by_hand() -> None:
    # In one dimension b_1 is the squared skewness and b_2 the kurtosis.
    points = np.array([[0.0], [1], [2], [3], [10], [4], [5], [2], [3], [1], [2]])
    centred = points[:, 0] - points.mean()
    moments = [float((centred**k).mean()) for k in (2, 3, 4)]
    found = mardia(points)
    assert found.skewness == pytest.approx(moments[1] ** 2 / moments[0] ** 3)
    assert found.kurtosis + 3 * 10 / 12 == pytest.approx(moments[2] / moments[0] ** 2)


@pytest.mark.parametrize(("n", "d"), [(15, 2), (100, 3)])
def test_gaussian_samples_are_rejected_as_often_as_promised(n: int, d: int) -> None:
    rng = np.random.default_rng(3)
    found = [mardia(rng.normal(size=(n, d))) for _ in range(400)]
    for p_values in ([m.p_skewness for m in found], [m.p_kurtosis for m in found]):
        assert 0.02 < np.mean(np.array(p_values) < 0.05) < 0.09


def test_verdicts_on_known_truth() -> None:
    rng = np.random.default_rng(4)
    gaussian = rng.normal(size=(150, 2)) @ [[1, 0.5], [0, 2]]
    two = rng.normal(size=(150, 2)) + np.where(np.arange(150) % 4, 0, 6)[:, None]
    tails = rng.standard_t(2, size=(150, 2))
    points = np.concatenate([gaussian, two, tails, gaussian[:6]])
    labels = np.repeat(np.array(["gauss", "two", "tails", "tiny"], object), [150, 150, 150, 6])
    table = cluster_table(points, labels).set_index("group")
    assert table["verdict"].to_dict() == {
        "gauss": NOT_REJECTED,
        "two": REJECTED,
        "tails": REJECTED,
        "tiny": NO_VERDICT,
    }
    assert table.loc["tails", "excess_kurtosis"] > 3
    assert np.isnan(table.loc["tiny", "p_adjusted"])


def test_points_on_a_line_get_no_verdict() -> None:
    line = np.column_stack([np.arange(40.0), np.zeros(40)])
    assert cluster_table(line, np.full(40, "a", object))["verdict"][0] == NO_VERDICT


def test_holm_by_hand() -> None:
    adjusted = holm(np.array([0.04, 0.01, np.nan, 0.03]))
    np.testing.assert_allclose(adjusted, [0.06, 0.03, np.nan, 0.06])


def test_mixture_finds_the_clusters_without_labels() -> None:
    points = _three()
    mixture = fit_mixture(points * (1, 100), 8)
    assert mixture.fits["n_components"][0] == len(mixture.gaussians) == 3
    assert agreement(mixture.component, NAMES) == pytest.approx(1)
    assert agreement(mixture.component, np.random.default_rng(0).permutation(NAMES)) < 0.05
    for k, gaussian in enumerate(mixture.gaussians, start=1):
        members = points[mixture.component == k]
        np.testing.assert_allclose(gaussian.mean / (1, 100), members.mean(axis=0), atol=0.05)
        np.testing.assert_allclose(np.diag(gaussian.covariance), [1, 1e4], rtol=0.5)
        assert gaussian.n == pytest.approx(60, abs=1)


def test_one_gaussian_is_one_component() -> None:
    points = np.random.default_rng(6).normal(size=(200, 2)) @ [[1, 0.9], [0, 0.3]]
    mixture = fit_mixture(points, 5)
    assert len(mixture.gaussians) == 1
    assert set(mixture.component) == {1}


def test_mixture_of_a_handful_is_one_component() -> None:
    assert largest_mixture(4, 10) == 1
    assert len(fit_mixture(_three()[:4], 10).gaussians) == 1


def test_mixture_follows_its_seed() -> None:
    one, again = (fit_mixture(_three(), 6, seed=5) for _ in range(2))
    np.testing.assert_array_equal(one.component, again.component)


def test_planted_outlier_comes_first_with_its_nearest_group() -> None:
    points = _three()
    points[7] = (7.5, 0.5)
    table = outlier_table(points, NAMES, _ids(180))
    assert table["sample"][0] == "ID7"
    assert table["group"][0] == "a"
    assert table["nearest_other"][0] == "b"
    assert table["nearer_other"][0]
    assert table["outlier"].sum() == 1


def test_outliers_side_by_side_do_not_hide_each_other() -> None:
    points = np.random.default_rng(8).normal(size=(30, 2))
    points[:5] += 12
    table = outlier_table(points, np.full(30, "a", object), _ids(30))
    assert set(table["sample"][table["outlier"]]) == {f"ID{i}" for i in range(5)}


@pytest.mark.parametrize(("n", "d"), [(30, 2), (30, 8), (200, 2)])
def test_p_values_of_clean_groups_are_uniform(n: int, d: int) -> None:
    rng = np.random.default_rng(9)
    n_groups = 1200 // n
    labels = np.repeat(np.array([f"g{i}" for i in range(n_groups)], object), n)
    p = outlier_table(rng.normal(size=(n_groups * n, d)), labels, _ids(n_groups * n))["p"]
    assert 0.03 < (p < 0.05).mean() < 0.075
    assert (p < 0.01).mean() < 0.02


def test_small_groups_are_not_judged() -> None:
    points = _three()[:66]
    table = outlier_table(points, NAMES[:66], _ids(66))
    judged = table.set_index("sample")["p"].notna()
    assert judged[[f"ID{i}" for i in range(60)]].all()
    assert not judged[[f"ID{i}" for i in range(60, 66)]].any()
    assert not table.tail(6)["outlier"].any()


def test_one_group_has_no_other() -> None:
    table = outlier_table(_three()[:60], NAMES[:60], _ids(60))
    assert set(table["nearest_other"]) == {""}
    assert table["distance_to_other"].isna().all()
    assert not table["nearer_other"].any()
