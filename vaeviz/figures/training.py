"""Figures of training: learning curves against the baseline; KL per dimension and per window."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from vaeviz.data.chromosomes import natural_key
from vaeviz.figures.along_genome import name_chromosomes
from vaeviz.figures.chart import Chart
from vaeviz.figures.palette import Theme, neutral
from vaeviz.figures.theme import INKS, label, rounded, style


def learning_curves(
    history: pd.DataFrame,
    ploidy: int,
    *,
    baseline_bits_per_allele: float | None = None,
    theme: Theme = "light",
    caption: str = "",
    name: str = "learning_curves",
    height: int = 380,
) -> Chart:
    """Bits that the model spends on training and on validation people, epoch by epoch.

    Parameters
    ----------
    history
        One row an epoch: epoch, train_bits_per_allele, validation_bits_per_allele.
    ploidy
        2: rows are people and the figure shows bits per genotype (two alleles);
        1: rows are haplotypes and it shows bits per allele.
    baseline_bits_per_allele
        Cost under the training people's allele frequencies: a dashed line.
    """
    unit = "bits per genotype" if ploidy == 2 else "bits per allele"
    column = unit.replace(" ", "_")
    table = pd.DataFrame({"epoch": history["epoch"].to_numpy(np.int64)})
    for part in ("train", "validation"):
        table[f"{part}_{column}"] = ploidy * history[f"{part}_bits_per_allele"].to_numpy(float)
    inks = INKS[theme]
    figure = go.Figure()
    for part, colour in (("train", inks.accent), ("validation", inks.contrary)):
        figure.add_trace(_curve(table, part, f"{part}_{column}", colour, unit))
    best = _add_best(figure, table, f"validation_{column}", theme)
    baseline = None if baseline_bits_per_allele is None else ploidy * baseline_bits_per_allele
    if baseline is not None and len(table):
        table[f"training_frequencies_{column}"] = baseline
        _add_baseline(figure, table, baseline, theme)
    title = f"Learning curves, {unit}"
    style(
        figure,
        theme,
        title=title,
        caption=caption,
        height=height,
        legend="below",
        x_title="epoch",
        y_title=unit,
    )
    figure.update_layout(hovermode="x unified", uirevision="learning_curves")
    alt = _curves_alt(table, best, unit, baseline)
    return Chart(figure, table, title, alt, caption, name, theme)


def kl_per_dimension(
    axes: pd.DataFrame,
    *,
    theme: Theme = "light",
    caption: str = "",
    name: str = "kl_per_dimension",
    height: int = 320,
) -> Chart:
    """What each latent dimension carries; collapsed ones are grey.

    Parameters
    ----------
    axes
        From `analysis.axes.axis_table`: axis, kl_nats, active.
    """
    table = pd.DataFrame({"dimension": axes["axis"], "mean_kl_nats": axes["kl_nats"]})
    table["collapsed"] = ~axes["active"]
    figure = go.Figure()
    for grey, colour in ((False, INKS[theme].accent), (True, neutral(theme))):
        rows = table[table["collapsed"] == grey]
        if len(rows):
            figure.add_trace(
                go.Bar(
                    x=rows["dimension"].to_numpy(),
                    y=rounded(rows["mean_kl_nats"]),
                    name="collapsed" if grey else "in use",
                    marker={"color": colour, "line": {"width": 0}},
                    hovertemplate="latent %{x}: %{y:.3f} nats<extra></extra>",
                )
            )
    title = "Information per latent dimension"
    style(
        figure,
        theme,
        title=title,
        caption=caption,
        height=height,
        legend="below" if table["collapsed"].any() else "none",
        x_title="latent dimension",
        y_title="mean KL (nats)",
    )
    figure.update_xaxes(showgrid=False, dtick=1 if len(table) <= 20 else None)
    used = int((~table["collapsed"]).sum())
    alt = f"Bar chart of mean KL: {used} of {len(table)} latent dimensions are in use, "
    alt += f"{table['mean_kl_nats'].sum():.3g} nats in all."
    return Chart(figure, table, title, alt, caption, name, theme)


def kl_along_genome(
    windows: pd.DataFrame,
    *,
    theme: Theme = "light",
    caption: str = "",
    name: str = "kl_along_genome",
    height: int = 340,
) -> Chart:
    """What the latent of each window carries, windows side by side in the order of the genome.

    Parameters
    ----------
    windows
        window, chrom, start_bp, end_bp, n_sites, mean_kl_nats
        (`analysis.window_cost.window_costs`).
    """
    chromosomes = sorted(windows["chrom"].unique(), key=natural_key)
    place = windows["chrom"].map({name: k for k, name in enumerate(chromosomes)})
    order = np.lexsort((windows["start_bp"], place))
    table = windows.iloc[order].assign(x=np.arange(1, len(windows) + 1))
    figure = go.Figure()
    for i, colour in enumerate((INKS[theme].accent, neutral(theme))):
        rows = table[table["chrom"].isin(chromosomes[i::2])]
        if len(rows):
            figure.add_trace(_window_bars(rows, colour))
    title = "Information per window, summed over its latent dimensions"
    style(
        figure,
        theme,
        title=title,
        caption=caption,
        height=height,
        legend="none",
        y_title="mean KL (nats)",
    )
    figure.update_layout(bargap=0.1)
    name_chromosomes(figure, chromosomes, table)
    if len(chromosomes) == 1:
        figure.update_xaxes(title_text=f"window along chromosome {label(chromosomes[0], 12)}")
    total = windows["mean_kl_nats"].sum()
    alt = f"Bar chart of the mean KL of {len(windows):,} windows along the genome, {total:.3g} "
    alt += f"nats in all; the largest is {windows['mean_kl_nats'].max():.3g}."
    return Chart(figure, windows, title, alt, caption, name, theme)


def _window_bars(rows: pd.DataFrame, colour: str) -> go.Bar:
    names = {c: label(c, 12) for c in rows["chrom"].unique()}
    hover = [
        f"window {w} · chr {names[c]}:{a:,}-{b:,}<br>{n:,} sites, {kl:.3f} nats"
        for w, c, a, b, n, kl in rows[
            ["window", "chrom", "start_bp", "end_bp", "n_sites", "mean_kl_nats"]
        ].itertuples(index=False)
    ]
    return go.Bar(
        x=rows["x"].to_numpy(),
        y=rounded(rows["mean_kl_nats"]),
        marker={"color": colour, "line": {"width": 0}},
        hovertext=hover,
        hoverinfo="text",
    )


def _curve(table: pd.DataFrame, part: str, column: str, colour: str, unit: str) -> go.Scatter:
    single = len(table) == 1
    return go.Scatter(
        x=table["epoch"].to_numpy(),
        y=rounded(table[column], 6),
        mode="markers" if single else "lines",
        name={"train": "training people", "validation": "validation people"}[part],
        line={"color": colour, "width": 2.2},
        marker={"color": colour},
        hovertemplate="%{y:.4f} " + unit,
    )


def _add_best(figure: go.Figure, table: pd.DataFrame, column: str, theme: Theme) -> int | None:
    """Mark the epoch with the best validation figure; return its row."""
    values = table[column]
    if not values.notna().any():
        return None
    best = int(values.idxmin())
    figure.add_trace(
        go.Scatter(
            x=[int(table["epoch"][best])],
            y=rounded([values[best]], 6),
            mode="markers",
            name="best",
            marker={
                "symbol": "circle-open",
                "size": 11,
                "color": INKS[theme].contrary,
                "line": {"width": 2},
            },
            hoverinfo="skip",
        )
    )
    return best


def _add_baseline(figure: go.Figure, table: pd.DataFrame, baseline: float, theme: Theme) -> None:
    figure.add_trace(
        go.Scatter(
            x=[int(table["epoch"].min()), int(table["epoch"].max())],
            y=rounded([baseline, baseline], 6),
            mode="lines",
            name="training frequencies",
            line={"color": INKS[theme].muted, "width": 1.6, "dash": "dash"},
            hovertemplate="%{y:.4f}",
        )
    )


def _curves_alt(table: pd.DataFrame, best: int | None, unit: str, baseline: float | None) -> str:
    text = f"Learning curves over {len(table)} epochs"
    if best is not None:
        value = table.filter(like="validation").iloc[best, 0]
        text += f": validation is best at epoch {table['epoch'][best]} with {value:.4f} {unit}"
    if baseline is not None:
        text += f"; coding by training frequencies costs {baseline:.4f}"
    return text + "."
