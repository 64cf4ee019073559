"""Panels and models kept in this workspace, each with a small card so that a list is quick."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from vaeviz.config import Purpose, Settings
from vaeviz.errors import ConfigError
from vaeviz.ui import cache, workspace

Kind = Literal["panels", "models"]


class Card(Settings):
    """What a list tells about a panel or model.

    Attributes
    ----------
    ref : str
        As in `vaeviz.ui.workspace`.
    name, detail, panel_digest, created : str
    purpose : "map", "sequence" or None
        What a model is for; None for panels, and for cards of older versions.
    """

    ref: str
    name: str
    detail: str = ""
    panel_digest: str = ""
    created: str = ""
    purpose: Purpose | None = None


def add(
    path: Path, name: str, detail: str, panel_digest: str = "", purpose: Purpose | None = None
) -> Card:
    """Write the card of a file in the workspace."""
    card = Card(
        ref=workspace.reference(path),
        name=name,
        detail=detail,
        panel_digest=panel_digest,
        created=datetime.now(UTC).isoformat(timespec="minutes"),
        purpose=purpose,
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
    card = _card(ref)
    return "yours" if card is None else card.name


def purpose_of(ref: str) -> Purpose:
    """What a model of this workspace, or a demo model, is for; opened if its card is silent.

    Raises
    ------
    VaevizError
        The file is gone, damaged or of another version.
    """
    card = None if ref.startswith(workspace.DEMO) else _card(ref)
    if card is not None and card.purpose is not None:
        return card.purpose
    return "map" if cache.model(ref).is_map else "sequence"


def remove(ref: str) -> None:
    """Delete a panel or model of this workspace and its card."""
    path = workspace.file_of(ref)
    _card_file(path).unlink(missing_ok=True)
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


def _card(ref: str) -> Card | None:
    file = _card_file(workspace.folder() / ref)
    try:
        return Card.from_json(file.read_bytes())
    except (OSError, ConfigError):
        return None


def _card_file(path: Path) -> Path:
    return path.with_suffix(".json")
