"""The card of one person: labels, place on the map, neighbours, outlier score, bits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import streamlit as st

from vaeviz.data.panel import LEVELS, Panel
from vaeviz.escape import escape
from vaeviz.ui import selecting
from vaeviz.ui.cache import remembered
from vaeviz.ui.latent import clusters_view
from vaeviz.ui.look import look
from vaeviz.ui.show import show_chart
from vaeviz.ui.tables import show_frame

if TYPE_CHECKING:
    from vaeviz.training.model import TrainedModel
    from vaeviz.ui.latent.coordinates import Coordinates, View

N_NEIGHBOURS = 10


def card(panel: Panel, coordinates: Coordinates, view: View, model: TrainedModel | None) -> None:
    """What is known of the person that was clicked; nothing without one.

    `model` is the map whose latent space is drawn; None where principal components are.
    """
    sample = selecting.person()
    table = coordinates.table
    rows = np.flatnonzero(table["sample"].map(str) == sample)
    if sample is None or not len(rows):
        return
    row = int(rows[0])
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"#### {escape(sample, 60)}")
            st.button("Close", key="person_close", type="tertiary", on_click=selecting.close_person)
        st.markdown(" · ".join(_facts(table.iloc[row], panel, coordinates, view)))
        grid = st.grid(2, min_column_width=320)
        with grid.cell():
            st.caption(f"Place in {escape(coordinates.name)}")
            show_frame(place(table.iloc[row], coordinates.columns), "person_place", 240)
        with grid.cell():
            _neighbours(table, coordinates, row)
        if model is not None:
            _bits(panel, model, sample)


def place(person: pd.Series, columns: tuple[str, ...]) -> pd.DataFrame:
    """Axis, position and, where there is one, posterior sd of one person."""
    from vaeviz.figures.points import axis_label

    sds = [c.removesuffix("_mean") + "_sd" for c in columns]
    found = pd.DataFrame(
        {
            "axis": [axis_label(c) for c in columns],
            "position": [float(person[c]) for c in columns],
        }
    )
    if all(sd in person.index for sd in sds):
        found["posterior_sd"] = [float(person[sd]) for sd in sds]
    return found


def _facts(person: pd.Series, panel: Panel, coordinates: Coordinates, view: View) -> list[str]:
    facts = [
        f"{name}: **{escape(person[name], 40)}**"
        for name in (*LEVELS, "split")
        if name in person.index and pd.notna(person[name])
    ]
    by = next((level for level in LEVELS if panel.has_labels(level)), None)
    if by is None:
        return facts
    axes = tuple(dict.fromkeys(view.axes))
    scores = clusters_view.outliers(panel, coordinates, by, axes).set_index("sample")
    score = scores.loc[person["sample"]]
    if pd.isna(score["p"]):
        return [*facts, f"too few people in its {by} to tell outliers"]
    verdict = "an outlier" if score["outlier"] else "no outlier"
    return [
        *facts,
        f"**{score['distance']:.2f}** standard deviations from its {by} in the axes drawn "
        f"(q = {score['q']:.2g}: {verdict})",
    ]


def _neighbours(table: pd.DataFrame, coordinates: Coordinates, row: int) -> None:
    from vaeviz.analysis.person import nearest_people

    labels = table[["sample", *(level for level in LEVELS if level in table)]]
    points = table[list(coordinates.columns)].to_numpy(float)
    st.caption(f"The {N_NEIGHBOURS} nearest people, over all dimensions")
    show_frame(nearest_people(points, labels, row, N_NEIGHBOURS), "person_nearest", 240)


def _bits(panel: Panel, model: TrainedModel, sample: str) -> None:
    from vaeviz.analysis.person import site_bits
    from vaeviz.figures.person import bits_along_genome

    index = int(np.flatnonzero(panel.sample_ids == sample)[0])
    bits = remembered(
        "person_bits",
        (model.digest, panel.digest),
        lambda: site_bits(model, panel, index),
        (sample,),
    )
    if len(bits):
        show_chart(
            bits_along_genome(bits, **look(panel, f"model {model.digest[:8]}")), "person_bits"
        )
