"""Entropy of a site given the sites before it, with a model's own bits beside."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from vaeviz.data.panel import Panel
from vaeviz.errors import PanelError
from vaeviz.escape import escape
from vaeviz.ui import measured, model_choice, state
from vaeviz.ui.compression import compression_view
from vaeviz.ui.errors import shown_errors
from vaeviz.ui.look import group_look
from vaeviz.ui.show import show_chart
from vaeviz.ui.widgets import segments

if TYPE_CHECKING:
    from vaeviz.analysis.entropy_rate import EntropyRate

READ = (
    "How uncertain an allele stays once the sites before it are known: what LD leaves to tell. "
    "Counting patterns (plug-in, dotted) comes out too low for long contexts, coding each "
    "haplotype by the others of its group (upper bound) too high: the truth lies between. "
    "Joint: the entropy of k + 1 neighbours together."
)
UNPHASED = (
    "The panel is unphased, so these are genotypes: bits per genotype, which do not compare with "
    "bits per allele."
)


def rates(panel: Panel, by: str) -> None:
    """Lines of entropy by context for every group that is large enough."""
    from vaeviz.figures.entropy_rate import ESTIMATES, entropy_rate

    st.subheader("Along the haplotype" if panel.phased else "Along the genotype", anchor=False)
    try:
        with st.spinner("Reading along the haplotypes…"):
            found = measured.entropy_rate(panel, by)
    except PanelError as error:
        st.info(escape(f"{error.message} {error.hint}", 600), icon=":material/info:")
        return
    titles = {title: column for column, title in ESTIMATES.items()}
    estimate = titles[segments("Full lines", list(titles), "rate_estimate")]
    model = None
    with shown_errors():
        model = _model_bits(panel, by, found.unit)
    chart = entropy_rate(found.table, estimate, model, **group_look(panel, _note(found)))
    show_chart(chart, "entropy_rate")
    st.caption(READ if panel.phased else f"{READ} {UNPHASED}")
    _measured_on(found, panel)


def _note(found: EntropyRate) -> str:
    rows = "haplotypes" if found.unit == "bits per allele" else "people"
    return f"{found.n_rows} {rows} of each group at {found.n_sites:,} sites"


def _measured_on(found: EntropyRate, panel: Panel) -> None:
    """How many sites and rows there were, and whom that leaves out."""
    text = f"{_note(found)}, of {found.n_usable:,} that have neighbours enough before them."
    if found.n_sites < found.n_usable:
        text += " They lie in stretches spread evenly over the genome."
    if found.left_out:
        names = ", ".join(escape(g, 24) for g in found.left_out[:12])
        text += f" Too small and left out: {names}."
    st.caption(f"{text[0].upper()}{text[1:]}")


def _model_bits(panel: Panel, by: str, unit: str) -> pd.DataFrame | None:
    """Bits of the model in use for held-out people of each group, in the unit of the lines."""
    if not state.get().purposes:
        st.caption("With a model of this panel open, its bits for held-out people stand beside.")
        return None
    # Scoring held-out people takes up to a minute, and the lines should not wait for it.
    wanted = st.toggle("The model's bits beside", key="rate_model", persist_state="session")
    model = model_choice.coding_model() if wanted else None
    if model is None:
        return None
    found = compression_view.result(model, panel, by, "test")
    if found is None:
        return None
    alleles = 1 if unit == "bits per allele" else 2
    groups = found.groups.iloc[:-1]
    phase = " It codes people, so which haplotype carries what is not in its bits."
    st.caption(
        "Points: the model's bits for its held-out people over all of its sites. It was trained on "
        "other people, and codes each with all sites in view."
        + (phase if panel.phased and model.config.rows == "person" else "")
    )
    return pd.DataFrame(
        {
            "group": groups["group"],
            "model_bits": alleles * groups["bits_per_allele"],
            "model_low_bits": alleles * groups["ci_low"],
            "model_high_bits": alleles * groups["ci_high"],
        }
    )
