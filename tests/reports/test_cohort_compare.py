from __future__ import annotations

import json

import pytest

from tests.trained import model_panel, small_model
from vaeviz.config import SimulateConfig
from vaeviz.errors import ReadError
from vaeviz.reports import manifest
from vaeviz.reports.cohort_compare import compare_cohort
from vaeviz.reports.cohort_export import Origin, cohort_manifest
from vaeviz.reports.contents import BundledCohort
from vaeviz.synthesis.generate import Cohort, generate
from vaeviz.synthesis.region import population_region


def draw(seed: int = 1) -> Cohort:
    panel, model = model_panel(), small_model()
    return generate(model, panel, population_region(panel, "POP1"), SimulateConfig(n=5, seed=seed))


def told(cohort: Cohort, **changes: manifest.JsonValue) -> bytes:
    entries = cohort_manifest(BundledCohort(cohort), Origin(small_model(), model_panel()))
    return manifest.to_json(entries | changes).encode()


def test_the_same_draw_is_the_same_cohort() -> None:
    digest = small_model().digest
    assert compare_cohort(draw(), digest, told(draw())) == (True, ())
    report = json.dumps({"facts": {"cohort_digest": draw().panel.digest}}).encode()
    assert compare_cohort(draw(), digest, report).same


def test_what_differs_is_named() -> None:
    digest = small_model().digest
    other = compare_cohort(draw(seed=2), digest, told(draw()))
    assert other == (False, ("seed was 1, here 2",))
    changed = told(draw(), vaeviz="0.0.1", near_copies_dropped=3)
    reasons = compare_cohort(draw(seed=2), "another", changed).reasons
    assert reasons[0].startswith("another model drew it")
    assert reasons[2] == "3 near copies were dropped from it"
    assert reasons[3].startswith("vaeviz was 0.0.1, here ")


@pytest.mark.parametrize(
    "text", [b"", b"[]", b"{}", b"\xff", b'{"cohort": 3}', b'{"facts": {"cohort_digest": 1}}']
)
def test_other_files_are_refused(text: bytes) -> None:
    with pytest.raises(ReadError, match="no manifest or report"):
        compare_cohort(draw(), "", text)
