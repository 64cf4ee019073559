"""Where a synthetic cohort lies on principal components, and its site-frequency spectrum."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from vaeviz.figures.bars import kind_colour
from vaeviz.figures.chart import Chart
from vaeviz.figures.palette import Theme
from vaeviz.figures.synthesis import KINDS
from vaeviz.figures.theme import INKS, label, rounded, style

SHAPES = {"training": "circle", "real": "circle-open", "synthetic": "diamond"}
"""Kinds differ without colour too."""


def components(
    table: pd.DataFrame,
    *,
    theme: Theme = "light",
    caption: str = "",
    name: str = "synthetic_components",
    height: int = 480,
) -> Chart:
    """Real and synthetic people on the first two principal components of real ones.

    Parameters
    ----------
    table
        kind ('training', 'real', 'synthetic'), pc_1, pc_2: one row a person.
    """
    figure = go.Figure()
    kinds = [kind for kind in KINDS if kind in set(table["kind"])]
    for kind in kinds:
        rows = table[table["kind"] == kind]
        colour = INKS[theme].muted if kind == "training" else kind_colour(kind, theme)
        figure.add_trace(
            go.Scatter(
                x=rounded(rows["pc_1"]),
                y=rounded(rows["pc_2"]),
                mode="markers",
                name=label(kind),
                marker={"size": 7, "color": colour, "opacity": 0.65, "symbol": SHAPES[kind]},
                hovertemplate=f"{label(kind)}<br>PC 1 %{{x:.2f}}<br>PC 2 %{{y:.2f}}<extra></extra>",
            )
        )
    title = "Principal components"
    style(
        figure,
        theme,
        title=title,
        caption=caption,
        height=height,
        legend="below",
        x_title="PC 1 (sd of held-out people)",
        y_title="PC 2",
    )
    means = table.groupby("kind")[["pc_1", "pc_2"]].mean()
    parts = [
        f"{kind} around {means.at[kind, 'pc_1']:.2f}, {means.at[kind, 'pc_2']:.2f}"
        for kind in kinds
    ]
    alt = f"Scatter plot of people on two principal components: {'; '.join(parts)}."
    return Chart(figure, table.reset_index(drop=True), title, alt, caption, name, theme)


def spectrum(
    table: pd.DataFrame,
    *,
    theme: Theme = "light",
    caption: str = "",
    name: str = "synthetic_spectrum",
    height: int = 360,
) -> Chart:
    """Site-frequency spectra of real and synthetic people.

    Parameters
    ----------
    table
        kind, minor_frequency (lower edge of a bin), share of sites (0 to 1).
    """
    figure = go.Figure()
    for kind in [kind for kind in KINDS if kind in set(table["kind"])]:
        rows = table[table["kind"] == kind]
        figure.add_trace(
            go.Bar(
                x=rounded(rows["minor_frequency"]),
                y=rounded(100 * rows["share"]),
                name=label(kind),
                marker={"color": kind_colour(kind, theme)},
                hovertemplate=f"{label(kind)}<br>from %{{x:.2f}}: %{{y:.1f}} %<extra></extra>",
            )
        )
    title = "Site-frequency spectrum"
    style(
        figure,
        theme,
        title=title,
        caption=caption,
        height=height,
        legend="below",
        x_title="minor-allele frequency (lower edge of the bin)",
        y_title="% of sites",
    )
    figure.update_layout(barmode="group")
    fixed = table[table["minor_frequency"] == 0].set_index("kind")["share"]
    parts = [f"{kind} {share:.1%}" for kind, share in fixed.items()]
    alt = f"Bars of sites by minor-allele frequency; below the first edge: {', '.join(parts)}."
    return Chart(figure, table.reset_index(drop=True), title, alt, caption, name, theme)
