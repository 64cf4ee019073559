"""`embed`, `compression`: tables from a model and a panel."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Annotated, Literal

import typer

from vaeviz.cli.opening import open_model, open_panel, panel_line
from vaeviz.cli.options import (
    Bootstrap,
    BootstrapSeed,
    By,
    JsonFlag,
    ModelFile,
    PanelRef,
    TableOutput,
)
from vaeviz.cli.output import TABLES, replacing, write_table
from vaeviz.cli.session import Result, Session, records


def embed(
    context: typer.Context,
    model: ModelFile,
    panel: PanelRef,
    output: TableOutput,
    haplotypes: Annotated[
        bool, typer.Option("--haplotypes", help="One row a haplotype instead of one a person.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Write the latent position of every person: mean and standard deviation."""
    session = Session.of(context)
    with replacing(output, TABLES, [model, panel]) as temporary:
        session.progress.update(0, 2, "Opening the model and the panel")
        trained, opened = open_model(model), open_panel(panel)
        session.progress.update(1, 2, "Encoding")
        table = trained.embed(opened, haplotypes)
        write_table(table, temporary)
        session.progress.update(2, 2, f"{len(table):,} rows")
    report = trained.align(opened).report
    counts = table["split"].value_counts().rename_axis("split").reset_index(name="rows")
    result: Result = {
        "output": str(output),
        "rows": len(table),
        "columns": list(table.columns),
        "site_overlap": report.overlap,
        "split": records(counts),
    }
    notes = [panel_line(opened), f"{report.overlap:.1%} of the model's sites are in the panel."]
    if report.unreliable:
        notes.append("warning: under half of them; positions in latent space are unreliable.")
    session.finish(result, as_json, [("Rows written", counts)], notes)


def compression(
    context: typer.Context,
    model: ModelFile,
    panel: PanelRef,
    output: TableOutput,
    by: By = "superpopulation",
    split: Annotated[
        Literal["test", "validation", "train", "new", "all"],
        typer.Option(help="Whose genotypes are coded."),
    ] = "test",
    bootstrap: Bootstrap = 200,
    seed: BootstrapSeed = 1,
    people: Annotated[
        Path | None, typer.Option("--people", help="Also write a table of one row a person.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Write bits per allele by group, against frequencies and PCA, with intervals."""
    from vaeviz.compression.table import compression_result

    session = Session.of(context)
    with contextlib.ExitStack() as outputs:
        temporary = outputs.enter_context(replacing(output, TABLES, [model, panel]))
        person_file = people and outputs.enter_context(
            replacing(people, TABLES, [model, panel, output])
        )
        trained, opened = open_model(model), open_panel(panel)
        found = compression_result(
            trained, opened, by, split, bootstrap, seed, progress=session.progress
        )
        write_table(found.groups, temporary)
        if person_file is not None:
            write_table(found.samples, person_file)
    result: Result = {
        "output": str(output),
        "groups": records(found.groups),
        "notes": list(found.notes),
    }
    columns = ["group", "n_samples", "bits_per_allele", "ci_low", "ci_high", "ratio_frequencies"]
    shown = [("Bits per allele", found.groups[columns])]
    session.finish(result, as_json, shown, [panel_line(opened), *found.notes])
