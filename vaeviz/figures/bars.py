"""Shared traces for distributions: histograms counted here, so that the table is what is drawn."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from vaeviz.figures.palette import Theme, rgba
from vaeviz.figures.theme import INKS, label, rounded

REAL_KINDS = ("real", "real held out", "held out")


def histogram_table(values: Mapping[str, ArrayLike], value_name: str) -> pd.DataFrame:
    """Counts of several sets of values over common bins (Rice's rule, 8 to 40 of them).

    Parameters
    ----------
    values
        Name of a set to its values; absent ones (NaN) are left out.
    value_name
        Name of the values with their unit; the bin columns are named after it.

    Returns
    -------
    DataFrame
        kind, `value_name`_from, `value_name`_to, n, share_percent.
    """
    finite = {kind: _finite(v) for kind, v in values.items()}
    everything = np.concatenate(list(finite.values())) if finite else np.empty(0)
    n_bins = int(np.clip(2 * len(everything) ** (1 / 3), 8, 40))
    low, high = (everything.min(), everything.max()) if len(everything) else (0.0, 1.0)
    # NumPy would put values that are all equal in the middle, and shares of 0 above negative ones.
    edges = np.histogram_bin_edges(everything, n_bins, (low, high if high > low else low + 1))
    parts = []
    for kind, inside in finite.items():
        n, _ = np.histogram(inside, bins=edges)
        part = pd.DataFrame({"kind": kind, f"{value_name}_from": edges[:-1]})
        part[f"{value_name}_to"] = edges[1:]
        part["n"] = n
        part["share_percent"] = 100 * n / max(len(inside), 1)
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def kind_colour(kind: str, theme: Theme) -> str:
    """Synthetic data have the contrary colour everywhere, real data the accent."""
    inks = INKS[theme]
    if "synthetic" in kind.lower():
        return inks.contrary
    return inks.accent if kind.lower() in REAL_KINDS else inks.muted


def histogram_trace(
    table: pd.DataFrame, kind: str, value_name: str, colour: str, unit: str = ""
) -> go.Scatter:
    """One kind of `histogram_table` as a filled outline of steps."""
    rows = table[table["kind"] == kind]
    low, high = rows[f"{value_name}_from"].to_numpy(), rows[f"{value_name}_to"].to_numpy()
    share = rows["share_percent"].to_numpy()
    hover = [
        f"{label(kind)}: {low_:.4g} to {high_:.4g}{unit}<br>{n:,} ({percent:.1f} %)"
        for low_, high_, n, percent in zip(low, high, rows["n"], share, strict=True)
    ]
    return go.Scatter(
        x=rounded(np.concatenate([low[:1], np.column_stack([low, high]).ravel(), high[-1:]])),
        y=rounded(np.concatenate([[0.0], np.repeat(share, 2), [0.0]])),
        mode="lines",
        fill="tozeroy",
        fillcolor=rgba(colour, 0.22),
        line={"color": colour, "width": 2, "shape": "linear"},
        name=label(kind),
        text=[hover[0], *(line for line in hover for _ in range(2)), hover[-1]],
        hoverinfo="text",
    )


def _finite(values: ArrayLike) -> np.ndarray:
    array = np.asarray(values, dtype=float).ravel()
    return array[np.isfinite(array)]
