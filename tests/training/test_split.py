from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.panels import random_panel
from vaeviz.data.panel import Panel
from vaeviz.errors import ModelError
from vaeviz.training import split
from vaeviz.training.split import PARTS, split_samples


@settings(max_examples=25, deadline=None)
@given(st.integers(4, 90), st.integers(1, 5), st.integers(0, 1000))
def test_every_part_has_people_and_fractions_hold(n: int, pops: int, seed: int) -> None:
    panel = random_panel(n_samples=n, n_sites=10, n_populations=pops, phased=False)
    parts = split_samples(panel, seed)
    shares = np.array([(parts == part).mean() for part in PARTS])
    assert (shares > 0).all()
    assert np.abs(shares - [0.8, 0.1, 0.1]).max() <= 1.5 / n + 0.02


def test_stratified_by_population_and_seeded() -> None:
    panel = random_panel(n_samples=300, n_sites=10, n_populations=3, phased=False)
    parts = split_samples(panel, 1)
    assert (parts == split_samples(panel, 1)).all()
    assert (parts != split_samples(panel, 2)).any()
    for label in np.unique(panel.labels("population")):
        assert (parts[panel.labels("population") == label] == "test").sum() == 10


def test_relatives_stay_on_one_side(monkeypatch: pytest.MonkeyPatch) -> None:
    panel = random_panel(n_samples=100, n_sites=10, n_populations=1, phased=False)
    family = np.repeat(np.arange(50), 2)
    monkeypatch.setattr(split, "family_of", lambda _: family)
    for seed in range(5):
        parts = split_samples(panel, seed)
        assert all(len(set(parts[family == f])) == 1 for f in range(50))


def test_kinship_is_not_read_from_a_short_region() -> None:
    assert not split.spans_genome(random_panel(n_samples=4, n_sites=50))


def test_real_relatives_stay_together(real_data: object) -> None:
    from vaeviz.data.qc import FilterConfig, apply_filters
    from vaeviz.data.readers import read_panel
    from vaeviz.data.relatedness import families

    panel: Panel = read_panel(real_data / "hapmap3.bed").panel  # type: ignore[operator]
    panel = apply_filters(panel, FilterConfig(autosomes=True)).panel
    family = families(panel, split.KINSHIP_THRESHOLD)
    assert np.bincount(family).max() > 1
    parts = split_samples(panel, 1)
    assert all(len(set(parts[family == f])) == 1 for f in np.unique(family))


def test_three_samples_are_too_few() -> None:
    with pytest.raises(ModelError, match="at least 4"):
        split_samples(random_panel(n_samples=3, n_populations=1), 1)
