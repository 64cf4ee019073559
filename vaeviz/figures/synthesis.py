"""Figures that compare a synthetic cohort with real people."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from vaeviz.figures.bars import histogram_table, histogram_trace, kind_colour
from vaeviz.figures.chart import Chart
from vaeviz.figures.latent import SVG_POINTS
from vaeviz.figures.palette import Theme, rgba
from vaeviz.figures.theme import INKS, label, rounded, style

KINDS = ("training", "real", "synthetic")
"""Order of drawing: what matters comes last, on top."""


def frequencies(
    table: pd.DataFrame,
    *,
    theme: Theme = "light",
    caption: str = "",
    name: str = "synthetic_frequencies",
    height: int = 480,
) -> Chart:
    """Allele frequencies of the synthetic cohort against real people, site by site.

    Parameters
    ----------
    table
        One row a site: chrom, pos, id, real, synthetic (ALT frequencies, 0 to 1).
    """
    used = table.dropna(subset=["real", "synthetic"]).reset_index(drop=True)
    real, synthetic = used["real"].to_numpy(float), used["synthetic"].to_numpy(float)
    figure = go.Figure([_sites(real, synthetic, theme), _diagonal(theme)])
    fit = _fit(real, synthetic)
    title = "Allele frequencies"
    style(
        figure,
        theme,
        title=title,
        caption=caption,
        height=height,
        x_title="frequency in real people",
        y_title="frequency in the synthetic cohort",
    )
    figure.add_annotation(
        x=0.02,
        y=0.98,
        xref="paper",
        yref="paper",
        xanchor="left",
        yanchor="top",
        align="left",
        showarrow=False,
        text=fit.replace(", ", "<br>"),
        font={"size": 13, "color": INKS[theme].text},
    )
    figure.update_xaxes(range=[-0.02, 1.02])
    figure.update_yaxes(range=[-0.02, 1.02])
    alt = f"Scatter plot of allele frequencies at {len(used):,} sites, synthetic against real: "
    return Chart(figure, used, title, f"{alt}{fit}.", caption, name, theme)


def _sites(real: np.ndarray, synthetic: np.ndarray, theme: Theme) -> go.Scatter | go.Scattergl:
    point = go.Scatter if len(real) <= SVG_POINTS else go.Scattergl
    colour = rgba(INKS[theme].contrary, 0.3 if len(real) > 1000 else 0.6)
    return point(
        x=rounded(real),
        y=rounded(synthetic),
        mode="markers",
        marker={"size": 4, "color": colour, "line": {"width": 0}},
        name="sites",
        hovertemplate="real %{x:.3f}<br>synthetic %{y:.3f}<extra></extra>",
    )


def _diagonal(theme: Theme) -> go.Scatter:
    line = {"color": INKS[theme].text, "width": 1.4, "dash": "dash"}
    return go.Scatter(x=[0, 1], y=[0, 1], mode="lines", line=line, hoverinfo="skip")


def heterozygosity(
    table: pd.DataFrame,
    *,
    theme: Theme = "light",
    caption: str = "",
    name: str = "synthetic_heterozygosity",
    height: int = 360,
) -> Chart:
    """Distributions of the heterozygosity of real and synthetic people.

    Parameters
    ----------
    table
        kind, heterozygosity: one row a person.
    """
    return _distributions(
        table,
        "heterozygosity",
        title="Heterozygosity",
        x_title="heterozygous sites (share)",
        y_title="% of people",
        theme=theme,
        caption=caption,
        name=name,
        height=height,
    )


def neighbour_distances(
    table: pd.DataFrame,
    *,
    theme: Theme = "light",
    caption: str = "",
    name: str = "neighbour_distances",
    height: int = 360,
) -> Chart:
    """Distances to the nearest known person: synthetic people should not come closer than real.

    Parameters
    ----------
    table
        kind, distance (share of mismatching alleles, 0 to 1).
    """
    return _distributions(
        table,
        "distance",
        title="Distance to the nearest real person",
        x_title="mismatching alleles (share)",
        y_title="% of rows",
        theme=theme,
        caption=caption,
        name=name,
        height=height,
    )


def ld_decay(
    table: pd.DataFrame,
    *,
    theme: Theme = "light",
    caption: str = "",
    name: str = "ld_decay",
    height: int = 380,
) -> Chart:
    """Linkage disequilibrium by distance, real against synthetic.

    Parameters
    ----------
    table
        kind, distance_bp, r2 (mean of the pairs at that distance); n_pairs where known.
    """
    figure = go.Figure()
    used = table.dropna(subset=["r2"]).reset_index(drop=True)
    used.insert(1, "distance_kb", used["distance_bp"] / 1000)
    for kind in _kinds(used["kind"]):
        rows = used[used["kind"] == kind].sort_values("distance_bp")
        figure.add_trace(_decay(rows, kind, theme))
    title = "Linkage disequilibrium by distance"
    style(
        figure,
        theme,
        title=title,
        caption=caption,
        height=height,
        legend="below",
        x_title="distance (kb)",
        y_title="mean r²",
    )
    figure.update_yaxes(rangemode="tozero")
    figure.update_xaxes(rangemode="tozero")
    parts = [
        f"{kind} falls from {rows['r2'].iloc[0]:.3f} to {rows['r2'].iloc[-1]:.3f}"
        for kind in _kinds(used["kind"])
        if len(rows := used[used["kind"] == kind].sort_values("distance_bp"))
    ]
    alt = f"Mean r² by distance: {'; '.join(parts) or 'no pairs of sites'}."
    return Chart(figure, used, title, alt, caption, name, theme)


def _decay(rows: pd.DataFrame, kind: str, theme: Theme) -> go.Scatter:
    return go.Scatter(
        x=rounded(rows["distance_kb"]),
        y=rounded(rows["r2"]),
        mode="lines+markers",
        name=label(kind),
        line={"color": kind_colour(kind, theme), "width": 2.2},
        marker={"size": 6, "symbol": "diamond" if kind == "synthetic" else "circle"},
        hovertext=[
            f"{label(kind)}<br>{d:.3g} kb: r² {r:.3f}"
            for d, r in rows[["distance_kb", "r2"]].itertuples(index=False)
        ],
        hoverinfo="text",
    )


def _distributions(
    table: pd.DataFrame,
    column: str,
    *,
    title: str,
    x_title: str,
    y_title: str,
    theme: Theme,
    caption: str,
    name: str,
    height: int,
) -> Chart:
    kinds = _kinds(table["kind"])
    values = {kind: table.loc[table["kind"] == kind, column].to_numpy(float) for kind in kinds}
    counts = histogram_table(values, column)
    figure = go.Figure()
    for kind in kinds:
        colour = kind_colour(kind, theme)
        figure.add_trace(histogram_trace(counts, kind, column, colour))
    style(
        figure,
        theme,
        title=title,
        caption=caption,
        height=height,
        legend="below",
        x_title=x_title,
        y_title=y_title,
    )
    figure.update_yaxes(rangemode="tozero")
    medians = {kind: pd.Series(v).median() for kind, v in values.items()}
    parts = [f"{kind} {m:.4f} (n = {len(values[kind]):,})" for kind, m in medians.items()]
    alt = f"Histograms of {x_title}; medians: {', '.join(parts)}."
    return Chart(figure, counts, title, alt, caption, name, theme)


def _kinds(column: pd.Series) -> Sequence[str]:
    present = [str(kind) for kind in column.unique()]
    return sorted(present, key=lambda k: (KINDS.index(k) if k in KINDS else -1, k))


def _fit(real: np.ndarray, synthetic: np.ndarray) -> str:
    if not len(real):
        return "no sites"
    rmse = float(np.sqrt(np.mean((real - synthetic) ** 2)))
    if len(real) < 2 or np.ptp(real) == 0 or np.ptp(synthetic) == 0:
        return f"RMSE {rmse:.4f}"
    return f"r = {np.corrcoef(real, synthetic)[0, 1]:.4f}, RMSE {rmse:.4f}"
