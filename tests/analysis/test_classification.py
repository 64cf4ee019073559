from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from tests.panels import balding_nichols, random_panel, site_table
from tests.trained import small_model
from vaeviz.analysis.calls import judge_calls, wilson
from vaeviz.analysis.classification import (
    BETWEEN,
    FAR,
    FEW,
    FLAGS,
    Calls,
    classify,
    levels_of,
    methods_of,
)
from vaeviz.config import TrainConfig
from vaeviz.data.panel import UNLABELLED, Panel
from vaeviz.errors import ModelError, PanelError
from vaeviz.training.loop import train_model
from vaeviz.training.model import TrainedModel

N_EACH, N_SITES = 60, 600


@cache
def frequencies() -> np.ndarray:
    """Allele frequencies of four populations that drifted by .2 from one ancestor."""
    rng = np.random.default_rng(5)
    ancestor = rng.uniform(0.1, 0.9, N_SITES)
    return np.stack([balding_nichols(ancestor, 0.2, rng) for _ in range(4)])


def people(frequency: np.ndarray, n: int, name: str, seed: int) -> Panel:
    """Unphased people of one allele frequency a site."""
    counts = np.random.default_rng(seed).binomial(2, frequency, (n, N_SITES))
    samples = pd.DataFrame({"sample": [f"{name}_{i}" for i in range(n)], "population": name})
    return Panel.create(counts, 2, samples, site_table(N_SITES))


@cache
def three_populations() -> Panel:
    parts = [people(frequencies()[k], N_EACH, f"POP{k}", k) for k in range(3)]
    counts = np.concatenate([p.counts for p in parts])
    samples = pd.concat([p.samples for p in parts], ignore_index=True)
    return Panel.create(counts, 2, samples, site_table(N_SITES))


def _train(condition: str | None) -> TrainedModel:
    config = TrainConfig(
        n_components=10,
        rank=8,
        hidden=(16,),
        epochs=15,
        batch_size=64,
        learning_rate=1e-2,
        condition=condition,
        geometry=False,
        train_fraction=0.6,
        validation_fraction=0.2,
    )
    return train_model(three_populations(), config)


@cache
def model() -> TrainedModel:
    """Knows three of the four populations."""
    return _train(None)


@cache
def conditional() -> TrainedModel:
    return _train("population")


@pytest.mark.parametrize("method", ["auto", "lda", "knn", "logistic"])
def test_separate_populations_are_told_apart(method: str) -> None:
    query = people(frequencies()[1], 40, "POP1", seed=11)
    calls = classify(model(), query, "population", method)  # type: ignore[arg-type]
    assert (calls.table["predicted"] == "POP1").all()
    assert (calls.table["flag"] == "").mean() > 0.9
    assert calls.method != "auto"
    assert list(calls.table)[:5] == ["sample", "predicted", "probability", "flag", "site_overlap"]
    assert calls.probabilities.sum(axis=1).to_numpy() == pytest.approx(1)


def test_code_lengths_tell_populations_apart() -> None:
    query = people(frequencies()[2], 40, "POP2", seed=12)
    calls = classify(conditional(), query, "population", "code-length")
    assert (calls.table["predicted"] == "POP2").mean() > 0.9
    assert calls.method == "code-length"


def test_strangers_are_far_and_mixtures_between() -> None:
    stranger = classify(model(), people(frequencies()[3], 40, "NEW", seed=13)).table
    assert (stranger["flag"] == FAR).mean() > 0.8
    assert (stranger["distance_ratio"] > 1).mean() > 0.8
    half = (frequencies()[0] + frequencies()[1]) / 2
    mixed = classify(model(), people(half, 40, "MIX", seed=14)).table
    assert (mixed["flag"] == BETWEEN).mean() > 0.8


