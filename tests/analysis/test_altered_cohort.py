"""A cohort on another build, with other alleles and strands, is classified as the unaltered one."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from tests.altered import altered, real_alleles
from tests.panels import random_panel
from vaeviz.analysis.calls import judge_calls
from vaeviz.analysis.classification import classify
from vaeviz.config import TrainConfig
from vaeviz.data.panel import Panel
from vaeviz.data.readers import read_panel
from vaeviz.training.loop import train_model
from vaeviz.training.model import TrainedModel

TOLERANCE = 0.02


@cache
def panel() -> Panel:
    """Close populations (Fst about .05), so that calls are not all right."""
    return real_alleles(random_panel(n_samples=600, n_sites=900, n_populations=4, phased=False))


@cache
def model() -> TrainedModel:
    config = TrainConfig(
        n_components=10, rank=8, hidden=(16,), epochs=3, geometry=False, train_fraction=0.5
    )
    return train_model(panel(), config)


def held_out(made: TrainedModel, of: Panel) -> Panel:
    return of.take_samples(made.split_of(of) == "test")


def check(made: TrainedModel, people: Panel, by: Literal["id", "position"], level: str) -> None:
    """Accuracy of the altered cohort is that of the unaltered one, and the gate is passed."""
    as_is = judge_calls(classify(made, people, level))
    calls = classify(made, altered(people, by), level)
    report = calls.overlap
    assert report.matched_by == by
    assert 0.5 < report.overlap < 0.67
    assert min(report.flipped, report.strand_flipped, report.ambiguous_dropped) > 0
    assert judge_calls(calls).accuracy >= as_is.accuracy - TOLERANCE


@pytest.mark.parametrize("by", ["id", "position"])
def test_simulated_people_are_called_as_unaltered_ones(by: Literal["id", "position"]) -> None:
    check(model(), held_out(model(), panel()), by, "population")


@pytest.mark.parametrize("by", ["id", "position"])
def test_altered_genotypes_come_back(by: Literal["id", "position"]) -> None:
    """Every count that is not missing is the right one, A/T and C/G sites included."""
    from vaeviz.data.align import align_sites, aligned_counts

    other = altered(panel(), by)
    counts = aligned_counts(other, align_sites(other, panel().sites))
    present = (counts >= 0).any(axis=0)
    assert present.mean() > 0.5
    np.testing.assert_array_equal(counts[:, present], panel().counts[:, present])


@pytest.mark.slow
def test_hapmap3_is_called_as_unaltered(real_data: Path) -> None:
    whole = read_panel(real_data / "hapmap3.bed").panel
    config = TrainConfig(epochs=20, train_fraction=0.7, validation_fraction=0.1)
    made = train_model(whole, config)
    people = held_out(made, whole)
    for by in ("id", "position"):
        for level in ("population", "superpopulation"):
            check(made, people, by, level)  # type: ignore[arg-type]
