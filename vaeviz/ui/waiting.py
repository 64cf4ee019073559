"""Named steps of work that takes a few seconds, told on the page while it goes on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st
from streamlit.elements.lib.mutable_status_container import StatusContainer

from vaeviz.escape import escape
from vaeviz.progress import Progress, Silent

MOST_STEPS = 20
"""Above, what is counted are people or sites, not steps."""
_ASKED = "vaeviz_asked"


class StatusSteps:
    """A `Progress` that writes each step into a status line of the page.

    It only renames the line, so it may be used inside a cached function.
    """

    def __init__(self, status: StatusContainer) -> None:
        self.status = status

    def update(self, done: float, total: float, message: str, **metrics: float) -> None:
        """Name the step under way."""
        self.status.update(label=f"{escape(message, 200)}{_where(done, total)}")

    def cancelled(self) -> bool:
        """Never: leaving the page ends the script."""
        return False


def _where(done: float, total: float) -> str:
    """How far the work is: the step under way of a few, or how many of many are done."""
    if done >= total:
        return ""
    if total <= MOST_STEPS:
        return f" · step {done + 1:.0f} of {total:.0f}"
    return f" · {done:,.0f} of {total:,.0f}" if done else ""


@contextmanager
def named_steps(first: str, known: bool = False) -> Iterator[Progress]:
    """A status line while the block runs, gone afterwards.

    Parameters
    ----------
    first : str
        What is done until the work names its own steps.
    known : bool
        The result is in the cache: show nothing.
    """
    if known:
        yield Silent()
        return
    slot = st.empty()
    try:
        yield StatusSteps(slot.status(first))
    finally:
        slot.empty()


def asked(key: tuple[object, ...]) -> bool:
    """Whether this session has asked for the result behind `key` before."""
    return key in st.session_state.get(_ASKED, ())


def remember_asked(key: tuple[object, ...]) -> None:
    """Remember that the result behind `key` was asked for, so that it is shown at once."""
    if not asked(key):
        st.session_state[_ASKED] = (*st.session_state.get(_ASKED, ()), key)[-200:]
