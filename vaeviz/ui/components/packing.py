"""Our own components: plain scripts and styles that lie beside this file, nothing fetched."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer


@cache
def component(
    name: str, scripts: tuple[str, ...], styles: tuple[str, ...] = ()
) -> ComponentRenderer:
    """The component of these files.

    Parameters
    ----------
    name : str
    scripts : tuple of str
        Parts of one module, in an order in which each may use the ones before.
    styles : tuple of str
        Later ones win.
    """
    script, style = (_joined(names) for names in (scripts, styles))
    return st.components.v2.component(f"vaeviz_{name}", css=style or None, js=script)


def _joined(names: tuple[str, ...]) -> str:
    return "\n".join((files(__package__) / name).read_text("utf-8") for name in names)
