"""How the world was peopled, as a story in time, on panels of people."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from vaeviz.data.panel import LEVELS, Panel
from vaeviz.ui import derived
from vaeviz.ui.components.room import width_px
from vaeviz.ui.entropy import map_routes
from vaeviz.ui.look import group_look
from vaeviz.ui.show import show_chart

OLDEST_KA = 65
MARKS = (
    "A mark lights up when the route to its ancestry group passes nearest to it; it stands for "
    "the people of the panel who live there today, not for the settlers. Grey marks are those to "
    "which no curated route leads."
)
HOW = "**Play** is in the figure, and nothing moves by itself. Downloaded as HTML, it plays too."


def story(panel: Panel) -> None:
    """The curated routes in the order of their dates, with a slider and a play button."""
    from vaeviz.figures.peopling import peopling

    routes = map_routes.routes_of(panel, list(map_routes.KINDS))
    at_ka = st.select_slider(
        "Start from (thousand years ago)",
        range(OLDEST_KA, -1, -1),  # Time runs to the right, as in the figure.
        key="map_story_ka",
        help="What the map shows before it is played; keys move it too.",
        persist_state="session",
    )
    places, width = _populations(panel), width_px()
    chart = peopling(places, routes, float(at_ka), width_px=width, **group_look(panel))
    show_chart(chart, "map_story")
    st.caption(f"{HOW} {MARKS}")
    map_routes.show_routes(routes)


def _populations(panel: Panel) -> pd.DataFrame:
    """Populations with places, and which of them are recently admixed."""
    from vaeviz.analysis.populations import is_admixed

    table = derived.populations(panel, LEVELS[0])
    ends = table[["group", "superpopulation"]].astype(str)
    return table.assign(
        admixed=[is_admixed(g, panel) or is_admixed(s, panel) for g, s in ends.to_numpy()]
    )
