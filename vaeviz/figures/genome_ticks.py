"""Ticks under a window of the genome: positions, numbers of sites, or names of chromosomes."""

from __future__ import annotations

import numpy as np

from vaeviz.analysis.genome_axis import GenomeAxis
from vaeviz.escape import plain
from vaeviz.figures.bar_code import MOST_CHROMOSOME_NAMES

TICKS = 7


def window_ticks(axis: GenomeAxis, start: float, end: float) -> tuple[list[tuple[float, str]], str]:
    """Ticks of a window, as places on the axis and texts; and the title of the axis.

    Positions (Mb) or numbers of sites within one stretch, else names of chromosomes.
    """
    stretches = axis.stretches
    seen = stretches[(stretches["x1"] > start) & (stretches["x0"] < end)]
    if len(seen) == 1:
        return _value_ticks(axis, seen.index[0], start, end)
    left, right = seen["x0"].clip(lower=start), seen["x1"].clip(upper=end)
    spans = seen.assign(left=left, right=right).groupby("chromosome")
    middles = (spans["left"].min() + spans["right"].max()) / 2
    step = -(-len(middles) // MOST_CHROMOSOME_NAMES)
    chosen = list(middles.items())[::step]
    return [(float(at), plain(axis.chromosomes[int(c)], 6)) for c, at in chosen], "chromosome"


def _value_ticks(
    axis: GenomeAxis, stretch: int, start: float, end: float
) -> tuple[list[tuple[float, str]], str]:
    row = axis.stretches.loc[stretch]
    left, right = max(start, row["x0"]), min(end, row["x1"])
    offset = row["value"] - row["x0"]
    step = _nice(right - left)
    values = np.arange(np.ceil((left + offset) / step), (right + offset) / step) * step
    name = f"chromosome {plain(axis.chromosomes[int(row['chromosome'])], 12)}"
    places = [float(v - offset + 0.5) for v in values]
    if axis.unit == "site" or step < 100:
        unit = "site" if axis.unit == "site" else "bp"
        return list(zip(places, [f"{v:,.0f}" for v in values], strict=True)), f"{name}, {unit}"
    digits = max(0, int(np.ceil(6 - np.log10(step) - 1e-9)))
    return list(zip(places, [f"{v / 1e6:.{digits}f}" for v in values], strict=True)), f"{name}, Mb"


def _nice(span: float) -> float:
    """A round distance of ticks, at least 1."""
    raw = max(span / TICKS, 1.0)
    power = 10.0 ** np.floor(np.log10(raw))
    return float(power * next(m for m in (1, 2, 5, 10) if m * power >= raw))
