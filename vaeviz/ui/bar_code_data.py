"""Strips of a window, in the order shown, and packed for the browser."""

from __future__ import annotations

import base64
import dataclasses
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

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
    from vaeviz.ui.bar_code_window import Window

Measure = Literal["mean", "max"]

MISSING = 65535
"""Of the 16-bit steps, from -1 to 1 bit, that values travel in: exact to .00002 bits."""

MARGIN = 0.5
"""Windows to either side that are binned too: a drag shows them at once."""

LABEL, NAME, ALLELE = 28, 40, 24
"""Characters of groups, of sites and chromosomes, and of alleles that the browser is sent."""


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


def ordered_groups(strips: Strips, panel: Panel) -> list[str]:
    """Groups by falling mean over all sites; recently admixed ones after the others."""
    table = window_summary(strips, slice(0, len(strips.sites)))
    table["admixed"] = [is_admixed(group, panel) for group in table["group"]]
    keys = ["admixed", "mean_entropy_bits"]
    return table.sort_values(keys, ascending=[True, False], kind="stable")["group"].tolist()


def make_scene(
    strips: Strips,
    panel: Panel,
    axis: GenomeAxis,
    window: tuple[float, float, int],
    choice: Choice,
    theme: Theme,
) -> Scene:
    """Bin a window (start, end, number of bins) of every group and of the differences."""
    from vaeviz.figures.palette import colours, neutral
    from vaeviz.figures.strips_svg import Strip

    start, end, n_bins = window
    bins = window_bins(axis, start, end, n_bins)
    order = ordered_groups(strips, panel)
    rows = [strips.groups.index(group) for group in order]
    shades = colours(order, panel.samples, theme)
    mean, extreme = bin_means(strips, bins)[rows], bin_maxima(strips, bins)[rows]
    lines = [Strip(g, "admixed" if is_admixed(g, panel) else "group", shades[g]) for g in order]
    if choice.minuends:
        chosen = [group for group in order if group in choice.minuends]
        difference, largest = bin_differences(strips, bins, chosen, choice.subtrahend)
        mean, extreme = np.vstack([mean, difference]), np.vstack([extreme, largest])
        minus = plain(choice.subtrahend, 12)
        names = [f"{plain(group, 12)} − {minus}" for group in chosen]
        lines += [Strip(name, "difference", neutral(theme)) for name in names]
        rows += [-1] * len(chosen)
    return Scene(lines, rows, bins, mean, extreme)


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


def extended(axis: GenomeAxis, window: Window) -> tuple[float, float, int]:
    """The window and its margins, with as many bins as pixels."""
    span = window.end - window.start
    low, high = axis.whole
    start, end = max(window.start - MARGIN * span, low), min(window.end + MARGIN * span, high)
    return start, end, max(round(window.width * (end - start) / span), 1)


def payload(
    scene: Scene,
    strips: Strips,
    axis: GenomeAxis,
    window: Window,
    choice: Choice,
    theme: Theme,
    words: dict[str, str],
) -> dict[str, object]:
    """All that the browser needs to draw, to be zoomed and to tell values.

    `words` are title, caption, alt and file: texts for the picture.
    """
    from vaeviz.figures.bar_code import ENTROPY_SCALE
    from vaeviz.figures.palette import BACKGROUND
    from vaeviz.figures.strips_svg import DIFFERENCE_SCALE, EMPTY, colour_table
    from vaeviz.figures.theme import FONT, INKS

    top, top_difference = colour_tops(scene, choice, window.start, window.end)
    inks = INKS[theme]
    visible = axis.sites_in(window.start, window.end)
    return {
        "command": f"{window.digest[:8]} {window.unit} {window.command}",
        "look": f"{choice} {[line.name for line in scene.strips]}"[:2000],
        "answer": window.answer,
        "view": [window.start, window.end],
        "measure": choice.measure,
        "rows": _rows(scene),
        "axis": _axis(axis),
        "bins": _bins(scene, axis, strips, visible),
        "sites": _sites(scene, strips, visible),
        "scales": {
            "entropy": _packed(colour_table(ENTROPY_SCALE), "u1"),
            "difference": _packed(colour_table(DIFFERENCE_SCALE[theme]), "u1"),
        },
        "top": top,
        "top_difference": top_difference,
        "inks": {
            **{"text": inks.text, "muted": inks.muted, "axis": inks.axis, "accent": inks.accent},
            **{"ground": BACKGROUND[theme], "empty": EMPTY[theme], "font": FONT},
        },
        **words,
    }


