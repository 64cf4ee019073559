from __future__ import annotations

import math

import numpy as np
import pytest

from tests.panels import random_panel
from vaeviz.synthesis.people import People
from vaeviz.synthesis.telling_apart import Labeller, boosted_auc


def population(n: int, label: str = "POP1", phased: bool = True) -> People:
    panel = random_panel(n_samples=3 * n, n_sites=300, n_populations=3, phased=phased)
    everyone = People(panel.counts, panel.ploidy)
    return everyone.some(np.flatnonzero(panel.labels("population") == label))


@pytest.mark.parametrize("phased", [True, False])
def test_halves_of_one_population_cannot_be_told_apart(phased: bool) -> None:
    people = population(160, phased=phased)
    half, other = people.some(np.arange(80)), people.some(np.arange(80, 160))
    assert boosted_auc(half, other, people.frequencies) == pytest.approx(0.5, abs=0.12)


@pytest.mark.parametrize("phased", [True, False])
def test_broken_people_are_told_apart(phased: bool) -> None:
    people = population(160, phased=phased)
    real, made = people.some(np.arange(80)), people.some(np.arange(80, 160))
    rng = np.random.default_rng(0)
    rare = rng.random(made.counts.shape) < 0.1
    noisy = People(
        np.where(rare, people.ploidy - made.counts, made.counts).astype(np.int8), real.ploidy
    )
    assert boosted_auc(noisy, real, people.frequencies) > 0.8
    assert boosted_auc(noisy, real, people.frequencies) == boosted_auc(
        noisy, real, people.frequencies
    )


def test_few_people_are_not_judged() -> None:
    people = population(30)
    assert math.isnan(boosted_auc(people.some(np.arange(9)), people, people.frequencies))


def test_labels_are_learned_and_called() -> None:
    groups = {label: population(60, label) for label in ("POP1", "POP2", "POP3")}
    train = {label: p.some(np.arange(40)) for label, p in groups.items()}
    test = {label: p.some(np.arange(40, 60)) for label, p in groups.items()}
    learned = Labeller.fit(train)
    assert learned.balanced_accuracy(test) > 0.9
    assert (learned.call(test["POP2"]) == "POP2").mean() > 0.9
    wrong = Labeller.fit(train | {"POP1": train["POP2"], "POP2": train["POP1"]})
    assert wrong.balanced_accuracy(test) == pytest.approx(1 / 3, abs=0.05)
