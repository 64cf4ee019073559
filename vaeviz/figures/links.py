"""Links computed between groups: dashed great circles on a map, and a heatmap of all pairs."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray
from pyproj import Geod

from vaeviz.analysis.links import CAVEAT, MEASURES, LinkKind
from vaeviz.escape import plain
from vaeviz.figures.chart import Chart
from vaeviz.figures.mapview import Floats, View
from vaeviz.figures.palette import Theme
from vaeviz.figures.theme import INKS, label, rounded, style

STEP_KM = 400.0
WIDTHS_PX = (1.2, 4.5)
DASH = "6px,4px"
NAMED_GROUPS = 60
"""Groups up to which every row of the heatmap is named."""


@dataclasses.dataclass(frozen=True, eq=False)
class LinkLayer:
    """Links to draw on a map.

    Attributes
    ----------
    table
        As from `analysis.links.drawn_links`.
    kind
        What was measured.
    """

    table: pd.DataFrame
    kind: LinkKind

    @property
    def title(self) -> str:
        """Name in the legend; it says what links are not."""
        return f"{MEASURES[self.kind].title}: {CAVEAT}"


def add_links(
    figure: go.Figure, view: View, layer: LinkLayer, drawn: pd.DataFrame, theme: Theme
) -> None:
    """Draw links as dashed great circles, the more alike the wider; one entry in the legend.

    Parameters
    ----------
    drawn
        group, longitude, latitude, and the places of the marks x, y with the true x_true, y_true.
        Links of groups that are not on the map are left out.
    """
    places = drawn.set_index("group")
    known = layer.table["source"].isin(places.index) & layer.table["target"].isin(places.index)
    table = layer.table[known]
    widths = _widths(table["value"].to_numpy(float), MEASURES[layer.kind].near_is_large)
    # The widest last: it lies over the others.
    for number, k in enumerate(np.argsort(widths, kind="stable")):
        row = table.iloc[k]
        x, y = _great_circle(view, places.loc[row["source"]], places.loc[row["target"]])
        figure.add_trace(
            go.Scatter(
                x=rounded(x, 5),
                y=rounded(y, 5),
                mode="lines",
                line={"color": INKS[theme].accent, "width": float(widths[k]), "dash": DASH},
                opacity=0.75,
                name=layer.title,
                legendgroup="links",
                showlegend=number == 0,
                hovertext=_hover(row, layer.kind),
                hoverinfo="text",
            )
        )


def link_heatmap(
    matrix: pd.DataFrame,
    kind: LinkKind,
    pairs: pd.DataFrame,
    order: list[str] | None = None,
    *,
    theme: Theme = "light",
    caption: str = "",
) -> Chart:
    """All pairs of groups as a heatmap; the diagonal is left free.

    Parameters
    ----------
    matrix
        From `analysis.links.link_matrix`.
    pairs
        From `analysis.links.pair_table`: the twin of the figure.
    order
        Groups as they shall stand; the matrix's own order otherwise.
    """
    ordered = matrix.loc[order, order] if order else matrix
    measure, names = MEASURES[kind], _axis_names(list(ordered.index))
    values = ordered.to_numpy(float).copy()
    np.fill_diagonal(values, np.nan)
    figure = go.Figure(
        go.Heatmap(
            z=rounded(values),
            x=names,
            y=names,
            colorscale="Viridis",
            reversescale=not measure.near_is_large,
            xgap=1,
            ygap=1,
            hovertemplate="%{y} and %{x}: %{z:.4g}<extra></extra>",
            colorbar={"title": {"text": measure.unit, "side": "right"}, "thickness": 12},
        )
    )
    title = f"{measure.title} between groups: {CAVEAT}"
    height = int(np.clip(220 + 17 * len(names), 340, 900))
    style(figure, theme, title=title, caption=caption, height=height)
    tick = {"type": "category", "showgrid": False, "tickfont": {"size": 10.5}}
    if len(names) > NAMED_GROUPS:
        tick["showticklabels"] = False
    figure.update_xaxes(tickangle=-90, **tick)
    figure.update_yaxes(autorange="reversed", **tick)
    alt = _alt(pairs, len(names), kind)
    return Chart(figure, pairs, title, alt, caption, f"links_{kind}", theme)


def _axis_names(groups: list[object]) -> list[str]:
    """Short inert names; those that look alike once cut get a number, so that rows stay apart."""
    names = pd.Series([label(g, 16) for g in groups], dtype=object)
    again = names.groupby(names).cumcount()
    return [f"{name} ({k + 1})" if k else name for name, k in zip(names, again, strict=True)]


def _widths(values: Floats, near_is_large: bool) -> Floats:
    """From the weakest link drawn to the strongest."""
    closeness = values if near_is_large else -values
    low, high = (closeness.min(), closeness.max()) if len(values) else (0.0, 0.0)
    share = (closeness - low) / (high - low) if high > low else np.full(len(values), 0.5)
    return WIDTHS_PX[0] + share * (WIDTHS_PX[1] - WIDTHS_PX[0])


def _great_circle(view: View, start: pd.Series, end: pd.Series) -> tuple[Floats, Floats]:
    """Shortest way over the globe between two marks, cut at the map's seam.

    Marks may have been moved apart: the line starts and ends at the marks.
    """
    lon, lat = great_circle(
        start["longitude"], start["latitude"], end["longitude"], end["latitude"]
    )
    x, y = view.project(lon, lat)
    share = np.linspace(0.0, 1.0, len(x))
    x = x + (1 - share) * (start["x"] - start["x_true"]) + share * (end["x"] - end["x_true"])
    y = y + (1 - share) * (start["y"] - start["y_true"]) + share * (end["y"] - end["y_true"])
    jumps = view.jumps(lon)
    return np.insert(x, jumps, np.nan), np.insert(y, jumps, np.nan)


def great_circle(
    lon_1: float, lat_1: float, lon_2: float, lat_2: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Longitude and latitude along the geodesic of two points on WGS84, ends included, degrees."""
    geod = Geod(ellps="WGS84")
    _, _, metres = geod.inv(lon_1, lat_1, lon_2, lat_2)
    between = geod.npts(lon_1, lat_1, lon_2, lat_2, max(int(metres / 1000 / STEP_KM), 1))
    points = np.array([(lon_1, lat_1), *between, (lon_2, lat_2)], dtype=np.float64)
    return points[:, 0], points[:, 1]


def _hover(row: pd.Series, kind: LinkKind) -> str:
    ends = f"<b>{label(row['source'], 30)} and {label(row['target'], 30)}</b>"
    value = f"{label(MEASURES[kind].title, 60)}: {row['value']:.4g}"
    return "<br>".join([ends, value, CAVEAT])


def _alt(pairs: pd.DataFrame, n_groups: int, kind: LinkKind) -> str:
    text = f"Heatmap of {MEASURES[kind].title} for all pairs of {n_groups} groups"
    if len(pairs):
        first, last = pairs.iloc[0], pairs.iloc[-1]
        text += (
            f": most alike are {plain(first['source'])} and {plain(first['target'])} "
            f"({first['value']:.4g}), least {plain(last['source'])} and {plain(last['target'])} "
            f"({last['value']:.4g})"
        )
    return f"{text}. It shows {CAVEAT}."
