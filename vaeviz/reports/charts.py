"""The sets of figures that a bundle holds, drawn from tables that are already there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from vaeviz.analysis.migrations import arcs, map_routes
from vaeviz.analysis.populations import population_summary
from vaeviz.compression.table import CompressionResult
from vaeviz.data.panel import Panel
from vaeviz.figures import cohort as of_cohort
from vaeviz.figures import compression as of_compression
from vaeviz.figures import entropy as of_entropy
from vaeviz.figures import synthesis as of_synthesis
from vaeviz.figures.bar_code import bar_code
from vaeviz.figures.chart import DIGEST_SHOWN, Chart, panel_caption
from vaeviz.figures.codecs import codec_bars
from vaeviz.figures.latent import scatter_2d
from vaeviz.figures.panel import population_counts, sample_map
from vaeviz.figures.training import learning_curves
from vaeviz.figures.worldmap import world_map

if TYPE_CHECKING:
    from vaeviz.figures.palette import Theme
    from vaeviz.synthesis.report import CohortReport
    from vaeviz.training.model import TrainedModel

FIRST_AXES = ("latent_1_mean", "latent_2_mean")


def panel_charts(panel: Panel, theme: Theme) -> list[Chart]:
    """People a population, and the map of samples where there are coordinates."""
    caption = panel_caption(panel)
    people = population_summary(panel)
    charts = [population_counts(people, samples=panel.samples, theme=theme, caption=caption)]
    if people["latitude"].notna().any():
        charts.append(sample_map(people, samples=panel.samples, theme=theme, caption=caption))
    return charts


def model_charts(
    model: TrainedModel,
    panel: Panel,
    embedding: pd.DataFrame,
    by: str,
    theme: Theme,
    synthetic: pd.DataFrame | None = None,
) -> list[Chart]:
    """Learning curves and, of a map with two latent dimensions or more, the first two."""
    caption = panel_caption(panel, f"model {model.digest[:DIGEST_SHOWN]}")
    baseline = model.metrics.get("test_bits_per_allele_frequencies")
    curves = learning_curves(
        model.history,
        model.config.ploidy,
        baseline_bits_per_allele=baseline if isinstance(baseline, float) else None,
        theme=theme,
        caption=caption,
    )
    if not model.is_map or model.config.n_latent < len(FIRST_AXES):
        return [curves]
    points = scatter_2d(
        embedding,
        *FIRST_AXES,
        by,
        labels=panel.labels(by),
        samples=panel.samples,
        synthetic=synthetic,
        theme=theme,
        caption=caption,
    )
    return [points, curves]


def compression_charts(panel: Panel, result: CompressionResult, theme: Theme) -> list[Chart]:
    """Bits, ratio and the paper's factor a group; bits against heterozygosity."""
    caption = panel_caption(panel, result.notes[0])
    builders = [
        of_compression.bits_by_group,
        of_compression.ratio_by_group,
        of_compression.paper_factor,
    ]
    if len(result.groups) > 1:
        builders.append(of_compression.bits_against)
    return [
        build(result.groups, samples=panel.samples, theme=theme, caption=caption)
        for build in builders
    ]


def codec_charts(
    panel: Panel, model: TrainedModel, table: pd.DataFrame, theme: Theme
) -> list[Chart]:
    """Bits per allele of all codecs, without and with model and reference panel."""
    caption = panel_caption(panel, f"model {model.digest[:8]}")
    return [
        codec_bars(table, theme=theme, caption=caption),
        codec_bars(table, counted=True, theme=theme, caption=caption, name="codecs_counted"),
    ]


def entropy_charts(
    panel: Panel,
    table: pd.DataFrame,
    bins: pd.DataFrame,
    by: str,
    theme: Theme,
    compression: CompressionResult | None = None,
) -> tuple[list[Chart], pd.DataFrame]:
    """Bar code, bars with arcs, world map, entropy against compression; and the omitted arcs.

    Parameters
    ----------
    table, bins
        From `analysis.entropy.entropy_table` and `bin_entropy`, grouped by `by`.
    """
    caption, samples = panel_caption(panel), panel.samples
    found = arcs(table["group"].tolist(), panel.info)
    charts = [
        bar_code(bins, theme=theme, caption=caption),
        of_entropy.entropy_bars(table, found.drawn, samples=samples, theme=theme, caption=caption),
    ]
    value = "mean_entropy_bits"
    places = population_summary(panel, by).merge(table[["group", value]], on="group")
    if places["latitude"].notna().any():
        charts.append(
            world_map(
                places,
                value,
                map_routes(panel.info),
                value_title="mean entropy (bits)",
                samples=samples,
                theme=theme,
                caption=caption,
                title="Entropy on the map",
                name="entropy_map",
            )
        )
    if compression is not None and len(compression.groups) > 2:
        charts.append(
            of_entropy.entropy_against_compression(
                table, compression.groups, samples=samples, theme=theme, caption=caption
            )
        )
    return charts, found.omitted


def cohort_charts(cohort: Panel, report: CohortReport, theme: Theme) -> list[Chart]:
    """The checks of a synthetic cohort against real people."""
    caption = panel_caption(cohort)
    drawn = (
        (of_synthesis.frequencies, report.frequencies),
        (of_synthesis.heterozygosity, report.heterozygosity),
        (of_synthesis.neighbour_distances, report.neighbours),
        (of_synthesis.ld_decay, report.ld),
        (of_cohort.components, report.places),
        (of_cohort.spectrum, report.spectrum),
    )
    return [build(table, theme=theme, caption=caption) for build, table in drawn if len(table)]
