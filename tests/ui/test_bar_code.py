"""The scene of the bar code, and what the browser is sent of it."""

from __future__ import annotations

import base64
import dataclasses
import json

import numpy as np
import pandas as pd
import pytest

from tests.panels import hostile_panel, random_panel
from vaeviz.analysis.entropy import site_entropy
from vaeviz.analysis.strips import Strips, bin_means, make_strips, window_bins, window_summary
from vaeviz.data.panel import Panel
from vaeviz.ui.entropy import bar_code_window
from vaeviz.ui.entropy.bar_code_data import (
    Choice,
    Scene,
    colour_tops,
    group_lines,
    make_scene,
    with_means,
)
from vaeviz.ui.entropy.bar_code_payload import MISSING, extended, payload, steps
from vaeviz.ui.entropy.bar_code_window import Window

PLAIN = Choice("mean", stretch=False)


def strips_of(panel: Panel, by: str = "population") -> Strips:
    return make_strips(site_entropy(panel, by), panel.sites)


def scene_of(panel: Panel, strips: Strips, choice: Choice = PLAIN, n_bins: int = 30) -> Scene:
    axis = strips.axes["bp"]
    lines = group_lines(strips, panel, "light")
    return make_scene(strips, lines, axis, (*axis.whole, n_bins), choice, "light")


def read(text: str, dtype: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), dtype=dtype)


def test_groups_fall_and_admixed_come_last() -> None:
    panel = random_panel(n_populations=4)
    samples = panel.samples.assign(population=panel.samples["population"].replace("POP1", "ASW"))
    panel = panel.with_samples(samples)
    scene = scene_of(panel, strips_of(panel))
    assert [s.kind for s in scene.strips] == ["group"] * 3 + ["admixed"]
    assert scene.strips[-1].name == "ASW"
    means = np.nanmean(scene.mean[:3], axis=1)
    assert (np.diff(means) < 0.02).all()


def test_rows_belong_to_their_names() -> None:
    panel = random_panel(n_populations=5)
    strips = strips_of(panel)
    choice = Choice("mean", stretch=False, minuends=("POP3", "POP1"), subtrahend="POP2")
    scene = scene_of(panel, strips, choice)
    axis = strips.axes["bp"]
    means = bin_means(strips, window_bins(axis, *axis.whole, 30))
    for row, strip in enumerate(scene.strips[:5]):
        np.testing.assert_array_equal(scene.mean[row], means[strips.groups.index(strip.name)])
    assert {s.name for s in scene.strips[5:]} == {"POP3 − POP2", "POP1 − POP2"}
    for row, strip in enumerate(scene.strips[5:], 5):
        expected = means[strips.groups.index(strip.name[:4])] - means[strips.groups.index("POP2")]
        np.testing.assert_allclose(scene.mean[row], expected, atol=1e-12)


def test_colours_stretch_to_what_is_in_sight() -> None:
    panel = random_panel()
    scene = scene_of(panel, strips_of(panel))
    whole = (scene.bins.start, scene.bins.end)
    assert colour_tops(scene, PLAIN, *whole)[0] == 1
    top = colour_tops(scene, Choice("mean", stretch=True), *whole)[0]
    largest = np.nanmax(scene.mean)
    assert largest <= top < largest + 0.0101


def test_steps_are_exact_enough_and_keep_what_is_missing() -> None:
    values = np.array([-1, -0.123456, 0, 0.25, 1, np.nan])
    coded = steps(values)
    assert coded[-1] == MISSING
    np.testing.assert_allclose(coded[:-1] / (MISSING - 1) * 2 - 1, values[:-1], atol=1.6e-5)


