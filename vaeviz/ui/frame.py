"""The frame around every page: refusal of open addresses, sidebar, notices."""

from __future__ import annotations

import ipaddress

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from vaeviz.config import Purpose
from vaeviz.data.catalogue import BUILT_IN
from vaeviz.escape import escape
from vaeviz.ui import guards, jobs, library, navigation, selecting, state
from vaeviz.ui.explain import TEACHING
from vaeviz.ui.show import theme
from vaeviz.ui.steps import NAMES


def refuse_open_address() -> None:
    """End the run unless the server listens on loopback only.

    There is no shared mode yet: whoever reaches the page sees the workspace's genotypes.
    """
    address = st.get_option("server.address")
    if is_loopback(address):
        return
    st.error(
        "VAEviz serves one person on this machine only, and this server was told to listen on "
        "other addresses. Nothing is shown.\n\n**What to do:** start it with "
        "`python -m vaeviz serve`, or set `server.address` to `127.0.0.1`. To reach it from "
        "another machine, use an SSH tunnel.",
        icon=":material/lock:",
    )
    st.stop()


def is_loopback(address: object) -> bool:
    """Whether an address is this machine's own; None means 'every interface' and is not."""
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(str(address)).is_loopback
    except ValueError:
        return False


def style() -> None:
    """Less empty space above the page than streamlit leaves, and words that can be read.

    Charts stand on the first screen. Streamlit's captions have a contrast of 3.9 on white, and
    its white words on the light blue buttons of the dark theme 2.3; 4.5 is the least (WCAG 2.2).
    """
    on_primary = ".stApp button[kind=primary]:enabled{color:#171614}" if theme() == "dark" else ""
    st.html(
        "<style>.stMainBlockContainer{padding-top:3.75rem}"
        ".stMainBlockContainer h1{font-size:2rem;padding:0}"
        ".stApp [data-testid=stCaptionContainer]{opacity:.8}"
        f"{on_primary}</style>"
    )


def sidebar() -> DeltaGenerator:
    """Draw the sidebar; returns the slot that `fill_status` fills again after the page."""
    state.take_frame_stale()
    with st.sidebar:
        navigation.links()
        slot = st.empty()
        fill_status(slot)
        _selection_strip()
        jobs.strip()
        st.toggle(
            "Teaching mode",
            key=TEACHING,
            persist_state="session",
            help="A guided tour of eight steps on top of the page; unfolds explanations, adds "
            "questions for a class, hides advanced settings.",
        )
        with st.container(horizontal=True):
            st.button("Load demo", key="load_demo", on_click=_load_demo, icon=":material/replay:")
            if st.button("Reset all", key="reset_all", icon=":material/restart_alt:"):
                _confirm_reset()
    return slot


def fill_status(slot: DeltaGenerator) -> None:
    """Write panel and models into the sidebar's slot, with what is known so far."""
    with slot.container(border=True):
        _panel_status()
        _models_status()


def show_notices() -> None:
    """Persistent lines on top of the page, with one button to dismiss them."""
    lines = state.notices()
    if not lines:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.info("\n\n".join(lines), icon=":material/info:")
        st.button("OK", key="dismiss_notices", on_click=state.dismiss_notices)


def _panel_status() -> None:
    ref = state.get().panel_ref
    facts = guards.panel_facts()
    if ref is None:
        st.markdown("**Panel** · none")
    elif facts is None:
        title = BUILT_IN[ref].title if ref in BUILT_IN else library.name_of(ref)
        st.markdown(f"**Panel** · {escape(title)}")
    else:
        st.markdown(f"**Panel** · {escape(facts.name)}{facts.badge}")
        build = f" · {escape(facts.build, 20)}" if facts.build else ""
        st.caption(f"{facts.n_samples:,} samples × {facts.n_sites:,} sites{build}")


def _models_status() -> None:
    """One line a current model; the figures are those of held-out people."""
    purposes = state.get().purposes
    lines = [_model_line(purpose) for purpose in purposes] or ["**Model** · none"]
    st.markdown("  \n".join(lines))


def _model_line(purpose: Purpose) -> str:
    facts = guards.model_facts(purpose)
    if facts is None:
        ref = str(state.get().model_for(purpose))
        return f"**{NAMES[purpose]}** · {escape(library.name_of(ref))}"
    bits = facts.test_bits_per_allele
    held_out = "" if bits is None else f" · {bits:.4f} bits per allele"
    size = f"{facts.n_codes:,} latent{held_out}"
    return f"**{NAMES[purpose]}** · {escape(facts.name)}  \n:small[:gray[{size}]]"


def _selection_strip() -> None:
    selection = state.get().selection
    with st.container(border=True):
        if selection is None:
            st.markdown("**Selection** · none")
            return
        st.markdown(f"**Selection** · {escape(selection.name)}")
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(f"{len(selection.sample_ids):,} samples")
            st.button("Clear", key="sidebar_clear", on_click=selecting.clear, type="tertiary")


def _load_demo() -> None:
    state.load_demo()


@st.dialog("Reset all?")
def _confirm_reset() -> None:
    st.markdown(
        "Panel, model, selection and view settings go back to the demo. Files in your "
        "workspace (imported panels, trained models) stay."
    )
    with st.container(horizontal=True):
        if st.button("Reset", key="reset_yes", type="primary", on_click=_reset):
            st.rerun()
        if st.button("Keep", key="reset_no"):
            st.rerun()


def _reset() -> None:
    st.query_params.clear()
    state.reset()
