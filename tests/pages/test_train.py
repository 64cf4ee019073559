"""A run from Start to a model in use, found again after a refresh; models from files."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import OpenPage, check_sound, messages
from tests.panels import random_panel
from vaeviz.data.panel import Panel
from vaeviz.jobs.job import list_jobs
from vaeviz.ui import steps
from vaeviz.ui.state import AppState

PANEL = random_panel()


def test_the_estimate_is_there_before_start(
    open_page: OpenPage, keep: Callable[[Panel], str]
) -> None:
    app = open_page("train", AppState(panel_ref=keep(PANEL)))
    assert "for 60 rows × 200 sites" in messages(app)
    app.selectbox(key="train_map_rows").set_value("haplotype").run()
    assert "for 120 rows × 200 sites" in messages(app)


def test_a_bad_setting_is_told(open_page: OpenPage, keep: Callable[[Panel], str]) -> None:
    app = open_page("train", AppState(panel_ref=keep(PANEL)))
    app.session_state["train_preset"] = "Custom"
    app.run()
    app.text_input(key="train_hidden").set_value("128, many").run()
    assert "hidden" in app.error[0].value
    assert not any(b.key == "train_start" for b in app.button)


def test_a_model_of_other_sites_is_refused(
    open_page: OpenPage, keep: Callable[[Panel], str], keep_model: Callable[[Panel], str]
) -> None:
    keep_model(PANEL)
    others = PANEL.sites.assign(chrom="9", id="x")
    foreign = Panel.create(PANEL.counts, PANEL.ploidy, PANEL.samples, others, PANEL.info)
    app = open_page("train", AppState(panel_ref=keep(foreign), model_ref="models/a.vaeviz"))
    assert "of the model" in app.error[0].value
    assert not app.exception


def test_an_uploaded_model_is_checked_and_used(
    open_page: OpenPage,
    keep: Callable[[Panel], str],
    keep_model: Callable[[Panel], str],
    home: Path,
) -> None:
    keep_model(PANEL)
    body = (home / "models" / "a.vaeviz").read_bytes()
    app = open_page("train", AppState(panel_ref=keep(PANEL)))
    app.session_state[steps.TRAIN] = steps.LOAD
    app.run()
    app.file_uploader[0].set_value(("mine.vaeviz", body[:-40], "application/zip")).run()
    app.button(key="use_model").click().run()
    assert app.error
    assert app.session_state["vaeviz_state"].model_ref is None
    app.file_uploader[0].set_value(("mine.vaeviz", body, "application/zip")).run()
    app.button(key="use_model").click().run()
    check_sound(app)
    assert app.session_state["vaeviz_state"].model_ref.startswith("models/")
    assert "mine" in messages(app)


@pytest.mark.slow
def test_training_survives_a_refresh_and_its_model_is_taken_over(
    open_page: OpenPage, keep: Callable[[Panel], str], home: Path
) -> None:
    app = open_page("train", AppState(panel_ref=keep(PANEL)))
    app.button(key="train_start").click().run()
    check_sound(app)
    assert [job.request.kind for job in list_jobs(home)] == ["train"]
    again = open_page("train", app.session_state["vaeviz_state"])
    deadline = time.monotonic() + 120
    while any(button.key == "train_cancel" for button in again.button):
        assert time.monotonic() < deadline
        time.sleep(0.5)
        again.run()
    check_sound(again)
    assert again.session_state["vaeviz_state"].model_ref.startswith("models/")
    assert "bits per allele held out" in messages(again)
    assert _held_out(again) > 0


def _held_out(app: AppTest) -> float:
    table = app.dataframe[0].value.set_index("coder")
    return float(table.loc["this model", "bits per allele"])
