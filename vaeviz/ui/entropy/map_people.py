"""The map of single people (birds, dogs) at their own coordinates."""

from __future__ import annotations

from functools import partial

import streamlit as st

from vaeviz.data.panel import LEVELS, Panel
from vaeviz.escape import plain
from vaeviz.ui import selecting
from vaeviz.ui.cache import remembered
from vaeviz.ui.components.room import width_px
from vaeviz.ui.entropy import map_selecting, map_values
from vaeviz.ui.look import group_look
from vaeviz.ui.show import show_chart
from vaeviz.ui.widgets import choice


def differ_within_groups(panel: Panel) -> bool:
    """Whether people of one population have coordinates of their own."""

    def compute() -> bool:
        placed = panel.samples[["latitude", "longitude"]].round(3)
        n_places = placed.groupby(panel.labels(LEVELS[0])).nunique()
        return bool((n_places > 1).any(axis=None))

    return remembered("own_coordinates", (panel.digest,), compute)


def people_map(panel: Panel) -> None:
    """Everybody at the coordinates of the sample sheet, with the selection."""
    from vaeviz.figures.peoplemap import people_map as draw

    values = map_values.people_values(panel)
    value = choice("Colour by", values, "map_people_value", values[0], plain, width=320)
    table = map_values.people_table(panel, value)
    key = selecting.chart_key("people_map")
    rings, width = selecting.rings(key), width_px()
    chart = draw(table, value, selected_ids=rings, width_px=width, **group_look(panel))
    people = selecting.among(panel.sample_ids)
    show_chart(chart, key, partial(selecting.from_chart, key, map_selecting.PEOPLE_RULE, people))
    away = int(table[["latitude", "longitude"]].isna().any(axis=1).sum())
    if away:
        st.caption(f"{away:,} people have no coordinates and are not on the map.")
    if not differ_within_groups(panel):
        st.caption(
            "Everybody has the coordinates of the population: people of one place stand around it."
        )
    map_selecting.tools(panel, LEVELS[0])
