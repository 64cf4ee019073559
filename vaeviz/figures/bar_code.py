"""The bar code of entropy along the genome as a still figure: for exports and reports."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.colors import sequential

from vaeviz.escape import plain
from vaeviz.figures.chart import Chart
from vaeviz.figures.palette import Theme
from vaeviz.figures.theme import INKS, label, rounded, style

ENTROPY_SCALE = ["#05000A", *sequential.Inferno[1:]]
"""Inferno, dark at 0 bits and yellow at 1 bit, as in the paper; its own first colour, #000004, is
a placeholder that Streamlit replaces by a bright one."""

MOST_CHROMOSOME_NAMES = 30
MEGABASE_TICKS = 6
MOST_TALL_STRIPS = 12


def bar_code(
    binned: pd.DataFrame,
    *,
    order: Sequence[str] | None = None,
    maximum_bits: float = 1.0,
    theme: Theme = "light",
    caption: str = "",
    name: str = "entropy_bar_code",
) -> Chart:
    """Entropy along the genome, one strip a group, chromosomes side by side.

    Parameters
    ----------
    binned
        group, chrom, start_bp, end_bp, bin, mean_entropy_bits, n_sites: the same bins for every
        group (`analysis.bar_code.bin_entropy`).
    order
        Groups from top to bottom; by falling mean when absent.
    maximum_bits
        End of the colour scale; less than 1 shows more of panels with many rare alleles.
    """
    means = binned.groupby("group")["mean_entropy_bits"].mean().sort_values(ascending=False)
    groups = [g for g in (order or means.index) if g in means.index]
    bins = binned.drop_duplicates("bin").sort_values("bin", ignore_index=True)
    columns = _columns(bins["chrom"].to_numpy(object))
    figure = go.Figure(_strips(binned, groups, columns, maximum_bits, theme))
    title = "Entropy along the genome"
    style(figure, theme, title=title, caption=caption, height=_strips_px(len(groups)))
    _name_strips(figure, bins, groups, columns)
    first, last = means.loc[groups].idxmax(), means.loc[groups].idxmin()
    n_chromosomes = bins["chrom"].nunique()
    chromosomes = "chromosome" if n_chromosomes == 1 else "chromosomes"
    alt = f"Bar code of entropy in {len(bins)} stretches of {n_chromosomes} {chromosomes} "
    alt += f"for {len(groups)} groups: on the mean from {means[last]:.3f} bits ({plain(last)}) "
    alt += f"to {means[first]:.3f} bits ({plain(first)})."
    return Chart(figure, binned.reset_index(drop=True), title, alt, caption, name, theme)


def _strips(
    binned: pd.DataFrame,
    groups: Sequence[str],
    columns: NDArray[np.int64],
    maximum_bits: float,
    theme: Theme,
) -> go.Heatmap:
    values = binned.pivot(index="group", columns="bin", values="mean_entropy_bits").loc[groups]
    return go.Heatmap(
        x=np.arange(columns[-1] + 1),
        y=np.arange(len(groups)),
        z=_spaced(rounded(values.to_numpy()), columns, np.float32(np.nan)),
        text=_spaced(_bin_texts(binned, groups), columns, ""),
        hoverinfo="text",
        hoverongaps=False,
        colorscale=ENTROPY_SCALE,
        zmin=0,
        zmax=maximum_bits,
        ygap=4,
        colorbar={
            "title": {"text": "bits", "side": "top"},
            "thickness": 12,
            "outlinewidth": 0,
            "nticks": 5,
            "lenmode": "pixels",
            "len": 190,
            "y": 1,
            "yanchor": "top",
            "tickfont": {"size": 11, "color": INKS[theme].muted},
        },
    )


def _name_strips(
    figure: go.Figure, bins: pd.DataFrame, groups: Sequence[str], columns: NDArray[np.int64]
) -> None:
    ticks, texts, axis_title = _genome_ticks(bins, columns)
    figure.update_xaxes(
        tickvals=ticks,
        ticktext=texts,
        title_text=axis_title,
        tickangle=0,
        showgrid=False,
        showline=False,
        tickfont_size=10 if len(ticks) > 12 else 12,
    )
    figure.update_yaxes(
        tickvals=list(range(len(groups))),
        ticktext=[label(g) for g in groups],
        range=[len(groups) - 0.5, -0.5],
        showgrid=False,
        showline=False,
        ticks="",
    )


def _strips_px(n_groups: int) -> int:
    """Height of a bar code with so many strips."""
    return 150 + max((30 if n_groups <= MOST_TALL_STRIPS else 20) * n_groups, 130)


def _columns(chromosomes: NDArray[np.object_]) -> NDArray[np.int64]:
    """Column of every bin: bins in a row, with a gap between chromosomes."""
    gap = max(1, len(chromosomes) // 150)
    change = np.concatenate([[False], chromosomes[1:] != chromosomes[:-1]])
    return np.arange(len(chromosomes)) + gap * np.cumsum(change)


def _spaced(values: NDArray, columns: NDArray[np.int64], empty: object) -> NDArray:
    spaced = np.full((len(values), columns[-1] + 1), empty, dtype=values.dtype)
    spaced[:, columns] = values
    return spaced


def _bin_texts(binned: pd.DataFrame, groups: Sequence[str]) -> NDArray[np.object_]:
    shown = {g: label(g) for g in groups}
    names = {c: label(c, 12) for c in binned["chrom"].unique()}
    texts = [
        f"{shown[g]} · chr {names[c]}<br>{start:,} to {end:,}<br>{bits:.3f} bits, {n} sites"
        if g in shown
        else ""
        for g, c, start, end, bits, n in binned[
            ["group", "chrom", "start_bp", "end_bp", "mean_entropy_bits", "n_sites"]
        ].itertuples(index=False)
    ]
    table = binned[["group", "bin"]].assign(text=np.array(texts, dtype=object))
    return table.pivot(index="group", columns="bin", values="text").loc[groups].to_numpy(object)


def _genome_ticks(
    bins: pd.DataFrame, columns: NDArray[np.int64]
) -> tuple[list[float], list[str], str]:
    """Chromosome names at their middles; megabases where there is but one chromosome."""
    chromosomes = bins["chrom"].to_numpy(object)
    if len(set(chromosomes)) == 1:
        at = np.unique(np.linspace(0, len(bins) - 1, MEGABASE_TICKS).astype(int))
        texts = [f"{position / 1e6:.1f}" for position in bins["start_bp"].to_numpy()[at]]
        return columns[at].tolist(), texts, f"chromosome {label(chromosomes[0], 12)}, Mb"
    middles = pd.Series(columns).groupby(chromosomes, sort=False).mean()
    step = -(-len(middles) // MOST_CHROMOSOME_NAMES)
    texts = [label(c, 6) for c in middles.index[::step]]
    return middles.tolist()[::step], texts, "chromosome"
