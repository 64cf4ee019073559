"""Clusters on the map of people: their regions, how Gaussian they are, a mixture, outliers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from vaeviz.data.panel import UNLABELLED, Panel
from vaeviz.escape import escape, plain
from vaeviz.ui import selecting, state
from vaeviz.ui.cache import remembered
from vaeviz.ui.columns import MAX_GROUPS, label_columns
from vaeviz.ui.look import look
from vaeviz.ui.show import show_chart
from vaeviz.ui.tables import csv_button, show_frame, show_table
from vaeviz.ui.widgets import choice, segments

if TYPE_CHECKING:
    from vaeviz.analysis.clusters import Gaussian
    from vaeviz.analysis.mixtures import Mixture
    from vaeviz.figures.chart import Chart
    from vaeviz.ui.latent.coordinates import Coordinates, View

NO_REGIONS, BY_LABEL, MIXTURE = "none", "95 % by label", "mixture"
DENSITY, HULL = "density", "hull of selection"
GAUSSIAN, COMPONENTS, OUTLIERS = "How Gaussian", "Mixture", "Outliers"
DRAWN, ALL_DIMENSIONS = "the axes drawn", "all dimensions in use"
FINEST = "population"
SEED = 1
"""Of the mixture's starts and of the search for cores."""

_TESTS = (
    "Each label as one Gaussian of the latent means. *Shrinkage* is the weight of equal variances "
    "in its covariance (Ledoit and Wolf 2004). Mardia's tests (1970, 1974) ask whether people "
    "scatter as a Gaussian would: *skewness* lopsided, *excess kurtosis* above 0 heavy-tailed. "
    "The adjusted p counts both tests and all labels (Holm). Not rejected is not proof: few people "
    "reject nothing, and under {least} there is no verdict. With many people small bends are "
    "rejected too, so read the sizes."
)
_MIXTURE = (
    "A mixture of Gaussians fitted without labels; the number with the least BIC is kept. A bent "
    "or long cluster takes several components: they are no populations, still less ancestries."
)
_OUTLIERS = (
    "People far from their own label's Gaussian, which is fitted to its core without them. "
    "*q* is the p-value corrected for everybody judged (Benjamini and Hochberg); an outlier has q "
    "under .05. The p-values suppose a Gaussian: where *How Gaussian* rejects one, expect more. "
    "An outlier may be one of a family, recent mixture, a mislabelled or contaminated sample, "
    "or many missing genotypes (then its posterior sd is large)."
)


def region_choice(flat: bool) -> str:
    """Which regions to draw over the map; none at first. Some are for a `flat` map only."""
    return choice(
        "Regions",
        [NO_REGIONS, BY_LABEL, MIXTURE, *([DENSITY, HULL] if flat else [])],
        "latent_regions",
        bind=True,
        width=150,
    )


def with_regions(
    chart: Chart, panel: Panel, coordinates: Coordinates, view: View, labels: pd.Series
) -> Chart:
    """The map with the regions that were asked for, in the axes drawn."""
    if view.regions in (DENSITY, HULL) and len(view.axes) == 2:
        return _with_lines(chart, coordinates, view)
    found = regions(panel, coordinates, view, labels)
    if not found:
        return chart
    from vaeviz.figures.clusters import with_label_regions, with_mixture_regions

    if view.regions == MIXTURE:
        return with_mixture_regions(chart, found)
    return with_label_regions(chart, found, panel.samples)


def _with_lines(chart: Chart, coordinates: Coordinates, view: View) -> Chart:
    from vaeviz.figures.outlines import with_density, with_hull

    points = coordinates.table[list(view.axes)]
    if view.regions == DENSITY:
        return with_density(chart, points)
    selection = state.get().selection
    ids = () if selection is None else selection.sample_ids
    return with_hull(chart, points[coordinates.table["sample"].isin(ids)])


