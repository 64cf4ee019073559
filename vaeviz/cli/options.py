"""Options that several commands share; defaults are those of the settings they fill."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vaeviz.config import Settings

PanelRef = Annotated[
    str,
    typer.Argument(
        metavar="PANEL", help="A built-in panel's name, a .vcz, or a VCF, BCF or PLINK file."
    ),
]
ModelFile = Annotated[Path, typer.Argument(metavar="MODEL", help="A trained model (.vaeviz).")]
JsonFlag = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")]
TableOutput = Annotated[
    Path, typer.Option("--output", "-o", metavar="FILE", help="Table to write (.csv).")
]
By = Annotated[str, typer.Option("--by", help="Sample column whose labels make the groups.")]
Seed = Annotated[int | None, typer.Option("--seed", help="Seed of every random choice.")]
BootstrapSeed = Annotated[
    int, typer.Option("--seed", min=0, help="Seed of the bootstrap and of posterior draws.")
]
Bootstrap = Annotated[int, typer.Option(min=2, max=100_000, help="Bootstrap samples.")]


def default_of(settings: type[Settings], field: str) -> str:
    """'(default X)' for a help text, read from the settings."""
    return f"(default {settings.model_fields[field].default})"


def given(**values: object) -> dict[str, object]:
    """The options that were given: the others keep the default of their settings."""
    return {name: value for name, value in values.items() if value is not None}
