"""The view *Diversity*: heterozygosity and, of whole sequences, what rare alleles tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from vaeviz.data.panel import Panel
from vaeviz.escape import escape
from vaeviz.ui.cache import remembered
from vaeviz.ui.columns import group_choice
from vaeviz.ui.entropy import entropy_view, roh_view
from vaeviz.ui.look import group_look
from vaeviz.ui.show import show_chart
from vaeviz.ui.tables import show_table
from vaeviz.ui.widgets import choice, segments

if TYPE_CHECKING:
    from vaeviz.analysis.diversity import Statistic

STATISTICS, RUNS = "Statistics", "Runs of homozygosity"
ONLY_SEQUENCE = "For unfiltered sequence only"
BLOCKS = (
    "Whiskers: 95 % over 100 blocks of neighbouring sites, drawn anew. They tell how much the "
    "choice of sites matters, not the choice of people."
)
NOT_RARE = (
    "The panel is marked as unfiltered sequence, but only {share:.0%} of its variable sites have a "
    "minor allele under 5 %. Sequences have most of their sites there: check the mark on the Panel "
    "page under History."
)


def diversity(panel: Panel) -> None:
    """Statistics of every group, or runs of homozygosity of people."""
    shown = segments("Show", [STATISTICS, RUNS], "diversity_part", hide_label=True)
    if shown == RUNS:
        roh_view.runs(panel)
    else:
        _statistics(panel)


def table_of(panel: Panel, by: str) -> pd.DataFrame:
    """`diversity_table`, remembered; the mark is part of the key, as digests do not know it."""
    from vaeviz.analysis.diversity import diversity_table, sequence_reason

    marked = not sequence_reason(panel)
    return remembered(
        "diversity", (panel.digest,), lambda: diversity_table(panel, by), (by, marked)
    )


def _statistics(panel: Panel) -> None:
    from vaeviz.analysis.diversity import available, sequence_reason
    from vaeviz.figures.diversity import diversity_dots

    open_ones = {s.name: s for s in available(panel)}
    left, right = st.columns(2)
    with left:
        by = group_choice(panel, "diversity_by")
    with right:
        titles = {name: s.title for name, s in open_ones.items()}
        name = choice(
            "Statistic", list(titles), "diversity_statistic", None, titles.__getitem__, bind=True
        )
    reason = sequence_reason(panel)
    if reason:
        _closed(reason)
    elif (share := entropy_view.share_of_rare_sites(panel)) < entropy_view.FEW_RARE:
        st.warning(NOT_RARE.format(share=share), icon=":material/warning:")
    table, statistic = table_of(panel, by), open_ones[name]
    empty = table.loc[table[name].isna(), "group"]
    if len(empty) < len(table):
        show_chart(diversity_dots(table, statistic, **group_look(panel)), f"diversity_{name}")
    _words(statistic, table, list(empty))
    with st.expander("All statistics of all groups", icon=":material/table:"):
        show_table(table, "diversity_all")


def _closed(reason: str) -> None:
    """What this panel cannot tell, in grey, and why."""
    from vaeviz.analysis.diversity import STATISTICS as EVERY

    st.pills(
        ONLY_SEQUENCE,
        [s.title for s in EVERY if s.sequence_only],
        key="diversity_closed",
        disabled=True,
    )
    st.caption(reason)


def _words(statistic: Statistic, table: pd.DataFrame, empty: list[str]) -> None:
    """What the statistic is, how to read the whiskers, and who is left out."""
    words = [statistic.what]
    if statistic.name == "rarefied_private_alleles":
        words.append(f"Here {int(table['rarefied_haplotypes'].iloc[0]):,} haplotypes of each.")
    st.caption(" ".join([*words, BLOCKS]))
    if empty:
        names = ", ".join(escape(g, 24) for g in empty[:10]) + (" …" if len(empty) > 10 else "")
        alone = "private" in statistic.name and len(table) == 1
        why = "there is no other group" if alone else "too few people or sites"
        st.info(f"No value for {names}: {why}.", icon=":material/info:")
    if table["admixed"].any():
        st.caption("Diamonds: recently admixed groups. They share alleles with their sources.")
