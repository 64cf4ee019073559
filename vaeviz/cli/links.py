"""`links`: how alike groups are, by four measures. Similarity, not migration."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from vaeviz.cli.opening import open_model, open_panel, panel_line
from vaeviz.cli.options import By, JsonFlag, PanelRef, TableOutput
from vaeviz.cli.output import TABLES, replacing, write_table
from vaeviz.cli.session import Result, Session, records
from vaeviz.errors import ConfigError


def links(
    context: typer.Context,
    panel: PanelRef,
    output: TableOutput,
    kind: Annotated[
        Literal["fst", "f2", "covariance", "latent"],
        typer.Option(
            help="Hudson Fst, unbiased f2, covariance of drift as in TreeMix, or distance in "
            "latent space (needs --model)."
        ),
    ] = "fst",
    model: Annotated[
        Path | None, typer.Option("--model", help="Map whose latent space is meant (.vaeviz).")
    ] = None,
    by: By = "population",
    nearest: Annotated[
        int, typer.Option(min=1, help="So many nearest groups are links of a group.")
    ] = 2,
    as_json: JsonFlag = False,
) -> None:
    """Write how alike all pairs of groups are, the most alike first: similarity, not migration."""
    from vaeviz.analysis.links import CAVEAT, MEASURES, link_matrix, pair_table

    if (kind == "latent") != (model is not None):
        raise ConfigError(
            "--kind latent needs --model, and --model goes with --kind latent alone.",
            "Give both or neither.",
        )
    session = Session.of(context)
    with replacing(output, TABLES, [panel, model]) as temporary:
        session.progress.update(0, 2, "Opening the panel")
        opened = open_panel(panel)
        session.progress.update(1, 2, "Comparing groups")
        embedding = open_model(model).embed(opened) if model is not None else None
        table = pair_table(link_matrix(opened, by, kind, embedding), kind, nearest)
        write_table(table, temporary)
        session.progress.update(2, 2, f"{len(table):,} pairs")
    result: Result = {"output": str(output), "links": records(table), "meaning": CAVEAT}
    title = f"{MEASURES[kind].title}: {CAVEAT}"
    shown = [(title, table[["source", "target", "value", "nearest_of"]].head(20))]
    notes = [panel_line(opened), MEASURES[kind].explanation]
    session.finish(result, as_json, shown, notes)
