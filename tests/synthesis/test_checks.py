from __future__ import annotations

import math

import pytest

from vaeviz.synthesis.checks import DEFINITIONS, Check, Definition, all_checks, in_words, level_of

BY_KEY = {d.key: d for d in DEFINITIONS}

PERFECT = {d.key: d.ideal for d in DEFINITIONS}


def test_bounds_are_those_asked_for() -> None:
    def good(key: str, reference: float) -> tuple[float, float]:
        return BY_KEY[key].bounds(reference, BY_KEY[key].good)

    assert good("af_rmse", 0.03) == (0, pytest.approx(0.0375))
    assert good("het_ratio", 1) == (0.95, 1.05)
    assert good("ld", 0.02)[1] == 0.1
    assert good("pc_distance", 0.16)[1] == pytest.approx(0.2)
    assert good("tstr", 0.75)[0] == pytest.approx(0.7)
    assert good("auc", 0.5)[1] == 0.6
    assert good("aa_truth", 0.5) == good("aa_syn", 0.5) == (0.4, 0.65)
    assert good("nn_ratio", 1)[0] == 1
    assert good("near_copies", 0.01)[1] == 0.01
    assert good("mia_distance", 0.5)[1] == 0.6
    assert good("mia_windows", 0.5)[1] == 0.65


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda d: d.key)
def test_every_definition_can_be_passed_and_failed(definition: Definition) -> None:
    reference = definition.ideal or 0.01
    assert definition.judge(definition.ideal, reference) == "good"
    low, high = definition.bounds(reference, definition.fair)
    if math.isfinite(high) and high < definition.ideal + 1:
        assert definition.judge(high + 1.5, reference) == "poor"
    else:
        assert definition.judge(low - 1.5, reference) == "poor"
    assert definition.judge(math.nan, reference) == "not judged"


def test_what_real_people_reach_is_good_enough() -> None:
    het = BY_KEY["het_ratio"]
    assert het.judge(1.06, 1.0) == "fair"
    assert het.judge(1.06, 0.93) == "good"
    assert BY_KEY["near_copies"].judge(0.02, 0.05) == "good"


def test_levels_and_words() -> None:
    perfect = all_checks(PERFECT, PERFECT)
    assert level_of(perfect) == "good"
    assert in_words(perfect)[0].startswith("Good")
    careful = all_checks(PERFECT | {"ld": 0.2}, PERFECT)
    assert level_of(careful) == "usable with care"
    assert "haplotypes" in in_words(careful)[0]
    copies = all_checks(PERFECT | {"ld": 0.2, "near_copies": 0.9}, PERFECT)
    assert level_of(copies) == "do not use"
    lines = in_words(copies)
    assert lines[0].startswith("Do not use for sharing")
    assert "Unlike real people: Near copies." in lines
    assert "Roughly as in real people: LD by distance." in lines


def test_absent_figures_are_not_judged() -> None:
    checks = all_checks({}, {})
    assert {c.verdict for c in checks} == {"not judged"}
    row = Check(BY_KEY["auc"], 0.7, 0.5).row()
    assert (row["verdict"], row["low"], row["high"]) == ("fair", 0, 0.6)
