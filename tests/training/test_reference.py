from __future__ import annotations

import dataclasses
import json
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from vaeviz.data.panel import UNLABELLED
from vaeviz.errors import CheckpointError
from vaeviz.training.fit_reference import fit_reference
from vaeviz.training.linear import fit_temperature, label_nats, softmax
from vaeviz.training.reference import METHODS, Reference

N_GROUPS, N_EACH, WIDTH = 4, 60, 6


@dataclasses.dataclass(frozen=True)
class People:
    """Scores of four groups, twelve standard deviations apart, in two larger groups."""

    scores: NDArray[np.float64]
    labels: dict[str, NDArray[np.object_]]
    parts: NDArray[np.object_]


@cache
def people() -> People:
    rng = np.random.default_rng(0)
    group = np.repeat(np.arange(N_GROUPS), N_EACH)
    scores = rng.normal(size=(len(group), WIDTH))
    scores[np.arange(len(group)), group] += 12.0
    parts = np.tile(np.repeat(["train", "validation", "test"], [40, 10, 10]), N_GROUPS)
    population = np.array([f"POP{g}" for g in group], dtype=object)
    larger = np.array([f"SUP{g // 2}" for g in group], dtype=object)
    labels = {"population": population, "superpopulation": larger}
    return People(scores, labels, parts.astype(object))


@cache
def reference() -> Reference:
    """Fitted to `people`; the map is the first two scores."""
    p = people()
    return fit_reference(p.scores, p.scores[:, :4], p.labels, p.parts, seed=1)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("level", ["population", "superpopulation"])
def test_separate_groups_are_told_apart(method: str, level: str) -> None:
    p, found = people(), reference().levels[level]
    test = p.parts == "test"
    logits = found.logits(method, p.scores[test], p.scores[test, :4], reference().points)
    guess = np.array(found.settings.classes, dtype=object)[logits.argmax(axis=1)]
    assert (guess == p.labels[level][test]).all()
    assert softmax(logits).max(axis=1).min() > 0.5


def test_test_people_enter_nothing() -> None:
    """Moving and relabelling every test person changes no number of the reference."""
    p = people()
    test = p.parts == "test"
    scores = np.where(test[:, None], 1e3, p.scores)
    labels = {k: np.where(test, "ELSEWHERE", v).astype(object) for k, v in p.labels.items()}
    other = fit_reference(scores, scores[:, :4], labels, p.parts, seed=1)
    assert other.to_json() == reference().to_json()
    for name, values in reference().to_arrays().items():
        np.testing.assert_array_equal(other.to_arrays()[name], values)


def test_distances_tell_members_strangers_and_mixtures() -> None:
    level = reference().levels["population"]
    p = people()
    members = level.groups.places(p.scores[p.parts == "test"])
    far, gain = level.settings.far_cutoff, level.settings.gain_cutoff
    assert (members.nearest.min(axis=1) <= far).mean() > 0.9
    assert (members.gain <= gain).mean() > 0.9
    stranger = level.groups.places(np.array([[0, 0, 0, 0, 12.0, 0]]))
    assert stranger.line[0] > far
    half = np.array([[6.0, 6.0, 0, 0, 0, 0]])
    mixture = level.groups.places(half)
    assert mixture.line[0] <= far
    assert mixture.gain[0] > gain


def test_temperature_undoes_overconfidence() -> None:
    """Logits of known probabilities, blown up by three, come back by a temperature of three."""
    rng = np.random.default_rng(1)
    logits = rng.normal(size=(4000, 3))
    codes = np.array([rng.choice(3, p=row) for row in softmax(logits)])
    assert fit_temperature(3 * logits, codes) == pytest.approx(3, rel=0.1)
    assert fit_temperature(logits, codes) == pytest.approx(1, rel=0.1)
    assert fit_temperature(logits[:0], codes[:0]) == 1
    assert label_nats(3 * logits, codes, 3.0) < label_nats(3 * logits, codes)


def test_nothing_is_lost_in_the_file() -> None:
    found = reference()
    again = Reference.from_parts(found.to_json(), found.to_arrays())
    assert again.to_json() == found.to_json()
    p = people()
    for name, level in found.levels.items():
        for method in METHODS:
            one = level.logits(method, p.scores, p.scores[:, :4], found.points)
            two = again.levels[name].logits(method, p.scores, p.scores[:, :4], again.points)
            np.testing.assert_allclose(two, one, rtol=1e-3, atol=1e-3)


