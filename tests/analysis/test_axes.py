"""What latent axes mean, on panels where the truth is known."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pandas as pd
import pytest

from tests.panels import site_table
from tests.trained import model_panel, small_model
from vaeviz.analysis.axes import (
    OBSERVED,
    Surroundings,
    active_axes,
    axis_positions,
    axis_table,
    expected_heterozygosity,
    nearest_group,
    observed_frequencies,
    site_effects,
    top_sites,
)
from vaeviz.config import TrainConfig
from vaeviz.data.panel import Panel, PanelInfo
from vaeviz.training.loop import train_model
from vaeviz.training.model import TrainedModel

PLANTED = np.arange(10, 100, 10)
"""Sites that differ between the two populations of `one_axis_panel`; no other does."""


def one_axis_panel() -> Panel:
    """200 people in two populations that differ at nine of a hundred sites."""
    rng = np.random.default_rng(5)
    frequency = np.tile(rng.uniform(0.2, 0.8, 100), (2, 1))
    frequency[:, PLANTED] = [[0.1], [0.9]]
    population = np.repeat([0, 1], 100)
    counts = rng.binomial(2, frequency[population]).astype(np.int8)
    samples = pd.DataFrame(
        {
            "sample": [f"ID{i}" for i in range(200)],
            "population": np.array(["LOW", "HIGH"], object)[population],
            "superpopulation": "ALL",
        }
    )
    return Panel.create(counts, 2, samples, site_table(100), PanelInfo(name="one axis"))


@cache
def one_axis_model() -> TrainedModel:
    config = TrainConfig(
        n_latent=1, n_components=5, rank=8, hidden=(16,), epochs=60, batch_size=64, seed=2
    )
    return train_model(one_axis_panel(), config)


def test_axis_table_by_hand() -> None:
    mean = np.array([[1.0, 0.01], [-1.0, -0.01]])
    sd = np.array([[0.1, 1.0], [0.3, 1.0]])
    kl = np.array([[3.0, 0.0], [2.0, 1.0]])
    table = axis_table(mean, sd, kl)
    assert table["axis"].tolist() == [1, 2]
    np.testing.assert_allclose(table["variance_of_means"], [1.0, 1e-4])
    np.testing.assert_allclose(table["mean_posterior_variance"], [0.05, 1.0])
    np.testing.assert_allclose(table["kl_bits"], np.array([2.5, 0.5]) / math.log(2))
    np.testing.assert_allclose(table["kl_share_percent"], [100 * 5 / 6, 100 / 6])
    assert table["active"].tolist() == active_axes(mean).tolist() == [True, False]


def test_without_any_kl_there_are_no_shares() -> None:
    table = axis_table(np.zeros((3, 2)), np.ones((3, 2)), np.zeros((3, 2)))
    assert table["kl_share_percent"].isna().all()
    assert not table["active"].any()


def test_slopes_are_finite_differences_of_probabilities() -> None:
    model = small_model()
    z, step = np.array([0.3, -0.2]), 1e-5
    for axis in range(2):
        effects = site_effects(model, z, axis, 0.5)
        ends = z + step * np.array([[1.0], [-1.0]]) * np.eye(2)[axis]
        up, down = model.probabilities(ends)
        np.testing.assert_allclose(effects["slope"], (up - down) / (2 * step), atol=1e-7)
        tiny = site_effects(model, z, axis, step)
        np.testing.assert_allclose(tiny["change_over_sd"], effects["slope"] * step, atol=1e-12)
        np.testing.assert_allclose(effects["frequency"], model.probabilities(z[None, :])[0])
    assert effects["id"].tolist() == model.sites["id"].tolist()


def test_a_change_over_an_sd_is_of_frequencies_whatever_the_sd() -> None:
    model = small_model()
    far = site_effects(model, np.zeros(2), 0, 50.0)
    assert far["change_over_sd"].abs().max() <= 1
    low, high = model.probabilities(np.array([[-25.0, 0.0], [25.0, 0.0]]))
    np.testing.assert_allclose(far["change_over_sd"], high - low)


def test_a_condition_changes_the_slopes_as_it_changes_the_frequencies() -> None:
    model = small_model(condition="population")
    z, step = np.zeros(2), 1e-5
    effects = site_effects(model, z, 0, 1.0, "POP2")
    ends = np.array([[step, 0.0], [-step, 0.0]])
    up, down = model.probabilities(ends, ["POP2", "POP2"])
    np.testing.assert_allclose(effects["slope"], (up - down) / (2 * step), atol=1e-7)
    np.testing.assert_allclose(effects["frequency"], model.probabilities([z], ["POP2"])[0])


def test_planted_sites_are_at_the_top() -> None:
    panel, model = one_axis_panel(), one_axis_model()
    mean = model.encode(panel).mean
    effects = site_effects(model, mean.mean(axis=0), 0, float(mean.std()))
    top = top_sites(effects, observed_frequencies(model, panel, "population"), len(PLANTED))
    assert set(top.index) == set(PLANTED)
    difference = top[f"{OBSERVED}HIGH"] - top[f"{OBSERVED}LOW"]
    assert (difference > 0.6).all()
    positions = axis_positions(mean, panel.labels("population"), 0, float(mean.std()))
    towards_high = positions["group"].tolist() == ["LOW", "HIGH"]
    assert ((top["change_over_sd"] > 0) == towards_high).all()


def test_observed_frequencies_are_in_the_models_orientation() -> None:
    panel, model = model_panel(), small_model()
    flipped = panel.counts.copy()
    flipped[:, 4] = 1 - flipped[:, 4]
    sites = panel.sites.copy()
    sites.loc[4, ["ref", "alt"]] = ["C", "A"]
    swapped = Panel.create(flipped, 1, panel.samples, sites).take_sites(np.arange(1, 300))
    expected = observed_frequencies(model, panel, "population")
    found = observed_frequencies(model, swapped, "population")
    assert found.iloc[0].isna().all()
    pd.testing.assert_frame_equal(found.iloc[1:], expected.iloc[1:])
    first = panel.counts[panel.row_index(np.flatnonzero(panel.labels("population") == "POP1"))]
    np.testing.assert_allclose(expected["POP1"], first.mean(axis=0))


def test_groups_come_in_the_order_of_their_means() -> None:
    mean = np.array([[0.0, 5.0], [0.0, 7.0], [0.0, 1.0], [0.0, 2.0], [0.0, 3.0]])
    labels = np.array(["b", "b", "a", "a", "a"], object)
    table = axis_positions(mean, labels, 1, 2.0)
    assert table["group"].tolist() == ["a", "b"]
    assert table["order"].tolist() == [1, 2]
    np.testing.assert_allclose(table["mean"], [2.0, 6.0])
    np.testing.assert_allclose(table["sd"], [1.0, math.sqrt(2)])
    np.testing.assert_allclose(table["mean_in_sd"], [(2.0 - 3.6) / 2, (6.0 - 3.6) / 2])
    assert axis_positions(mean, labels, 0, 0.0)["mean_in_sd"].isna().all()


def test_surroundings_know_a_gap_and_the_outside() -> None:
    rng = np.random.default_rng(1)
    mean = rng.normal(size=(400, 2)) + np.where(np.arange(400) < 200, 0, 30)[:, None]
    around = Surroundings.of(mean * (1, 100))
    assert not around.outside(np.array([0.0, 0.0]))
    assert not around.outside(np.array([30.0, 3000.0]))
    assert around.outside(np.array([15.0, 1500.0]))
    assert around.outside(np.array([60.0, 6000.0]))
    outside = [around.outside(z) for z in mean * (1, 100)]
    assert not any(outside)


def test_one_person_is_a_place_too() -> None:
    around = Surroundings.of(np.zeros((1, 2)))
    assert around.outside(np.ones(2))
    assert not around.outside(np.zeros(2))


def test_nearest_group_is_by_means() -> None:
    mean = np.array([[0.0, 0.0], [4.0, 0.0], [5.0, 5.0]])
    labels = np.array(["a", "a", "b"], object)
    assert nearest_group(np.array([2.0, 1.0]), mean, labels) == ("a", pytest.approx(1.0))
    assert nearest_group(np.array([5.0, 4.0]), mean, labels)[0] == "b"


def test_expected_heterozygosity_by_hand() -> None:
    assert expected_heterozygosity(np.array([0.0, 0.5])) == pytest.approx(0.25)
