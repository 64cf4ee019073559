"""Mean entropy of groups: any measure as bars with arcs, and what a frequency cut does to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from vaeviz.data.panel import Panel
from vaeviz.escape import escape
from vaeviz.ui import measured
from vaeviz.ui.columns import group_choice
from vaeviz.ui.entropy import entropy_rate_view
from vaeviz.ui.entropy.map_routes import NOT_FITTED
from vaeviz.ui.look import group_look
from vaeviz.ui.show import show_chart
from vaeviz.ui.text_table import show_texts
from vaeviz.ui.widgets import choice

if TYPE_CHECKING:
    from vaeviz.analysis.frequency_cut import OrderChange
    from vaeviz.analysis.quantities import Quantity

ABOUT = {
    "plug-in": "Entropy of the allele frequency as it was counted: the measure of the paper. Small "
    "samples come out a little too low; diamonds show every group at the size of the smallest.",
    "miller-madow": "The plug-in plus 1 / (2 n ln 2) bits at every polymorphic site, n called "
    "alleles: it makes up for most of what a small sample misses.",
    "equal-size": "What the plug-in would be, in expectation, for equally many haplotypes drawn "
    "from every group: the fair comparison of groups of different sizes.",
    "genotype": "Entropy of the genotype (none, one or two copies), up to log₂ 3 = 1.58 bits: "
    "never more than twice that of the allele.",
    "genotype-miller-madow": "Entropy of the genotype plus (m − 1) / (2 n ln 2) bits for m "
    "genotypes seen among n people.",
    "expected-heterozygosity": "Chance that two alleles drawn from a group differ (Nei 1978, "
    "unbiased).",
    "observed-heterozygosity": "Share of a group's genotypes that are heterozygous.",
}
RANKS_SHOWN = 12


def mean_entropy(panel: Panel) -> None:
    """Bars of a measure, the effect of a frequency cut, and entropy along haplotypes."""
    by, quantity, cut, cuts = _controls(panel)
    table = measured.entropy_table(panel, by, cut)
    if cut > 0:
        _order_warning(measured.entropy_table(panel, by), cut, table, quantity)
    _bars(panel, table, quantity, cut)
    _cut_curves(panel, by, cuts, cut, table)
    entropy_rate_view.rates(panel, by)


def _controls(panel: Panel) -> tuple[str, Quantity, float, pd.DataFrame]:
    """Column to group by, measure, frequency cut, and the table of cuts."""
    from vaeviz.analysis.quantities import QUANTITIES

    left, right = st.columns(2)
    with left:
        by = group_choice(panel, "bars_by")
    with right:
        key = choice(
            "Measure",
            list(QUANTITIES),
            "bars_measure",
            shown=lambda name: QUANTITIES[name].title,
            bind=True,
        )
    cuts = measured.cut_table(panel, by)
    with st.columns(2)[0]:
        cut = _cut_choice(sorted(map(float, cuts["maf_cut"].unique())))
    return by, QUANTITIES[key], cut, cuts


def _cut_choice(cuts: list[float]) -> float:
    """Slider over the cuts that some site passes."""
    from vaeviz.figures.frequency_cut import cut_words

    if len(cuts) < 2:
        return 0.0
    words = {cut_words(cut): cut for cut in cuts}
    if st.session_state.get("bars_maf") not in words:
        st.session_state.pop("bars_maf", None)
    chosen = st.select_slider(
        "Cut on the minor allele frequency",
        list(words),
        key="bars_maf",
        persist_state="session",
        bind="query-params",
        help="Keeps only sites whose rarer allele is at least so frequent among all people of the "
        "panel.",
    )
    return words.get(str(chosen), 0.0)


def _order_warning(
    whole: pd.DataFrame, cut: float, table: pd.DataFrame, quantity: Quantity
) -> None:
    """Name the groups whose place in the order a cut has changed."""
    from vaeviz.analysis.frequency_cut import order_change
    from vaeviz.figures.frequency_cut import cut_words

    before, after = (t.set_index("group")[quantity.column] for t in (whole, table))
    change = order_change(before, after, list(table.loc[table["admixed"], "group"]))
    if not change.moved:
        return
    st.warning(
        f"At a cut of {cut_words(cut)} the order of the groups is another one. "
        f"{_moves(change)} Rare alleles are young and mostly of one region: without them, groups "
        "that have many of them fall.",
        icon=":material/warning:",
    )


def _moves(change: OrderChange) -> str:
    """Both orders where they are short, else the groups that moved."""
    if len(change.before) <= RANKS_SHOWN:
        before, after = (
            " > ".join(escape(g, 24) for g in x) for x in (change.before, change.after)
        )
        moved = ", ".join(escape(g, 24) for g in change.moved)
        return f"All sites: {before}. Here: {after}. Moved: {moved}."
    moved = ", ".join(escape(g, 24) for g in change.moved[:RANKS_SHOWN])
    more = ", …" if len(change.moved) > RANKS_SHOWN else ""
    return f"{len(change.moved)} of {len(change.before)} groups moved: {moved}{more}."


def _bars(panel: Panel, table: pd.DataFrame, quantity: Quantity, cut: float) -> None:
    """Groups in falling order, admixed ones apart, with the migration arcs."""
    from vaeviz.analysis.migrations import arcs
    from vaeviz.figures.entropy import entropy_bars
    from vaeviz.figures.frequency_cut import cut_words

    if table[quantity.column].isna().all():
        size = int(table["rarefied_haplotypes"].iloc[0])
        st.info(
            f"No group has the {size} haplotypes that this measure needs.", icon=":material/info:"
        )
        return
    order = table.loc[~table["admixed"], "group"]
    found = arcs(list(order), panel.info)
    n_sites = table["n_sites"].max()
    note = f"minor allele {cut_words(cut)} or more: {n_sites:,} sites" if cut > 0 else ""
    look = group_look(panel, note)
    show_chart(entropy_bars(table, found.drawn, quantity=quantity, **look), "entropy_bars")
    st.caption(f"{ABOUT[quantity.key]} Whiskers: 95 % over blocks of sites, not over people.")
    if panel.info.species != "human":
        st.caption("No arcs: the routes are those of people, and this panel is of another species.")
        return
    st.caption(f"{NOT_FITTED} An arc joins two bars that are both present.")
    if len(found.omitted):
        with st.expander(f"{len(found.omitted)} arcs are not drawn: why", icon=":material/rule:"):
            omitted = found.omitted.drop(columns="route").rename(columns={"label": "route"})
            show_texts(omitted, "entropy_omitted")


def _cut_curves(panel: Panel, by: str, cuts: pd.DataFrame, cut: float, table: pd.DataFrame) -> None:
    """Mean entropy of every group by the cut."""
    from vaeviz.figures.frequency_cut import frequency_cut

    st.subheader("What a frequency cut does", anchor=False)
    if cuts["maf_cut"].nunique() < 2:
        st.caption("No site of this panel has two alleles in sight, so there is nothing to cut.")
        return
    admixed = set(table.loc[table["admixed"], "group"])
    show_chart(frequency_cut(cuts, cut, admixed, **group_look(panel)), "entropy_cuts")
    text = (
        "Common sites are mostly old and shared, so a cut lifts every group; lines that cross "
        "change the order. The same happens where an array holds only common sites."
    )
    st.caption(f"{text} {_cut_already(panel, by)}")


def _cut_already(panel: Panel, by: str) -> str:
    """Whether the panel has a cut of its own, in words."""
    lowest = measured.lowest_frequency(panel, by)
    rarest = 1 / (2 * panel.n_samples)
    if lowest <= 2 * rarest:
        return ""
    return (
        f"This panel was cut before: its rarest variable site has {100 * lowest:.2g} %, so lower "
        "cuts change nothing, and how the order was before cannot be seen here."
    )
