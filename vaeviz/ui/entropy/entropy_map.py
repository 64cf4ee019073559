"""The world map of the entropy page: populations or people at their places, routes and links."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from vaeviz.data.panel import Panel
from vaeviz.escape import escape, plain
from vaeviz.ui import selecting
from vaeviz.ui.cache import remembered
from vaeviz.ui.columns import group_choice
from vaeviz.ui.components.room import width_px
from vaeviz.ui.entropy import (
    map_links,
    map_people,
    map_routes,
    map_selecting,
    map_story,
    map_values,
)
from vaeviz.ui.look import group_look
from vaeviz.ui.show import show_chart
from vaeviz.ui.widgets import choice, segments

NO_COORDINATES = (
    "The panel has no coordinates. Give latitude and longitude under **Populations** on this "
    "page, or in the sample sheet, to see the map."
)
GROUPS, PEOPLE, STORY = "Groups", "People", "Peopling of the world"


def map_view(panel: Panel) -> None:
    """Groups or people at their places, or how the world was peopled."""
    has_places = bool(panel.samples[["latitude", "longitude"]].notna().all(axis=1).any())
    is_human = panel.info.species == "human"
    if not has_places:
        st.info(NO_COORDINATES, icon=":material/location_off:")
        if is_human:
            map_story.story(panel)
        return
    _show_doubts(panel)
    own = map_people.differ_within_groups(panel)
    options = [PEOPLE, GROUPS] if own else [GROUPS, PEOPLE]
    shown = segments("Show", [*options, *([STORY] if is_human else [])], "map_show")
    if shown == STORY:
        map_story.story(panel)
    elif shown == PEOPLE:
        map_people.people_map(panel)
    else:
        _groups_map(panel)


def _groups_map(panel: Panel) -> None:
    from vaeviz.figures.worldmap import world_map

    left, right = st.columns(2)
    with left:
        by = group_choice(panel, "map_by", "population")
    with right:
        values = map_values.group_values(panel)
        value = choice("Colour by", values, "map_value", map_values.ENTROPY, plain)
    routes = map_routes.route_choice(panel)
    links = map_links.link_layer(panel, by)
    table = map_values.map_table(panel, by, value)
    named = None if value == map_values.NO_VALUE else value
    names = st.toggle("Names on the map", value=True, key="map_names", persist_state="session")
    key = selecting.chart_key("entropy_map")
    chart = world_map(
        table,
        named,
        routes,
        links=links,
        selected=map_selecting.ringed_shares(panel, by, key),
        value_title=value,
        show_names=names,
        width_px=width_px(),
        **group_look(panel, links.title if links else ""),
    )
    show_chart(chart, key, map_selecting.on_groups(panel, by, key))
    _away(table, "groups")
    if links is not None:
        map_links.show_links(panel, by, links)
    if routes:
        map_routes.show_routes(routes)
    map_selecting.tools(panel, by)


def _away(table: pd.DataFrame, what: str) -> None:
    away = int(table[["latitude", "longitude"]].isna().any(axis=1).sum())
    if away:
        st.caption(f"{away} {what} have no coordinates and are not on the map.")


def _show_doubts(panel: Panel) -> None:
    """What looks wrong about the coordinates, and where to mend it."""
    from vaeviz.analysis.places import doubts

    for doubt in remembered("place_doubts", (panel.digest,), lambda: doubts(panel)):
        st.warning(
            f"{escape(doubt, 300)} Mend it under **Populations** on this page.",
            icon=":material/wrong_location:",
        )
