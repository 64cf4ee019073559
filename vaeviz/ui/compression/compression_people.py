"""What every scored person costs, with the people of the selection marked."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from vaeviz.escape import escape
from vaeviz.ui import selecting, state
from vaeviz.ui.show import show_chart

if TYPE_CHECKING:
    from vaeviz.compression.table import CompressionResult
    from vaeviz.ui.look import GroupLook

BITS, HETEROZYGOSITY = "bits_per_allele", "heterozygosity"
TITLES = ("heterozygosity", "bits per allele")
HEIGHT = 520
WHAT = (
    "One point a person. Heterozygosity is the share of sites with two different alleles: where "
    "it is low there is less to describe, whatever the model. Draw a lasso to select people; "
    "the selection is the same on every page."
)


def show(found: CompressionResult, by: str, look: GroupLook) -> None:
    """Everybody scored, by heterozygosity and bits per allele, and a line about the selection.

    Parameters
    ----------
    found : CompressionResult
    by : str
        Sample column that people are grouped and coloured by.
    look : GroupLook
    """
    from vaeviz.figures.latent import scatter_2d

    st.caption(WHAT)
    told = selection_line(found)
    if told:
        st.markdown(told)
    key = selecting.chart_key("compression_people")
    chart = scatter_2d(
        found.samples,
        HETEROZYGOSITY,
        BITS,
        by,
        labels=found.samples["group"],
        selected_ids=selecting.rings(key),
        axis_titles=TITLES,
        title="What every person costs",
        name="compression_people",
        height=HEIGHT,
        **look,
    )
    people = selecting.among(found.samples["sample"])
    show_chart(chart, key, partial(selecting.from_chart, key, "drawn on bits per allele", people))


def selection_line(found: CompressionResult) -> str:
    """What the people of the selection cost beside everybody scored; '' without a selection."""
    selection = state.get().selection
    if selection is None:
        return ""
    people = found.samples
    bits = people.loc[people["sample"].isin(selection.sample_ids), BITS]
    told = f"**{escape(selection.name, 40)}**: {len(bits):,} of "
    told += f"{len(selection.sample_ids):,} people selected are scored here"
    if bits.empty:
        return f"{told}."
    return (
        f"{told}, mean {bits.mean():.4f} bits per allele (all {len(people):,} scored: "
        f"{people[BITS].mean():.4f})."
    )
