"""A workspace with a panel and a model that is good enough to compress and to simulate."""

from __future__ import annotations

from pathlib import Path

from tests.trained import model_panel, small_model
from vaeviz.config import Rows
from vaeviz.data.panel import Panel
from vaeviz.data.vcz import save_panel
from vaeviz.ui.state import AppState


def trained_state(home: Path, rows: Rows = "person", panel: Panel | None = None) -> AppState:
    """State of a session with `model_panel` (or another panel) and the small model of it."""
    for folder in ("panels", "models"):
        (home / folder).mkdir(exist_ok=True)
    save_panel(panel or model_panel(), home / "panels" / "t.vcz")
    small_model(rows).save(home / "models" / "t.vaeviz")
    return AppState(panel_ref="panels/t.vcz", model_ref="models/t.vaeviz")
