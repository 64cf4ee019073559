from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.decomposition import PCA
from threadpoolctl import threadpool_info, threadpool_limits

from tests.panels import random_panel
from vaeviz.config import TrainConfig
from vaeviz.data.panel import Panel
from vaeviz.errors import ModelError
from vaeviz.training import components, prepare
from vaeviz.training.components import fit_components, standardise
from vaeviz.training.prepare import training_components


def test_scores_are_scikit_learns_up_to_sign() -> None:
    panel = random_panel(n_samples=80, n_sites=300, phased=False)
    rows = np.arange(panel.n_rows)
    components = fit_components(panel.counts, 2, rows, 5, seed=0)
    standard = standardise(panel.counts, components.center, components.scale)
    expected = PCA(5, svd_solver="full").fit_transform(standard.astype(float))
    got = components.scores(panel.counts)
    np.testing.assert_allclose(np.abs(got), np.abs(expected), rtol=1e-3, atol=1e-2)


def test_cross_fitted_scores_do_not_learn_noise() -> None:
    """One population: every component is noise, and in-sample scores hide it."""
    panel = random_panel(n_samples=100, n_sites=500, n_populations=1, phased=False)
    components = fit_components(panel.counts, 2, np.arange(100), 10, seed=0)
    assert components.shrinkage.max() < 0.5
    structured = random_panel(n_samples=200, n_sites=500, n_populations=2, phased=False)
    first = fit_components(structured.counts, 2, np.arange(200), 1, seed=0)
    assert first.shrinkage[0] > 0.7


def test_missing_entries_are_ignored_and_reconstruction_keeps_the_mean() -> None:
    panel = random_panel(n_samples=60, n_sites=200, phased=False, missing=0.3)
    components = fit_components(panel.counts, 2, np.arange(40), 3, seed=0)
    nothing = np.full((1, 200), -1, np.int8)
    assert (components.scores(nothing) == 0).all()
    called = np.where(panel.counts[:40] >= 0, panel.counts[:40], np.nan)
    mean = components.frequencies(np.zeros((1, 3), np.float32), 2)[0]
    np.testing.assert_allclose(mean, np.nanmean(called, 0) / 2, atol=1e-5)


def test_haplotypes_of_a_person_share_a_fold() -> None:
    """Identical haplotypes in different folds would leak; together they cannot."""
    single = random_panel(n_samples=60, n_sites=400, n_populations=1)
    twins = np.repeat(single.counts[::2], 2, axis=0)
    person = np.repeat(np.arange(60), 2)
    together = fit_components(twins, 1, np.arange(120), 5, 0, person)
    apart = fit_components(twins, 1, np.arange(120), 5, 0)
    assert (together.shrinkage < 0.8 * apart.shrinkage).all()


def test_relatives_share_a_fold(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each person twice: cross-fitted scores of copies would tell each other's."""
    single = random_panel(n_samples=60, n_sites=400, n_populations=1, phased=False)
    names = pd.DataFrame({"sample": [f"ID{i}" for i in range(120)]})
    counts = np.repeat(single.counts, 2, axis=0)
    copies = Panel.create(counts, 2, names, single.sites, single.info)
    config = TrainConfig(n_components=5, geometry=False)
    parts = np.full(120, "train", object)
    apart = training_components(copies, config, parts)
    monkeypatch.setattr(prepare, "family_of", lambda _: np.repeat(np.arange(60), 2))
    together = training_components(copies, config, parts)
    assert (together.shrinkage < 0.8 * apart.shrinkage).all()


def test_too_little_data_is_refused() -> None:
    with pytest.raises(ModelError, match="three people"):
        fit_components(np.zeros((10, 5), np.int8), 2, np.arange(10), 2, seed=0)


def test_few_rows_give_fewer_components() -> None:
    panel = random_panel(n_samples=6, n_sites=30, n_populations=1, phased=False)
    assert fit_components(panel.counts, 2, np.arange(4), 50, seed=0).n_components == 3


def test_the_many_small_decompositions_take_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine, threads that wait for each other made the first map take a minute."""
    threads = set()

    def watched(gram: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
        threads.update(library["num_threads"] for library in threadpool_info())
        return eigen(gram, k)

    eigen = components._eigen
    monkeypatch.setattr(components, "_eigen", watched)
    panel = random_panel(n_samples=40, n_sites=100, phased=False)
    with threadpool_limits(2):
        fit_components(panel.counts, 2, np.arange(40), 5, seed=0)
    assert threads == {1}
