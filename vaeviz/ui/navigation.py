"""Which pages there are, and the rule that none runs without the frame of app.py."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import Page

ROOT = Path(__file__).resolve().parents[2]
DEFAULT_PAGE = "latent"
SECTIONS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "Data": (
        ("panel", "Panel", ":material/dataset:"),
        ("train", "Train", ":material/model_training:"),
    ),
    "Explore": (
        ("latent", "Latent space", ":material/scatter_plot:"),
        ("compare", "Compare", ":material/compare:"),
        ("classify", "Classify", ":material/fact_check:"),
        ("axes", "What the axes mean", ":material/straighten:"),
        ("compression", "Compression", ":material/compress:"),
        ("entropy", "Entropy and migrations", ":material/public:"),
    ),
    "Generate": (("simulate", "Simulate", ":material/group_add:"),),
    "Take away": (("export", "Export", ":material/archive:"),),
}
_FRAMED: ContextVar[bool] = ContextVar("framed", default=False)


def navigation() -> Page:
    """The page to run; pages whose file exists, in the order of the workflow.

    The links are drawn by `links`: a page with a Material icon of its own makes the browser fetch
    that icon from a third party for its tab.
    """
    return st.navigation(
        [page for pages in _sections().values() for page in pages], position="hidden"
    )


def links() -> None:
    """Links to the pages, by section."""
    icons = {name: icon for entries in SECTIONS.values() for name, _, icon in entries}
    for section, pages in _sections().items():
        with st.container(gap="xxsmall"):
            st.caption(section)
            for page in pages:
                st.page_link(page, icon=icons[stem(page)], width="stretch")


def stem(page: Page) -> str:
    """Stem of a page's file."""
    return page.url_path or DEFAULT_PAGE


def go_to(page: str) -> None:
    """Open another page, `pages/NAME.py`, and end this run.

    Settings of the page that is left stand in the address; without an argument streamlit would
    refuse to clear those of widgets.
    """
    st.switch_page(page, query_params={})


@contextmanager
def framed() -> Iterator[None]:
    """Mark that a page runs inside app.py."""
    token = _FRAMED.set(True)
    try:
        yield
    finally:
        _FRAMED.reset(token)


def ensure_framed() -> None:
    """Run app.py instead when a page was started without it.

    The first visit to a fresh server at a page's own address runs the page's file alone
    (streamlit finds the folder `pages` before it knows of `st.navigation`), without the refusal
    of open addresses and without the sidebar. Declaring the navigation ends that mode.
    """
    if not _FRAMED.get():
        navigation()
        st.rerun()


def _sections() -> dict[str, list[Page]]:
    found = {
        section: [_page(stem, title) for stem, title, _ in entries if _file(stem).exists()]
        for section, entries in SECTIONS.items()
    }
    return {section: pages for section, pages in found.items() if pages}


def _page(stem: str, title: str) -> Page:
    return st.Page(_file(stem), title=title, default=stem == DEFAULT_PAGE)


def _file(stem: str) -> Path:
    return ROOT / "pages" / f"{stem}.py"
