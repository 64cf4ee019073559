"""Figures of mean entropy: bars with migration arcs, and entropy against compression."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from vaeviz.analysis.quantities import PLUG_IN, Quantity
from vaeviz.escape import plain
from vaeviz.figures.arcs import add_arcs
from vaeviz.figures.chart import Chart
from vaeviz.figures.compression import AXIS_TITLES
from vaeviz.figures.groups import group_scatter, whiskers
from vaeviz.figures.palette import BACKGROUND, Theme, colours, contrast, neutral, rgba
from vaeviz.figures.theme import INKS, label, rounded, style

VALUE_IN_BAR = 12
"""Bars up to which their values are written into them."""

ADMIXED_GAP = 0.7


def entropy_bars(
    table: pd.DataFrame,
    arcs: pd.DataFrame | None = None,
    *,
    quantity: Quantity = PLUG_IN,
    samples: pd.DataFrame | None = None,
    theme: Theme = "light",
    caption: str = "",
    name: str = "entropy_bars",
    height: int = 480,
) -> Chart:
    """Mean entropy in falling order, admixed groups apart, first-peopling arcs above.

    Any other measure of diversity in its place, with its own order and intervals.

    Parameters
    ----------
    table
        group, n_samples, the columns of `quantity` (mean_entropy_bits, ci_low, ci_high), admixed;
        rarefied_entropy_bits and rarefied_haplotypes where known
        (`analysis.entropy.entropy_table`). Groups without a value are left out.
    arcs
        route, label, source, target, ka_start, ka_end, citation (`analysis.migrations.arcs`);
        those without both bars are left out.
    quantity
        The measure to draw.
    samples
        Sample table, for the user's own colours.
    """
    ordered = table.dropna(subset=[quantity.column]).sort_values(
        ["admixed", quantity.column], ascending=[True, False], ignore_index=True
    )
    n_plain = int((~ordered["admixed"].astype(bool)).sum())
    gap = ADMIXED_GAP if 0 < n_plain < len(ordered) else 0.0
    places = np.arange(len(ordered)) + gap * (np.arange(len(ordered)) >= n_plain)
    figure = go.Figure(_entropy_bar(ordered, quantity, places, samples, theme))
    rarefied = quantity is PLUG_IN and _add_rarefied(figure, ordered, places, theme)
    tops = ordered[quantity.high].fillna(ordered[quantity.column]).to_numpy(float)
    where = dict(zip(ordered["group"], zip(places, tops, strict=True), strict=True))
    drawn = arcs is not None and add_arcs(figure, arcs, where, theme)
    title = "Mean entropy per group" if quantity is PLUG_IN else f"{quantity.title} per group"
    style(
        figure,
        theme,
        title=title,
        caption=caption,
        height=height,
        legend="below" if rarefied or drawn else "none",
        y_title=_axis_title(quantity),
    )
    figure.update_xaxes(
        tickvals=places,
        ticktext=[label(g) for g in ordered["group"]],
        range=[-0.6, places.max(initial=0) + 0.6],
        showgrid=False,
    )
    figure.update_yaxes(rangemode="tozero")
    alt = _bars_alt(ordered, quantity, n_plain)
    return Chart(figure, ordered, title, alt, caption, name, theme)


def entropy_against_compression(
    entropy: pd.DataFrame,
    compression: pd.DataFrame,
    measure: str = "bits_per_allele",
    *,
    samples: pd.DataFrame | None = None,
    theme: Theme = "light",
    caption: str = "",
    name: str = "entropy_against_compression",
) -> Chart:
    """Whether groups with more entropy cost more bits.

    Parameters
    ----------
    entropy
        group, mean_entropy_bits.
    compression
        group, n_samples and `measure`; ci_low and ci_high belong to bits_per_allele.
    """
    left = entropy[["group", "mean_entropy_bits"]]
    both = compression.merge(left, on="group", how="inner", validate="one_to_one")
    return group_scatter(
        both,
        "mean_entropy_bits",
        measure,
        titles=("mean entropy (bits per site)", AXIS_TITLES.get(measure, measure)),
        title="Entropy and compression",
        samples=samples,
        theme=theme,
        caption=caption,
        name=name,
    )


def _axis_title(quantity: Quantity) -> str:
    name = "mean entropy" if quantity is PLUG_IN else quantity.title.lower()
    return f"{name.replace('miller-madow', 'Miller-Madow')} ({quantity.unit})"


def _entropy_bar(
    ordered: pd.DataFrame,
    quantity: Quantity,
    places: NDArray,
    samples: pd.DataFrame | None,
    theme: Theme,
) -> go.Bar:
    palette = colours(ordered["group"], samples, theme)
    admixed = ordered["admixed"].to_numpy(bool)
    mean = ordered[quantity.column]
    grey, ink, ground = neutral(theme), INKS[theme].text, BACKGROUND[theme]
    colour = [
        grey if a else palette[str(g)] for g, a in zip(ordered["group"], admixed, strict=True)
    ]
    words = [
        ink if a or contrast(c, ink) > contrast(c, ground) else ground
        for c, a in zip(colour, admixed, strict=True)
    ]
    return go.Bar(
        x=places,
        y=rounded(mean),
        width=0.72,
        showlegend=False,
        marker={
            "color": colour,
            "line": {"width": 0},
            "pattern": {
                "shape": ["/" if a else "" for a in admixed],
                "bgcolor": rgba(grey, 0.2),
                "fgcolor": rgba(grey, 0.6),
                "solidity": 0.2,
                "size": 8,
            },
        },
        error_y=whiskers(mean, ordered[quantity.low], ordered[quantity.high], ink),
        text=[f"{m:.3f}" for m in mean] if len(ordered) <= VALUE_IN_BAR else None,
        textposition="inside",
        insidetextanchor="middle",
        textangle=0,
        textfont={"size": 11, "color": words},
        constraintext="none",
        hovertext=[_bar_hover(row, quantity) for _, row in ordered.iterrows()],
        hoverinfo="text",
    )


def _bar_hover(row: pd.Series, quantity: Quantity) -> str:
    lines = [f"<b>{label(row['group'], 40)}</b>", f"{int(row['n_samples']):,} people"]
    lines.append(f"{row[quantity.column]:.4f} {quantity.unit}")
    lines.append(f"95 % interval {row[quantity.low]:.4f} to {row[quantity.high]:.4f}")
    if quantity is PLUG_IN and np.isfinite(row.get("rarefied_entropy_bits", np.nan)):
        lines.append(f"at equal sample size {row['rarefied_entropy_bits']:.4f}")
    return "<br>".join([*lines, "recently admixed"] if row["admixed"] else lines)


def _add_rarefied(figure: go.Figure, ordered: pd.DataFrame, places: NDArray, theme: Theme) -> bool:
    """Ticks where the bars would end at equal sample sizes; whether any were drawn."""
    if "rarefied_entropy_bits" not in ordered:
        return False
    values = ordered["rarefied_entropy_bits"]
    if not values.notna().any():
        return False
    size = int(ordered["rarefied_haplotypes"].iloc[0])
    ink = INKS[theme].text
    figure.add_trace(
        go.Scatter(
            x=places,
            y=rounded(values),
            mode="markers",
            marker={"symbol": "diamond-open", "size": 8, "color": ink, "line": {"width": 1.5}},
            name=f"at {size:,} haplotypes each",
            hoverinfo="skip",
        )
    )
    return True


def _bars_alt(ordered: pd.DataFrame, quantity: Quantity, n_plain: int) -> str:
    chain = [
        f"{plain(g)} {m:.3f}"
        for g, m in ordered[["group", quantity.column]].head(10).itertuples(index=False)
    ]
    text = f"Bar chart of {_axis_title(quantity)} for {len(ordered)} groups: "
    text += ", ".join(chain) + (", and more" if len(ordered) > 10 else "") + "."
    apart = [plain(g) for g in ordered["group"][n_plain:]]
    return text + (f" Recently admixed, apart: {', '.join(apart[:5])}." if apart else "")
