"""Help that can be read: at 80 columns no name of an option and no word is cut short."""

from __future__ import annotations

import pytest
from typer.main import get_command

from tests.cli.run import run_here
from vaeviz.cli.main import app

COMMANDS = sorted(get_command(app).commands)  # type: ignore[attr-defined]


@pytest.mark.parametrize("command", COMMANDS)
def test_nothing_is_cut_at_80_columns(
    command: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr("typer.rich_utils.MAX_WIDTH", 80)
    ended = run_here(capfd, command, "--help")
    assert ended.code == 0
    assert "Usage" in ended.stdout
    assert "…" not in ended.stdout
    assert max(map(len, ended.stdout.splitlines())) <= 80