def test_the_browser_gets_sites_that_stand_alone() -> None:
    panel = random_panel(n_sites=60)
    strips = strips_of(panel)
    axis = strips.axes["site"]
    window = Window("0" * 32, "site", *axis.clip(10, 20), width=200)
    place = extended(axis, window)
    assert place == (5, 25, 400)
    scene = make_scene(strips, group_lines(strips, panel, "dark"), axis, place, PLAIN, "dark")
    data = payload(scene, strips, axis, window, PLAIN, {"title": "t"})
    assert data["sites"]["id"] == [f"rs{i}" for i in range(11, 21)]
    lone = read(data["bins"]["lone"], "<i4")
    assert set(lone.tolist()) == {-1, *range(10)}
    frequency = read(data["sites"]["frequency"], "<f4").reshape(3, 10)
    for row, strip in enumerate(scene.strips):
        expected = strips.frequency[strips.groups.index(strip.name), 10:20]
        np.testing.assert_allclose(frequency[row], expected, rtol=1e-6)
    middle = int(np.flatnonzero(lone == 3)[0])
    assert read(data["bins"]["first_value"], "<f8")[middle] == strips.sites["pos"].iloc[13]
    assert len(read(data["bins"]["mean"], "<u2")) == 3 * 400


def test_the_browser_gets_short_plain_texts() -> None:
    panel = hostile_panel()
    strips = strips_of(panel)
    summary = window_summary(strips, slice(0, 200))
    scene = with_means(scene_of(panel, strips), summary)
    axis = strips.axes["bp"]
    window = Window("0" * 32, "bp", *axis.whole)
    data = payload(scene, strips, axis, window, PLAIN, {})
    json.dumps(data, allow_nan=False)
    assert all(len(row["name"]) <= 28 and "\n" not in row["name"] for row in data["rows"])
    assert all(row["mean"] is not None for row in data["rows"])


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    kept: dict[str, object] = {}
    monkeypatch.setattr(bar_code_window.st, "session_state", kept)
    return kept


def test_a_window_follows_the_browser_and_stays_on_the_axis(state: dict[str, object]) -> None:
    strips = strips_of(random_panel())
    axis = strips.axes["site"]
    first = bar_code_window.current("a", strips, "site")
    assert (first.start, first.end) == axis.whole
    bar_code_window.follow({"a": 20, "b": 30, "width": 900, "number": 4}, axis)
    second = bar_code_window.current("a", strips, "site")
    assert second == dataclasses.replace(first, start=20, end=30, width=900, answer=4)
    for nonsense in (
        {},
        {"a": float("nan"), "b": 1, "width": 1, "number": 1},
        {"a": "x", "b": 1, "width": 1, "number": 1},
    ):
        bar_code_window.follow(nonsense, axis)
        assert bar_code_window.current("a", strips, "site") == second
    bar_code_window.follow({"a": -1e9, "b": 1e9, "width": 1e9, "number": 5}, axis)
    assert bar_code_window.current("a", strips, "site").end == axis.whole[1]
    assert bar_code_window.current("a", strips, "site").width == bar_code_window.MOST_WIDTH


def test_a_window_keeps_its_sites_on_the_other_axis(state: dict[str, object]) -> None:
    strips = strips_of(random_panel())
    bar_code_window.current("a", strips, "site")
    bar_code_window.move((20.0, 30.0))
    before = bar_code_window.current("a", strips, "site")
    after = bar_code_window.current("a", strips, "bp")
    assert after.command == before.command + 1
    assert strips.axes["bp"].sites_in(after.start, after.end) == slice(20, 30)
    other = bar_code_window.current("b", strips, "bp")
    assert (other.start, other.end) == strips.axes["bp"].whole


def test_panels_without_positions_tell_numbers() -> None:
    panel = random_panel(n_sites=20)
    panel = Panel.create(panel.counts, 1, panel.samples, panel.sites.assign(pos=0))
    strips = strips_of(panel)
    assert list(strips.axes) == ["site"]
    pd.testing.assert_frame_equal(strips.sites, panel.sites)
    axis = strips.axes["site"]
    window = Window("0" * 32, "site", *axis.whole, width=40)
    lines = group_lines(strips, panel, "light")
    scene = make_scene(strips, lines, axis, extended(axis, window), PLAIN, "light")
    data = payload(scene, strips, axis, window, PLAIN, {})
    values = read(data["bins"]["first_value"], "<f8")
    assert sorted(set(values.tolist()))[-1] == 20
