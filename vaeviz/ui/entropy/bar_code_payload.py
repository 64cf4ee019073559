"""A scene of strips packed for the browser: numbers as base64, texts cut and inert."""

from __future__ import annotations

import base64
import math
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vaeviz.analysis.genome_axis import GenomeAxis
from vaeviz.analysis.strips import Strips
from vaeviz.escape import plain
from vaeviz.ui.entropy.bar_code_data import Choice, Scene, colour_tops
from vaeviz.ui.entropy.bar_code_window import Window

if TYPE_CHECKING:
    from vaeviz.figures.palette import Theme

MISSING = 65535
"""Of the 16-bit steps, from -1 to 1 bit, that values travel in: exact to .00002 bits."""

MARGIN = 0.5
"""Windows to either side that are binned too: a drag shows them at once."""

LABEL, NAME, ALLELE = 28, 40, 24
"""Characters of groups and chromosomes, of sites, and of alleles that the browser is sent."""


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
    words: dict[str, str],
) -> dict[str, object]:
    """All that the browser needs to draw, to be zoomed and to tell values.

    `words` are title, caption, alt and file: texts for the picture.
    """
    from vaeviz.figures.bar_code import ENTROPY_SCALE
    from vaeviz.figures.strips_svg import colour_table

    top, top_difference = colour_tops(scene, choice, window.start, window.end)
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
        "entropy_scale": _packed(colour_table(ENTROPY_SCALE), "u1"),
        "grounds": {"light": _ground("light"), "dark": _ground("dark")},
        "top": top,
        "top_difference": top_difference,
        **words,
    }


@cache
def _ground(theme: Theme) -> dict[str, str]:
    """Colours of a theme: the browser knows first when the visitor changes it."""
    from vaeviz.figures.palette import BACKGROUND
    from vaeviz.figures.strips_svg import DIFFERENCE_SCALE, EMPTY, colour_table
    from vaeviz.figures.theme import FONT, INKS

    inks = INKS[theme]
    return {
        "text": inks.text,
        "muted": inks.muted,
        "axis": inks.axis,
        "accent": inks.accent,
        "ground": BACKGROUND[theme],
        "empty": EMPTY[theme],
        "font": FONT,
        "difference_scale": _packed(colour_table(DIFFERENCE_SCALE[theme]), "u1"),
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
    text = {name: strips.sites[name].to_numpy(object)[sites] for name in ("id", "ref", "alt")}
    rows = np.array([row for row in scene.rows if row >= 0], dtype=np.int64)
    return {
        "id": [plain(name, NAME) if name != "." else "" for name in text["id"]],
        "ref": [plain(allele, ALLELE) for allele in text["ref"]],
        "alt": [plain(allele, ALLELE) for allele in text["alt"]],
        "frequency": _packed(strips.frequency[np.ix_(rows, sites)], "<f4"),
        "called": _packed(strips.n_called[np.ix_(rows, sites)], "<i4"),
    }


def steps(values: NDArray[np.float64]) -> NDArray[np.uint16]:
    """Values from -1 to 1 as 16-bit steps; NaN as `MISSING`."""
    scaled = np.round((np.clip(np.nan_to_num(values), -1, 1) + 1) / 2 * (MISSING - 1))
    return np.where(np.isfinite(values), scaled, MISSING).astype(np.uint16)


def _packed(values: ArrayLike, dtype: str) -> str:
    return base64.b64encode(np.ascontiguousarray(values, dtype=dtype).tobytes()).decode()
