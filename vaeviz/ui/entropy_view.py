"""Entropy as the page shows it: what was filtered, bar code, bars with arcs, world map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from vaeviz.data.panel import Panel
from vaeviz.escape import escape, plain
from vaeviz.ui import compression_view, derived, guards, measured
from vaeviz.ui.columns import label_columns, number_columns
from vaeviz.ui.look import group_look, look
from vaeviz.ui.show import show_chart
from vaeviz.ui.text_table import show_texts
from vaeviz.ui.widgets import choice

if TYPE_CHECKING:
    from vaeviz.data.assets import Route

RARE_FREQUENCY = 0.05
FEW_RARE = 0.1
"""Under this share of sites with a minor allele under 5 %, sites were chosen for being common:
whole sequences have most of their sites there."""

NOT_FITTED = "Routes are curated from the literature and are not fitted to your data."
BY_CONSTRUCTION = (
    ":orange-badge[simulated] The order of the groups follows **by construction** from the "
    "demographic model, sizes and sites that were put in."
)
NO_EVIDENCE = " It illustrates the published order and is no evidence for it."
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


def provenance(panel: Panel) -> None:
    """The filters of the panel, and what disturbs the order of the groups."""
    steps = [escape(step.what, 80) for step in panel.info.steps]
    st.caption(f"Filters of this panel: {'; '.join(steps) if steps else 'none recorded'}.")
    for warning in order_warnings(panel):
        st.warning(warning, icon=":material/warning:")
    if panel.info.simulated:
        evidence = NO_EVIDENCE if panel.info.species == "human" else ""
        st.caption(BY_CONSTRUCTION + evidence)


def order_warnings(panel: Panel) -> list[str]:
    """What was done to the choice of sites that moves entropies, in words."""
    done = " ".join(step.what for step in panel.info.steps)
    warnings = []
    if "LD pruning" in done or "at most" in done:
        warnings.append(
            "This panel was thinned for maps (LD pruning or a cap on sites). Entropy wants every "
            "site: open the panel from before on the Panel page."
        )
    if "MAF" in done or share_of_rare_sites(panel) < FEW_RARE:
        warnings.append(
            "Sites with rare alleles are missing here, cut by a frequency filter or never on the "
            "array. Common sites are mostly old, and were often chosen in some populations: the "
            "entropy of all groups comes close together and their order can change."
        )
    return warnings


def share_of_rare_sites(panel: Panel) -> float:
    """Share of the variable sites whose minor allele is rarer than 5 %."""
    spectrum = derived.spectrum(panel)
    total = spectrum["n_sites"].sum()
    rare = spectrum.loc[spectrum["minor_frequency"] < RARE_FREQUENCY, "n_sites"].sum()
    return float(rare / total) if total else 1.0


def group_by(panel: Panel, key: str) -> str:
    """The column to group by, chosen by the user."""
    left, _ = st.columns(2)
    with left:
        return choice("Group by", label_columns(panel), key, "superpopulation", plain, bind=True)


def entropy_table(panel: Panel, by: str) -> pd.DataFrame:
    """Mean entropy of every group, highest first; see `analysis.entropy.entropy_table`."""
    with st.skeleton(height=420):
        return measured.entropy(panel, by)[0]


def bar_code(panel: Panel) -> None:
    """Entropy along the genome, one stripe a group."""
    from vaeviz.figures.entropy import bar_code as draw

    by = group_by(panel, "barcode_by")
    st.caption(
        "Each line is the mean over neighbouring sites: 0 bits where the group is fixed, 1 bit "
        "where both alleles are equally common."
    )
    with st.skeleton(height=420):
        bins = measured.entropy(panel, by)[1]
    show_chart(draw(bins, **look(panel)), "entropy_barcode")


def bars(panel: Panel) -> None:
    """Mean entropy in falling order, admixed groups apart, with the migration arcs."""
    from vaeviz.analysis.migrations import arcs
    from vaeviz.figures.entropy import entropy_bars

    by = group_by(panel, "bars_by")
    table = entropy_table(panel, by)
    order = table.loc[~table["admixed"], "group"]
    found = arcs(list(order), panel.info)
    chart = entropy_bars(table, found.drawn, **group_look(panel))
    show_chart(chart, "entropy_bars")
    if panel.info.species != "human":
        st.caption("No arcs: the routes are those of people, and this panel is of another species.")
        return
    st.caption(f"{NOT_FITTED} An arc joins two bars that are both present.")
    if len(found.omitted):
        with st.expander(f"{len(found.omitted)} arcs are not drawn: why", icon=":material/rule:"):
            show_texts(found.omitted.drop(columns="route"), "entropy_omitted")


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
    chart = world_map(table, named, routes, value_title=value, **group_look(panel))
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
        by = choice("Group by", label_columns(panel), "map_by", "population", plain, bind=True)
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
        return model_bits(panel, by).set_index("group")["bits_per_allele"]
    if value in (ENTROPY, HETEROZYGOSITY):
        column = "mean_entropy_bits" if value == ENTROPY else "mean_heterozygosity"
        return entropy_table(panel, by).set_index("group")[column]
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
            "where the dates come from": [" ".join((r.date_source, r.note)) for r in routes],
            "citations": ["; ".join(r.citations) for r in routes],
        }
    )


def _short_citations(route: Route) -> str:
    """Author and year of every reference, with its DOI."""
    parts = [(c.split(",")[0], c.rpartition("doi:")[2]) for c in route.citations]
    return "; ".join(f"{author}, doi:{doi}" for author, doi in parts)


def against_compression(panel: Panel) -> None:
    """Entropy of each group against what the model needs for its held-out people."""
    from vaeviz.figures.entropy import entropy_against_compression

    if guards.find_model() is None:
        st.info("Compression needs a model of the panel.", icon=":material/info:")
        st.page_link("pages/train.py", label="Train or load one", icon=":material/model_training:")
        return
    by = group_by(panel, "against_by")
    bits = model_bits(panel, by)
    table = entropy_table(panel, by)
    chart = entropy_against_compression(table, bits, **group_look(panel))
    show_chart(chart, "entropy_against")


def model_bits(panel: Panel, by: str) -> pd.DataFrame:
    """The groups of the compression table for held-out people; without it the page ends here."""
    model = guards.need_model()
    found = compression_view.result(model, panel, by, "test")
    if found is None:
        st.stop()
    return found.groups.iloc[:-1]
