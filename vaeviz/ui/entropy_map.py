"""The world map of the entropy page: groups coloured by a value, and the curated routes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from vaeviz.data.panel import Panel
from vaeviz.escape import escape, plain
from vaeviz.ui import compression_view, derived, guards, measured
from vaeviz.ui.columns import group_choice, number_columns
from vaeviz.ui.look import group_look
from vaeviz.ui.show import show_chart
from vaeviz.ui.text_table import show_texts
from vaeviz.ui.widgets import choice

if TYPE_CHECKING:
    from vaeviz.data.assets import Route

NOT_FITTED = "Routes are curated from the literature and are not fitted to your data."
NO_COORDINATES = (
    "The panel has no coordinates. Give latitude and longitude in the sample sheet to see the map."
)
KINDS = {
    "first-peopling": "First peopling",
    "later": "Later movements",
    "admixture": "Recent admixture",
}
ENTROPY, HETEROZYGOSITY = "Mean entropy (bits)", "Heterozygosity"
BITS, NO_VALUE = "Model bits per allele (held out)", "Group only"


def map_view(panel: Panel) -> None:
    """Groups at their places, coloured by a value, with the curated routes on request."""
    from vaeviz.data.assets import general_citation
    from vaeviz.figures.worldmap import world_map

    by, value, chosen = _map_controls(panel)
    table = map_table(panel, by, value)
    if not table["latitude"].notna().any():
        st.info(NO_COORDINATES, icon=":material/location_off:")
        return
    routes = routes_of(panel, chosen)
    named = None if value == NO_VALUE else value
    names = st.toggle("Names on the map", value=True, key="map_names", persist_state="session")
    look = group_look(panel)
    chart = world_map(table, named, routes, value_title=value, show_names=names, **look)
    show_chart(chart, "entropy_map")
    away = int(table["latitude"].isna().sum())
    if away:
        st.caption(f"{away} groups have no coordinates and are not on the map.")
    if routes:
        st.caption(NOT_FITTED)
        label = f"Dates and citations of the {len(routes)} routes"
        with st.expander(label, icon=":material/menu_book:"):
            whole = route_table(routes)
            shown = whole.assign(citations=[_short_citations(r) for r in routes])
            show_texts(shown, "entropy_routes", whole=whole)
            st.caption(f"Routes as a whole: {escape(general_citation(), 400)}")


def _map_controls(panel: Panel) -> tuple[str, str, list[str]]:
    left, right = st.columns(2)
    with left:
        by = group_choice(panel, "map_by", "population")
    with right:
        values = [ENTROPY, HETEROZYGOSITY]
        values += [BITS] if guards.find_model() is not None else []
        values += [*number_columns(panel), NO_VALUE]
        value = choice("Colour by", values, "map_value", ENTROPY, plain)
    if panel.info.species != "human":
        st.caption("No routes: those we know are of people.")
        return by, value, []
    chosen = st.pills(
        "Curated routes",
        list(KINDS),
        selection_mode="multi",
        default=["first-peopling"],
        key="map_routes",
        format_func=KINDS.__getitem__,
        persist_state="session",
    )
    return by, value, chosen


def map_table(panel: Panel, by: str, value: str) -> pd.DataFrame:
    """Groups with places and the value to colour by (column named as the choice)."""
    table = derived.populations(panel, by)
    values = _values(panel, by, value)
    if values is None:
        return table
    return table.assign(**{value: table["group"].map(values)})


def _values(panel: Panel, by: str, value: str) -> pd.Series | None:
    if value == NO_VALUE:
        return None
    if value == BITS:
        return compression_view.held_out_groups(panel, by).set_index("group")["bits_per_allele"]
    if value in (ENTROPY, HETEROZYGOSITY):
        column = "mean_entropy_bits" if value == ENTROPY else "mean_heterozygosity"
        return measured.entropy_table(panel, by).set_index("group")[column]
    numbers = pd.to_numeric(panel.samples[value], errors="coerce")
    return numbers.groupby(panel.labels(by)).mean()


def routes_of(panel: Panel, kinds: list[str]) -> list[Route]:
    """Curated routes of the chosen kinds that suit the panel."""
    from vaeviz.analysis.migrations import map_routes

    return [route for route in map_routes(panel.info) if route.kind in kinds]


def route_table(routes: list[Route]) -> pd.DataFrame:
    """Routes with dates, where the dates come from, and citations."""
    return pd.DataFrame(
        {
            "route": [f"{r.label} ({', '.join(r.sources)} to {r.target})" for r in routes],
            "kind": [KINDS[r.kind] for r in routes],
            "dates": [r.dates for r in routes],
            "where the dates come from": [_with_note(r) for r in routes],
            "citations": ["; ".join(r.citations) for r in routes],
        }
    )


def _with_note(route: Route) -> str:
    return f"{route.date_source}. Note: {route.note}" if route.note else route.date_source


def _short_citations(route: Route) -> str:
    """Author and year of every reference, with its DOI."""
    parts = [(c.split(",")[0], c.rpartition("doi:")[2]) for c in route.citations]
    return "; ".join(f"{author}, doi:{doi}" for author, doi in parts)
