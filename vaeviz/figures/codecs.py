"""Figure of codecs: what the same genotypes cost under every method."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from vaeviz.escape import plain
from vaeviz.figures.chart import BACKGROUND, Chart
from vaeviz.figures.palette import Theme
from vaeviz.figures.theme import INKS, label, rounded, style

OWN_METHODS = ("ae", "copying", "mix")
"""Methods of this program, drawn in the accent colour."""
TITLE_CHARACTERS = 40
RAW_BITS = 1.0
"""Bits per allele of genotypes that nobody compressed."""
ROW_PX = 28

_PIECES = {"genotype_bytes": "genotypes", "panel_bytes": "panel", "model_bytes": "model"}
"""What a bar is made of when all is counted."""


def codec_bars(
    table: pd.DataFrame,
    *,
    counted: bool = False,
    theme: Theme = "light",
    caption: str = "",
    name: str = "codecs",
) -> Chart:
    """Bits per allele of every method, fewest first.

    Parameters
    ----------
    table
        `compression.codec_table.codec_table`; methods that did not run are left out.
    counted
        Whether model and panel are counted where a decoder needs them: bars of three pieces.
        Those beyond the raw size are cut, so that the others can be told apart.
    """
    column = "bits_per_allele_counted" if counted else "bits_per_allele"
    used = table.dropna(subset=[column]).sort_values(column, ignore_index=True)
    reach = _reach(used, column)
    parts = _pieces(used, theme) if counted else _sides(used, theme)
    title = "Bits per allele, model and panel counted" if counted else "Bits per allele by method"
    figure = go.Figure(parts)
    _write_ends(figure, used[used[column] <= reach], column, theme)
    style(
        figure,
        theme,
        title=title,
        caption=caption,
        height=160 + ROW_PX * max(len(used), 4),
        legend="below",
        x_title="bits per allele (less is better)",
    )
    figure.update_layout(barmode="stack", bargap=0.35, legend_traceorder="normal")
    figure.update_xaxes(rangemode="tozero", range=[0, 1.3 * reach])
    order = {"categoryorder": "array", "categoryarray": _titles(used), "autorange": "reversed"}
    figure.update_yaxes(**order, showline=False, ticks="", ticklabelstandoff=6, showgrid=False)
    _write_cut(figure, used[used[column] > reach], column, theme)
    return Chart(figure, used, title, _alt(used, column, title), caption, name, theme)


def _sides(used: pd.DataFrame, theme: Theme) -> list[go.Bar]:
    """The program's methods, and the others."""
    own = used["method"].isin(OWN_METHODS)
    sides = (("this program", own, INKS[theme].accent), ("others", ~own, INKS[theme].muted))
    return [
        _bars(used[chosen], used.loc[chosen, "bits_per_allele"], what, ink)
        for what, chosen, ink in sides
        if chosen.any()
    ]


def _pieces(used: pd.DataFrame, theme: Theme) -> list[go.Bar]:
    """Genotypes, panel and model of every method, in bits per allele."""
    inks = INKS[theme]
    shades = dict(zip(_PIECES, (inks.accent, inks.axis, inks.contrary), strict=True))
    bits_a_byte = used["bits_per_allele"] / used["genotype_bytes"].where(used["genotype_bytes"] > 0)
    return [
        _bars(used, (used[column] * bits_a_byte).fillna(0), what, shades[column])
        for column, what in _PIECES.items()
    ]


def _bars(used: pd.DataFrame, bits: pd.Series, what: str, ink: str) -> go.Bar:
    return go.Bar(
        x=rounded(bits),
        y=_titles(used),
        orientation="h",
        name=what,
        marker={"color": ink},
        hovertext=[
            f"<b>{title}</b><br>{what}: {value:.4f} bits per allele"
            for title, value in zip(_titles(used), bits, strict=True)
        ],
        hoverinfo="text",
    )


def _write_ends(figure: go.Figure, used: pd.DataFrame, column: str, theme: Theme) -> None:
    """The figure, and times fewer than a bit an allele, behind each bar."""
    figure.add_trace(
        go.Scatter(
            x=rounded(used[column]),
            y=_titles(used),
            mode="text",
            text=[f" {_end(bits)}" for bits in used[column]],
            textposition="middle right",
            textfont={"size": 12.5, "color": INKS[theme].text},
            cliponaxis=False,
            showlegend=False,
            hoverinfo="skip",
        )
    )


def _write_cut(figure: go.Figure, cut: pd.DataFrame, column: str, theme: Theme) -> None:
    """Where bars are cut: their figures at the right edge, and what the raw size is."""
    if cut.empty:
        return
    figure.add_vline(x=RAW_BITS, line={"color": INKS[theme].text, "width": 1.4, "dash": "dash"})
    common = {"showarrow": False, "font": {"size": 12.5, "color": INKS[theme].text}}
    edge = {"x": 1, "xref": "paper", "xanchor": "right", "bgcolor": BACKGROUND[theme], **common}
    for title, bits in zip(_titles(cut), cut[column], strict=True):
        figure.add_annotation(y=title, text=f"{_end(bits)} →", **edge)
    figure.add_annotation(
        x=RAW_BITS, y=1, yref="paper", yanchor="bottom", text="not compressed", **common
    )


def _end(bits: float) -> str:
    """What stands behind a bar: bits per allele, and how many times fewer than one."""
    factor = 1 / bits if bits > 0 else float("inf")
    times = f"{factor:,.0f}×" if factor >= 10 else f"{factor:.2g}×"
    return f"{bits:.4f} · {times}" if bits < 1 else f"{bits:.2f} · {times}"


def _titles(used: pd.DataFrame) -> list[str]:
    """Names of the methods; of one of our own that fell back, what its file holds instead."""
    fell_back = used["method"].isin(OWN_METHODS) & used["note"].fillna("").ne("")
    return [
        label(f"{title} (fell back to xz)" if fell else title, TITLE_CHARACTERS)
        for title, fell in zip(used["title"], fell_back, strict=True)
    ]


def _reach(used: pd.DataFrame, column: str) -> float:
    """Where the axis ends: at the longest bar, or a little beyond the raw size."""
    longest = float(used[column].max()) if len(used) else RAW_BITS
    return min(longest, 1.1 * RAW_BITS)


def _alt(used: pd.DataFrame, column: str, title: str) -> str:
    if used.empty:
        return f"Bar chart, {title.lower()}: 0 methods ran."
    best, worst = used.iloc[0], used.iloc[-1]
    return (
        f"Bar chart of {len(used)} methods, {title.lower()}: fewest {plain(best['title'])} with "
        f"{best[column]:.4f}, most {plain(worst['title'])} with {worst[column]:.4f}."
    )