def test_people_with_few_sites_are_flagged() -> None:
    query = people(frequencies()[0], 4, "POP0", seed=15)
    counts = query.counts.copy()
    counts[0, N_SITES // 5 :] = -1
    table = classify(model(), Panel.create(counts, 2, query.samples, query.sites)).table
    assert table["flag"].tolist()[0] == FEW
    assert FEW not in table["flag"].tolist()[1:]
    assert table["site_overlap"].tolist() == pytest.approx([0.2, 1, 1, 1])


def test_labels_of_the_query_are_not_read() -> None:
    query = people(frequencies()[0], 20, "POP0", seed=16)
    other = query.with_samples(query.samples.assign(population="POP1"))
    for made, method in ((model(), "auto"), (conditional(), "lda"), (conditional(), "code-length")):
        one = classify(made, query, "population", method)  # type: ignore[arg-type]
        two = classify(made, other, "population", method)  # type: ignore[arg-type]
        np.testing.assert_allclose(one.probabilities, two.probabilities)


def test_held_out_people_are_judged() -> None:
    calls = classify(model(), three_populations())
    report = judge_calls(calls)
    n_test = int((calls.table["split"] == "test").sum())
    assert report.n == n_test
    assert report.accuracy == 1
    assert report.balanced_accuracy == 1
    assert report.confusion.to_numpy().trace() == n_test
    assert report.calibration_error < 0.1
    assert any("learnt" in note for note in report.notes)
    assert (report.ci_low, report.ci_high) == wilson(n_test, n_test)


def test_judging_counts_by_hand() -> None:
    table = pd.DataFrame(
        {
            "sample": list("abcdefg"),
            "predicted": ["X", "X", "Y", "Y", "Y", "X", "X"],
            "probability": [0.95, 0.65, 0.95, 0.95, 0.55, 0.9, 0.9],
            "flag": ["", BETWEEN, "", "", BETWEEN, "", ""],
            "split": ["test", "test", "new", "test", "test", "train", "test"],
            "reported": ["X", "Y", "Y", "Y", "Y", "Y", UNLABELLED],
        }
    )
    shares = pd.DataFrame(0.5, index=range(7), columns=["X", "Y"])
    report = judge_calls(Calls(table, shares, "population", "lda", None))  # type: ignore[arg-type]
    assert (report.n, report.n_accepted) == (5, 3)
    assert report.accuracy == pytest.approx(0.8)
    assert report.balanced_accuracy == pytest.approx((1 + 3 / 4) / 2)
    assert report.accepted_accuracy == 1
    assert report.confusion.to_numpy().tolist() == [[1, 0], [1, 3]]
    assert report.labels["n_flagged"].tolist() == [0, 2]
    assert report.reliability["n"].tolist() == [1, 1, 3]
    expected = (abs(0.55 - 1) + abs(0.65 - 0) + 3 * abs(0.95 - 1)) / 5
    assert report.calibration_error == pytest.approx(expected)
    assert len(report.notes) == 2


def test_nobody_to_judge_is_told() -> None:
    query = people(frequencies()[0], 5, "ELSEWHERE", seed=17)
    with pytest.raises(PanelError, match="does not know"):
        judge_calls(classify(model(), query))


def test_what_cannot_be_done_is_refused_with_a_way_out() -> None:
    query = three_populations()
    with pytest.raises(ModelError, match="population") as no_condition:
        classify(model(), query, "population", "code-length")
    assert "--condition population" in no_condition.value.hint
    with pytest.raises(ModelError, match="superpopulation"):
        classify(model(), query, "superpopulation")
    with pytest.raises(ModelError, match="neighbours"):
        classify(conditional(), query, "population", "knn")
    assert methods_of(model(), "population") == ["auto", "lda", "logistic", "knn"]
    assert "code-length" in methods_of(conditional(), "population")
    assert levels_of(model()) == ["population"]


def test_absent_sites_do_not_pull_people_to_the_centre() -> None:
    """With half the sites, scores and so calls stay where they were."""
    query = people(frequencies()[1], 40, "POP1", seed=18)
    half = query.take_sites(np.arange(0, N_SITES, 2))
    full, part = classify(model(), query), classify(model(), half)
    assert (part.table["predicted"] == "POP1").all()
    assert part.table["distance_ratio"].median() < 1.5 * full.table["distance_ratio"].median()
    assert part.overlap.overlap == pytest.approx(0.5)


def test_another_panel_is_refused() -> None:
    other = random_panel(n_samples=10, n_sites=N_SITES)
    sites = other.sites.assign(chrom="19", id=".")
    with pytest.raises(ModelError, match="at least 10%"):
        classify(model(), Panel.create(other.counts, 1, other.samples, sites))


def test_odd_queries_pass(odd: Panel) -> None:
    """The model's sites are those of the odd panels and more."""
    calls = classify(small_model(), odd, "population")
    assert len(calls.table) == odd.n_samples
    assert calls.table["flag"].isin(["", *FLAGS]).all()
    assert np.isfinite(calls.probabilities.to_numpy()).all()
