"""Entropy as the page shows it: what was filtered, bar code, bars with arcs, compression."""

from __future__ import annotations

import streamlit as st

from vaeviz.data.panel import Panel
from vaeviz.escape import escape
from vaeviz.ui import derived, measured
from vaeviz.ui.columns import half_width_group
from vaeviz.ui.look import group_look
from vaeviz.ui.map_routes import NOT_FITTED
from vaeviz.ui.show import show_chart
from vaeviz.ui.text_table import show_texts

RARE_FREQUENCY = 0.05
FEW_RARE = 0.1
"""Under this share of sites with a minor allele under 5 %, sites were chosen for being common:
whole sequences have most of their sites there."""

BY_CONSTRUCTION = (
    ":orange-badge[simulated] The order of the groups follows **by construction** from the "
    "demographic model, sizes and sites that were put in."
)
NO_EVIDENCE = " It illustrates the published order and is no evidence for it."


def provenance(panel: Panel) -> None:
    """The filters of the panel, and what disturbs the order of the groups."""
    steps = [escape(step.what, 80) for step in panel.info.steps]
    st.caption(
        f"Filters of this panel: {'; '.join(steps) if steps else 'none recorded'}.",
        help=escape(panel.info.description, 1000) or None,
    )
    warnings = order_warnings(panel)
    for warning in warnings:
        st.warning(warning, icon=":material/warning:")
    if panel.info.simulated:
        evidence = NO_EVIDENCE if panel.info.species == "human" and not warnings else ""
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


def bars(panel: Panel) -> None:
    """Mean entropy in falling order, admixed groups apart, with the migration arcs."""
    from vaeviz.analysis.migrations import arcs
    from vaeviz.figures.entropy import entropy_bars

    by = half_width_group(panel, "bars_by")
    table = measured.entropy_table(panel, by)
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
            omitted = found.omitted.drop(columns="route").rename(columns={"label": "route"})
            show_texts(omitted, "entropy_omitted")
