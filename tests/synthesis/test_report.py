from __future__ import annotations

import dataclasses
import json
import time
from functools import cache

import numpy as np
import pandas as pd
import pytest

from tests.trained import model_panel, small_model
from vaeviz.config import SimulateConfig
from vaeviz.data.panel import Panel
from vaeviz.synthesis.checks import DEFINITIONS
from vaeviz.synthesis.generate import Cohort, generate
from vaeviz.synthesis.reference import choose_reference
from vaeviz.synthesis.region import Region, population_region
from vaeviz.synthesis.report import CohortReport, cohort_report


@cache
def made(rows: str = "person", n: int = 60) -> tuple[Cohort, CohortReport]:
    model, panel = small_model(rows), model_panel()
    cohort = generate(model, panel, population_region(panel, "SUP1"), SimulateConfig(n=n))
    return cohort, cohort_report(model, panel, cohort)


def row(report: CohortReport, key: str) -> dict:
    return report.metrics.set_index("key").loc[key].to_dict()


def with_people(cohort: Cohort, counts: np.ndarray) -> Cohort:
    fake = Panel.create(counts, 2, cohort.panel.samples, cohort.panel.sites, cohort.panel.info)
    return dataclasses.replace(cohort, panel=fake)


@pytest.mark.parametrize("rows", ["person", "haplotype"])
def test_cohort_of_unlinked_sites_is_like_real_people(rows: str) -> None:
    cohort, report = made(rows)
    assert row(report, "af_r")["value"] > 0.9
    assert row(report, "af_r")["verdict"] != "poor"
    assert row(report, "het_ratio")["value"] == pytest.approx(1, abs=0.1)
    assert row(report, "labels")["value"] > 0.9
    assert row(report, "tstr")["verdict"] == "good"
    assert row(report, "inside")["value"] == cohort.share_inside
    assert report.near_copies <= 0.2 * cohort.panel.n_samples  # a cohort of copies has all
    assert set(report.heterozygosity["kind"]) == {"real", "training", "synthetic"}
    assert len(report.frequencies) == cohort.panel.n_sites
    assert set(report.neighbours["kind"]) == {"real", "synthetic"}
    per_person = 2 if rows == "haplotype" else 1
    assert (report.neighbours["kind"] == "synthetic").sum() == per_person * 60


@pytest.mark.parametrize("rows", ["person", "haplotype"])
def test_every_check_has_a_value_and_a_reference(rows: str) -> None:
    table = made(rows)[1].metrics
    assert list(table["key"]) == [d.key for d in DEFINITIONS]
    judged = table[table["verdict"] != "not judged"]
    assert set(table["key"]) - set(judged["key"]) <= {"ld"}
    assert judged[["value", "reference"]].notna().all(axis=None)


def test_copies_of_training_people_are_called_near_copies() -> None:
    cohort, _ = made()
    model, panel = small_model(), model_panel()
    train = np.flatnonzero(model.split_of(panel)[:140] == "train")[:60]
    copies = with_people(cohort, panel.as_dosages().counts[train])
    report = cohort_report(model, panel, copies)
    assert report.near_copies == 60
    assert report.near_copy_index.tolist() == list(range(60))
    assert row(report, "near_copies")["verdict"] == "poor"
    assert row(report, "nn_ratio")["value"] == 0
    assert row(report, "mia_distance")["value"] > 0.7
    assert row(report, "tracts")["value"] == 1
    assert report.level == "do not use"
    assert report.verdict.startswith("Do not use for")
    assert "sharing with anybody" in report.verdict
    assert "60 of 60 (at most" in report.verdict


def test_near_copies_are_named() -> None:
    cohort, _ = made()
    model, panel = small_model(), model_panel()
    counts = cohort.panel.counts.copy()
    train = np.flatnonzero(model.split_of(panel) == "train")
    counts[[7, 31]] = panel.as_dosages().counts[train[:2]]
    report = cohort_report(model, panel, with_people(cohort, counts))
    assert {7, 31} <= set(report.near_copy_index.tolist())
    assert json.loads(report.to_json())["near_copy_index"] == report.near_copy_index.tolist()


def test_wrong_population_is_called_unlike() -> None:
    cohort, _ = made()
    model, panel = small_model(), model_panel()
    other = generate(model, panel, population_region(panel, "SUP2"), SimulateConfig(n=60))
    report = cohort_report(model, panel, dataclasses.replace(cohort, panel=other.panel))
    for key in ("af_r", "af_rmse", "pc_distance", "labels", "aa_truth"):
        assert row(report, key)["verdict"] == "poor", key
    assert "Unlike real people" in report.verdict


def test_held_out_people_pass_for_real_ones() -> None:
    """A cohort of real people whom nobody trained on: what a perfect generator gives."""
    cohort, _ = made()
    model, panel = small_model(), model_panel()
    held_out = np.flatnonzero(model.split_of(panel)[:140] == "validation")
    some = generate(model, panel, cohort.region, SimulateConfig(n=len(held_out), reject=False))
    report = cohort_report(model, panel, with_people(some, panel.as_dosages().counts[held_out]))
    for key in ("af_r", "het_ratio", "auc", "mia_distance", "labels", "nn_ratio"):
        assert row(report, key)["verdict"] != "poor", key


