"""Bringing one's own genotypes: confirmed columns, a job, a report, and nothing lost on failure."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import OpenPage, check_sound, messages
from tests.panels import random_panel
from vaeviz.data.panel import Panel
from vaeviz.data.writers import write_vcf
from vaeviz.ui import steps
from vaeviz.ui.state import AppState

PANEL = random_panel()


def _until_ended(app: AppTest, seconds: float = 90) -> None:
    """Run the page again as its polling fragment does, until no job is under way."""
    deadline = time.monotonic() + seconds
    while any(button.key == "import_cancel" for button in app.button):
        assert time.monotonic() < deadline
        time.sleep(0.5)
        app.run()


def _upload(app: AppTest, files: list[tuple[str, bytes, str]]) -> None:
    app.session_state[steps.PANEL] = steps.UPLOAD
    app.run()
    app.file_uploader[0].set_value(files).run()
    app.button(key="use_files").click().run()


def test_two_genotype_files_are_refused_at_once(open_page: OpenPage) -> None:
    app = open_page("panel", AppState(panel_ref="grid"))
    _upload(app, [("a.vcf", b"x", "text/plain"), ("b.vcf", b"x", "text/plain")])
    assert "2 genotype files" in app.error[0].value
    assert app.session_state["vaeviz_state"].panel_ref == "grid"


def test_columns_are_guessed_and_can_be_changed(open_page: OpenPage) -> None:
    app = open_page("panel", AppState(panel_ref="grid"))
    sheet = b"IID\tPop\tCountry\nID0000\tPOP1\tX\n"
    _upload(app, [("a.vcf", b"x", "text/plain"), ("s.tsv", sheet, "text/plain")])
    check_sound(app)
    assert app.selectbox(key="map_sample").value == "IID"
    assert app.selectbox(key="map_population").value == "Pop"
    assert app.selectbox(key="map_latitude").value == "(none)"


@pytest.mark.slow
def test_an_upload_becomes_the_open_panel(open_page: OpenPage, tmp_path: Path) -> None:
    write_vcf(PANEL, tmp_path / "c.vcf.gz")
    sheet = PANEL.samples.rename(columns={"sample": "IID", "population": "Pop"}).iloc[5:]
    app = open_page("panel", AppState(panel_ref="grid"))
    files = [
        ("my cohort.vcf.gz", (tmp_path / "c.vcf.gz").read_bytes(), "application/gzip"),
        ("s.csv", sheet.to_csv(index=False).encode(), "text/csv"),
    ]
    _upload(app, files)
    app.button(key="start_import").click().run()
    assert app.session_state["vaeviz_state"].panel_ref == "grid"
    _until_ended(app)
    check_sound(app)
    assert app.session_state["vaeviz_state"].panel_ref.startswith("panels/")
    app.session_state["panel_preview"] = "History"
    app.run()
    assert "55 samples matched, 5 without a row in the sheet" in messages(app)
    assert "60 samples × 200 sites" in messages(app)


@pytest.mark.slow
def test_a_file_that_is_no_vcf_leaves_everything_as_it_was(open_page: OpenPage) -> None:
    app = open_page("panel", AppState(panel_ref="grid"))
    _upload(app, [("fake.vcf", b"%PDF-1.4 nothing", "text/plain")])
    app.button(key="start_import").click().run()
    _until_ended(app)
    assert "PDF" in app.error[0].value
    assert app.session_state["vaeviz_state"].panel_ref == "grid"
    app.button(key="import_dismiss").click().run()
    assert not app.error


@pytest.mark.slow
def test_filters_make_a_new_panel_and_keep_the_old_one(
    open_page: OpenPage, keep: Callable[[Panel], str]
) -> None:
    ref = keep(PANEL)
    app = open_page("panel", AppState(panel_ref=ref))
    app.session_state[steps.PANEL] = steps.FILTER
    app.run()
    app.checkbox(key="qc_maf_on").set_value(True)
    app.number_input(key="qc_maf").set_value(0.3)
    next(b for b in app.button if b.label == "Apply").click().run()
    _until_ended(app)
    check_sound(app)
    assert app.session_state["vaeviz_state"].panel_ref != ref
    assert "random filtered" in messages(app)
    app.session_state["panel_preview"] = "History"
    app.run()
    assert app.dataframe[0].value["what"].str.contains("MAF").any()
