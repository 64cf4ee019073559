from __future__ import annotations

import dataclasses
import re
from functools import cache

import pytest

from tests.panels import HOSTILE
from tests.trained import model_panel, small_model
from vaeviz.config import SimulateConfig
from vaeviz.reports.cohort_html import cohort_html
from vaeviz.synthesis.checks import DEFINITIONS
from vaeviz.synthesis.generate import Cohort, generate
from vaeviz.synthesis.region import Region, population_region
from vaeviz.synthesis.report import CohortReport, cohort_report


@cache
def made() -> tuple[Cohort, CohortReport]:
    model, panel = small_model(), model_panel()
    cohort = generate(model, panel, population_region(panel, "SUP1"), SimulateConfig(n=40))
    return cohort, cohort_report(model, panel, cohort)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_page_has_everything_and_needs_no_network(theme: str) -> None:
    cohort, report = made()
    page = cohort_html(cohort, report, theme)
    assert page.count("<h1>SYNTHETIC cohort: 40 people from SUP1</h1>") == 1
    for definition in DEFINITIONS:
        assert definition.title.replace("'", "&#x27;") in page
    assert report.verdict.splitlines()[0].replace("'", "&#x27;") in page
    assert report.facts["cohort_digest"] in page
    assert page.count("<figure ") == 6
    # Nothing is loaded: links inside the library's code are no loads.
    assert not re.search(r"<(?:script|link|img)[^>]+(?:src|href)=", page)


def test_library_is_in_it_once() -> None:
    page = cohort_html(*made())
    assert page.count("plotly.js v") == 1


def test_names_of_users_stay_inert() -> None:
    cohort, report = made()
    for name in HOSTILE:
        region = Region(name, "selection", cohort.region.members)
        page = cohort_html(dataclasses.replace(cohort, region=region), report)
        assert "<img src=x" not in page


def test_nobody_real_is_named() -> None:
    page = cohort_html(*made())
    assert not any(f">{sample}<" in page for sample in model_panel().sample_ids)