def test_published_positions_are_rounded_and_shuffled() -> None:
    p, found = people(), reference()
    train = p.scores[p.parts == "train", :4]
    assert found.points.shape == train.shape
    assert not np.isclose(found.points, train, atol=0.1).all(axis=1).all()
    assert not any((train == row).all(axis=1).any() for row in found.points)
    nearest = np.abs(found.points[:, None] - train).max(axis=2).min(axis=1)
    assert nearest.max() < 0.01


def test_code_lengths_are_calibrated_on_validation_people() -> None:
    """Bits a hundred times too sure get a temperature that makes them sure enough."""
    p = people()
    rng = np.random.default_rng(2)
    logits = rng.normal(size=(len(p.parts), N_GROUPS))
    drawn = np.array([rng.choice(N_GROUPS, p=row) for row in softmax(logits)])
    names = tuple(f"POP{g}" for g in range(N_GROUPS))
    labels = {"population": np.array(names, dtype=object)[drawn]}
    bits = -10 * logits / np.log(2)
    found = fit_reference(
        p.scores, p.scores[:, :2], labels, p.parts, 1, ("population", names, bits)
    )
    assert found.code_temperature == pytest.approx(10, rel=0.5)
    again = Reference.from_parts(found.to_json(), found.to_arrays())
    assert again.code_temperature == found.code_temperature
    assert reference().code_temperature is None


def test_levels_without_two_labels_are_left_out() -> None:
    p = people()
    one = np.full(len(p.parts), "ONLY", dtype=object)
    none = np.full(len(p.parts), UNLABELLED, dtype=object)
    labels = {"population": one, "superpopulation": none}
    found = fit_reference(p.scores, p.scores[:, :2], labels, p.parts, seed=1)
    assert found.levels == {}
    assert Reference.from_parts(found.to_json(), found.to_arrays()).levels == {}


def test_rare_labels_and_people_without_one_are_no_class() -> None:
    p = people()
    labels = p.labels["population"].copy()
    train = np.flatnonzero(p.parts == "train")
    labels[train[0]], labels[train[1]] = "ALONE", UNLABELLED
    found = fit_reference(p.scores, p.scores[:, :2], {"population": labels}, p.parts, seed=1)
    level = found.levels["population"]
    assert level.settings.classes == ("POP0", "POP1", "POP2", "POP3")
    assert (level.codes == -1).sum() == 2


def test_few_people_make_do_with_defaults() -> None:
    p = people()
    few = np.concatenate([np.flatnonzero(p.labels["population"] == f"POP{g}")[:3] for g in (0, 1)])
    labels = {"population": p.labels["population"][few]}
    parts = np.full(6, "train", dtype=object)
    found = fit_reference(p.scores[few], p.scores[few, :2], labels, parts, seed=1)
    level = found.levels["population"]
    assert level.settings.n_validation == 0
    assert level.settings.temperatures["lda"] == 1
    Reference.from_parts(found.to_json(), found.to_arrays())


def _break(name: str) -> Reference:
    text, arrays = json.loads(reference().to_json()), dict(reference().to_arrays())
    level = text["levels"]["population"]
    if name == "nan":
        arrays["points"] = arrays["points"] * np.float32(np.nan)
    elif name == "shape":
        arrays["population.means"] = arrays["population.means"][:, :2]
    elif name == "type":
        arrays["population.means"] = arrays["population.means"].astype(np.float64)
    elif name == "absent array":
        del arrays["superpopulation.codes"]
    elif name == "more arrays":
        arrays["other"] = arrays["points"]
    elif name == "covariance":
        arrays["population.covariance"] = -arrays["population.covariance"]
    elif name == "codes":
        arrays["population.codes"] = arrays["population.codes"] + 5
    elif name == "spread":
        arrays["population.spread"] = -arrays["population.spread"]
    elif name == "sizes":
        text["n_points"] = 10**12
    elif name == "temperature":
        level["temperatures"]["lda"] = -1.0
    elif name == "no temperature":
        del level["temperatures"]["lda"]
    elif name == "twice":
        level["classes"] = ["POP1"] * 4
    elif name == "level name":
        text["levels"]["../../x"] = level
    elif name == "not JSON":
        return Reference.from_parts("{", arrays)
    return Reference.from_parts(json.dumps(text), arrays)


DAMAGE = ["nan", "shape", "type", "absent array", "more arrays", "covariance", "codes", "spread"]
DAMAGE += ["sizes", "temperature", "no temperature", "twice", "level name", "not JSON"]


@pytest.mark.parametrize("name", DAMAGE)
def test_damaged_and_hostile_files_are_refused(name: str) -> None:
    assert _break("nothing").levels
    with pytest.raises(CheckpointError):
        _break(name)
