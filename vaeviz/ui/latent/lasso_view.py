"""People in three dimensions with a lasso: the canvas, what it is sent, and what it says."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from vaeviz.data.panel import Panel
from vaeviz.data.selection import Selection
from vaeviz.data.selection_rule import ByPolygon, Triple, View3D
from vaeviz.errors import ConfigError
from vaeviz.ui import selecting, state
from vaeviz.ui.components.answers import told
from vaeviz.ui.components.lasso3d import lasso3d
from vaeviz.ui.tables import csv_button, show_frame

if TYPE_CHECKING:
    from vaeviz.analysis.clusters import Gaussian
    from vaeviz.ui.latent.coordinates import Coordinates

logger = logging.getLogger(__name__)

FILE = "vaeviz_latent_map_3d.png"
MAX_PEOPLE = 50_000
"""Above, Plotly's own 3-D view, which selects nothing, stands in."""


@dataclasses.dataclass(frozen=True)
class Picture:
    """What to draw of people.

    Attributes
    ----------
    axes : tuple of str
        Three columns of the coordinates.
    colour_by : str
    labels : Series
        One value a person to colour by.
    regions : sequence of Gaussian
        Drawn as wires in the colour of their label, or in one ink with `own_ink`.
    kept : sequence of Selection
        Whose people get a ring in its colour.
    """

    axes: tuple[str, ...]
    colour_by: str
    labels: pd.Series
    regions: Sequence[Gaussian]
    own_ink: bool
    kept: Sequence[Selection] = ()


def show(panel: Panel, coordinates: Coordinates, picture: Picture, key: str) -> None:
    """Draw people on the canvas, and, folded away, their table.

    Parameters
    ----------
    panel, coordinates
        Who is drawn, and where.
    picture : Picture
    key : str
        Of the component.
    """
    from vaeviz.figures.scene3d import scene_3d

    selection = state.get().selection
    scene = scene_3d(
        coordinates.table,
        picture.axes,
        picture.colour_by,
        labels=picture.labels,
        samples=panel.samples,
        selected_ids=() if selection is None else selection.sample_ids,
        regions=picture.regions,
        own_ink=picture.own_ink,
        kept=picture.kept,
    )
    round_of = {"caption": coordinates.caption, "file": FILE, "round": selecting.chart_round()}
    rule = partial(_rule, coordinates, picture.axes, scene.low, scene.high)
    known = frozenset(map(str, panel.sample_ids))
    lasso3d(
        scene.data | round_of,
        key,
        on_drawn_change=partial(take_drawn, key, known, rule),
        on_picked_change=partial(take_picked, key, known),
    )
    with st.expander("Table and downloads", icon=":material/table:"):
        show_frame(scene.table, key)
        csv_button(scene.table, key)


def take_drawn(key: str, known: frozenset[str], rule: partial[ByPolygon]) -> None:
    """Callback: those circled change the selection as the visitor chose.

    Parameters
    ----------
    key : str
        Of the component.
    known : frozenset of str
        IDs of the panel: what a browser sends may be of a panel since closed.
    rule : callable
        Makes the rule of the corners and the view.
    """
    line = told(key, "drawn")
    sent = line.get("ids")
    listed = sent if isinstance(sent, list) else []
    ids = dict.fromkeys(x for x in listed if isinstance(x, str) and x in known)
    if not ids:
        return
    try:
        origin = rule(line.get("corners"), line.get("view"))
    except ConfigError:
        logger.warning("a line drawn in 3-D came with an unusable view")
        return
    from vaeviz.figures.points import axis_label

    axes = ", ".join(axis_label(axis) for axis in origin.axes)
    words = f"drawn in 3-D on {origin.on}: {axes}"
    selecting.apply(ids, words, selecting.current_how(), origin)


def take_picked(key: str, known: frozenset[str]) -> None:
    """Callback: the card of the person clicked opens."""
    picked = told(key, "picked").get("id")
    if isinstance(picked, str) and picked in known:
        selecting.show_person(picked)


def _rule(
    coordinates: Coordinates,
    axes: tuple[str, ...],
    low: Triple,
    high: Triple,
    corners: object,
    view: object,
) -> ByPolygon:
    angles = dict(view) if isinstance(view, Mapping) else {}
    return ByPolygon.make(
        on=coordinates.name,
        axes=axes,
        corners=corners,
        view=View3D.make(**{**angles, "low": low, "high": high}),
        digests=coordinates.digests,
    )