def regions(
    panel: Panel, coordinates: Coordinates, view: View, labels: pd.Series
) -> Sequence[Gaussian]:
    """Gaussians in the axes drawn: of the labels, or of a mixture; none unless asked for."""
    if view.regions not in (BY_LABEL, MIXTURE) or len(view.axes) < 2:
        return ()
    from vaeviz.analysis.clusters import gaussians

    points = coordinates.table[list(view.axes)].to_numpy(float)
    if view.regions == MIXTURE:
        return _mixture(coordinates, view.axes, points).gaussians
    return gaussians(points, _groups(panel, coordinates, labels))


def section(panel: Panel, coordinates: Coordinates, view: View) -> None:
    """Folded away and computed when opened: tests, mixture and outliers."""
    unfolded = st.expander(
        "Clusters and outliers",
        key="latent_clusters",
        icon=":material/bubble_chart:",
        on_change="rerun",
    )
    if not unfolded.open:
        return
    with unfolded:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            by = choice("Labels", label_columns(panel), "clusters_by", FINEST, plain, width=210)
            columns = _columns(coordinates, view)
        points = coordinates.table[list(columns)].to_numpy(float)
        shown = segments("Show", [GAUSSIAN, COMPONENTS, OUTLIERS], "clusters_show", hide_label=True)
        with st.spinner("Measuring the clusters…"):
            if shown == GAUSSIAN:
                _tests(panel, coordinates, by, columns, points)
            elif shown == COMPONENTS:
                _components(panel, coordinates, by, columns, points)
            else:
                _outliers(panel, coordinates, by, columns)


def _columns(coordinates: Coordinates, view: View) -> tuple[str, ...]:
    """The dimensions to look at: those in use, or the ones drawn."""
    from vaeviz.analysis.axes import active_axes

    drawn = tuple(dict.fromkeys(view.axes))
    active = active_axes(coordinates.table[list(coordinates.columns)].to_numpy(float))
    used = tuple(np.array(coordinates.columns, object)[active]) or drawn
    if coordinates.name == "PCA" or set(used) == set(drawn):
        return drawn
    over = segments("Over", [ALL_DIMENSIONS, DRAWN], "clusters_over")
    return used if over == ALL_DIMENSIONS else drawn


def _tests(
    panel: Panel,
    coordinates: Coordinates,
    by: str,
    columns: tuple[str, ...],
    points: NDArray[np.float64],
) -> None:
    from vaeviz.analysis.clusters import cluster_table, least_people

    labels = _labels_of(panel, coordinates, by)
    table = remembered(
        "cluster_table",
        coordinates.digests,
        lambda: cluster_table(points, labels),
        (coordinates.name, by, columns),
    )
    st.caption(_TESTS.format(least=least_people(len(columns))))
    show_table(table, "clusters", p_values=("p_adjusted", "p_skewness", "p_kurtosis"))


def _components(
    panel: Panel,
    coordinates: Coordinates,
    by: str,
    columns: tuple[str, ...],
    points: NDArray[np.float64],
) -> None:
    from vaeviz.analysis.mixtures import agreement
    from vaeviz.figures.clusters import bic_curve
    from vaeviz.figures.points import axis_label

    found = _mixture(coordinates, columns, points)
    labels = _labels_of(panel, coordinates, by)
    index = agreement(found.component, labels)
    best = found.fits.iloc[0]
    st.markdown(
        f"Over {', '.join(axis_label(c) for c in columns)}, BIC is least with "
        f"**{best['n_components']} components** ({best['covariance']} covariance). "
        f"Their agreement with {escape(by)}: adjusted Rand index **{index:.2f}** "
        "(1 the same parts, 0 as by chance)."
    )
    st.caption(_MIXTURE)
    who = pd.crosstab(pd.Series(labels, name="group"), found.component)
    who.columns = [f"component_{c}" for c in who.columns]
    grid = st.grid(2, min_column_width=380)
    with grid.cell():
        show_chart(bic_curve(found.fits, **look(panel)), "mixture_bic")
    with grid.cell():
        show_table(who.reset_index(), "mixture_labels")


