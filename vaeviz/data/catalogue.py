"""Panels by name: the built-in ones, and any file that a reader reads."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from vaeviz.data.assets import ASSETS
from vaeviz.data.packed import read_packed
from vaeviz.data.panel import Panel, Species
from vaeviz.data.simulation import RECIPES
from vaeviz.errors import PanelError, ReadError


@dataclasses.dataclass(frozen=True)
class BuiltIn:
    """A panel that ships with the program; `file` holds its genotypes."""

    name: str
    title: str
    description: str
    species: Species
    file: Path
    simulated: bool = True


BUILT_IN: dict[str, BuiltIn] = {
    name: BuiltIn(
        name=name,
        title=recipe.title,
        description=recipe.description,
        species=recipe.species,
        file=ASSETS / "panels" / f"{name}.npz",
    )
    for name, recipe in RECIPES.items()
}


def builtin_names() -> list[str]:
    """Names of the built-in panels, the default first."""
    return list(BUILT_IN)


def default_panel_name() -> str:
    """Name of the panel that the dashboard opens with."""
    return "human-array"


def load_builtin(name: str) -> Panel:
    """Open a built-in panel, unfiltered.

    Raises
    ------
    PanelError
        No built-in panel has this name.
    ReadError
        Its file is absent or damaged.
    """
    if name not in BUILT_IN:
        raise PanelError(
            f"There is no built-in panel {name[:40]!r}.",
            f"Choose one of: {', '.join(BUILT_IN)}.",
        )
    return read_packed(BUILT_IN[name].file)


def open_panel(ref: str | Path) -> Panel:
    """Open a panel by built-in name or from a file (.vcz or whatever a reader reads).

    A built-in name wins over a file of that name; write ./human-array for the file. Files are
    never filtered here beyond what their reader reports.

    Raises
    ------
    ReadError
        Neither a built-in name nor an existing file, or no reader takes the file.
    """
    if str(ref) in BUILT_IN and not isinstance(ref, Path):
        return load_builtin(str(ref))
    path = Path(ref)
    if not path.exists():
        raise ReadError(
            f"{path.name[:60]!r} is neither a built-in panel nor a file that exists.",
            f"Give a file, or one of: {', '.join(BUILT_IN)}.",
        )
    from vaeviz.data.readers import read_panel

    return read_panel(path).panel


def demo_model_path(name: str) -> Path | None:
    """Model file that ships with a built-in panel, or None where there is none."""
    path = ASSETS / "models" / f"{name}.vaeviz"
    return path if name in BUILT_IN and path.is_file() else None
