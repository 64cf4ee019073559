"""The bundle that the export page and `python -m vaeviz export` write: everything there is."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from vaeviz.analysis.entropy import bin_entropy, entropy_table, site_entropy
from vaeviz.analysis.migrations import arcs, map_routes
from vaeviz.analysis.populations import population_summary
from vaeviz.compression.table import CompressionResult, compression_result
from vaeviz.data.panel import LEVELS
from vaeviz.errors import Cancelled
from vaeviz.escape import file_stem
from vaeviz.figures import compression as compression_figures
from vaeviz.figures import entropy as entropy_figures
from vaeviz.figures import synthesis as synthesis_figures
from vaeviz.figures.chart import Chart, panel_caption
from vaeviz.figures.latent import scatter_2d
from vaeviz.figures.training import learning_curves
from vaeviz.figures.worldmap import world_map
from vaeviz.progress import Progress, Silent
from vaeviz.reports.bundle import write_bundle
from vaeviz.reports.contents import BundleContents, BundledCohort

if TYPE_CHECKING:
    from vaeviz.data.panel import Panel
    from vaeviz.figures.palette import Theme
    from vaeviz.training.model import TrainedModel

N_STEPS = 4


def standard_bundle(
    path: Path,
    model: TrainedModel,
    panel: Panel,
    cohorts: tuple[BundledCohort, ...] = (),
    *,
    by: str | None = None,
    include_genotypes: bool = False,
    images: bool = True,
    theme: Theme = "light",
    seed: int = 1,
    progress: Progress | None = None,
) -> None:
    """Compute embedding, compression and entropy, draw them, and write one zip.

    Parameters
    ----------
    path : Path
        The zip; replaced only when the bundle is complete.
    model : TrainedModel
    panel : Panel
    cohorts : sequence of BundledCohort
        Synthetic cohorts to put in.
    by : str, optional
        Sample column to group by; superpopulation, else population, when absent.
    include_genotypes : bool
        Also write the panel's genotypes.
    images : bool
        Also draw SVG where a browser is found.
    theme : 'light' or 'dark'
    seed : int
        Of bootstraps and posterior draws.
    progress : Progress, optional

    Raises
    ------
    ModelError
        Model and panel share too few sites.
    PanelError
        No such column, or haplotypes asked of an unphased panel.
    Cancelled
        The listener asked to stop.
    """
    progress = progress or Silent()
    level = by or next((x for x in reversed(LEVELS) if panel.has_labels(x)), LEVELS[1])
    _step(progress, 0, "Latent space")
    embedding = model.embed(panel)
    _step(progress, 1, "Compression")
    compression = compression_result(model, panel, level, seed=seed)
    _step(progress, 2, "Entropy")
    entropy, entropy_charts = _entropy(panel, level, compression, theme, seed)
    charts = [
        *_model_charts(model, panel, embedding, cohorts, level, theme),
        *_compression_charts(panel, compression, theme),
        *entropy_charts,
        *(chart for bundled in cohorts for chart in _cohort_charts(bundled, theme)),
    ]
    tables = {
        "latent": embedding,
        "compression": compression.groups,
        "compression_people": compression.samples,
        "entropy": entropy,
    }
    _step(progress, 3, "Writing the bundle")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"{file_stem(model.name)}.vaeviz"
        model.save(file)
        contents = BundleContents(
            panel, tuple(charts), tables, (file,), cohorts, compression, include_genotypes, seed
        )
        write_bundle(path, contents, images, _LastStep(progress))


def _step(progress: Progress, done: int, message: str) -> None:
    if progress.cancelled():
        raise Cancelled("The export was cancelled.", "Start it again.")
    progress.update(done, N_STEPS, message)


class _LastStep:
    """Shows the writing of the bundle as the last of the steps."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress

    def update(self, done: float, total: float, message: str, **metrics: float) -> None:
        self.progress.update(N_STEPS - 1 + done / max(total, 1), N_STEPS, message, **metrics)

    def cancelled(self) -> bool:
        return self.progress.cancelled()


def _model_charts(
    model: TrainedModel,
    panel: Panel,
    embedding: pd.DataFrame,
    cohorts: tuple[BundledCohort, ...],
    level: str,
    theme: Theme,
) -> list[Chart]:
    ploidy, caption = model.config.ploidy, panel_caption(panel)
    charts = [learning_curves(model.history, ploidy, theme=theme, caption=caption)]
    if model.config.n_latent < 2:
        return charts
    drawn = pd.concat([b.cohort.latent for b in cohorts]) if cohorts else None
    return [
        scatter_2d(
            embedding,
            "latent_1_mean",
            "latent_2_mean",
            level,
            labels=panel.labels(level),
            samples=panel.samples,
            synthetic=drawn,
            theme=theme,
            caption=caption,
        ),
        *charts,
    ]


def _compression_charts(panel: Panel, result: CompressionResult, theme: Theme) -> list[Chart]:
    caption = panel_caption(panel, result.notes[0])
    groups, samples = result.groups, panel.samples
    charts = [
        builder(groups, samples=samples, theme=theme, caption=caption)
        for builder in (
            compression_figures.bits_by_group,
            compression_figures.ratio_by_group,
            compression_figures.paper_factor,
        )
    ]
    if len(groups) > 1:
        against = compression_figures.bits_against
        charts.append(against(groups, samples=samples, theme=theme, caption=caption))
    return charts


def _entropy(
    panel: Panel, level: str, compression: CompressionResult, theme: Theme, seed: int
) -> tuple[pd.DataFrame, list[Chart]]:
    """Entropy a group, and its charts: bar code, bars with arcs, map, against compression."""
    caption, samples = panel_caption(panel), panel.samples
    by_site = site_entropy(panel, level)
    table = entropy_table(panel, level, seed=seed, entropy=by_site)
    routes = arcs(table["group"].tolist(), panel.info).drawn
    charts = [
        entropy_figures.bar_code(bin_entropy(by_site, panel.sites), theme=theme, caption=caption),
        entropy_figures.entropy_bars(table, routes, samples=samples, theme=theme, caption=caption),
    ]
    places = population_summary(panel, level).merge(
        table[["group", "mean_entropy_bits"]], on="group"
    )
    if places["latitude"].notna().any():
        charts.append(
            world_map(
                places,
                "mean_entropy_bits",
                map_routes(panel.info),
                value_title="mean entropy (bits)",
                samples=samples,
                theme=theme,
                caption=caption,
                title="Entropy on the map",
                name="entropy_map",
            )
        )
    if len(compression.groups) > 2:
        charts.append(
            entropy_figures.entropy_against_compression(
                table, compression.groups, samples=samples, theme=theme, caption=caption
            )
        )
    return table, charts


def _cohort_charts(bundled: BundledCohort, theme: Theme) -> list[Chart]:
    if bundled.report is None:
        return []
    report, caption = bundled.report, panel_caption(bundled.cohort.panel)
    drawn = [
        (synthesis_figures.frequencies, report.frequencies),
        (synthesis_figures.heterozygosity, report.heterozygosity),
        (synthesis_figures.neighbour_distances, report.neighbours),
        (synthesis_figures.ld_decay, report.ld),
    ]
    return [builder(table, theme=theme, caption=caption) for builder, table in drawn if len(table)]
