"""Small widgets that several pages share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Literal

import streamlit as st


def choice(
    label: str,
    options: Sequence[str],
    key: str,
    default: str | None = None,
    shown: Callable[[str], str] = str,
    bind: bool = False,
    width: int | Literal["stretch"] = "stretch",
    help_text: str = "",
) -> str:
    """A selectbox that survives page switches and falls back when its value is gone.

    Parameters
    ----------
    label, key : str
    options : sequence of str
        At least one.
    default : str, optional
        Chosen at first; the first option otherwise.
    shown : callable
        Text of an option (shown as plain text).
    bind : bool
        Keep the value in the address, so that a link restores the view.
    width : int or 'stretch'
        Pixels, or all there is.
    help_text : str
        Shown beside the label.
    """
    if st.session_state.get(key) not in options:
        st.session_state.pop(key, None)
    index = options.index(default) if default in options else 0
    chosen = st.selectbox(
        label,
        options,
        index=index,
        key=key,
        format_func=shown,
        persist_state="session",
        bind="query-params" if bind else None,
        width=width,
        help=help_text or None,
    )
    return chosen if chosen in options else options[index]


def loading(name: str, height: int, text: str) -> AbstractContextManager[object]:
    """A skeleton while something is made for the first time in a session, then a quiet spinner.

    On later runs the old picture is still there, and a skeleton would push it down.
    """
    key = f"vaeviz_shown_{name}"
    first = key not in st.session_state
    st.session_state[key] = True
    return st.skeleton(height=height) if first else st.spinner(text)


def segments(
    label: str, options: Sequence[str], key: str, hide_label: bool = False, bind: bool = False
) -> str:
    """A segmented control that always has a value and survives page switches; `bind` as above."""
    if st.session_state.get(key) not in options:
        st.session_state.pop(key, None)
    chosen = st.segmented_control(
        label,
        options,
        default=options[0],
        required=True,
        key=key,
        persist_state="session",
        label_visibility="collapsed" if hide_label else "visible",
        bind="query-params" if bind else None,
    )
    return chosen if chosen in options else options[0]
