"""A figure on a page: the chart (its caption is part of it), its table twin and every export."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

import streamlit as st

from vaeviz.ui import paper_files
from vaeviz.ui.tables import show_frame

if TYPE_CHECKING:
    from vaeviz.figures.chart import Chart
    from vaeviz.figures.palette import Theme

SELECTION_MODES: tuple[Literal["points", "box", "lasso"], ...] = ("points", "box", "lasso")


def theme() -> Theme:
    """Light or dark, as the visitor sees the page now."""
    return "dark" if st.context.theme.type == "dark" else "light"


def show_chart(chart: Chart, key: str, on_select: Callable[[], None] | None = None) -> None:
    """Draw a chart and, folded away, its table and downloads.

    Parameters
    ----------
    chart : Chart
    key : str
        Unique on the page; a selection of points arrives in session state under it.
    on_select : callable or None
        Called on a lasso, box or click; None draws a chart without selection.
    """
    st.plotly_chart(
        chart.figure,
        key=key,
        theme=None,
        width="stretch",
        alt=chart.alt,
        config=chart.config,
        on_select=on_select or "ignore",
        selection_mode=SELECTION_MODES,
    )
    with st.expander("Table and downloads", icon=":material/table:"):
        show_frame(chart.table, key)
        with st.container(horizontal=True, vertical_alignment="center"):
            _downloads(chart, key)
            for_paper = paper_files.wanted(key)
        if for_paper:
            paper_files.for_a_paper(chart, key)


def _downloads(chart: Chart, key: str) -> None:
    _file(chart, key, "CSV", "text/csv", chart.csv)
    _file(chart, key, "HTML", "text/html", chart.html)
    if _images_available():
        _file(chart, key, "SVG", "image/svg+xml", chart.svg)
        _file(chart, key, "PNG", "image/png", chart.png)
    else:
        st.caption("SVG and PNG: the camera in the chart's own toolbar.")


def _file(chart: Chart, key: str, kind: str, mime: str, build: Callable[[], bytes | str]) -> None:
    st.download_button(
        kind,
        data=build,
        file_name=f"vaeviz_{chart.name}.{kind.lower()}",
        mime=mime,
        key=f"{key}_{kind.lower()}",
        icon=":material/download:",
        on_click="ignore",
    )


@st.cache_resource(max_entries=1, show_spinner=False)
def _images_available() -> bool:
    from vaeviz.figures.chart import image_export_available

    return image_export_available()