def _rows(scene: Scene) -> list[dict[str, object]]:
    return [
        {
            "name": plain(line.name, LABEL),
            "kind": line.kind,
            "colour": line.colour,
            "group": number,
            "mean": None
            if line.mean is None
            else (f"{line.mean:.3f}" if math.isfinite(line.mean) else "–"),
        }
        for number, line in enumerate(scene.strips)
    ]


def _axis(axis: GenomeAxis) -> dict[str, object]:
    stretches = axis.stretches
    return {
        "unit": axis.unit,
        "whole": list(axis.whole),
        "least_span": axis.least_span,
        "chromosomes": [plain(name, LABEL) for name in axis.chromosomes],
        "stretch_chromosome": _packed(stretches["chromosome"], "<i4"),
        "x0": _packed(stretches["x0"], "<f8"),
        "x1": _packed(stretches["x1"], "<f8"),
        "value": _packed(stretches["value"], "<f8"),
    }


def _bins(scene: Scene, axis: GenomeAxis, strips: Strips, visible: slice) -> dict[str, object]:
    bins = scene.bins
    first, last = np.maximum(bins.first, 0), np.maximum(bins.stop - 1, 0)
    ranks = axis.stretches["chromosome"].to_numpy()
    left = axis.stretches["x0"].to_numpy()
    # Positions where there are any; the number of the site else.
    value = strips.sites["pos"] if "bp" in strips.axes else np.arange(1, len(strips.sites) + 1)
    ends = {
        name: (
            ranks[np.searchsorted(left, axis.x[sites], side="right") - 1],
            np.asarray(value)[sites],
        )
        for name, sites in (("first", first), ("last", last))
    }
    return {
        "x0": bins.start,
        "x1": bins.end,
        "n": len(first),
        "mean": _packed(steps(scene.mean), "<u2"),
        "extreme": _packed(steps(scene.extreme), "<u2"),
        "n_sites": _packed(bins.n_sites, "<i4"),
        "lone": _packed(_lone(scene, visible)[1], "<i4"),
        **{f"{name}_chromosome": _packed(rank, "<i4") for name, (rank, _) in ends.items()},
        **{f"{name}_value": _packed(place, "<f8") for name, (_, place) in ends.items()},
    }


def _lone(scene: Scene, visible: slice) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Visible sites that have a bin to themselves; and of each bin its place among them or -1."""
    first = scene.bins.first
    alone = (scene.bins.n_sites == 1) & (first >= visible.start) & (first < visible.stop)
    sites, place = np.unique(first[alone], return_inverse=True)
    number = np.full(len(first), -1)
    number[alone] = place
    return sites, number


def _sites(scene: Scene, strips: Strips, visible: slice) -> dict[str, object]:
    sites, _ = _lone(scene, visible)
    table = strips.sites.iloc[sites]
    rows = np.array([row for row in scene.rows if row >= 0], dtype=np.int64)
    return {
        "id": [plain(text, NAME) if text != "." else "" for text in table["id"]],
        "ref": [plain(text, ALLELE) for text in table["ref"]],
        "alt": [plain(text, ALLELE) for text in table["alt"]],
        "frequency": _packed(strips.frequency[np.ix_(rows, sites)], "<f4"),
        "called": _packed(strips.n_called[np.ix_(rows, sites)], "<i4"),
    }


def steps(values: NDArray[np.float64]) -> NDArray[np.uint16]:
    """Values from -1 to 1 as 16-bit steps; NaN as `MISSING`."""
    scaled = np.round((np.clip(np.nan_to_num(values), -1, 1) + 1) / 2 * (MISSING - 1))
    return np.where(np.isfinite(values), scaled, MISSING).astype(np.uint16)


def _packed(values: ArrayLike, dtype: str) -> str:
    return base64.b64encode(np.ascontiguousarray(values, dtype=dtype).tobytes()).decode()
