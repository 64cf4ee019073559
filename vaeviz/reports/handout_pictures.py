"""Figures of the handout, from the built-in panels and the demo model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vaeviz.analysis.embedding import pca_table
from vaeviz.analysis.entropy import entropy_table
from vaeviz.analysis.migrations import arcs
from vaeviz.data.catalogue import default_panel_name, demo_model_path, load_builtin
from vaeviz.figures.chart import Chart, panel_caption
from vaeviz.figures.entropy import entropy_bars
from vaeviz.figures.matrix import snp_matrix
from vaeviz.figures.panel import pca_preview
from vaeviz.reports.charts import model_charts

if TYPE_CHECKING:
    from vaeviz.data.panel import Panel

LEVEL = "superpopulation"
ENTROPY_PANEL = "human-region"


def handout_charts() -> dict[str, Chart]:
    """Charts by key of the step that they belong to: matrix, PCA, training, clusters, entropy."""
    panel = load_builtin(default_panel_name())
    caption = panel_caption(panel)
    scores = pca_table(panel, n_components=2)
    charts = {
        "matrix": snp_matrix(panel, caption=caption),
        "pca": pca_preview(
            scores, panel.samples, LEVEL, explained=scores.attrs.get("explained"), caption=caption
        ),
    }
    return charts | _of_model(panel) | {"entropy": _entropy()}


def _of_model(panel: Panel) -> dict[str, Chart]:
    """Learning curves and map of the demo model."""
    from vaeviz.training.model import load_model

    path = demo_model_path(default_panel_name())
    if path is None:
        return {}
    model = load_model(path)
    points, curves = model_charts(model, panel, model.embed(panel), LEVEL, "light")
    return {"training": curves, "clusters": points}


def _entropy() -> Chart:
    panel = load_builtin(ENTROPY_PANEL)
    table = entropy_table(panel, LEVEL)
    found = arcs(table["group"].tolist(), panel.info)
    return entropy_bars(table, found.drawn, samples=panel.samples, caption=panel_caption(panel))
