from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest

from tests.trained import model_panel, small_model
from vaeviz.config import SimulateConfig
from vaeviz.data.panel import Panel
from vaeviz.synthesis.checks import heterozygosity_checks, judge, ld_check, ld_table
from vaeviz.synthesis.generate import Cohort, generate
from vaeviz.synthesis.reference import choose_reference
from vaeviz.synthesis.region import Region, population_region
from vaeviz.synthesis.report import CohortReport, cohort_report


def made(rows: str = "person", n: int = 60) -> tuple[Cohort, CohortReport]:
    model, panel = small_model(rows), model_panel()
    cohort = generate(model, panel, population_region(panel, "SUP1"), SimulateConfig(n=n))
    return cohort, cohort_report(model, panel, cohort)


def row(report: CohortReport, check: str) -> dict:
    return report.checks.set_index("check").loc[check].to_dict()


@pytest.mark.parametrize("rows", ["person", "haplotype"])
def test_cohort_of_unlinked_sites_is_like_real_people(rows: str) -> None:
    cohort, report = made(rows)
    assert row(report, "Allele-frequency correlation")["value"] > 0.9
    assert row(report, "Allele-frequency correlation")["verdict"] != "poor"
    assert row(report, "Mean heterozygosity")["value"] == pytest.approx(1, abs=0.1)
    assert report.near_copies <= 0.2 * cohort.panel.n_samples  # a cohort of copies has all
    assert set(report.heterozygosity["kind"]) == {"real", "training", "synthetic"}
    assert len(report.frequencies) == cohort.panel.n_sites
    assert set(report.neighbours["kind"]) == {"real", "synthetic"}
    per_person = 2 if rows == "haplotype" else 1
    assert (report.neighbours["kind"] == "synthetic").sum() == per_person * 60


def test_copies_of_training_people_are_called_near_copies() -> None:
    cohort, _ = made()
    model, panel = small_model(), model_panel()
    train = np.flatnonzero(model.split_of(panel)[:140] == "train")[:60]
    copies = panel.as_dosages().counts[train]
    fake = Panel.create(copies, 2, cohort.panel.samples, cohort.panel.sites, cohort.panel.info)
    report = cohort_report(model, panel, dataclasses.replace(cohort, panel=fake))
    assert report.near_copies == 60
    assert row(report, "Near copies")["verdict"] == "poor"
    assert row(report, "Nearest real neighbour")["value"] == 0
    assert "60 of 60 (at most" in report.verdict


def test_wrong_population_is_called_unlike() -> None:
    cohort, _ = made()
    model, panel = small_model(), model_panel()
    other = generate(model, panel, population_region(panel, "SUP2"), SimulateConfig(n=60))
    report = cohort_report(model, panel, dataclasses.replace(cohort, panel=other.panel))
    assert row(report, "Allele-frequency correlation")["verdict"] == "poor"
    assert row(report, "Allele-frequency difference")["verdict"] == "poor"
    assert "Unlike real people" in report.verdict


def test_lost_ld_is_seen() -> None:
    """Two copies of every site 100 bp apart: r2 = 1 in reality, lost when sites are shuffled."""
    base = model_panel()
    sites = base.sites.loc[base.sites.index.repeat(2)].reset_index(drop=True)
    sites["pos"] += np.tile([0, 100], base.n_sites)
    linked = Panel.create(np.repeat(base.counts, 2, 1), 1, base.samples, sites, base.info)
    rng = np.random.default_rng(0)
    shuffled = Panel.create(rng.permuted(linked.counts, axis=0), 1, base.samples, sites)
    people = {"real": linked, "training": linked, "synthetic": shuffled}
    check = ld_check(ld_table(people, seed=1), base.n_samples)
    assert check.reference == 0
    assert check.value > 0.1
    assert check.verdict != "good"


def test_far_sites_and_few_people_leave_ld_unjudged() -> None:
    panel = model_panel()
    far = panel.take_sites(np.arange(300))
    sites = far.sites.assign(pos=far.sites["pos"] * 1_000)
    far = Panel.create(far.counts, 1, far.samples, sites)
    table = ld_table({"real": far, "training": far, "synthetic": far}, seed=1)
    assert len(table) == 0
    assert ld_check(table, 50).verdict == "not judged"
    near = ld_table({"real": panel, "training": panel, "synthetic": panel}, seed=1)
    assert ld_check(near, 9).verdict == "not judged"


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
    cohort = generate(model, panel, region, SimulateConfig(n=8, allow_small=True))
    report = cohort_report(model, panel, cohort)
    assert row(report, "LD by distance")["verdict"] == "not judged"
    assert any("held out" in w for w in report.warnings)
    assert json.loads(report.to_json())["facts"]["n_reference"] == 6


def test_json_names_nobody_and_is_strict() -> None:
    _, report = made()
    text = report.to_json()
    value = json.loads(text, parse_constant=lambda x: pytest.fail(f"{x} is no JSON"))
    assert value["facts"]["synthetic"] is True
    assert len(value["checks"]) == 8
    assert not any(sample in text for sample in model_panel().sample_ids)


def test_same_seed_same_report() -> None:
    assert made()[1].to_json() == made()[1].to_json()


def test_heterozygosity_against_itself_is_equal() -> None:
    values = np.linspace(0.2, 0.3, 50)
    ratio, spread = heterozygosity_checks(values, values, values)
    assert ratio.value == 1
    assert spread.value == 0
    worse = heterozygosity_checks(values * 1.5, values, values)
    assert [c.verdict for c in worse] == ["poor", "poor"]


def test_judge() -> None:
    assert [judge(x, 1, 2) for x in (0.5, 1, 1.5, 2, 2.1)] == [
        "good",
        "good",
        "fair",
        "fair",
        "poor",
    ]
    assert judge(float("nan"), 1, 2) == "not judged"
