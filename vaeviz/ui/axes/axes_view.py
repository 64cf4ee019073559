"""What a latent axis means, as the page shows it: one axis, one start point, one picture."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from vaeviz.data.panel import Panel
from vaeviz.escape import escape, plain
from vaeviz.ui import guards, state
from vaeviz.ui.axes import axes_walk, axis_data
from vaeviz.ui.axes.axis_data import Axis
from vaeviz.ui.columns import group_choice
from vaeviz.ui.errors import shown_errors
from vaeviz.ui.look import group_look, look
from vaeviz.ui.show import show_chart
from vaeviz.ui.tables import show_table
from vaeviz.ui.widgets import choice, segments

if TYPE_CHECKING:
    from vaeviz.training.model import TrainedModel

ORIGIN, SELECTION, GROUP = "origin", "selection", "group:"
NO_LABEL = ""
WALK, GENOME, GROUPS, ALL_AXES = (
    "Walk along it",
    "Along the genome",
    "Groups along it",
    "All axes",
)
_COLLAPSED = (
    "{axis} has collapsed: people differ so little along it that the model does not use it. Sites "
    "and groups along it mean next to nothing."
)
_BETWEEN = {
    "bernoulli": "This model's latent numbers are bits, sent as -1 or 1; a place between is the "
    "mean of what is sent, which the decoder was never trained on.",
    "vq": "This model's latent is an entry of a codebook: people stand on entries only, and the "
    "decoder was never trained on places between. Its bits are the price of an entry, shared "
    "equally by the dimensions.",
}
_GENOME = (
    "Each point is a site: how much its expected ALT frequency changes, up or down, over one sd of "
    "the axis (of everybody's latent means), half of it to each side of the start point. *slope* "
    "in the tables is the derivative of the decoder (Jacobian) at the start point itself. "
    "Sites differ by drift as well as by selection: a peak is no evidence of selection."
)
_GROUPS = (
    "Dots: mean of a group. Thick line: one sd to both sides. Thin line: from 5 % to 95 % of the "
    "group. Which end is left and which right is arbitrary."
)
_AXES = (
    "KL is the information that an axis carries about a row, a mean over everybody in the panel. "
    "An axis is active when its latent means vary by more than 0.01 (Burda et al. 2016); else "
    "it has collapsed onto the prior and means nothing."
)


@st.fragment
@shown_errors()
def explore() -> None:
    """Controls and the picture that was asked for; redrawn without the rest of the page."""
    panel, model = guards.need_panel(), guards.need_model()
    with st.spinner("Measuring the axes…"):
        axes = axis_data.axes(model, panel)
    axis, by = _controls(model, panel, axes)
    views: dict[str, Callable[[], None]] = {
        WALK: partial(axes_walk.walk, model, panel, axis, by),
        GENOME: partial(_genome, model, panel, axis, by),
        GROUPS: partial(_groups, model, panel, axis, by),
        ALL_AXES: partial(_all_axes, model, panel, axes),
    }
    shown = segments("Show", list(views), "axes_view", hide_label=True)
    if shown != ALL_AXES:
        if axis.sd == 0:
            st.info(f"Everybody has the same place on {axis.name}: there is nothing along it.")
            return
        if not axes["active"].iloc[axis.index]:
            st.info(_COLLAPSED.format(axis=axis.name.capitalize()), icon=":material/compress:")
    if model.config.bottleneck in _BETWEEN:
        st.caption(_BETWEEN[model.config.bottleneck])
    views[shown]()


def _controls(model: TrainedModel, panel: Panel, axes: pd.DataFrame) -> tuple[Axis, str]:
    """One row of settings: the axis, the groups, the start point, the label of a condition."""
    grid = st.grid(3 if model.config.condition is None else 4, min_column_width=200)
    with grid.cell():
        names = [str(a) for a in axes["axis"]]
        best = str(axes.loc[axes["kl_nats"].idxmax(), "axis"])
        index = int(choice("Axis", names, "axes_axis", best, partial(_axis_words, axes), bind=True))
    with grid.cell():
        by = group_choice(panel, "axes_by")
    table = axis_data.rows_table(model, panel)
    with grid.cell():
        start = _start(panel, table, by)
    condition = None
    if model.config.condition is not None:
        with grid.cell():
            condition = _condition(model, model.config.condition)
    sd = float(np.sqrt(axes["variance_of_means"].iloc[index - 1]))
    return Axis(index - 1, sd, start, condition), by


def _axis_words(axes: pd.DataFrame, axis: str) -> str:
    row = axes.iloc[int(axis) - 1]
    told = f"{row['kl_bits']:.2g} bits" if row["active"] else "collapsed"
    return f"latent {axis} ({told})"


def _start(panel: Panel, table: pd.DataFrame, by: str) -> NDArray[np.float64]:
    """The latent point from which the axis is looked at."""
    mean, labels = axis_data.means(table), axis_data.labels(panel, table, by)
    selection = state.get().selection
    inside = np.zeros(len(table), bool)
    if selection is not None:
        inside = table["sample"].isin(selection.sample_ids).to_numpy()
    options = [ORIGIN, *[SELECTION] * bool(inside.any())]
    options += [GROUP + str(g) for g in sorted(set(labels))]
    largest = GROUP + str(pd.Series(labels).mode()[0])
    chosen = choice("Start point", options, "axes_start", largest, _start_words)
    if chosen == ORIGIN:
        return np.zeros(mean.shape[1])
    if chosen != SELECTION:
        inside = labels == chosen.removeprefix(GROUP)
    middle: NDArray[np.float64] = mean[inside].mean(axis=0)
    return middle


def _start_words(option: str) -> str:
    if option == ORIGIN:
        return "origin"
    if option == SELECTION:
        return "mean of the selection"
    return f"mean of {plain(option.removeprefix(GROUP), 40)}"


def _condition(model: TrainedModel, column: str) -> str:
    return choice(
        f"Decode as ({plain(column, 30)})",
        [NO_LABEL, *model.config.condition_labels],
        "axes_condition",
        NO_LABEL,
        lambda x: plain(x) if x else "no label",
    )


def _genome(model: TrainedModel, panel: Panel, axis: Axis, by: str) -> None:
    from vaeviz.figures.along_genome import sites_along_genome

    st.caption(_GENOME)
    with st.spinner("Differentiating the decoder…"):
        effects = axis_data.effects(model, axis)
        top = axis_data.top_sites(model, panel, axis, by)
    chart = sites_along_genome(effects, axis.name, len(top), **look(panel))
    show_chart(chart, "axes_genome")
    st.subheader("Sites that move most", anchor=False)
    st.caption(
        f"Observed ALT frequencies of each {escape(by)}; *frequency* is what the decoder "
        "expects at the start point."
    )
    show_table(top, "axes_top_sites")


def _groups(model: TrainedModel, panel: Panel, axis: Axis, by: str) -> None:
    from vaeviz.analysis.axes import axis_positions
    from vaeviz.figures.axes import groups_along_axis

    table = axis_data.rows_table(model, panel)
    labels = axis_data.labels(panel, table, by)
    positions = axis_positions(axis_data.means(table), labels, axis.index, axis.sd)
    st.caption(_GROUPS)
    show_chart(groups_along_axis(positions, axis.name, **group_look(panel)), "axes_groups")


def _all_axes(model: TrainedModel, panel: Panel, axes: pd.DataFrame) -> None:
    from vaeviz.figures.training import kl_per_dimension

    st.caption(_AXES)
    n_active = int(axes["active"].sum())
    st.markdown(f"**{n_active} of {len(axes)} axes are active.**")
    chart = kl_per_dimension(axes, **look(panel, "everybody in the panel"))
    show_chart(chart, "axes_kl")
    show_table(axes, "axes_all")
