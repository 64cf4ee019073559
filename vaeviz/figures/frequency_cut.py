"""Figure of what a cut on the minor allele frequency does to mean entropies."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from vaeviz.escape import plain
from vaeviz.figures.chart import Chart
from vaeviz.figures.group_lines import MANY, group_line, looks
from vaeviz.figures.palette import Theme
from vaeviz.figures.theme import INKS, label, style


def cut_words(cut: float) -> str:
    """A cut for people: 'no cut', '0.5 %', '5 %'."""
    return f"{100 * cut:g} %" if cut > 0 else "no cut"


def frequency_cut(
    table: pd.DataFrame,
    cut: float = 0.0,
    admixed: set[str] | None = None,
    *,
    samples: pd.DataFrame | None = None,
    theme: Theme = "light",
    caption: str = "",
    name: str = "entropy_by_cut",
    height: int = 460,
) -> Chart:
    """Mean entropy of every group by the cut; lines that cross change the order.

    Parameters
    ----------
    table
        maf_cut, group, n_sites, mean_entropy_bits (`analysis.frequency_cut.cut_table`).
    cut
        The one in use, marked by an upright line.
    admixed
        Groups in grey.
    samples
        Sample table, for the user's own colours.
    """
    cuts = sorted(table["maf_cut"].unique())
    place = {value: i for i, value in enumerate(cuts)}
    drawn = table.assign(_place=table["maf_cut"].map(place))
    apart = admixed or set()
    first = drawn[drawn["_place"] == 0].sort_values("mean_entropy_bits", ascending=False)
    groups = sorted(map(str, first["group"]), key=apart.__contains__)
    look = looks(groups, apart, samples, theme)
    figure = go.Figure()
    for group in groups:
        rows = drawn[drawn["group"] == group].sort_values("_place")
        hover = [_hover(row) for _, row in rows.iterrows()]
        thin = len(groups) > MANY
        figure.add_trace(
            group_line(rows, "_place", "mean_entropy_bits", hover, *look[group], thin=thin)
        )
    title = "Mean entropy by frequency cut"
    style(
        figure,
        theme,
        title=title,
        caption=caption,
        height=height + 18 * (len(groups) // 10),
        legend="below",
        x_title="least frequency of the minor allele",
        y_title="mean entropy (bits per site)",
    )
    figure.update_xaxes(
        tickvals=list(place.values()),
        ticktext=[cut_words(value) for value in cuts],
        range=[-0.3, len(cuts) - 0.7],
    )
    figure.update_yaxes(rangemode="tozero")
    if cut in place:
        figure.add_vline(place[cut], line={"color": INKS[theme].muted, "width": 1, "dash": "dot"})
    alt = _alt(table, groups, cuts)
    return Chart(figure, table, title, alt, caption, name, theme)


def _hover(row: pd.Series) -> str:
    lines = [f"<b>{label(row['group'], 40)}</b>", f"{row['mean_entropy_bits']:.4f} bits per site"]
    return "<br>".join([*lines, f"{cut_words(row['maf_cut'])}: {int(row['n_sites']):,} sites"])


def _alt(table: pd.DataFrame, groups: list[str], cuts: list[float]) -> str:
    last = table[np.isclose(table["maf_cut"], cuts[-1])]
    after = last.sort_values("mean_entropy_bits", ascending=False)["group"]
    return (
        f"Lines of mean entropy for {len(groups)} groups over {len(cuts)} cuts on the minor allele "
        f"frequency. Falling order without a cut: {_names(groups)}; at {cut_words(cuts[-1])}: "
        f"{_names([str(g) for g in after])}."
    )


def _names(groups: list[str]) -> str:
    return ", ".join(plain(g, 24) for g in groups[:10]) + (", …" if len(groups) > 10 else "")
