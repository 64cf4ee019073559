"""Panels and models kept in this workspace, each with a small card so that a list is quick."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from vaeviz.config import Settings
from vaeviz.errors import ConfigError
from vaeviz.ui import workspace

Kind = Literal["panels", "models"]


class Card(Settings):
    """What a list tells about a panel or model; `ref` as in `vaeviz.ui.workspace`."""

    ref: str
    name: str
    detail: str = ""
    panel_digest: str = ""
    created: str = ""


def add(path: Path, name: str, detail: str, panel_digest: str = "") -> Card:
    """Write the card of a file in the workspace."""
    card = Card(
        ref=workspace.reference(path),
        name=name,
        detail=detail,
        panel_digest=panel_digest,
        created=datetime.now(UTC).isoformat(timespec="minutes"),
    )
    _card_file(path).write_text(card.to_json(), encoding="utf-8")
    return card


def cards(kind: Kind) -> list[Card]:
    """Cards of the panels or models that are still there, newest first."""
    found: list[Card] = []
    folder = workspace.folder() / kind
    for file in folder.glob("*.json") if folder.is_dir() else ():
        try:
            card = Card.from_json(file.read_bytes())
        except ConfigError:
            continue
        if (workspace.folder() / card.ref).exists():
            found.append(card)
    return sorted(found, key=lambda card: card.created, reverse=True)


def name_of(ref: str) -> str:
    """Name of a panel or model of this workspace, or of the demo model, without opening it."""
    if ref.startswith(workspace.DEMO):
        return "demo model"
    file = _card_file(workspace.folder() / ref)
    try:
        return Card.from_json(file.read_bytes()).name
    except (OSError, ConfigError):
        return "yours"


def remove(ref: str) -> None:
    """Delete a panel or model of this workspace and its card."""
    path = workspace.file_of(ref)
    _card_file(path).unlink(missing_ok=True)
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


def _card_file(path: Path) -> Path:
    return path.with_suffix(".json")
