"""The masking experiment and its baselines, where the right answer is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.analysis.test_imputation import with_holes
from tests.panels import linked_panel, random_panel, site_table
from tests.trained import linked_model
from vaeviz.analysis.dosage_r2 import pooled_r2, site_r2
from vaeviz.analysis.haplotype_neighbours import Entries, neighbour_counts
from vaeviz.analysis.masking import (
    FREQUENCIES,
    MODEL,
    NEIGHBOURS,
    _Experiment,
    masking_r2,
)
from vaeviz.config import Rows
from vaeviz.data.panel import MISSING
from vaeviz.errors import ConfigError, ModelError


@pytest.mark.parametrize("rows", ["haplotype", "person"])
def test_methods_that_use_linkage_beat_frequencies(rows: Rows) -> None:
    table = masking_r2(linked_model(rows), linked_panel(), (0.1, 0.3)).set_index(["rate", "method"])
    assert len(table) == 6
    for rate in (0.1, 0.3):
        r2 = table.loc[rate, "r2"]
        assert r2[MODEL] > r2[FREQUENCIES] + 0.15
        assert r2[NEIGHBOURS] > r2[FREQUENCIES] + 0.2
        assert table.loc[rate, "n_masked"].nunique() == 1
    # So few people that every genotype is hidden in one of the 10 masks, .9 of them in the 3.
    for rate, share in ((0.1, 1.0), (0.3, 0.9)):
        assert table.loc[rate, "n_masked"].iloc[0] == pytest.approx(share * 120 * 15, rel=0.03)
    again = masking_r2(linked_model(rows), linked_panel(), (0.1, 0.3)).set_index(table.index.names)
    pd.testing.assert_frame_equal(again, table)


def test_only_test_people_are_hidden_and_the_model_does_not_see_it() -> None:
    model, panel = linked_model(), linked_panel()
    setting = _Experiment.of(model, panel)
    people = setting.people("test")
    (hidden,) = setting.masks(people, 0.2, np.random.default_rng(1), n=1)
    truth = setting.truth(people, hidden)
    whole = panel.as_dosages().counts
    np.testing.assert_array_equal(truth, whole[people[hidden.row], hidden.site])
    # The same genotypes, had the truth been another: the answer must not move.
    counts = panel.counts.copy()
    for copy in (0, 1):
        row, site = 2 * people[hidden.row] + copy, hidden.site
        counts[row, site] = 1 - counts[row, site]
    other = type(panel).create(counts, 1, panel.samples, panel.sites, panel.info)
    lied = _Experiment.of(model, other)
    np.testing.assert_array_equal(lied.by_model(people, hidden), setting.by_model(people, hidden))
    np.testing.assert_array_equal(
        lied.by_neighbours(people, hidden, (1, 4), 64),
        setting.by_neighbours(people, hidden, (1, 4), 64),
    )


def test_masks_do_not_overlap_and_hide_only_what_was_observed() -> None:
    panel = with_holes(linked_panel())
    setting = _Experiment.of(linked_model(), panel)
    people = setting.people("test")
    times = np.zeros((len(people), 120), int)
    for hidden in setting.masks(people, 0.1, np.random.default_rng(1)):
        np.add.at(times, (hidden.row, hidden.site), 1)
        assert len(hidden.row) == pytest.approx(0.1 * 0.85**2 * times.size, rel=0.3)
    np.testing.assert_array_equal(times, panel.as_dosages().counts[people] >= 0)


def test_frequencies_are_those_of_training_people_of_the_population() -> None:
    model, panel = linked_model(), linked_panel()
    setting = _Experiment.of(model, panel)
    people = setting.people("test")
    entries = Entries(np.arange(len(people)), np.zeros(len(people), np.int64))
    dosage = setting.by_frequencies(people, entries)
    train = model.split_of(panel) == "train"
    for person, found in zip(people, dosage, strict=True):
        same = panel.labels("population") == panel.labels("population")[person]
        alleles = panel.counts[np.repeat(train & same, 2), 0]
        assert found == pytest.approx(2 * (alleles.sum() + 0.5) / (len(alleles) + 1))


def test_masking_needs_the_people_of_the_model() -> None:
    panel = linked_panel()
    strangers = panel.with_samples(panel.samples.assign(sample=[f"X{i}" for i in range(150)]))
    with pytest.raises(ModelError, match="train part"):
        masking_r2(linked_model(), strangers)
    with pytest.raises(ConfigError, match="rates"):
        masking_r2(linked_model(), linked_panel(), (0.0,))


def test_correlation_within_sites() -> None:
    rng = np.random.default_rng(0)
    site = np.repeat(np.arange(5), 40)
    truth = rng.integers(0, 3, 200).astype(float)
    dosage = truth + rng.normal(size=200)
    truth[site == 3] = 1.0  # nothing varies
    dosage[site == 4] = 0.7  # one value for all
    found = site_r2(truth, dosage, site, 7, 10)
    for s in range(3):
        by_hand = np.corrcoef(truth[site == s], dosage[site == s])[0, 1] ** 2
        assert found[s] == pytest.approx(by_hand)
    assert np.isnan(found[[3, 5, 6]]).all()
    assert found[4] == 0
    assert np.isnan(site_r2(truth, dosage, site, 7, 41)).all()
    assert pooled_r2(truth, dosage) == pytest.approx(np.corrcoef(truth, dosage)[0, 1] ** 2)


@pytest.mark.parametrize("missing", [0.0, 0.2])
@pytest.mark.parametrize("ploidy", [1, 2])
def test_neighbours_by_hand(ploidy: int, missing: float) -> None:
    rng = np.random.default_rng(2)
    panel = random_panel(n_samples=30, n_sites=50, phased=ploidy == 1, missing=missing, seed=6)
    rows, known = panel.counts[:8].copy(), panel.counts[8:]
    rows[rng.random(rows.shape) < 0.2] = MISSING
    entries = Entries.where(rows < 0)
    sites = site_table(50, 1)
    found = neighbour_counts(rows, known, ploidy, sites, entries, (1, 5, 500), 1_000)
    assert found.shape == (3, len(entries.row))
    for e in range(0, len(entries.row), 7):
        row, site = entries.row[e], entries.site[e]
        compared = (rows[row] >= 0) & (known >= 0)
        mismatch = np.where(compared, abs(known - rows[row]), 0).sum(1) / compared.sum(1)
        called = known[:, site] >= 0
        overall = known[called, site].mean()
        if not missing:
            assert found[2, e] == pytest.approx(overall, abs=1e-5)
        for k, value in zip((1, 5), found[:, e], strict=False):
            order = np.sort(mismatch)
            if order[k] - order[k - 1] < 1e-9:
                continue  # a tie: either neighbour is right
            near = known[mismatch <= order[k - 1] + 1e-12, site]
            near = near[near >= 0]
            assert value == pytest.approx(near.mean() if len(near) else overall, abs=1e-5)


def test_windows_see_only_their_surroundings() -> None:
    n = 60
    left, right = np.zeros(n, np.int8), np.ones(n, np.int8)
    # Three known rows; the asked one is like the first on chromosome 1, like the last on 2.
    known = np.stack([np.r_[left, left], np.r_[right, left], np.r_[right, right]])
    asked = np.r_[left, right][None].copy()
    entries = Entries(np.zeros(2, np.int64), np.array([30, 90]))
    asked[0, entries.site] = MISSING
    sites = site_table(2 * n, 2)
    found = neighbour_counts(asked, known, 1, sites, entries, (1,), 20)
    assert found[0].tolist() == [0.0, 1.0]
    order = np.random.default_rng(1).permutation(2 * n)  # sites in any order
    where = np.argsort(order)[entries.site]
    shuffled = neighbour_counts(
        asked[:, order],
        known[:, order],
        1,
        sites.iloc[order],
        Entries(entries.row, where),
        (1,),
        20,
    )
    assert shuffled[0].tolist() == [0.0, 1.0]
