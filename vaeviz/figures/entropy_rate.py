"""Figure of entropy given the sites before: how far LD shortens the description of a haplotype."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from vaeviz.escape import plain
from vaeviz.figures.chart import Chart
from vaeviz.figures.group_lines import MANY, group_line, looks
from vaeviz.figures.groups import whiskers
from vaeviz.figures.palette import Theme
from vaeviz.figures.theme import INKS, label, rounded, style

JOINT = "block_miller_madow_bits"
ESTIMATES = {
    "upper_bound_bits": "Upper bound",
    "plug_in_bits": "Plug-in",
    "miller_madow_bits": "Miller-Madow",
    JOINT: "Joint, Miller-Madow",
}
"""Columns that can be drawn as full lines."""

DOTTED = {
    "upper_bound_bits": "plug_in_bits",
    "miller_madow_bits": "plug_in_bits",
    JOINT: "block_plug_in_bits",
}
"""The plug-in that stands below each as dots."""


def entropy_rate(
    table: pd.DataFrame,
    estimate: str = "upper_bound_bits",
    model: pd.DataFrame | None = None,
    *,
    samples: pd.DataFrame | None = None,
    theme: Theme = "light",
    caption: str = "",
    name: str = "entropy_rate",
    height: int = 460,
) -> Chart:
    """Entropy of a site by the number of sites before it that are known, one line a group.

    Parameters
    ----------
    table
        group, context, n_rows, the columns of `ESTIMATES` and `DOTTED`, upper_bound_low_bits,
        upper_bound_high_bits, unit, admixed (`analysis.entropy_rate.EntropyRate.table`).
    estimate
        Column drawn as full lines.
    model
        group, model_bits, model_low_bits, model_high_bits in the unit of `table`: points beside
        the lines.
    samples
        Sample table, for the user's own colours.
    """
    groups = list(dict.fromkeys(table["group"].map(str)))
    look = looks(groups, set(table.loc[table["admixed"], "group"].map(str)), samples, theme)
    longest, joint = int(table["context"].max()), estimate == JOINT
    figure = go.Figure()
    for group in groups:
        rows = table[table["group"] == group].sort_values("context")
        thin, shade = len(groups) > MANY, look[group]
        hover = [_hover(row, estimate) for _, row in rows.iterrows()]
        figure.add_trace(group_line(rows, "context", estimate, hover, *shade, thin=thin))
        if estimate in DOTTED:
            dots = group_line(
                rows, "context", DOTTED[estimate], [], *shade, dash="dot", in_legend=False
            )
            figure.add_trace(dots)
    if estimate in DOTTED:
        figure.add_trace(_dotted_key(theme))
    beside = model is not None and len(model) > 0 and not joint
    if model is not None and beside:
        _add_model(figure, model, longest + 1, look, theme)
    title = "Joint entropy of neighbours" if joint else "Entropy given the sites before"
    style(
        figure,
        theme,
        title=title,
        caption=caption,
        height=height + 18 * (len(groups) // 10),
        legend="below",
        x_title="k, in blocks of k + 1 sites" if joint else "known sites before",
        y_title=f"{_name(estimate)} ({_unit(table, estimate)})",
    )
    places = list(range(longest + 1))
    figure.update_xaxes(
        tickvals=places + [longest + 1] * beside,
        ticktext=[str(k) for k in places] + ["model"] * beside,
        range=[-0.3, longest + 0.3 + beside],
    )
    figure.update_yaxes(rangemode="tozero")
    data = table if model is None else table.merge(model, on="group", how="left")
    return Chart(figure, data, title, _alt(table, groups, estimate), caption, name, theme)


def _dotted_key(theme: Theme) -> go.Scatter:
    """Entry of the legend for the dotted lines, which draws nothing."""
    return go.Scatter(
        x=[None],
        y=[None],
        mode="lines",
        line={"color": INKS[theme].muted, "width": 1.3, "dash": "dot"},
        name="plug-in: too low",
        hoverinfo="skip",
    )


def _name(estimate: str) -> str:
    return ESTIMATES[estimate].lower().replace("miller-m", "Miller-M")


def _unit(table: pd.DataFrame, estimate: str) -> str:
    return "bits per block" if estimate == JOINT else str(table["unit"].iloc[0])


def _hover(row: pd.Series, estimate: str) -> str:
    lines = [f"<b>{label(row['group'], 40)}</b>", f"given {int(row['context'])} sites before"]
    if estimate == JOINT:
        k = int(row["context"]) + 1
        return "<br>".join([lines[0], f"{row[JOINT]:.4f} bits for {k} sites together"])
    lines.append(f"plug-in {row['plug_in_bits']:.4f}, Miller-Madow {row['miller_madow_bits']:.4f}")
    low, high = row["upper_bound_low_bits"], row["upper_bound_high_bits"]
    lines.append(f"upper bound {row['upper_bound_bits']:.4f} ({low:.4f} to {high:.4f})")
    return "<br>".join(lines)


def _add_model(
    figure: go.Figure,
    model: pd.DataFrame,
    place: int,
    look: dict[str, tuple[str, str]],
    theme: Theme,
) -> None:
    """One point a group to the right of the lines, with its interval."""
    used = model[model["group"].isin(list(look))]
    for _, row in used.iterrows():
        one = row.to_frame().T
        colour, symbol = look[str(row["group"])]
        bits = one["model_bits"].astype(float)
        low, high = (one[f"model_{end}_bits"].astype(float) for end in ("low", "high"))
        figure.add_trace(
            go.Scatter(
                x=[place],
                y=rounded(bits),
                mode="markers",
                marker={
                    "symbol": symbol,
                    "size": 9,
                    "color": colour,
                    "line": {"color": INKS[theme].text, "width": 1},
                },
                error_y=whiskers(bits, low, high, colour),
                legendgroup=label(row["group"]),
                showlegend=False,
                hovertext=f"<b>{label(row['group'], 40)}</b><br>model {bits.iloc[0]:.4f}",
                hoverinfo="text",
            )
        )


def _alt(table: pd.DataFrame, groups: list[str], estimate: str) -> str:
    ends = (
        table.sort_values("context").groupby("group", sort=False)[estimate].agg(["first", "last"])
    )
    parts = [
        f"{plain(g, 24)} {ends.loc[g, 'first']:.3f} to {ends.loc[g, 'last']:.3f}"
        for g in groups[:10]
    ]
    more = ", and more" if len(groups) > 10 else ""
    return (
        f"Lines of entropy in {_unit(table, estimate)} for {len(groups)} groups from 0 to "
        f"{int(table['context'].max())} known sites before: {', '.join(parts)}{more}."
    )
