"""The one place where exceptions become messages on a page."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from vaeviz.errors import VaevizError
from vaeviz.escape import escape

logger = logging.getLogger(__name__)

UNEXPECTED = "Something went wrong inside VAEviz. Your panel and model are untouched."
MAX_MESSAGE = 600


def show_error(error: VaevizError) -> None:
    """Show message and hint of a user-visible error."""
    show_failure(error.message, error.hint)


def show_failure(message: str, hint: str = "") -> None:
    """Show what happened and, under it, what to do; both may quote labels from files."""
    text = escape(message, MAX_MESSAGE)
    if hint:
        text += f"\n\n**What to do:** {escape(hint, MAX_MESSAGE)}"
    st.error(text, icon=":material/error:")


@contextmanager
def shown_errors(stop: bool = False) -> Iterator[None]:
    """Turn an exception in the block into a message; the page goes on unless `stop`.

    Unexpected exceptions are logged by type and place only: their text may quote sample IDs.
    """
    try:
        yield
    except VaevizError as error:
        show_error(error)
    except Exception as error:  # noqa: BLE001  a visitor never sees a traceback
        frames = "".join(traceback.format_tb(error.__traceback__))
        logger.error("unexpected %s\n%s", type(error).__name__, frames)
        st.error(UNEXPECTED, icon=":material/error:")
    else:
        return
    if stop:
        st.stop()
