"""The mark 'unfiltered sequence' of the open panel: a switch, and why it cannot be set."""

from __future__ import annotations

import streamlit as st

from vaeviz.data.catalogue import BUILT_IN
from vaeviz.data.panel import Panel
from vaeviz.data.vcz import save_info
from vaeviz.errors import VaevizError
from vaeviz.ui import cache, state, workspace
from vaeviz.ui.errors import show_error

LABEL = "Unfiltered sequence"
MEANING = (
    "Every biallelic SNP that sequencing found is in the file, rare ones too: no array, no "
    "frequency filter, no thinning. Segregating sites, private alleles, π, θ and Tajima's D are "
    "given for such panels only. Dropping sites later takes the mark off."
)
_KEY = "panel_unfiltered"


def sequence_switch(panel: Panel) -> None:
    """Let the owner of a panel say that it is unfiltered sequence; the file remembers."""
    closed = _closed(panel)
    st.session_state[_KEY] = panel.info.unfiltered_sequence
    st.toggle(LABEL, key=_KEY, disabled=bool(closed), on_change=_mark, help=MEANING)
    st.caption(closed or MEANING)


def _closed(panel: Panel) -> str:
    """Why the switch is off for good; empty where the owner decides."""
    if state.get().panel_ref in BUILT_IN:
        return (
            f"{LABEL}: no. The built-in panels were cut by allele frequency, and all but the human "
            "region were thinned."
        )
    if panel.info.synthetic:
        return f"{LABEL}: no. A model drew these genotypes from the sites of another panel."
    return ""


def _mark() -> None:
    """Callback of the switch: change what the stored panel says of itself."""
    ref, wanted = str(state.get().panel_ref), bool(st.session_state[_KEY])
    try:
        panel = cache.panel(ref)
        if panel.info.unfiltered_sequence == wanted:
            return
        what = "marked as unfiltered sequence" if wanted else "mark as unfiltered sequence removed"
        marked = panel.with_info(unfiltered_sequence=wanted).with_step(what, panel)
        save_info(workspace.file_of(ref), marked.info)
    except VaevizError as error:
        show_error(error)
