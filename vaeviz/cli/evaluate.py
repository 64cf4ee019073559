"""`evaluate`: the model's map beside PCA, UMAP and t-SNE, by held-out people."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vaeviz.cli.opening import open_model, open_panel, panel_line
from vaeviz.cli.options import JsonFlag, ModelFile, PanelRef
from vaeviz.cli.output import TABLES, replacing, write_table
from vaeviz.cli.session import Result, Session
from vaeviz.errors import ConfigError
from vaeviz.progress import Part

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from vaeviz.analysis.evaluation_report import Evaluation, Method

COORDINATES = (*TABLES, ".parquet")
SHOWN = {
    "Labels found": ("knn_population", "knn_superpopulation", "lda_population"),
    "Distances and places": ("rho", "rho_all", "r2_places"),
    "Neighbours, clusters, bits": (
        "neighbours_kept",
        "trustworthiness",
        "silhouette",
        "bits_per_allele",
    ),
}
"""Tables in the terminal; the report holds every figure."""


def evaluate(
    context: typer.Context,
    model: ModelFile,
    panel: PanelRef,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="REPORT.json", help="Report to write (.json).")
    ],
    methods: Annotated[
        str, typer.Option(help="Which to compare, with commas between: vae,pca,pca20,umap,tsne.")
    ] = "vae,pca,pca20,umap,tsne",
    repeat: Annotated[
        int,
        typer.Option(min=0, max=100, help="Train this many further seeds; report mean and sd."),
    ] = 0,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of UMAP and t-SNE.")] = 1,
    coordinates: Annotated[
        Path | None,
        typer.Option(
            "--coordinates", metavar="FILE", help="Also write everybody's places (.csv, .parquet)."
        ),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Compare the model's map with PCA, UMAP and t-SNE fitted on the same people.

    All read the same cross-fitted principal components, and are judged by people whom none of
    them was fitted on. With --repeat, the model's own settings are trained anew, each seed with
    a split of its own.
    """
    from vaeviz.analysis.evaluation import evaluate as compare

    chosen = _chosen(methods)
    session = Session.of(context)
    with contextlib.ExitStack() as outputs:
        file = outputs.enter_context(replacing(output, [".json"], [model, panel]))
        table = coordinates and outputs.enter_context(
            replacing(coordinates, COORDINATES, [model, panel, output])
        )
        session.progress.update(0, repeat + 1, "Opening the model and the panel")
        trained, opened = open_model(model), open_panel(panel)
        part = Part(session.progress, 0, 1, repeat + 1)
        found = compare(trained, opened, chosen, seed, part)
        if repeat:
            from vaeviz.analysis.repeats import with_seeds

            part = Part(session.progress, 1, repeat, repeat + 1)
            config = trained.train_config
            found = with_seeds(found, opened, config, repeat, chosen, seed, part)
        file.write_text(found.report.to_json(), encoding="utf-8")
        if table is not None:
            write_table(found.coordinates, table)
    result: Result = {"output": str(output), **found.report.model_dump(mode="json")}
    session.finish(
        result, as_json, tables(found.report), [panel_line(opened), *_notes(found.report)]
    )


def tables(report: Evaluation) -> list[tuple[str, pd.DataFrame]]:
    """The figures that fit a terminal, methods below each other; with their spread over seeds."""
    import pandas as pd

    from vaeviz.analysis.metric_definitions import METRICS

    shown = []
    for title, names in SHOWN.items():
        rows = [
            {"method": m.title, **{METRICS[name].title: report.text_of(m, name) for name in names}}
            for m in report.placed
        ]
        if rows:
            shown.append((title, pd.DataFrame(rows)))
    return shown


def _notes(report: Evaluation) -> list[str]:
    who = "test people" if report.held_out == "test" else "people new to the model"
    notes = [f"Figures are of {report.n_held_out:,} {who}; [95 % intervals]."]
    if report.seeds:
        notes.append(
            f"+-: sd over {len(report.seeds)} seeds, each with its own split, after the mean."
        )
    left_out = [f"{m.title} is left out: {m.why}" for m in report.methods if m.why]
    return [*notes, *report.notes, *left_out]


def _chosen(text: str) -> Sequence[Method]:
    from vaeviz.analysis.evaluation_report import METHODS

    wanted = [part.strip().lower() for part in text.split(",") if part.strip()]
    unknown = [name for name in wanted if name not in METHODS]
    if unknown or not wanted:
        raise ConfigError(
            f"--methods is {text[:60]!r}; known methods are {', '.join(METHODS)}.",
            'Write for example "vae,pca,umap".',
        )
    return [name for name in METHODS if name in wanted]