def _outliers(
    panel: Panel,
    coordinates: Coordinates,
    by: str,
    columns: tuple[str, ...],
) -> None:
    found = _with_sd(outliers(panel, coordinates, by, columns), coordinates)
    far = found[found["outlier"]]
    judged = int(found["p"].notna().sum())
    st.markdown(f"**{len(far)} outliers** among {judged:,} people judged.")
    st.caption(_OUTLIERS)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_input("Search", key="outliers_search", placeholder="ID or label", width=260)
        everybody = st.toggle("Everybody", key="outliers_everybody")
        st.button(
            "Make the outliers the selection",
            key="outliers_select",
            icon=":material/lasso_select:",
            disabled=far.empty,
            on_click=_select,
            args=(tuple(far["sample"]), by),
        )
    if everybody or len(far):
        shown = _matching(found if everybody else far, text)
        show_frame(shown, "outliers", p_values=("p", "q"))
    csv_button(found, "outliers", "Everybody (CSV)")


def outliers(
    panel: Panel, coordinates: Coordinates, by: str, columns: tuple[str, ...]
) -> pd.DataFrame:
    """`analysis.outliers.outlier_table` of everybody in these columns."""
    from vaeviz.analysis.outliers import outlier_table

    labels = _labels_of(panel, coordinates, by)
    points = coordinates.table[list(columns)].to_numpy(float)
    samples = coordinates.table["sample"].to_numpy(object)
    return remembered(
        "outliers",
        coordinates.digests,
        lambda: outlier_table(points, labels, samples, SEED),
        (coordinates.name, by, columns),
    )


def _select(ids: tuple[str, ...], by: str) -> None:
    selecting.redraw_charts()
    selecting.apply(ids, f"outliers of their {by}, q < .05", selecting.current_how())


def _matching(table: pd.DataFrame, text: str | None) -> pd.DataFrame:
    needle = (text or "").strip().lower()
    if not needle:
        return table
    places = [table[c].map(str).str.lower() for c in ("sample", "group", "nearest_other")]
    hit = np.logical_or.reduce([p.str.contains(needle, regex=False) for p in places])
    return table[hit]


def _with_sd(table: pd.DataFrame, coordinates: Coordinates) -> pd.DataFrame:
    """The table with each person's posterior sd: root of the mean variance over dimensions."""
    sds = coordinates.table.filter(regex="_sd$")
    if sds.empty:
        return table
    mean = np.sqrt((sds.to_numpy(float) ** 2).mean(axis=1))
    known = pd.Series(mean, index=coordinates.table["sample"].to_numpy(object))
    return table.assign(posterior_sd=table["sample"].map(known))


def _mixture(
    coordinates: Coordinates, columns: tuple[str, ...], points: NDArray[np.float64]
) -> Mixture:
    from vaeviz.analysis.mixtures import MOST_COMPONENTS, fit_mixture

    return remembered(
        "mixture",
        coordinates.digests,
        lambda: fit_mixture(points, MOST_COMPONENTS, SEED),
        (coordinates.name, columns),
    )


def _groups(panel: Panel, coordinates: Coordinates, labels: pd.Series) -> NDArray[np.object_]:
    """The labels that the map is coloured by, or populations where those are numbers."""
    if pd.api.types.is_numeric_dtype(labels) or labels.nunique() > MAX_GROUPS:
        return _labels_of(panel, coordinates, label_columns(panel)[0])
    return labels.astype(object).where(labels.notna(), UNLABELLED).map(str).to_numpy(object)


def _labels_of(panel: Panel, coordinates: Coordinates, by: str) -> NDArray[np.object_]:
    by_sample = dict(zip(panel.sample_ids, panel.labels(by), strict=True))
    return np.array([by_sample[s] for s in coordinates.table["sample"]], object)
