"""The map of people: which coordinates, which axes, which colours, and the charts themselves."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from vaeviz.data.panel import Panel
from vaeviz.data.selection_rule import ByPolygon
from vaeviz.escape import plain
from vaeviz.ui import selecting, state
from vaeviz.ui.colouring import ONE_COLOUR, SPLIT, row_labels
from vaeviz.ui.explain import teaching
from vaeviz.ui.latent import clusters_view, kept_view, lasso_view
from vaeviz.ui.latent.coordinates import LATENT, Coordinates, View, pca_coordinates
from vaeviz.ui.show import show_chart, theme
from vaeviz.ui.widgets import choice, loading, segments

if TYPE_CHECKING:
    from vaeviz.figures.chart import Chart
    from vaeviz.training.model import TrainedModel

VIEW_KEY = "latent_view"


def controls(panel: Panel, coordinates: Coordinates, has_split: bool) -> View:
    """One row of settings above the chart."""
    dimensions = 3 if len(coordinates.columns) > 2 and _wants_3d() else 2
    dimensions = min(dimensions, len(coordinates.columns))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        segments("View", ["2-D", "3-D"], VIEW_KEY, bind=True)
        axes = _axes(coordinates, dimensions)
        colour_by = _colour_by(panel, has_split)
        regions = clusters_view.region_choice(dimensions == 2)
        beside = _offered(coordinates.name == LATENT, _beside)
        show_sd = _offered(dimensions == 2 and _has_sd(coordinates), _show_sd)
        few = len(coordinates.table) <= lasso_view.MAX_PEOPLE
        lasso = _offered(dimensions == 3 and few, _with_lasso)
        kept = _offered(bool(state.get().kept) and (dimensions == 2 or lasso), kept_view.wanted)
    return View(axes, colour_by, show_sd, beside, regions, lasso, kept)


def too_flat(model: TrainedModel) -> bool:
    """Whether 3-D is wanted of a model with fewer dimensions, so that PCA has to stand in."""
    return _wants_3d() and model.config.n_latent < 3


def charts(panel: Panel, main: Coordinates, view: View) -> None:
    """The chart, or two side by side when PCA is wanted too."""
    if not view.beside:
        _chart(panel, main, view)
        return
    grid = st.grid(2, min_column_width=400)
    with grid.cell():
        _chart(panel, main, view)
    with grid.cell(), loading("pca", 500, "Computing the PCA…"):
        pca = pca_coordinates(panel)
        axes = pca.columns[: max(2, len(view.axes))]
        _chart(panel, pca, dataclasses.replace(view, axes=axes, show_sd=False))


def _offered(sensible: bool, toggle: Callable[[], bool]) -> bool:
    """A toggle where it makes sense, else its empty place.

    A setting that moves up in its row is drawn anew before its old place is cleared, and clearing
    that makes streamlit forget that the setting belongs into the address.
    """
    if sensible:
        return toggle()
    st.empty()
    return False


def _wants_3d() -> bool:
    """As the switch says, or the address where the switch is not drawn yet."""
    return st.session_state.get(VIEW_KEY, st.query_params.get(VIEW_KEY)) == "3-D"


def _axes(coordinates: Coordinates, dimensions: int) -> tuple[str, ...]:
    from vaeviz.figures.latent import axis_label

    chosen: list[str] = []
    for position, letter in enumerate("xyz"):
        if position >= dimensions:
            st.empty()  # As in `_offered`.
            continue
        free = [c for c in coordinates.columns if c not in chosen]
        default = coordinates.columns[position]
        chosen.append(
            choice(
                letter,
                free,
                f"{coordinates.name}_{letter}",
                default if default in free else None,
                axis_label,
                bind=True,
                width=110,
            )
        )
    return tuple(chosen)


def _beside() -> bool:
    return st.toggle(
        "PCA beside it", key="latent_beside", persist_state="session", bind="query-params"
    )


def _has_sd(coordinates: Coordinates) -> bool:
    sds = coordinates.table.filter(regex="_sd$")
    return coordinates.name == LATENT and not teaching() and bool(sds.to_numpy(float).any())


def _show_sd() -> bool:
    return st.toggle(
        "Posterior sd",
        key="latent_sd",
        persist_state="session",
        bind="query-params",
        help="Ellipses of one standard deviation: how sure the encoder is of the place.",
    )


def _colour_by(panel: Panel, has_split: bool) -> str:
    columns = [str(c) for c in panel.samples.columns if c != "sample"]
    known = [c for c in columns if panel.samples[c].notna().any()] + [SPLIT] * has_split
    known.append(ONE_COLOUR)
    default = "superpopulation" if "superpopulation" in known else None
    return choice("Colour by", known, "colour_by", default, plain, bind=True, width=170)


def _with_lasso() -> bool:
    """Whether to draw 3-D on our canvas; else Plotly draws, which selects nothing."""
    return st.toggle(
        "Lasso",
        value=True,
        key="latent_lasso",
        persist_state="session",
        bind="query-params",
        help="Off: the same picture by Plotly, with its downloads and without selecting.",
    )


def _chart(panel: Panel, coordinates: Coordinates, view: View) -> None:
    from vaeviz.figures.points import axis_label

    key = selecting.chart_key(f"{coordinates.name}_{len(view.axes)}d")
    labels = row_labels(panel, coordinates.table, view.colour_by)
    if len(view.axes) == 3 and view.lasso:
        _canvas(panel, coordinates, view, labels)
        return
    chart = _build(panel, coordinates, view, key, labels)
    chart = clusters_view.with_regions(chart, panel, coordinates, view, labels)
    if view.kept and len(view.axes) == 2:
        chart = kept_view.on_map(chart, coordinates.table, view.axes)
    rule = f"drawn on {coordinates.name}: {', '.join(map(axis_label, view.axes))}"
    drawn = partial(_drawn, coordinates, view.axes)
    callback = partial(selecting.from_chart, key, rule, selecting.among(panel.sample_ids), drawn)
    show_chart(chart, key, callback if len(view.axes) == 2 else None)


def _canvas(panel: Panel, coordinates: Coordinates, view: View, labels: pd.Series) -> None:
    found = clusters_view.regions(panel, coordinates, view, labels)
    own_ink = view.regions == clusters_view.MIXTURE
    kept = state.get().kept if view.kept else ()
    picture = lasso_view.Picture(view.axes, view.colour_by, labels, found, own_ink, kept)
    lasso_view.show(panel, coordinates, picture, f"lasso_{coordinates.name}")


def _drawn(
    coordinates: Coordinates, axes: tuple[str, ...], corners: tuple[tuple[float, float], ...]
) -> ByPolygon:
    return ByPolygon(on=coordinates.name, axes=axes, corners=corners, digests=coordinates.digests)


def _build(
    panel: Panel, coordinates: Coordinates, view: View, key: str, labels: pd.Series
) -> Chart:
    from vaeviz.figures.latent import scatter_2d, scatter_3d

    common = {
        "labels": labels,
        "samples": panel.samples,
        "theme": theme(),
        "caption": coordinates.caption,
    }
    table, axes = coordinates.table, view.axes
    if len(axes) == 3:
        return scatter_3d(table, *axes, view.colour_by, selected_ids=_selected(), **common)
    x, y = axes if len(axes) == 2 else (axes[0], axes[0])
    rings = selecting.rings(key)
    return scatter_2d(
        table, x, y, view.colour_by, selected_ids=rings, show_sd=view.show_sd, **common
    )


def _selected() -> tuple[str, ...]:
    selection = state.get().selection
    return () if selection is None else selection.sample_ids
