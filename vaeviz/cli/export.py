"""`export`: one zip with figures, tables, the model, and how all of it was made."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vaeviz.cli.opening import open_model, open_panel, panel_line
from vaeviz.cli.options import BootstrapSeed, By, JsonFlag, ModelFile, PanelRef
from vaeviz.cli.output import replacing
from vaeviz.cli.session import Session
from vaeviz.errors import Cancelled
from vaeviz.progress import Progress

if TYPE_CHECKING:
    import pandas as pd

    from vaeviz.compression.table import CompressionResult
    from vaeviz.data.panel import Panel
    from vaeviz.figures.chart import Chart
    from vaeviz.reports.contents import BundleContents
    from vaeviz.training.model import TrainedModel

N_BOOTSTRAP = 200


def export(
    context: typer.Context,
    model: ModelFile,
    panel: PanelRef,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="OUT.zip", help="Archive to write.")
    ],
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
    """Write figures, tables, the model, a manifest and a methods paragraph into one zip.

    Genotypes stay out of it unless asked for.
    """
    from vaeviz.reports.bundle import write_bundle

    session = Session.of(context)
    with replacing(output, [".zip"], [model, panel]) as temporary:
        _step(session.progress, 0, "Opening the model and the panel")
        trained, opened = open_model(model), open_panel(panel)
        contents = _contents(session.progress, trained, model, opened, by, seed, genotypes)
        _step(session.progress, 3, "Writing figures")
        write_bundle(temporary, contents, images)
        size_mb = temporary.stat().st_size / 1e6
        _step(session.progress, 4, f"{size_mb:.1f} MB")
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


def _step(progress: Progress, done: int, message: str) -> None:
    if progress.cancelled():
        raise Cancelled("The export was stopped; nothing was written.")
    progress.update(done, 4, message)


def _contents(
    progress: Progress,
    model: TrainedModel,
    file: Path,
    panel: Panel,
    by: str,
    seed: int,
    genotypes: bool,
) -> BundleContents:
    from vaeviz.analysis.entropy import entropy_table, site_entropy
    from vaeviz.compression.table import compression_result
    from vaeviz.reports.contents import BundleContents

    _step(progress, 1, "Coding held-out people")
    coded = compression_result(model, panel, by, n_bootstrap=N_BOOTSTRAP, seed=seed)
    _step(progress, 2, "Counting alleles")
    entropy = site_entropy(panel, by)
    table = entropy_table(panel, by, N_BOOTSTRAP, seed, entropy)
    embedding = model.embed(panel)
    charts = [
        *_panel_charts(panel),
        *_model_charts(model, panel, embedding, by),
        *_entropy_charts(panel, table, coded),
    ]
    return BundleContents(
        panel=panel,
        charts=tuple(charts),
        tables={"latent": embedding, "compression_people": coded.samples},
        models=(file,),
        compression=coded,
        include_genotypes=genotypes,
    )


def _panel_charts(panel: Panel) -> list[Chart]:
    from vaeviz.analysis.populations import population_summary
    from vaeviz.figures.chart import panel_caption
    from vaeviz.figures.panel import population_counts, sample_map

    caption = panel_caption(panel)
    populations = population_summary(panel)
    charts = [population_counts(populations, samples=panel.samples, caption=caption)]
    if populations[["latitude", "longitude"]].notna().all(axis=1).any():
        charts.append(sample_map(populations, samples=panel.samples, caption=caption))
    return charts


def _model_charts(
    model: TrainedModel, panel: Panel, embedding: pd.DataFrame, by: str
) -> list[Chart]:
    from vaeviz.figures.chart import panel_caption
    from vaeviz.figures.latent import scatter_2d
    from vaeviz.figures.training import learning_curves

    baseline = model.metrics.get("test_bits_per_allele_frequencies")
    charts = [
        learning_curves(
            model.history,
            model.config.ploidy,
            baseline_bits_per_allele=baseline if isinstance(baseline, float) else None,
            caption=panel_caption(panel),
        )
    ]
    if model.config.n_latent > 1:
        axes = ("latent_1_mean", "latent_2_mean")
        shown = {"samples": panel.samples, "caption": panel_caption(panel)}
        charts.append(scatter_2d(embedding, *axes, by, labels=panel.labels(by), **shown))
    return charts


def _entropy_charts(panel: Panel, table: pd.DataFrame, coded: CompressionResult) -> list[Chart]:
    from vaeviz.analysis.migrations import arcs
    from vaeviz.figures import compression as of_compression
    from vaeviz.figures.chart import panel_caption
    from vaeviz.figures.entropy import entropy_against_compression, entropy_bars

    caption = panel_caption(panel)
    held_out = panel_caption(panel, coded.notes[0] if coded.notes else "")
    samples = panel.samples
    drawn = arcs(list(table["group"]), panel.info).drawn
    return [
        of_compression.bits_by_group(coded.groups, samples=samples, caption=held_out),
        of_compression.ratio_by_group(coded.groups, samples=samples, caption=held_out),
        of_compression.paper_factor(coded.groups, samples=samples, caption=held_out),
        entropy_bars(table, drawn, samples=samples, caption=caption),
        entropy_against_compression(table, coded.groups, samples=samples, caption=caption),
    ]
