"""A walk along a latent axis: a slider, and what the decoder expects at each place."""

from __future__ import annotations

import dataclasses
import zlib
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from vaeviz.data.panel import Panel
from vaeviz.escape import escape
from vaeviz.ui.axes import axis_data
from vaeviz.ui.axes.axis_data import Axis
from vaeviz.ui.errors import shown_errors
from vaeviz.ui.look import group_look
from vaeviz.ui.show import show_chart

if TYPE_CHECKING:
    from vaeviz.training.model import TrainedModel

SITES_DRAWN = 12
MOST_GROUPS = 12
"""Groups up to which observed frequencies are drawn; above, they are in the table of top sites."""

BEYOND_SD = 1.0
"""So far beyond the outermost person the slider goes, sds of the axis."""

STEP_SD = 0.05
AMONG = ":green-badge[among people] People of the panel lie around this point."
EXPECTED = (
    "Diamonds: what the decoder expects of people at this very point. Other marks: what whole "
    "groups have; a group that is several clusters on the map lies away from its diamond."
)
OUTSIDE = (
    ":orange-badge[nobody here] Nobody of the panel is near this point, between the groups or "
    "beyond them: what the decoder says here is a guess."
)


@dataclasses.dataclass(frozen=True)
class Place:
    """What the decoder expects at a latent point."""

    group: str
    outside: bool
    heterozygosity: float
    frequencies: NDArray[np.float64]


@st.fragment
@shown_errors()
def walk(model: TrainedModel, panel: Panel, axis: Axis, by: str) -> None:
    """Slider, figures and chart; moving the slider redraws nothing else."""
    table = axis_data.rows_table(model, panel)
    low, high = slider_range(axis_data.means(table), axis)
    moved = st.slider(
        f"sds along {axis.name}, from the start point",
        low,
        high,
        min(max(0.0, low), high),
        STEP_SD,
        key=f"axes_walk_{zlib.crc32(repr(axis.key).encode())}",
    )
    point = axis.start.copy()
    point[axis.index] += moved * axis.sd
    top = axis_data.top_sites(model, panel, axis, by).head(SITES_DRAWN)
    place = _place(model, panel, axis, by, point, top)
    _figures(axis, point, place)
    _chart(panel, axis, top, place)


def slider_range(mean: NDArray[np.float64], axis: Axis) -> tuple[float, float]:
    """From a little before the first person to a little after the last, in sds from the start."""
    along = (mean[:, axis.index] - axis.start[axis.index]) / axis.sd
    low = np.floor(along.min() - BEYOND_SD)
    high = np.ceil(along.max() + BEYOND_SD)
    return float(low), float(high)


def _place(
    model: TrainedModel,
    panel: Panel,
    axis: Axis,
    by: str,
    point: NDArray[np.float64],
    top: pd.DataFrame,
) -> Place:
    from vaeviz.analysis.axes import expected_heterozygosity, nearest_group

    table = axis_data.rows_table(model, panel)
    labels = axis_data.labels(panel, table, by)
    condition = None if axis.condition is None else [axis.condition]
    frequencies = model.probabilities(point[None, :], condition)[0]
    return Place(
        nearest_group(point, axis_data.means(table), labels)[0],
        axis_data.surroundings(model, panel).outside(point),
        expected_heterozygosity(frequencies),
        frequencies[top.index.to_numpy()],
    )


def _figures(axis: Axis, point: NDArray[np.float64], place: Place) -> None:
    with st.container(horizontal=True, gap="medium"):
        st.metric(axis.name, f"{point[axis.index]:.2f}", width="content")
        st.metric("Expected heterozygosity", f"{place.heterozygosity:.4f}", width="content")
        st.metric("Nearest mean", escape(place.group, 24), width="content")
    st.markdown(OUTSIDE if place.outside else AMONG)


def _chart(panel: Panel, axis: Axis, top: pd.DataFrame, place: Place) -> None:
    from vaeviz.analysis.axes import OBSERVED
    from vaeviz.figures.axes import walk_frequencies

    groups = [c.removeprefix(OBSERVED) for c in top.columns if c.startswith(OBSERVED)]
    if len(groups) > MOST_GROUPS:
        st.caption(
            f"{len(groups)} groups are too many to draw beside it: group by a coarser label."
        )
        groups = []
    chart = walk_frequencies(
        top, place.frequencies, groups, **group_look(panel, f"walk along {axis.name}")
    )
    show_chart(chart, "axes_walk_chart")
    st.caption(EXPECTED)
