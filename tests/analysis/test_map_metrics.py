"""Figures of maps on constructed tables whose truth is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from vaeviz.analysis import map_metrics
from vaeviz.analysis.neighbours import knn_accuracy, lda_accuracy
from vaeviz.data.panel import UNLABELLED
from vaeviz.errors import PanelError

N_GROUPS, PER_GROUP = 5, 20
LABELS = np.repeat([f"G{i}" for i in range(N_GROUPS)], PER_GROUP).astype(object)
PLACE = np.array([[0, 0], [10, 1], [3, 12], [20, 21], [33, 4.0]])


def clouds(spread: float = 0.01, seed: int = 0) -> np.ndarray:
    """Five clouds around `PLACE`."""
    noise = np.random.default_rng(seed).normal(0, spread, (N_GROUPS * PER_GROUP, 2))
    return np.repeat(PLACE, PER_GROUP, axis=0) + noise


def truth(power: float = 1.0) -> pd.DataFrame:
    """'Fst' that is a rising function of the distances between the clouds."""
    distance = np.linalg.norm(PLACE[:, None] - PLACE[None], axis=2) ** power
    names = [f"G{i}" for i in range(N_GROUPS)]
    return pd.DataFrame(distance, index=names, columns=names)


def halves() -> tuple[np.ndarray, np.ndarray]:
    train = np.arange(N_GROUPS * PER_GROUP) % 2 == 0
    return train, ~train


def test_perfect_separation() -> None:
    train, test = halves()
    for rule in (knn_accuracy, lda_accuracy):
        found = rule(clouds(), LABELS, train, test)
        assert (found.accuracy, found.ci_high, found.n) == (1.0, 1.0, 50)
        assert 0.9 < found.ci_low < 1
    scores = map_metrics.cluster_scores(clouds(), LABELS)
    assert scores["silhouette"] > 0.99
    assert scores["davies_bouldin"] < 0.01
    assert scores["calinski_harabasz"] > 1e5


def test_random_labels_are_found_by_chance() -> None:
    labels = np.random.default_rng(1).permutation(LABELS)
    train, test = halves()
    for rule in (knn_accuracy, lda_accuracy):
        found = rule(clouds(), labels, train, test)
        assert found.ci_low < 1 / N_GROUPS < found.ci_high
    assert map_metrics.cluster_scores(clouds(), labels)["silhouette"] < 0


def test_lda_finds_what_lies_along_a_line_that_a_vote_cannot_see() -> None:
    rng = np.random.default_rng(2)
    labels = np.repeat(["A", "B"], 100).astype(object)
    points = np.column_stack([rng.normal(0, 100, 200), rng.normal(0, 1, 200)])
    points[:, 1] += np.where(labels == "A", 0, 5)
    train = np.arange(200) % 2 == 0
    lda, knn = (rule(points, labels, train, ~train) for rule in (lda_accuracy, knn_accuracy))
    assert lda.accuracy > 0.97
    assert knn.accuracy < 0.8


def test_lda_needs_two_labels() -> None:
    train, test = halves()
    with pytest.raises(PanelError, match="1 labels"):
        lda_accuracy(clouds(), np.full(100, "A", object), train, test)


@pytest.mark.parametrize("power", [1.0, 2.0, 0.3])
def test_rho_is_one_for_any_rising_function_of_fst(power: float) -> None:
    rho, low, high, n = map_metrics.distance_rho(clouds(), LABELS, truth(power))
    assert (rho, low, high, n) == (pytest.approx(1), pytest.approx(1), pytest.approx(1), N_GROUPS)


def test_rho_falls_when_the_map_is_torn() -> None:
    torn = clouds()
    torn[LABELS == "G1"] += 500
    rho, low, high, _ = map_metrics.distance_rho(torn, LABELS, truth())
    assert rho < 0.8
    assert low < rho < high


def test_rho_leaves_out_unlabelled_people_and_groups_that_are_not_there() -> None:
    labels = np.where(LABELS == "G4", UNLABELLED, LABELS)
    extra = truth()
    extra.loc[UNLABELLED] = extra[UNLABELLED] = 0.0
    rho, *_, n = map_metrics.distance_rho(clouds(), labels, extra)
    assert n == 4
    assert rho == pytest.approx(1)


def test_rho_needs_three_populations_and_known_fst() -> None:
    few = np.isin(LABELS, ["G0", "G1"])
    with pytest.raises(PanelError, match="2 populations"):
        map_metrics.distance_rho(clouds()[few], LABELS[few], truth())
    with pytest.raises(PanelError, match="equal"):
        map_metrics.distance_rho(clouds(), LABELS, truth() * np.nan)


def test_a_single_person_a_label_counts_in_no_cluster() -> None:
    lone = np.array(["A", "B", "C", "C", "C"], object)
    with pytest.raises(PanelError, match="1 labels"):
        map_metrics.cluster_scores(np.arange(10.0).reshape(5, 2), lone)
    scores = map_metrics.cluster_scores(
        np.array([[0.0], [0.1], [9], [9.1], [55]]), np.array(["A", "A", "B", "B", "C"], object)
    )
    assert scores["silhouette"] > 0.9


def turned(places: np.ndarray) -> np.ndarray:
    """A map that is the places turned, mirrored, scaled and moved."""
    angle = 0.7
    turn = np.array([[np.cos(angle), np.sin(angle)], [np.sin(angle), -np.cos(angle)]])
    return 3.3 * places @ turn + [100, -7]


def test_a_turned_map_of_places_is_perfect() -> None:
    train, test = halves()
    places = clouds(2.0)
    assert map_metrics.procrustes_correlation(turned(places), places)[0] == pytest.approx(1)
    assert map_metrics.place_r2(turned(places), places, train, test) == (
        pytest.approx(1),
        pytest.approx(1),
        50,
    )


def test_a_map_without_geography_has_no_r2() -> None:
    train, test = halves()
    noise = np.random.default_rng(3).normal(size=(100, 2))
    assert map_metrics.procrustes_correlation(noise, clouds(2.0))[0] < 0.4
    assert max(map_metrics.place_r2(noise, clouds(2.0), train, test)[:2]) < 0.1


def test_further_dimensions_count_against_procrustes() -> None:
    places = clouds(2.0)
    noisy = np.column_stack([places, np.random.default_rng(4).normal(0, 30, (100, 5))])
    assert map_metrics.procrustes_correlation(noisy, places)[0] < 0.8
    line = map_metrics.procrustes_correlation(places[:, :1], places)[0]
    assert 0.5 < line < 1


def test_longitudes_are_cut_where_nobody_lives() -> None:
    flat = map_metrics.flat_places([0.0, 0, 0, 0, np.nan], [170.0, -175, 179, 120, 5])
    assert flat[:, 0].tolist()[:4] == [50, 65, 59, 0]
    assert np.isnan(flat[4]).all()
    everywhere = map_metrics.flat_places([60.0, 60], [-5.0, 15])
    assert np.ptp(everywhere[:, 0]) == pytest.approx(10)


def test_too_few_places() -> None:
    train, test = halves()
    two = np.repeat([[0.0, 0], [1, 1]], 50, axis=0)
    with pytest.raises(PanelError, match="2 places"):
        map_metrics.place_r2(clouds(), two, train, test)
    with pytest.raises(PanelError, match="0 places"):
        map_metrics.procrustes_correlation(clouds(), np.full((100, 2), np.nan))


def test_neighbours_kept() -> None:
    rng = np.random.default_rng(5)
    points, other = rng.normal(size=(200, 2)), rng.normal(size=(200, 2))
    everybody = np.ones(200, bool)
    assert map_metrics.neighbours_kept(points, 7 * points, everybody) == (1.0, 15)
    assert map_metrics.trust(points, 7 * points) == 1.0
    assert map_metrics.neighbours_kept(points, other, everybody)[0] < 0.15
    assert map_metrics.trust(points, other) < 0.6


def test_small_panels_have_fewer_neighbours_or_none() -> None:
    points = np.arange(12.0).reshape(6, 2)
    assert map_metrics.neighbours_kept(points, points, np.ones(6, bool)) == (1.0, 2)
    with pytest.raises(PanelError):
        map_metrics.neighbours_kept(points[:2], points[:2], np.ones(2, bool))
    with pytest.raises(PanelError):
        map_metrics.trust(points[:2], points[:2])
