"""`codecs`: the same people coded by this program and by what a user has already."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from vaeviz.cli.opening import open_model, open_panel, panel_line
from vaeviz.cli.options import JsonFlag, ModelFile, PanelRef, TableOutput
from vaeviz.cli.output import TABLES, replacing, write_table
from vaeviz.cli.session import Result, Session, records
from vaeviz.progress import Part

NAMES = (
    *("ae", "copying", "mix", "xz", "zstd", "brotli", "blosc2"),
    *("pgen", "pgen-xz", "zstd-panel", "xz-panel"),
)
"""As in `compression.codec_methods.METHODS`, which is slow to import."""
SHOWN = {
    "title": "codec",
    "bits_per_allele": "bits per allele",
    "factor": "factor",
    "bits_per_allele_counted": "with model and panel",
}
SPEEDS = {
    "title": "codec",
    "encode_alleles_per_s": "encode, alleles a second",
    "decode_alleles_per_s": "decode, alleles a second",
}
"""Columns of the tables in a terminal, and their heads there."""


def codecs(
    context: typer.Context,
    model: ModelFile,
    panel: PanelRef,
    output: TableOutput,
    split: Annotated[
        Literal["test", "validation", "new", "all"], typer.Option(help="Whose genotypes are coded.")
    ] = "test",
    methods: Annotated[
        str,
        typer.Option(
            help=f"Which to run, with commas between: {', '.join(NAMES)}.", show_default="all"
        ),
    ] = ",".join(NAMES),
    reference: Annotated[
        str | None,
        typer.Option(
            metavar="PANEL",
            help="Phased people whom encoder and decoder have (default: the training people).",
        ),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Compare codecs on the same people: bits per allele, sizes of model and panel, speed.

    Every file is decoded again and compared. Genotypes alone are counted: sites and names cost
    the same under all methods.
    """
    from vaeviz.compression.codec_table import codec_table

    chosen = [part.strip().lower() for part in methods.split(",") if part.strip()]
    session = Session.of(context)
    with replacing(output, TABLES, [model, panel, reference]) as temporary:
        session.progress.update(0, len(chosen) + 1, "Opening the model and the panel")
        trained, opened = open_model(model), open_panel(panel)
        other = None if reference is None else open_panel(reference)
        part = Part(session.progress, 1, len(chosen), len(chosen) + 1)
        table, notes = codec_table(trained, opened, other, split, chosen, part)
        write_table(table, temporary)
    ran = table.dropna(subset=["bits_per_allele"])
    said = [f"{row.title}: {row.note}" for row in table.itertuples() if isinstance(row.note, str)]
    result: Result = {"output": str(output), "methods": records(table), "notes": notes}
    shown = [
        (title, ran[list(columns)].rename(columns=columns))
        for title, columns in (("Bits per allele", SHOWN), ("Speed", SPEEDS))
    ]
    session.finish(result, as_json, shown, [panel_line(opened), *notes, *filter(None, said)])
