"""The models in use: held-out figures, curves, what the latent carries, settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from vaeviz.config import Purpose
from vaeviz.data.panel import Panel
from vaeviz.ui import derived, guards, state, workspace
from vaeviz.ui.axes import axis_data
from vaeviz.ui.show import show_chart, theme
from vaeviz.ui.steps import NAMES, SHOWN_MODEL
from vaeviz.ui.tables import show_table
from vaeviz.ui.train.train_view import overlap_report
from vaeviz.ui.widgets import loading, segments

if TYPE_CHECKING:
    from vaeviz.training.model import TrainedModel


def models_in_use(panel: Panel) -> None:
    """The current map or sequence model, with a switch where there are both."""
    purposes = state.get().purposes
    purpose = purposes[0]
    if len(purposes) > 1:
        chosen = segments("Model", [NAMES[p] for p in purposes], SHOWN_MODEL, hide_label=True)
        purpose = next(p for p in purposes if NAMES[p] == chosen)
    model = guards.find_model_for(purpose)
    if model is not None:
        _summary(model, panel, purpose)
    elif state.get().purposes != purposes:
        st.rerun()  # the file said that the model is for something else


def _summary(model: TrainedModel, panel: Panel, purpose: Purpose) -> None:
    """Held-out figures of the model beside its baselines, its curves and its settings."""
    from vaeviz.cli.train import metrics_table

    overlap_report(model.align(panel).report)
    show_table(metrics_table(model), "model_metrics")
    st.caption(held_out_caption(model))
    pictures: dict[str, Callable[[], None]] = {"Learning curve": lambda: _learning_curve(model)}
    if model.config.bottleneck in ("gaussian", "bernoulli"):
        along = model.config.shape == "windowed"
        pictures["KL along the genome" if along else "KL per dimension"] = lambda: _kl(model, panel)
    pictures["Settings"] = lambda: _settings(model, purpose)
    pictures[segments("Show", list(pictures), "model_picture", hide_label=True)]()


def held_out_caption(model: TrainedModel) -> str:
    """Whose figures the table holds, what the latent costs in them, and what the PCA is given."""
    from vaeviz.compression.paper import n_pca
    from vaeviz.reports.model_words import cost_words, counted, rows_word

    config = model.config
    components = counted(n_pca(config), "component")
    fewer = "" if n_pca(config) == config.n_codes else ", fewer than the model's numbers"
    return (
        f"Held-out test people only ({model.metrics.get('n_test', 'some')}). The model's figure "
        f"includes the latent of each {rows_word(config, 1)}: {cost_words(config)}. The PCA has "
        f"{components}{fewer}, and its scores cost nothing here, which favours it."
    )


def _learning_curve(model: TrainedModel) -> None:
    from vaeviz.figures.training import learning_curves

    baseline = model.metrics.get("test_bits_per_allele_frequencies")
    chart = learning_curves(
        model.history,
        model.config.ploidy,
        baseline_bits_per_allele=baseline if isinstance(baseline, float) else None,
        theme=theme(),
        caption=f"model {model.digest[:8]}",
    )
    show_chart(chart, "learning_curve")


def _kl(model: TrainedModel, panel: Panel) -> None:
    from vaeviz.analysis.window_cost import window_costs
    from vaeviz.figures.training import kl_along_genome, kl_per_dimension

    caption = f"model {model.digest[:8]}"
    with loading("kl", 320, "Computing…"):
        if model.config.shape == "windowed":
            costs = window_costs(model, derived.kl_nats(model, panel))
            chart = kl_along_genome(costs, theme=theme(), caption=caption)
        else:
            axes = axis_data.axes(model, panel)
            chart = kl_per_dimension(axes, theme=theme(), caption=caption)
    show_chart(chart, chart.name)


def _settings(model: TrainedModel, purpose: Purpose) -> None:
    from vaeviz.ui.train.model_settings import settings_table

    show_table(settings_table(model), "model_settings")
    ref = str(state.get().model_for(purpose))
    st.download_button(
        "Model file",
        data=lambda: workspace.file_of(ref).read_bytes(),
        file_name=f"vaeviz_model_{model.digest[:8]}.vaeviz",
        key="model_file",
        icon=":material/download:",
        on_click="ignore",
    )
