"""What every figure of a page is given: theme, caption, and the sample table for its colours."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

import pandas as pd

from vaeviz.data.panel import Panel
from vaeviz.ui.show import theme

if TYPE_CHECKING:
    from vaeviz.figures.palette import Theme


class Look(TypedDict):
    """Theme and caption of a figure."""

    theme: Theme
    caption: str


class GroupLook(Look):
    """Of a figure with one mark a group: also the table that its colours come from."""

    samples: pd.DataFrame


def look(panel: Panel, note: str = "", ground: Theme | None = None) -> Look:
    """Theme, the visitor's own by default, and a caption with size and digest of the panel."""
    from vaeviz.figures.chart import panel_caption

    return {"theme": ground or theme(), "caption": panel_caption(panel, note)}


def group_look(panel: Panel, note: str = "") -> GroupLook:
    """`look` with the panel's samples."""
    return {**look(panel, note), "samples": panel.samples}
