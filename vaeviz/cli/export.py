"""`export`: one zip with figures, tables, the model, and how all of it was made."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vaeviz.cli.options import JsonFlag, ModelFile, PanelRef


def export(
    context: typer.Context,
    model: ModelFile,
    panel: PanelRef,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="OUT.zip", help="Archive to write.")
    ],
    as_json: JsonFlag = False,
) -> None:
    """Write figures, tables, the model and a methods paragraph into one zip."""
