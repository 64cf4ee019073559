"""What our components say to the server: anybody can send anything, so all of it is checked."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st


def said(key: str, name: str) -> object:
    """What the component of this key last said under a name; None where it said nothing."""
    answers = st.session_state.get(key)
    return answers.get(name) if isinstance(answers, Mapping) else None


def told(key: str, name: str) -> Mapping[str, object]:
    """The same where it should be an object with names; without any where it is not."""
    found = said(key, name)
    return found if isinstance(found, Mapping) else {}
