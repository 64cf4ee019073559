"""What the parts of an export hold: figures and tables, from the results that pages keep."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pandas as pd

from vaeviz.data.panel import Panel
from vaeviz.ui import derived, measured
from vaeviz.ui.cohorts import KeptCohort
from vaeviz.ui.compression import codecs_job
from vaeviz.ui.panel.panel_filter import waterfall
from vaeviz.ui.simulate import simulate_view

if TYPE_CHECKING:
    from vaeviz.compression.table import CompressionResult
    from vaeviz.data.selection import Selection
    from vaeviz.figures.chart import Chart
    from vaeviz.figures.palette import Theme
    from vaeviz.training.model import TrainedModel


@dataclasses.dataclass(frozen=True)
class Source:
    """What there is to export from; `model` is the map, `sequence` the sequence model."""

    panel: Panel
    model: TrainedModel | None
    sequence: TrainedModel | None
    kept: KeptCohort | None
    selection: Selection | None
    by: str
    theme: Theme

    @property
    def models(self) -> list[TrainedModel]:
        """The current models."""
        return [model for model in (self.model, self.sequence) if model is not None]


@dataclasses.dataclass(frozen=True)
class Piece:
    """Figures and tables of one part, and the compression table for the methods text."""

    charts: tuple[Chart, ...] = ()
    tables: dict[str, pd.DataFrame] = dataclasses.field(default_factory=dict)
    compression: CompressionResult | None = None


def panel_piece(source: Source) -> Piece:
    """Populations and sample map; sample table and filters."""
    from vaeviz.reports.charts import panel_charts

    tables = {"samples": source.panel.samples, "filters": waterfall(source.panel)}
    return Piece(tuple(panel_charts(source.panel, source.theme)), tables)


def latent_piece(source: Source) -> Piece:
    """Latent map and learning curves; latent positions of everybody."""
    from vaeviz.reports.charts import model_charts

    model, panel = _model(source), source.panel
    embedding = derived.embedding(model, panel)
    charts = model_charts(model, panel, embedding, source.by, source.theme)
    return Piece(tuple(charts), {"latent": embedding})


def compression_piece(source: Source) -> Piece:
    """Bits, ratio and factor of the sequence model, else of the map; codecs where measured."""
    from vaeviz.reports.charts import codec_charts, compression_charts

    coder = source.sequence or _model(source)
    found = measured.compression(coder, source.panel, source.by, "test")
    charts = compression_charts(source.panel, found, source.theme)
    tables = {"compression": found.groups, "compression_people": found.samples}
    codecs = codecs_job.kept(coder, source.panel)
    if codecs is not None:
        charts += codec_charts(source.panel, coder, codecs, source.theme)
        tables["codecs"] = codecs
    return Piece(tuple(charts), tables, found)


def entropy_piece(source: Source) -> Piece:
    """Bar code, bars with arcs, world map with routes; entropy of every group."""
    from vaeviz.reports.charts import entropy_charts

    table = measured.entropy_table(source.panel, source.by)
    bins = measured.entropy_bins(source.panel, source.by)
    charts, omitted = entropy_charts(source.panel, table, bins, source.by, source.theme)
    return Piece(tuple(charts), {"entropy": table, "arcs_omitted": omitted})


def cohort_piece(source: Source) -> Piece:
    """Synthetic over real people, and the figures of the checks."""
    from vaeviz.reports.charts import FIRST_AXES, cohort_charts

    kept, model = source.kept, _model(source)
    assert kept is not None
    charts = cohort_charts(kept.cohort.panel, kept.report, source.theme)
    if model.config.n_latent >= len(FIRST_AXES):
        drawn = simulate_view.latent_chart(kept, model, source.panel, *FIRST_AXES, source.theme)
        charts.insert(0, drawn)
    return Piece(tuple(charts), {"cohort_checks": kept.report.checks})


def selection_piece(source: Source) -> Piece:
    """Who is selected, and the rule by which they were found."""
    selection = source.selection
    assert selection is not None
    table = pd.DataFrame({"sample": list(selection.sample_ids)})
    return Piece((), {"selection": table.assign(name=selection.name, rule=selection.rule)})


def _model(source: Source) -> TrainedModel:
    assert source.model is not None
    return source.model
