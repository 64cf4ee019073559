"""Figures of admixed people: on the map, by ancestry, along chromosomes, and their tracts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from vaeviz.escape import plain
from vaeviz.figures.chart import Chart
from vaeviz.figures.latent import scatter_2d
from vaeviz.figures.palette import BACKGROUND, Theme, colours, rgba
from vaeviz.figures.points import COLOUR_SCALE
from vaeviz.figures.theme import INKS, label, rounded, style

OTHERS = "other people"
SOURCE = "source"


def cline(
    embedding: pd.DataFrame,
    x: str,
    y: str,
    *,
    sources: Mapping[str, NDArray[np.int64]],
    admixed: pd.DataFrame,
    share: NDArray[np.float64],
    samples: pd.DataFrame | None = None,
    theme: Theme = "light",
    caption: str = "",
    name: str = "admixed_cline",
    height: int = 560,
) -> Chart:
    """Admixed people on the map between their sources, coloured by share of the first source.

    Parameters
    ----------
    embedding
        The panel's people: sample, `x`, `y`.
    x, y
        Columns to draw.
    sources
        Name of a source to the rows of `embedding` that are its people.
    admixed
        The admixed people, with the same columns.
    share
        Share of the first source in each of them, 0 to 1.
    samples
        Sample table, for the colours of a panel.
    """
    labels = np.full(len(embedding), OTHERS, object)
    for source, index in sources.items():
        labels[index] = source
    chart = scatter_2d(
        embedding,
        x,
        y,
        SOURCE,
        labels=pd.Series(labels),
        samples=samples,
        highlight=list(sources),
        theme=theme,
        caption=caption,
        title="Admixed people on the map",
        name=name,
        height=height,
    )
    first = next(iter(sources))
    chart.figure.add_trace(_admixed_points(admixed, x, y, share, first, theme))
    drawn = admixed[["sample", x, y]].assign(kind="admixed", share_of_first_source=share)
    table = pd.concat([chart.table.assign(kind="panel"), drawn], ignore_index=True)
    alt = (
        f"{chart.alt.rstrip('.')}; over them {len(admixed)} admixed people, whose share of "
        f"{plain(first, 40)} runs from {share.min():.0%} to {share.max():.0%}."
    )
    return Chart(chart.figure, table, chart.title, alt, caption, name, theme)


def _admixed_points(
    admixed: pd.DataFrame,
    x: str,
    y: str,
    share: NDArray[np.float64],
    first: str,
    theme: Theme,
) -> go.Scatter:
    inks = INKS[theme]
    return go.Scatter(
        x=rounded(admixed[x]),
        y=rounded(admixed[y]),
        mode="markers",
        marker={
            "symbol": "diamond",
            "size": 9,
            "color": rounded(100 * share),
            "colorscale": COLOUR_SCALE,
            "cmin": 0,
            "cmax": 100,
            "line": {"width": 1, "color": inks.text},
            "colorbar": {
                "title": {"text": f"% {label(first)}", "side": "right"},
                "thickness": 12,
                "outlinewidth": 0,
                "tickfont": {"size": 11, "color": inks.muted},
            },
        },
        name=f"admixed, synthetic ({len(admixed):,})",
        text=[f"admixed, synthetic<br>{value:.0%} {label(first)}" for value in share],
        hoverinfo="text",
    )


def ancestry_bars(
    shares: NDArray[np.float64],
    sources: Sequence[str],
    *,
    samples: pd.DataFrame | None = None,
    theme: Theme = "light",
    caption: str = "",
    name: str = "ancestry_shares",
    height: int = 320,
) -> Chart:
    """Each person as a bar of ancestries, sorted by the share of the first source.

    Parameters
    ----------
    shares
        (n_people, n_sources), rows adding up to 1.
    sources
        Names, in the order of the columns.
    samples
        Sample table, for the colours of a panel.
    """
    order = np.argsort(-shares[:, 0], kind="stable")
    palette = colours(sources, samples, theme)
    figure = go.Figure()
    for k, source in enumerate(sources):
        values = 100 * shares[order, k]
        figure.add_trace(
            go.Bar(
                x=np.arange(1, len(order) + 1),
                y=rounded(values),
                name=label(source),
                marker={"color": palette[source], "line": {"width": 0}},
                text=[f"{label(source)} {v:.1f} %" for v in values],
                textposition="none",
                hoverinfo="text",
            )
        )
    title = "Ancestry of each person"
    style(
        figure,
        theme,
        title=title,
        caption=caption,
        height=height,
        legend="below",
        x_title="people, sorted",
        y_title="% of the genome",
    )
    figure.update_layout(barmode="stack", bargap=0, legend_traceorder="normal")
    figure.update_yaxes(range=[0, 100])
    table = pd.DataFrame(
        {
            "person": np.repeat(np.arange(1, len(order) + 1), len(sources)),
            "source": np.tile(np.array(sources, object), len(order)),
            "share_percent": 100 * shares[order].ravel(),
        }
    )
    first = shares[:, 0]
    alt = (
        f"Stacked bars of {len(order)} people: {plain(sources[0], 40)} has {first.mean():.1%} of "
        f"the genome on average, from {first.min():.1%} to {first.max():.1%}."
    )
    return Chart(figure, table, title, alt, caption, name, theme)


def painting(
    tracts: pd.DataFrame,
    sources: Sequence[str],
    *,
    samples: pd.DataFrame | None = None,
    theme: Theme = "light",
    caption: str = "",
    name: str = "chromosome_painting",
) -> Chart:
    """Both haplotypes of one person's chromosomes, painted by source.

    Parameters
    ----------
    tracts
        Of one person: haplotype (1, 2), chrom, start_bp, end_bp, source.
    sources
        Names, in the order of the legend.
    samples
        Sample table, for the colours of a panel.
    """
    palette = colours(sources, samples, theme)
    chromosomes = list(pd.unique(tracts["chrom"]))
    place = {chrom: k for k, chrom in enumerate(chromosomes)}
    y = tracts["chrom"].map(place) + np.where(tracts["haplotype"] == 1, -0.19, 0.19)
    figure = go.Figure()
    for source in sources:
        here = tracts["source"] == source
        rows = tracts[here]
        figure.add_trace(
            go.Bar(
                orientation="h",
                base=rounded(rows["start_bp"] / 1e6, 7).tolist(),
                x=rounded((rows["end_bp"] - rows["start_bp"] + 1) / 1e6, 7),
                y=y[here].to_numpy(np.float64),
                width=0.34,
                name=label(source),
                marker={
                    "color": palette[source],
                    "line": {"width": 0.5, "color": rgba(BACKGROUND[theme], 0.8)},
                },
                text=_tract_words(rows),
                textposition="none",
                hoverinfo="text",
            )
        )
    title = "Chromosomes of one person"
    height = int(np.clip(170 + 26 * len(chromosomes), 260, 1000))
    style(
        figure,
        theme,
        title=title,
        caption=caption,
        height=height,
        legend="below",
        x_title="position (Mb)",
        y_title="chromosome",
    )
    figure.update_layout(barmode="overlay")
    ticks = {"tickvals": list(place.values()), "ticktext": [label(c) for c in chromosomes]}
    figure.update_yaxes(autorange="reversed", showgrid=False, **ticks)
    table = tracts.drop(columns=["sample"], errors="ignore").reset_index(drop=True)
    alt = (
        f"{len(tracts)} tracts of {len(sources)} sources painted on both haplotypes of "
        f"{len(chromosomes)} chromosomes of one person."
    )
    return Chart(figure, table, title, alt, caption, name, theme)


def _tract_words(rows: pd.DataFrame) -> list[str]:
    return [
        f"{label(r.source)}<br>chromosome {label(r.chrom)}, haplotype {r.haplotype}<br>"
        f"{r.start_bp / 1e6:.2f}–{r.end_bp / 1e6:.2f} Mb"
        for r in rows.itertuples()
    ]


def tract_lengths(
    counts: pd.DataFrame,
    *,
    samples: pd.DataFrame | None = None,
    theme: Theme = "light",
    caption: str = "",
    name: str = "tract_lengths",
    height: int = 380,
) -> Chart:
    """Tracts longer than each length, found (points) and expected (lines), on a log scale.

    Parameters
    ----------
    counts
        source, length_cm, found, expected: tracts a haplotype longer than the length; expected
        is NaN where no theory is drawn.
    samples
        Sample table, for the colours of a panel.
    """
    sources = list(pd.unique(counts["source"]))
    palette = colours(sources, samples, theme)
    figure = go.Figure()
    for source in sources:
        rows = counts[counts["source"] == source]
        for column, how in (("found", "markers"), ("expected", "lines")):
            shown = rows[rows[column] > 0]
            if len(shown):
                figure.add_trace(
                    go.Scatter(
                        x=rounded(shown["length_cm"]),
                        y=rounded(shown[column]),
                        mode=how,
                        name=f"{label(source)}, {column}",
                        marker={"color": palette[source], "size": 6},
                        line={"color": palette[source], "width": 2},
                        hovertemplate="over %{x:.3g} cM: %{y:.3g} a haplotype<extra></extra>",
                    )
                )
    title = "How long tracts are"
    style(
        figure,
        theme,
        title=title,
        caption=caption,
        height=height,
        legend="below",
        x_title="longer than (cM)",
        y_title="tracts a haplotype",
    )
    figure.update_yaxes(type="log", exponentformat="power")
    figure.update_xaxes(rangemode="tozero")
    at_start = counts.groupby("source", sort=False)["found"].max()
    parts = [f"{plain(source, 40)} has {n:.3g}" for source, n in at_start.items()]
    alt = f"Number of tracts by least length: of any length, {', '.join(parts)} a haplotype."
    return Chart(figure, counts, title, alt, caption, name, theme)
