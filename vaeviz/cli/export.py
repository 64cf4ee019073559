"""`export`: one zip with figures, tables, models, and how all of it was made."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vaeviz.cli.opening import open_model, open_panel, panel_line
from vaeviz.cli.options import BootstrapSeed, By, JsonFlag, ModelFile, PanelRef
from vaeviz.cli.output import replacing
from vaeviz.cli.session import Session


def export(
    context: typer.Context,
    model: ModelFile,
    panel: PanelRef,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="OUT.zip", help="Archive to write.")
    ],
    sequence: Annotated[
        Path | None,
        typer.Option(
            "--sequence",
            metavar="MODEL.vaeviz",
            help="The panel's sequence model too: compression is of this one then.",
        ),
    ] = None,
    by: By = "superpopulation",
    seed: BootstrapSeed = 1,
    images: Annotated[
        bool, typer.Option("--images/--no-images", help="Also draw SVGs (needs a Chrome).")
    ] = True,
    genotypes: Annotated[
        bool, typer.Option("--genotypes", help="Also put the panel's genotypes into it.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Write figures, tables, the models, a manifest and a methods paragraph into one zip.

    Genotypes stay out of it unless asked for.
    """
    from vaeviz.reports.standard import standard_bundle

    session = Session.of(context)
    with replacing(output, [".zip"], [model, panel, sequence]) as temporary:
        trained, opened = open_model(model), open_panel(panel)
        coder = open_model(sequence) if sequence is not None else None
        contents = standard_bundle(
            temporary,
            trained,
            opened,
            by=by,
            include_genotypes=genotypes,
            images=images,
            seed=seed,
            sequence=coder,
            progress=session.progress,
        )
        size_mb = temporary.stat().st_size / 1e6
    figures = [chart.name for chart in contents.charts]
    result = {
        "output": str(output),
        "figures": figures,
        "tables": [*figures, *contents.tables],
        "genotypes": genotypes,
        "megabytes": size_mb,
    }
    lines = [panel_line(opened), f"{len(figures)} figures with their tables, {size_mb:.1f} MB."]
    session.finish(result, as_json, (), lines)
