"""A session's state: restored when sound, never a way out of the workspace."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import streamlit as st

from vaeviz.errors import VaevizError
from vaeviz.ui import selecting, state, workspace
from vaeviz.ui.frame import is_loopback


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VAEVIZ_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(st, "session_state", {})
    return workspace.folder()


def test_the_first_visit_is_the_demo() -> None:
    assert state.get().panel_ref == "human-array"
    assert state.get().selection is None


def test_a_refresh_brings_back_panel_selection_and_awaited_jobs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    state.set_panel("grid")
    selecting.apply(["A", "B"], "by hand")
    state.watch("0" * 32)
    monkeypatch.setattr(st, "session_state", {})
    assert state.get().panel_ref == "grid"
    assert state.get().selection is not None
    assert state.get().watching == ("0" * 32,)
    assert state.get().history == ()


@pytest.mark.parametrize(
    "text", ["", "{", '{"panel_ref": "../../etc/passwd"}', '{"model_ref": "models/gone.vaeviz"}']
)
def test_a_damaged_or_foreign_session_file_gives_the_demo(text: str, home: Path) -> None:
    (home / "session.json").write_text(text)
    assert state.get().panel_ref == "human-array"


@pytest.mark.parametrize("ref", ["../outside.vcz", "/etc/passwd", "demo:../../x", "absent.vcz"])
def test_references_stay_in_the_workspace(ref: str, home: Path) -> None:
    (home.parent / "outside.vcz").mkdir()
    with pytest.raises(VaevizError, match="no longer there"):
        workspace.file_of(ref)


def test_the_workspace_is_private(home: Path) -> None:
    assert home.stat().st_mode & 0o777 == 0o700
    assert (home / "session.json").exists() is False


@pytest.mark.parametrize("address", ["127.0.0.1", "localhost", "::1", "127.0.0.2"])
def test_loopback_addresses(address: str) -> None:
    assert is_loopback(address)


@pytest.mark.parametrize("address", [None, "", "0.0.0.0", "::", "192.168.1.2", "example.org"])
def test_every_other_address_is_refused(address: str | None) -> None:
    assert not is_loopback(address)


def test_two_windows_may_write_at_the_same_moment() -> None:
    def write(number: int) -> None:
        for k in range(100):
            state.replace(state.AppState(panel_ref=f"panels/{number}_{k}.vcz"))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    assert [file.name for file in workspace.folder().iterdir()] == ["session.json"]
