"""Two current models: each lands where it belongs, whatever its card says."""

from __future__ import annotations

from pathlib import Path

import pytest
import streamlit as st

from tests.panels import random_panel
from vaeviz.config import Purpose, TrainConfig
from vaeviz.training.loop import train_model
from vaeviz.ui import adopt, guards, library, state, workspace
from vaeviz.ui.state import AppState
from vaeviz.ui.train.model_settings import settings_table

PANEL = random_panel()
MAP = train_model(PANEL, TrainConfig(epochs=1, n_components=3, rank=4, hidden=(8,)))
SMALL = {"epochs": 1, "window_sites": 50, "n_latent": 2, "window_hidden": 8}
SEQUENCE = train_model(PANEL, TrainConfig.preset("sequence", **SMALL))


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VAEVIZ_HOME", str(tmp_path))
    monkeypatch.setattr(st, "session_state", {"vaeviz_state": AppState()})
    (tmp_path / "models").mkdir()
    MAP.save(tmp_path / "models" / "map.vaeviz")
    SEQUENCE.save(tmp_path / "models" / "seq.vaeviz")
    return workspace.folder()


def card(home: Path, name: str, purpose: Purpose | None) -> str:
    path = home / "models" / f"{name}.vaeviz"
    return library.add(path, name, "", purpose=purpose).ref


@pytest.mark.parametrize("told", [True, False])
def test_a_model_lands_in_its_slot(home: Path, told: bool) -> None:
    state.set_model(card(home, "map", "map" if told else None))
    state.set_model(card(home, "seq", "sequence" if told else None))
    assert state.get().model_ref == "models/map.vaeviz"
    assert state.get().sequence_ref == "models/seq.vaeviz"
    assert state.get().purposes == ["map", "sequence"]


def test_a_model_without_a_card_is_opened_to_see(home: Path) -> None:
    state.set_model("models/seq.vaeviz")
    assert state.get().model_ref is None
    assert state.get().sequence_ref == "models/seq.vaeviz"


def test_a_windowed_model_never_serves_as_the_map(home: Path) -> None:
    state.replace(AppState(model_ref="models/seq.vaeviz"))
    assert guards.find_model() is None
    assert state.get().model_ref is None
    found = guards.find_sequence_model()
    assert found is not None
    assert found.digest == SEQUENCE.digest
    facts = guards.model_facts("sequence")
    assert facts is not None
    assert facts.n_codes == 8


def test_a_card_that_errs_is_put_right(home: Path) -> None:
    state.set_model(card(home, "map", "sequence"))
    assert guards.find_sequence_model() is None
    assert state.get().model_ref == "models/map.vaeviz"
    assert state.get().sequence_ref is None


def test_an_earlier_model_of_the_other_kind_stays(home: Path) -> None:
    for name, purpose in (("map", "map"), ("seq", "sequence")):
        path = home / "models" / f"{name}.vaeviz"
        adopt.use_own_model(path, name, "detail", purpose, fits_open_panel=True)
    assert state.get().purposes == ["map", "sequence"]
    assert "sequence model" in state.notices()[-1]


BOTH = AppState(
    panel_ref="panels/p.vcz", model_ref="models/map.vaeviz", sequence_ref="models/seq.vaeviz"
)


def test_another_panel_and_a_reset_let_both_go(home: Path) -> None:
    state.replace(BOTH)
    state.set_panel("grid")
    assert state.get().purposes == []
    state.replace(BOTH)
    state.reset()
    assert state.get().sequence_ref is None


def test_a_panel_finds_its_last_models_again(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state.replace(BOTH)
    state.set_panel("grid")
    state.load_demo()
    monkeypatch.setattr(st, "session_state", {})
    (home / "models" / "map.vaeviz").unlink()
    state.set_panel("panels/p.vcz")
    assert state.get().model_ref is None
    assert state.get().sequence_ref == "models/seq.vaeviz"


def test_the_demo_leaves_jobs_running(home: Path) -> None:
    state.replace(BOTH)
    state.watch("0" * 32)
    state.load_demo()
    assert state.get().watching == ("0" * 32,)
    assert state.get().model_ref == "demo:human-array"


def test_both_models_survive_a_refresh(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state.replace(AppState(model_ref="models/map.vaeviz", sequence_ref="models/seq.vaeviz"))
    monkeypatch.setattr(st, "session_state", {})
    assert state.get().purposes == ["map", "sequence"]


def test_a_session_and_a_card_of_an_earlier_version_are_read(home: Path) -> None:
    (home / "session.json").write_text('{"panel_ref": "grid", "model_ref": "models/map.vaeviz"}')
    st.session_state.clear()
    assert state.get().model_ref == "models/map.vaeviz"
    assert state.get().sequence_ref is None
    (home / "models" / "seq.json").write_text('{"ref": "models/seq.vaeviz", "name": "old"}')
    (found,) = library.cards("models")
    assert found.purpose is None
    assert library.purpose_of(found.ref) == "sequence"


def test_settings_in_words_tell_what_applies() -> None:
    shown = settings_table(MAP).set_index("setting")["value"]
    assert shown["geometry terms"] == "neighbours 3, distances 20"
    assert shown["latent"] == "2 latent dimensions, Gaussian"
    assert "windows" not in shown
    shown = settings_table(SEQUENCE).set_index("setting")["value"]
    assert shown["windows"] == "4 of at most 50 sites, weights of its own for each"
    assert shown["latent"] == "4 windows × 2 = 8 latent dimensions, Gaussian"
    assert "geometry terms" not in shown
    assert shown["test bits per allele"] == f"{SEQUENCE.metrics['test_bits_per_allele']:.4f}"
