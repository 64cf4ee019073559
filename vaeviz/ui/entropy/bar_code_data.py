"""Strips of a window, in the order shown, with the values of their bins."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vaeviz.analysis.genome_axis import GenomeAxis
from vaeviz.analysis.populations import is_admixed
from vaeviz.analysis.strips import (
    Bins,
    Strips,
    bin_differences,
    bin_maxima,
    bin_means,
    window_bins,
    window_summary,
)
from vaeviz.data.panel import Panel
from vaeviz.escape import plain

if TYPE_CHECKING:
    from vaeviz.figures.palette import Theme
    from vaeviz.figures.strips_svg import Picture, Strip

Measure = Literal["mean", "max"]

SHORT = 12
"""Characters of a group in the name of a difference."""


@dataclasses.dataclass(frozen=True)
class Choice:
    """What the visitor wants to see.

    Attributes
    ----------
    measure : 'mean' or 'max'
        What a bin of several sites shows.
    stretch : bool
        End the colours at the largest value in the window.
    minuends : tuple of str
        Groups whose difference from `subtrahend` is shown; none for no difference.
    subtrahend : str
    """

    measure: Measure
    stretch: bool
    minuends: tuple[str, ...] = ()
    subtrahend: str = ""


@dataclasses.dataclass(frozen=True, eq=False)
class Scene:
    """Strips with the values of their bins: bits, NaN for nothing, shape (n_strips, n_bins)."""

    strips: Sequence[Strip]
    rows: Sequence[int]
    bins: Bins
    mean: NDArray[np.float64]
    extreme: NDArray[np.float64]

    def shown(self, measure: Measure) -> NDArray[np.float64]:
        """The values that are drawn."""
        return self.extreme if measure == "max" else self.mean


def group_lines(strips: Strips, panel: Panel, theme: Theme) -> list[Strip]:
    """Groups by falling mean over all sites; recently admixed ones after the others."""
    from vaeviz.figures.palette import colours
    from vaeviz.figures.strips_svg import Strip

    table = window_summary(strips, slice(0, len(strips.sites)))
    table["admixed"] = [is_admixed(group, panel) for group in table["group"]]
    keys = ["admixed", "mean_entropy_bits"]
    table = table.sort_values(keys, ascending=[True, False], kind="stable")
    shades = colours(table["group"], panel.samples, theme)
    return [
        Strip(group, "admixed" if admixed else "group", shades[group])
        for group, admixed in zip(table["group"], table["admixed"], strict=True)
    ]


def make_scene(
    strips: Strips,
    lines: Sequence[Strip],
    axis: GenomeAxis,
    window: tuple[float, float, int],
    choice: Choice,
    theme: Theme,
) -> Scene:
    """Bin a window (start, end, number of bins) of every group and of the differences."""
    from vaeviz.figures.palette import neutral
    from vaeviz.figures.strips_svg import Strip

    bins = window_bins(axis, *window)
    order = [line.name for line in lines]
    rows = [strips.groups.index(group) for group in order]
    mean, extreme = bin_means(strips, bins)[rows], bin_maxima(strips, bins)[rows]
    if not choice.minuends:
        return Scene(lines, rows, bins, mean, extreme)
    chosen = [group for group in order if group in choice.minuends]
    difference, largest = bin_differences(strips, bins, chosen, choice.subtrahend)
    minus = plain(choice.subtrahend, SHORT)
    names = [f"{plain(group, SHORT)} − {minus}" for group in chosen]
    return Scene(
        strips=[*lines, *(Strip(name, "difference", neutral(theme)) for name in names)],
        rows=[*rows, *[-1] * len(chosen)],
        bins=bins,
        mean=np.vstack([mean, difference]),
        extreme=np.vstack([extreme, largest]),
    )


def with_means(scene: Scene, summary: pd.DataFrame) -> Scene:
    """Write the means of the window beside the strips."""
    means = dict(zip(summary["group"], summary["mean_entropy_bits"], strict=True))
    lines = [
        line if line.kind == "difference" else dataclasses.replace(line, mean=means[line.name])
        for line in scene.strips
    ]
    return dataclasses.replace(scene, strips=lines)


def colour_tops(scene: Scene, choice: Choice, start: float, end: float) -> tuple[float, float]:
    """Ends of the colour scales in bits: entropy, 1 unless stretched, and difference."""
    edges = np.linspace(scene.bins.start, scene.bins.end, scene.mean.shape[1] + 1)
    visible = (edges[1:] > start) & (edges[:-1] < end)
    values = scene.shown(choice.measure)[:, visible]
    differs = np.array([line.kind == "difference" for line in scene.strips])
    top = _round_up(values[~differs]) if choice.stretch else 1.0
    return top, _round_up(values[differs])


def _round_up(values: NDArray[np.float64]) -> float:
    """Largest size, up to the next hundredth; 1 where there is none."""
    known = np.abs(values[np.isfinite(values)])
    largest = float(known.max()) if known.size else 0.0
    return min(math.ceil(largest * 100 - 1e-9) / 100, 1.0) if largest > 0 else 1.0


def picture(scene: Scene, axis: GenomeAxis, choice: Choice, theme: Theme, caption: str) -> Picture:
    """The scene as a still picture."""
    from vaeviz.figures.strips_svg import Picture

    start, end = scene.bins.start, scene.bins.end
    top, top_difference = colour_tops(scene, choice, start, end)
    return Picture(
        strips=scene.strips,
        values=scene.shown(choice.measure),
        axis=axis,
        start=start,
        end=end,
        top_bits=top,
        top_difference_bits=top_difference,
        title=title(choice),
        caption=caption,
        theme=theme,
    )


def title(choice: Choice) -> str:
    """Of pictures."""
    return f"Entropy along the genome, {'highest' if choice.measure == 'max' else 'mean'} of a bin"
