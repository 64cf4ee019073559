"""Figures of a panel before any model: who is in it, its spectrum, gaps, components, places."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import ArrayLike
from plotly.subplots import make_subplots

from vaeviz.escape import plain
from vaeviz.figures.bars import histogram_table, histogram_trace
from vaeviz.figures.chart import Chart
from vaeviz.figures.latent import scatter_2d
from vaeviz.figures.palette import Theme, colours
from vaeviz.figures.theme import INKS, label, rounded, style
from vaeviz.figures.worldmap import world_map

RARE = 0.05


def population_counts(
    populations: pd.DataFrame,
    *,
    samples: pd.DataFrame | None = None,
    theme: Theme = "light",
    caption: str = "",
    name: str = "population_counts",
) -> Chart:
    """People per population, populations of a superpopulation side by side.

    Parameters
    ----------
    populations
        One row a group: group, superpopulation, n_samples.
    samples
        Sample table, for the user's own colours.
    """
    table = populations[["group", "superpopulation", "n_samples"]].copy()
    table["superpopulation"] = table["superpopulation"].astype(object)
    order = {"by": ["superpopulation", "group"], "na_position": "last", "ignore_index": True}
    table = table.sort_values(**order)
    known = table.rename(columns={"group": "population"}) if samples is None else samples
    palette = colours(table["group"], known, theme)
    figure = go.Figure(
        go.Bar(
            x=table["n_samples"].to_numpy(),
            y=np.arange(len(table)),
            orientation="h",
            marker={"color": [palette[str(g)] for g in table["group"]], "line": {"width": 0}},
            text=[f"{n:,}" for n in table["n_samples"]],
            textposition="outside",
            cliponaxis=False,
            hovertext=[
                f"<b>{label(g)}</b><br>{label(s)}<br>{n:,} people"
                for g, s, n in table.itertuples(index=False)
            ],
            hoverinfo="text",
        )
    )
    total = int(table["n_samples"].sum())
    title = "People per population"
    height = 120 + 20 * max(len(table), 6)
    style(figure, theme, title=title, caption=caption, height=height, x_title="people")
    figure.update_yaxes(
        tickvals=list(range(len(table))),
        ticktext=[label(g) for g in table["group"]],
        range=[len(table) - 0.4, -0.6],
        showgrid=False,
    )
    largest = table.loc[table["n_samples"].idxmax()]
    alt = f"Bar chart: {total:,} people in {len(table)} populations, from "
    alt += f"{int(table['n_samples'].min())} to {int(largest['n_samples'])} each; the largest is "
    alt += f"{plain(largest['group'])}."
    return Chart(figure, table, title, alt, caption, name, theme)


def frequency_spectrum(
    spectrum: pd.DataFrame,
    *,
    n_alleles: int,
    theme: Theme = "light",
    caption: str = "",
    name: str = "frequency_spectrum",
    height: int = 340,
) -> Chart:
    """Folded site frequency spectrum.

    Parameters
    ----------
    spectrum
        frequency_low, frequency_high, n_sites: one row a bin of the minor allele's frequency.
    n_alleles
        Alleles sampled (two a person), told on the axis.
    """
    table = spectrum[["frequency_low", "frequency_high", "n_sites"]].reset_index(drop=True)
    low, high = table["frequency_low"].to_numpy(), table["frequency_high"].to_numpy()
    figure = go.Figure(
        go.Bar(
            x=rounded((low + high) / 2),
            y=table["n_sites"].to_numpy(),
            marker={"color": INKS[theme].accent, "line": {"width": 0}},
            hovertext=[
                f"frequency {a:.3f} to {b:.3f}<br>{n:,} sites"
                for a, b, n in table.itertuples(index=False)
            ],
            hoverinfo="text",
        )
    )
    title = "Site frequency spectrum (folded)"
    style(
        figure,
        theme,
        title=title,
        caption=caption,
        height=height,
        x_title=f"minor allele frequency among {n_alleles:,} alleles",
        y_title="sites",
    )
    figure.update_layout(bargap=0.08)
    figure.update_xaxes(range=[0, 0.5], showgrid=False)
    total = int(table["n_sites"].sum())
    rare = table.loc[high <= RARE + 1e-9, "n_sites"].sum() / max(total, 1)
    alt = f"Histogram of minor allele frequencies of {total:,} sites; "
    alt += f"{100 * rare:.0f} % of them are at most {100 * RARE:.0f} %."
    return Chart(figure, table, title, alt, caption, name, theme)


def missingness(
    site_missing: ArrayLike,
    sample_missing: ArrayLike,
    *,
    theme: Theme = "light",
    caption: str = "",
    name: str = "missingness",
    height: int = 460,
) -> Chart:
    """Share of missing genotypes per site and per person, one histogram under the other.

    Parameters
    ----------
    site_missing, sample_missing
        Fractions from 0 to 1, shapes (n_sites,) and (n_samples,).
    """
    parts = {"sites": np.asarray(site_missing, float), "people": np.asarray(sample_missing, float)}
    tables = [
        histogram_table({kind: 100 * values}, "missing_percent") for kind, values in parts.items()
    ]
    figure = make_subplots(rows=2, cols=1, vertical_spacing=0.24)
    colour = {"sites": INKS[theme].accent, "people": INKS[theme].contrary}
    for row, (kind, table) in enumerate(zip(parts, tables, strict=True), start=1):
        trace = histogram_trace(table, kind, "missing_percent", colour[kind], " %")
        figure.add_trace(trace, row=row, col=1)
    title = "Missing genotypes"
    style(figure, theme, title=title, caption=caption, height=height)
    for row, kind in enumerate(parts, start=1):
        figure.update_yaxes(title_text=f"% of {kind}", rangemode="tozero", row=row, col=1)
        one = {"sites": "site", "people": "person"}[kind]
        x_title = f"missing per {one} (%)"
        figure.update_xaxes(title_text=x_title, rangemode="tozero", row=row, col=1)
    table = pd.concat(tables, ignore_index=True)
    worst = {kind: 100 * float(np.max(values, initial=0)) for kind, values in parts.items()}
    alt = f"Histograms of missing genotypes: {100 * parts['sites'].mean():.2f} % are missing in "
    alt += f"all, at most {worst['sites']:.1f} % at a site and {worst['people']:.1f} % in a person."
    return Chart(figure, table, title, alt, caption, name, theme)


def pca_preview(
    components: pd.DataFrame,
    samples: pd.DataFrame,
    colour_by: str = "superpopulation",
    *,
    explained: ArrayLike | None = None,
    x: int = 1,
    y: int = 2,
    selected_ids: Collection[str] = (),
    theme: Theme = "light",
    caption: str = "",
    name: str = "pca",
    height: int = 560,
) -> Chart:
    """Two principal components of the genotypes.

    Parameters
    ----------
    components
        One row a person: sample, PC1, PC2, ...
    samples
        Sample table of the panel, with the column `colour_by`.
    explained
        Share of variance per component, 0 to 1.
    x, y
        Which components, from 1.
    """
    labels = ["sample", *[c for c in samples.columns if c not in components and c != "sample"]]
    table = components.merge(samples[labels], on="sample", how="left", validate="one_to_one")
    titles = [f"PC {i}" for i in (x, y)]
    if explained is not None:
        share = np.asarray(explained, dtype=float)
        titles = [f"{t} ({100 * share[i - 1]:.1f} %)" for t, i in zip(titles, (x, y), strict=True)]
    return scatter_2d(
        table,
        f"PC{x}",
        f"PC{y}",
        colour_by,
        samples=samples,
        selected_ids=selected_ids,
        theme=theme,
        caption=caption,
        title="Principal components",
        name=name,
        axis_titles=(titles[0], titles[1]),
        height=height,
    )


def sample_map(
    populations: pd.DataFrame,
    *,
    samples: pd.DataFrame | None = None,
    theme: Theme = "light",
    caption: str = "",
    name: str = "sample_map",
    height: int = 520,
) -> Chart:
    """Where the people come from: populations on the map, by superpopulation.

    Parameters
    ----------
    populations
        group, superpopulation, n_samples, latitude, longitude (degrees).
    """
    return world_map(
        populations,
        samples=samples,
        theme=theme,
        caption=caption,
        title="Where the people come from",
        name=name,
        height=height,
    )