@pytest.mark.slow
def test_missing_calls_do_not_give_real_people_away() -> None:
    model, panel = small_model(), model_panel()
    hidden = np.random.default_rng(0).random(panel.as_dosages().counts.shape) < 0.1
    counts = np.where(hidden, -1, panel.as_dosages().counts).astype(np.int8)
    gappy = Panel.create(counts, 2, panel.samples, panel.sites, panel.info)
    region = population_region(gappy, "SUP1")
    cohort = generate(model, gappy, region, SimulateConfig(n=60))
    report = cohort_report(model, gappy, cohort)
    whole = made()[1]
    for key in ("auc", "af_rmse", "het_ratio"):
        difference = row(report, key)["value"] - row(whole, key)["value"]
        assert abs(difference) < 0.12, key


@pytest.mark.slow
def test_map_gives_places_and_its_absence_leaves_them_unjudged() -> None:
    cohort, _ = made()
    model, panel = small_model(), model_panel()
    haplotypes = small_model("haplotype")
    positions = haplotypes.embed(cohort.panel) if cohort.panel.phased else cohort.latent
    found = cohort_report(
        model, panel, dataclasses.replace(cohort, latent=positions), map_model=model
    )
    assert row(found, "latent_distance")["verdict"] != "not judged"
    bare = dataclasses.replace(cohort, latent=cohort.latent[["sample"]], share_inside=float("nan"))
    without = cohort_report(model, panel, bare)
    assert row(without, "latent_distance")["verdict"] == "not judged"
    assert row(without, "inside")["verdict"] == "not judged"
    assert json.loads(without.to_json())["metrics"]["inside"]["value"] is None


def test_reference_prefers_held_out_people() -> None:
    split = np.array(["train"] * 30 + ["validation"] * 6 + ["test"] * 12, object)
    everyone = np.arange(48)
    best = choose_reference(everyone, split, 1, np.arange(36))
    assert best.warnings == ["Compared with 12 held-out test people of the region."]
    drawn_around = choose_reference(everyone, split, 1, everyone)
    assert "flattering" in drawn_around.warnings[0]
    assert best.held_out.tolist() == list(range(36, 48))
    assert best.other.tolist() == list(range(30))
    second = choose_reference(np.arange(42), split, 1, everyone)
    assert second.held_out.tolist() == list(range(30, 42))
    last = choose_reference(np.arange(34), split, 1, everyone)
    assert len(last.held_out) == len(last.other) == 17
    assert not set(last.held_out) & set(last.other)
    assert "flatters" in last.warnings[0]
    new = choose_reference(np.arange(20), np.array(["new"] * 20, object), 1, everyone)
    assert sorted([*new.held_out, *new.other]) == list(range(20))


def test_small_region_is_reported_without_held_out_people() -> None:
    model, panel = small_model(), model_panel()
    region = Region("few", "selection", np.arange(12))
    config = SimulateConfig(n=8, allow_small=True, reject=False)
    report = cohort_report(model, panel, generate(model, panel, region, config))
    assert row(report, "ld")["verdict"] == "not judged"
    assert row(report, "mia_windows")["verdict"] == "not judged"
    assert row(report, "tstr")["verdict"] == "not judged"
    assert any("held out" in w for w in report.warnings)
    assert any("Only 6 real people" in w for w in report.warnings)
    assert json.loads(report.to_json())["facts"]["n_reference"] == 6


def test_panel_without_labels_is_reported() -> None:
    model, panel = small_model(), model_panel()
    bare = panel.with_samples(pd.DataFrame({"sample": panel.sample_ids}))
    region = Region("some", "selection", np.arange(100))
    cohort = generate(model, bare, region, SimulateConfig(n=40, reject=False))
    report = cohort_report(model, bare, cohort)
    assert row(report, "labels")["verdict"] == row(report, "tstr")["verdict"] == "not judged"
    assert row(report, "auc")["verdict"] != "not judged"


def test_json_has_every_metric_names_nobody_and_is_strict() -> None:
    _, report = made()
    text = report.to_json()
    value = json.loads(text, parse_constant=lambda x: pytest.fail(f"{x} is no JSON"))
    assert value["facts"]["synthetic"] is True
    assert value["level"] == report.level
    assert set(value["metrics"]) == {d.key for d in DEFINITIONS}
    for metric in value["metrics"].values():
        assert {"value", "reference", "verdict"} <= set(metric)
    assert {"aa_truth", "aa_syn"} <= set(value["metrics"])
    assert not any(sample in text for sample in model_panel().sample_ids)


def test_same_seed_same_report() -> None:
    cohort, report = made()
    again = cohort_report(small_model(), model_panel(), cohort)
    assert again.to_json() == report.to_json()


@pytest.mark.slow
def test_two_hundred_people_take_seconds() -> None:
    cohort, _ = made("haplotype", 200)
    start = time.process_time()
    cohort_report(small_model("haplotype"), model_panel(), cohort)
    assert time.process_time() - start < 15
