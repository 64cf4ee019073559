"""A figure for a paper or a slide: its size, its files and the text under it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from vaeviz.ui.widgets import segments

if TYPE_CHECKING:
    from vaeviz.figures.chart import Chart
    from vaeviz.figures.paper import FileKind

MIME: dict[FileKind, str] = {"svg": "image/svg+xml", "pdf": "application/pdf", "png": "image/png"}


def wanted(key: str) -> bool:
    """The switch of `for_a_paper`; `key` is the chart's."""
    return st.toggle(
        "For a paper",
        key=f"{key}_paper",
        help="Sizes of journals and slides, and the text under the figure.",
    )


def for_a_paper(chart: Chart, key: str) -> None:
    """Size, colours, files and the text under a figure; a file is made when it is asked for.

    Parameters
    ----------
    chart : Chart
    key : str
        Unique on the page.
    """
    from vaeviz.figures.chart import image_export_available
    from vaeviz.figures.paper import figure_legend

    if image_export_available():
        _images(chart, key)
    else:
        st.info(
            "Files of a stated size are drawn by Chrome or Chromium, and none was found here. The "
            "camera in the chart's own toolbar saves it as SVG at the size of the screen.",
            icon=":material/info:",
        )
    st.caption("Text under the figure")
    st.code(figure_legend(chart), language=None, wrap_lines=True)


def _images(chart: Chart, key: str) -> None:
    from vaeviz.figures.paper import HEIGHTS_MM, PRESETS, draw, proposed_height_mm

    titles = {preset.title: name for name, preset in PRESETS.items()}
    chosen = titles[segments("Size", list(titles), f"{key}_preset")]
    low, high = HEIGHTS_MM
    height = st.number_input(
        f"Height (mm); it is {PRESETS[chosen].width_mm:g} mm wide",
        low,
        high,
        proposed_height_mm(chart, chosen),
        key=f"{key}_{chosen}_height",
    )
    safe = st.toggle("Colours that colour-blind readers tell apart", True, key=f"{key}_safe")
    with st.container(horizontal=True):
        for kind in MIME:
            st.download_button(
                f"{kind.upper()}, 300 dpi" if kind == "png" else kind.upper(),
                data=partial(draw, chart, chosen, kind, height, safe),
                file_name=f"vaeviz_{chart.name}_{chosen}.{kind}",
                mime=MIME[kind],
                key=f"{key}_paper_{kind}",
                icon=":material/download:",
                on_click="ignore",
            )
