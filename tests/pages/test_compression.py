"""The compression page: definitions on screen, held-out people, tables that agree with the core."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import OpenPage, check_sound, messages
from tests.pages.trained import trained_state
from tests.panels import odd_panels, random_panel
from tests.trained import model_panel, small_model
from vaeviz.compression.table import compression_result
from vaeviz.config import Rows, TrainConfig
from vaeviz.data.panel import Panel
from vaeviz.data.selection import Selection
from vaeviz.training.loop import train_model
from vaeviz.ui import steps
from vaeviz.ui.compression import compression_pictures, compression_view
from vaeviz.ui.state import AppState

ODD = odd_panels()
VIEWS = (
    "Bits per allele",
    "Ratio",
    "Paper's factor",
    "Against heterozygosity",
    "Against entropy",
    "Person by person",
    "All numbers",
    "Worst described",
)


def show(app: AppTest, view: str) -> None:
    app.session_state["compression_view"] = view
    app.run()
    check_sound(app)


def test_without_a_model_it_leads_to_one_that_compresses(
    open_page: OpenPage, keep: Callable[[Panel], str]
) -> None:
    app = open_page("compression", AppState(panel_ref=keep(random_panel())))
    assert "a Sequence model trained for Compression" in messages(app)
    app.session_state[steps.SEQUENCE_USE] = steps.FILL_IN
    app.button(key="empty_state_go").click().run()
    assert app.session_state[steps.TRAIN_PURPOSE] == "Sequence"
    assert app.session_state[steps.SEQUENCE_USE] == steps.COMPRESS


def test_headline_equals_the_core_on_held_out_people(open_page: OpenPage, home: Path) -> None:
    app = open_page("compression", trained_state(home))
    check_sound(app)
    total = compression_result(small_model("person"), model_panel()).groups.iloc[-1]
    shown = {metric.label: metric.value for metric in app.metric}
    assert shown["People scored"] == f"{total['n_samples']}"
    assert shown["Model"] == f"{total['bits_per_allele']:.4f}"
    assert shown["Gain over frequencies"] == f"{total['ratio_frequencies']:.2f}×"
    assert "held-out test people" in messages(app).replace("&#45;", "-")


@pytest.mark.parametrize("rows", ["person", "haplotype"])
def test_the_papers_factor_is_defined_on_screen(
    rows: Rows, open_page: OpenPage, home: Path
) -> None:
    app = open_page("compression", trained_state(home, rows))
    show(app, "Paper's factor")
    text = messages(app)
    assert "sites / (32 bits × latent dimensions + 16 bits × runs)" in text
    assert ("not the paper's definition" in text) == (rows == "person")


def test_the_sequence_model_codes_where_there_is_one(open_page: OpenPage, home: Path) -> None:
    state = trained_state(home)
    settings = {"epochs": 1, "window_sites": 100, "n_latent": 2, "window_hidden": 8}
    model = train_model(model_panel(), TrainConfig.preset("sequence", **settings))
    model.save(home / "models" / "s.vaeviz")
    app = open_page("compression", state.model_copy(update={"sequence_ref": "models/s.vaeviz"}))
    check_sound(app)
    total = compression_result(model, model_panel()).groups.iloc[-1]
    shown = {metric.label: metric.value for metric in app.metric}
    assert shown["Model"] == f"{total['bits_per_allele']:.4f}"
    assert "Sequence model" in messages(app)
    for view in VIEWS:
        show(app, view)
    app.session_state["compression_model"] = "Map"
    app.run()
    check_sound(app)
    assert "Map model" in messages(app)
    total = compression_result(small_model("person"), model_panel()).groups.iloc[-1]
    assert {m.label: m.value for m in app.metric}["Model"] == f"{total['bits_per_allele']:.4f}"


def test_training_people_are_flagged_as_not_held_out(open_page: OpenPage, home: Path) -> None:
    app = open_page("compression", trained_state(home))
    assert not app.error
    app.selectbox(key="compression_split").set_value("train").run()
    assert "Not held out" in app.error[0].value


def test_every_view_has_a_chart_or_table(open_page: OpenPage, home: Path) -> None:
    app = open_page("compression", trained_state(home))
    for view in VIEWS:
        show(app, view)
        assert app.dataframe, view
    assert len(app.dataframe[0].value) <= compression_pictures.WORST


def test_the_selection_is_marked_person_by_person(open_page: OpenPage, home: Path) -> None:
    scored = compression_result(small_model("person"), model_panel()).samples
    ids = (*scored["sample"][:4], next(iter(set(model_panel().sample_ids) - set(scored["sample"]))))
    selection = Selection(
        name="<b>mine</b>", sample_ids=ids, panel_digest=model_panel().digest, rule="by hand"
    )
    state = trained_state(home)
    app = open_page("compression", state.model_copy(update={"selection": selection}))
    show(app, "Person by person")
    traces = json.loads(app.get("plotly_chart")[0].proto.spec)["data"]
    people = [x for trace in traces for x in trace.get("customdata", [])]
    assert sorted(people) == sorted(scored["sample"])
    assert "selected (4)" in [trace.get("name") for trace in traces]
    text = messages(app)
    mean = scored["bits_per_allele"][:4].mean()
    assert f"4 of 5 people selected are scored here, mean {mean:.4f} bits per allele" in text
    assert "<b>" not in text
    app.session_state["vaeviz_state"] = state
    app.run()
    assert "people selected are scored" not in messages(app)


def test_a_large_panel_waits_for_the_button(
    open_page: OpenPage, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compression_view, "AT_ONCE_GENOTYPES", 0)
    app = open_page("compression", trained_state(home))
    assert not app.metric
    app.button(key="compression_go").click().run()
    check_sound(app)
    assert app.metric
    app.run()
    assert app.metric


@pytest.mark.parametrize("odd_name", sorted(ODD))
def test_odd_panels_in_every_view(
    odd_name: str,
    open_page: OpenPage,
    keep: Callable[[Panel], str],
    keep_model: Callable[[Panel], str],
) -> None:
    panel = ODD[odd_name]
    app = open_page("compression", AppState(panel_ref=keep(panel), model_ref=keep_model(panel)))
    for view in VIEWS:
        show(app, view)
        assert "<img" not in messages(app)


def test_a_latent_too_large_for_the_papers_definition_is_told() -> None:
    assert not compression_pictures.too_large(small_model("haplotype"))
    config = TrainConfig.preset("sequence", epochs=1, window_sites=50, window_hidden=8)
    told = compression_pictures.too_large(train_model(model_panel(), config))
    assert "under *Codecs*" in told
