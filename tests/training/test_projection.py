from __future__ import annotations

import numpy as np

from vaeviz.training.projection import complete_scores


def _loadings(n_sites: int = 400, width: int = 5) -> np.ndarray:
    return np.linalg.qr(np.random.default_rng(0).normal(size=(n_sites, width)))[0]


def test_people_in_the_plane_of_the_components_come_back_from_half_the_sites() -> None:
    loadings = _loadings()
    true = np.random.default_rng(1).normal(size=(20, 5))
    present = np.arange(len(loadings)) % 2 == 0
    data = np.where(present, true @ loadings.T, 0.0)
    plain = data @ loadings
    assert np.abs(plain).mean() < 0.7 * np.abs(true).mean()
    np.testing.assert_allclose(
        complete_scores(plain, loadings, present), true, rtol=0.02, atol=0.02
    )


def test_nothing_absent_or_nothing_present_changes_nothing() -> None:
    loadings, plain = _loadings(), np.ones((2, 5))
    for present in (np.ones(len(loadings), bool), np.zeros(len(loadings), bool)):
        assert complete_scores(plain, loadings, present) is plain


def test_hardly_any_site_blows_nothing_up() -> None:
    loadings = _loadings()
    present = np.arange(len(loadings)) < 2
    data = np.where(present, np.random.default_rng(2).normal(size=(20, len(loadings))), 0.0)
    assert np.isfinite(complete_scores(data @ loadings, loadings, present)).all()
    assert np.abs(complete_scores(data @ loadings, loadings, present)).max() < 50
