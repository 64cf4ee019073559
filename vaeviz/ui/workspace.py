"""Names of panels and models, and the files in this workspace that they stand for.

A reference is a built-in panel's name, ``demo:NAME`` for its demo model, or a path relative to
the workspace. A session opens nothing else, whatever a digest or an address bar says.
"""

from __future__ import annotations

import secrets
from pathlib import Path

from vaeviz.config import Environment
from vaeviz.data.catalogue import BUILT_IN, demo_model_path
from vaeviz.data.panel import Panel
from vaeviz.errors import VaevizError

DEMO = "demo:"


def folder() -> Path:
    """Private folder of the workspace."""
    return Environment().workspace()


def new_path(kind: str, suffix: str) -> Path:
    """A fresh random path ``kind/HEX+suffix`` in the workspace; its parent folder exists."""
    parent = folder() / kind
    parent.mkdir(mode=0o700, exist_ok=True)
    return parent / f"{secrets.token_hex(8)}{suffix}"


def reference(path: Path) -> str:
    """The reference of a file inside the workspace."""
    return path.resolve().relative_to(folder().resolve()).as_posix()


def file_of(ref: str) -> Path:
    """The file behind a workspace reference or a demo model's reference.

    Raises
    ------
    VaevizError
        The reference leaves the workspace, or the file is gone.
    """
    if ref.startswith(DEMO):
        path = demo_model_path(ref.removeprefix(DEMO))
    else:
        path = (folder() / ref).resolve()
        if not path.is_relative_to(folder().resolve()):
            path = None
    if path is None or not path.exists():
        raise VaevizError(
            "What this session had open is no longer there.",
            "Choose a panel on the Panel page, or press 'Load demo'.",
        )
    return path


def panel_argument(ref: str) -> str:
    """How a command line names the panel of a reference: built-in name or absolute path."""
    return ref if ref in BUILT_IN else str(file_of(ref))


def as_file(ref: str, panel: Panel) -> Path:
    """A file that holds the panel of a reference; a built-in one is written out as .vcz."""
    if ref not in BUILT_IN:
        return file_of(ref)
    from vaeviz.data.vcz import save_panel

    path = new_path("uploads", ".vcz")
    save_panel(panel, path)
    return path


def demo_model(panel_ref: str) -> str | None:
    """Reference of the demo model of a built-in panel; None where there is none."""
    return f"{DEMO}{panel_ref}" if demo_model_path(panel_ref) is not None else None
