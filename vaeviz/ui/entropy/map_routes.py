"""Curated routes on the map: the choice among them, and their dates and citations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from vaeviz.data.panel import Panel
from vaeviz.escape import escape
from vaeviz.ui.text_table import show_texts

if TYPE_CHECKING:
    from vaeviz.data.assets import Route

NOT_FITTED = "Routes are curated from the literature and are not fitted to your data."
KINDS = {
    "first-peopling": "First peopling",
    "later": "Later movements",
    "admixture": "Recent admixture",
}


def route_choice(panel: Panel) -> list[Route]:
    """Let the user choose kinds of routes; none on panels of other species."""
    if panel.info.species != "human":
        st.caption("No routes: those we know are of people.")
        return []
    chosen = st.pills(
        "Curated routes",
        list(KINDS),
        selection_mode="multi",
        default=["first-peopling"],
        key="map_routes",
        format_func=KINDS.__getitem__,
        persist_state="session",
    )
    return routes_of(panel, chosen)


def routes_of(panel: Panel, kinds: list[str]) -> list[Route]:
    """Curated routes of the chosen kinds that suit the panel."""
    from vaeviz.analysis.migrations import map_routes

    return [route for route in map_routes(panel.info) if route.kind in kinds]


def show_routes(routes: list[Route]) -> None:
    """Dates and citations, folded away, and what routes are not."""
    from vaeviz.data.assets import general_citation

    st.caption(NOT_FITTED)
    label = f"Dates and citations of the {len(routes)} routes"
    with st.expander(label, icon=":material/menu_book:"):
        whole = route_table(routes)
        shown = whole.assign(citations=[_short_citations(r) for r in routes])
        show_texts(shown, "entropy_routes", whole=whole)
        st.caption(f"Routes as a whole: {escape(general_citation(), 400)}")


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
