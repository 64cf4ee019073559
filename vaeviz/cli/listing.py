"""`panels`: what is built in."""

from __future__ import annotations

import typer

from vaeviz.cli.options import JsonFlag
from vaeviz.cli.session import Session, records


def panels(context: typer.Context, as_json: JsonFlag = False) -> None:
    """List the built-in panels."""
    import pandas as pd

    from vaeviz.data.catalogue import BUILT_IN, default_panel_name

    rows = [
        {
            "name": panel.name,
            "title": panel.title,
            "species": panel.species,
            "simulated": panel.simulated,
            "default": panel.name == default_panel_name(),
            "description": panel.description,
        }
        for panel in BUILT_IN.values()
    ]
    table = pd.DataFrame(rows)
    notes = [f"{row['name']}: {row['description']}" for row in rows]
    shown = table.drop(columns="description")
    Session.of(context).finish(
        {"panels": records(table)}, as_json, [("Built-in panels", shown)], notes
    )
