"""A run from Start to a model in use, found again after a refresh; models from files."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import OpenPage, check_sound, messages
from tests.panels import random_panel
from vaeviz.config import Bottleneck, TrainConfig
from vaeviz.data.panel import Panel
from vaeviz.jobs.job import list_jobs
from vaeviz.ui import steps
from vaeviz.ui.state import AppState
from vaeviz.ui.train import train_form

PANEL = random_panel()


def test_the_estimate_is_there_before_start(
    open_page: OpenPage, keep: Callable[[Panel], str]
) -> None:
    app = open_page("train", AppState(panel_ref=keep(PANEL)))
    assert "for 60 rows × 200 sites" in messages(app)
    app.selectbox(key="train_map_rows").set_value("haplotype").run()
    assert "for 120 rows × 200 sites" in messages(app)


def test_a_sequence_model_reads_haplotypes_in_windows(
    open_page: OpenPage, keep: Callable[[Panel], str]
) -> None:
    app = open_page("train", AppState(panel_ref=keep(PANEL)))
    assert "geometry terms" in messages(app)
    app.session_state[steps.TRAIN_PURPOSE] = "Sequence"
    app.run()
    check_sound(app)
    assert "for 120 rows × 200 sites and 2 windows × 8 = 16 latent dimensions" in messages(app)
    assert "geometry terms" not in messages(app)
    app.number_input(key="train_sequence_window_sites_256").set_value(50).run()
    assert "4 windows × 8 = 32 latent dimensions" in messages(app)
    app.selectbox(key="train_sequence_window_unit").set_value("kb").run()
    check_sound(app)


@pytest.mark.parametrize("use", [steps.COMPRESS, steps.FILL_IN])
def test_the_form_follows_what_a_sequence_model_is_for(
    open_page: OpenPage, keep: Callable[[Panel], str], started: list[TrainConfig], use: str
) -> None:
    app = open_page("train", AppState(panel_ref=keep(PANEL)))
    for shown in (steps.COMPRESS, steps.FILL_IN, use):  # Numbers of another use must not stay.
        custom(app, "Sequence", shown)
    app.button(key="train_start").click().run()
    check_sound(app)
    compresses = use == steps.COMPRESS
    assert started == [TrainConfig.preset("sequence", autoregressive=compresses, dropout=0)]
    assert ("bottleneck" in fields(app)) != compresses
    assert ("denoise" in fields(app)) != compresses


def custom(app: AppTest, purpose: str, use: str = steps.FILL_IN) -> AppTest:
    app.session_state[steps.TRAIN_PURPOSE] = purpose
    app.session_state[steps.SEQUENCE_USE] = use
    app.session_state["train_preset"] = "Custom"
    app.run()
    check_sound(app)
    return app


def fields(app: AppTest) -> set[str]:
    """Settings whose fields are on the page."""
    widgets = (*app.number_input, *app.selectbox, *app.toggle, *app.text_input)
    return {re.sub("^train_(map_|sequence_)?|_[0-9.]+$", "", str(w.key)) for w in widgets}


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[TrainConfig]:
    """Settings of the runs that a page starts, none of which does start."""
    found: list[TrainConfig] = []
    monkeypatch.setattr(train_form, "start_training", lambda config, name: found.append(config))
    return found


def test_only_the_fields_that_apply_are_shown(
    open_page: OpenPage, keep: Callable[[Panel], str]
) -> None:
    app = custom(open_page("train", AppState(panel_ref=keep(PANEL))), "Map")
    assert {"n_components", "geometry_True", "site_blocks", "rank"} <= fields(app)
    assert not {"window_sites", "codebook_size", "window_hidden", "generations"} & fields(app)
    app.selectbox(key="train_map_shape").set_value("hybrid").run()
    app.selectbox(key="train_map_bottleneck").set_value("vq").run()
    app.selectbox(key="train_map_augment").set_value("wright-fisher").run()
    check_sound(app)
    shown = fields(app)
    assert {"window_sites", "window_features", "codebook_size", "codebook_heads"} <= shown
    assert "generations" in shown
    assert not {"n_components", "site_blocks"} & shown
    assert not any(name.startswith(("geometry", "beta", "free_bits")) for name in shown)


@pytest.mark.parametrize("bottleneck", ["gaussian", "bernoulli", "vq", "none"])
@pytest.mark.parametrize(
    ("purpose", "shape"), [("Map", "global"), ("Map", "hybrid"), ("Sequence", "windowed")]
)
def test_every_shape_and_bottleneck_can_be_started(
    open_page: OpenPage,
    keep: Callable[[Panel], str],
    started: list[TrainConfig],
    purpose: str,
    shape: str,
    bottleneck: str,
) -> None:
    app = custom(open_page("train", AppState(panel_ref=keep(PANEL))), purpose)
    if purpose == "Map":
        app.selectbox(key="train_map_shape").set_value(shape).run()
    key = f"train_{purpose.lower()}"
    app.selectbox(key=f"{key}_bottleneck").set_value(bottleneck).run()
    app.button(key="train_start").click().run()
    check_sound(app)
    (config,) = started
    assert (config.shape, config.bottleneck) == (shape, bottleneck)
    assert config.uses_geometry() == (shape == "global" and bottleneck == "gaussian")


def test_a_condition_turns_geometry_off_and_says_what_it_does(
    open_page: OpenPage, keep: Callable[[Panel], str]
) -> None:
    app = custom(open_page("train", AppState(panel_ref=keep(PANEL))), "Map")
    app.selectbox(key="train_condition").set_value("superpopulation").run()
    check_sound(app)
    assert app.toggle(key="train_map_geometry_False").value is False
    assert "taken out of the latent" in messages(app)


def test_a_split_without_test_people_is_told(
    open_page: OpenPage, keep: Callable[[Panel], str]
) -> None:
    app = custom(open_page("train", AppState(panel_ref=keep(PANEL))), "Map")
    app.number_input(key="train_map_train_fraction_0.8").set_value(0.95).run()
    assert "nobody is held out" in app.error[0].value
    assert not any(b.key == "train_start" for b in app.button)


@pytest.mark.parametrize("bottleneck", ["gaussian", "vq"])
def test_both_current_models_are_shown_one_at_a_time(
    open_page: OpenPage,
    keep: Callable[[Panel], str],
    keep_model: Callable[[Panel], str],
    home: Path,
    bottleneck: Bottleneck,
) -> None:
    keep_sequence(home, bottleneck)
    state = AppState(
        panel_ref=keep(PANEL), model_ref=keep_model(PANEL), sequence_ref="models/s.vaeviz"
    )
    app = open_page("train", state)
    check_sound(app)
    assert "KL divergence of its posterior" in messages(app)
    assert "The PCA has 2 components" in messages(app)
    app.session_state[steps.SHOWN_MODEL] = "Sequence"
    for view in ("Learning curve", "KL along the genome", "Settings"):
        app.session_state["model_picture"] = view
        app.run()
        check_sound(app)
    text = messages(app)
    assert "**Map** ·" in text
    assert "**Sequence** ·" in text
    cost = "KL divergence" if bottleneck == "gaussian" else "4 bits (log2 of 16) for each of its 4"
    assert cost in text
    assert "4 windows × 2 = 8" in str(app.dataframe[-1].value)


@pytest.mark.parametrize("page", ["classify", "compare", "axes", "simulate"])
def test_pages_that_need_a_map_say_so_and_lead_to_one(
    page: str, open_page: OpenPage, keep: Callable[[Panel], str], home: Path
) -> None:
    keep_sequence(home)
    state = AppState(panel_ref=keep(PANEL), model_ref="models/s.vaeviz")
    app = open_page(page, state)
    check_sound(app)
    assert "This page needs a map, and the model in use is a sequence model." in messages(app)
    assert app.session_state["vaeviz_state"].sequence_ref == "models/s.vaeviz"
    app.button(key="empty_state_go").click().run()
    assert app.session_state[steps.TRAIN_PURPOSE] == "Map"


def keep_sequence(home: Path, bottleneck: Bottleneck = "gaussian") -> None:
    from vaeviz.training.loop import train_model

    small = {"epochs": 1, "window_sites": 50, "n_latent": 2, "window_hidden": 8}
    config = TrainConfig.preset("sequence", bottleneck=bottleneck, codebook_size=16, **small)
    (home / "models").mkdir(exist_ok=True)
    train_model(PANEL, config).save(home / "models" / "s.vaeviz")


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
