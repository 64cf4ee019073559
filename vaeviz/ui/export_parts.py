"""What the parts of an export hold: figures and tables, from the results that pages keep."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pandas as pd

from vaeviz.data.panel import LEVELS, Panel
from vaeviz.ui import derived, entropy_view, measured, simulate_view
from vaeviz.ui.cohorts import KeptCohort
from vaeviz.ui.entropy_view import ENTROPY
from vaeviz.ui.look import group_look, look
from vaeviz.ui.panel_filter import waterfall

if TYPE_CHECKING:
    from vaeviz.compression.table import CompressionResult
    from vaeviz.data.selection import Selection
    from vaeviz.figures.chart import Chart
    from vaeviz.figures.palette import Theme
    from vaeviz.training.model import TrainedModel


@dataclasses.dataclass(frozen=True)
class Source:
    """What there is to export from."""

    panel: Panel
    model: TrainedModel | None
    kept: KeptCohort | None
    selection: Selection | None
    by: str
    theme: Theme


@dataclasses.dataclass(frozen=True)
class Piece:
    """Figures and tables of one part, and the compression table for the methods text."""

    charts: tuple[Chart, ...] = ()
    tables: dict[str, pd.DataFrame] = dataclasses.field(default_factory=dict)
    compression: CompressionResult | None = None


def panel_piece(source: Source) -> Piece:
    """Populations, frequency spectrum, sample map; sample table and filters."""
    from vaeviz.figures.panel import frequency_spectrum, population_counts, sample_map

    panel = source.panel
    plain, grouped = look(panel, ground=source.theme), group_look(panel, ground=source.theme)
    people = derived.populations(panel, LEVELS[0])
    charts = [
        population_counts(people, **grouped),
        frequency_spectrum(derived.spectrum(panel), n_alleles=2 * panel.n_samples, **plain),
    ]
    if people["latitude"].notna().any():
        charts.append(sample_map(people, **grouped))
    return Piece(tuple(charts), {"samples": panel.samples, "filters": waterfall(panel)})


def latent_piece(source: Source) -> Piece:
    """Latent map and learning curves; latent positions of everybody."""
    from vaeviz.figures.latent import scatter_2d
    from vaeviz.figures.training import learning_curves

    model, panel = _model(source), source.panel
    embedding = derived.embedding(model, panel)
    note = f"model {model.digest[:8]}"
    plain = look(panel, note, source.theme)
    charts = [learning_curves(model.history, model.config.ploidy, **plain)]
    axes = latent_axes(model)
    if len(axes) > 1:
        grouped = group_look(panel, note, source.theme)
        labels = panel.labels(source.by)
        x, y = axes[:2]
        charts.append(scatter_2d(embedding, x, y, source.by, labels=labels, **grouped))
    return Piece(tuple(charts), {"latent": embedding})


def compression_piece(source: Source) -> Piece:
    """Bits, ratio, factor and heterozygosity; one row a group and one row a person."""
    from vaeviz.figures import compression as draw

    found = measured.compression(_model(source), source.panel, source.by, "test")
    shown = group_look(source.panel, found.notes[0], source.theme)
    charts = [
        draw.bits_by_group(found.groups, **shown),
        draw.ratio_by_group(found.groups, **shown),
        draw.paper_factor(found.groups, **shown),
    ]
    if len(found.groups) > 1:
        charts.append(draw.bits_against(found.groups, **shown))
    tables = {"compression_groups": found.groups, "compression_people": found.samples}
    return Piece(tuple(charts), tables, found)


def entropy_piece(source: Source) -> Piece:
    """Bar code, bars with arcs, world map with routes; entropy of every group."""
    from vaeviz.analysis.migrations import arcs
    from vaeviz.figures.entropy import bar_code, entropy_bars
    from vaeviz.figures.worldmap import world_map

    panel = source.panel
    plain, grouped = look(panel, ground=source.theme), group_look(panel, ground=source.theme)
    table, bins = measured.entropy(panel, source.by)
    found = arcs(list(table.loc[~table["admixed"], "group"]), panel.info)
    charts = [bar_code(bins, **plain), entropy_bars(table, found.drawn, **grouped)]
    places = entropy_view.map_table(panel, source.by, ENTROPY)
    if places["latitude"].notna().any():
        routes = entropy_view.routes_of(panel, ["first-peopling"])
        name = "entropy_map"
        charts.append(world_map(places, ENTROPY, routes, value_title=ENTROPY, name=name, **grouped))
    return Piece(tuple(charts), {"entropy": table, "arcs_omitted": found.omitted})


def cohort_piece(source: Source) -> Piece:
    """Synthetic over real people, and the figures of the checks."""
    kept, model, ground = source.kept, _model(source), source.theme
    assert kept is not None
    charts = [draw(kept, ground) for draw in simulate_view.CHECK_CHARTS.values()]
    axes = latent_axes(model)
    if len(axes) > 1:
        drawn = simulate_view.latent_chart(kept, model, source.panel, axes[0], axes[1], ground)
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


def latent_axes(model: TrainedModel) -> list[str]:
    """Columns of the latent means, in order."""
    return [f"latent_{k + 1}_mean" for k in range(model.config.n_latent)]
