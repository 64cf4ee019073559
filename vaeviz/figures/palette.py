"""Colours and symbols, stable by name and readable on light and dark grounds."""

from __future__ import annotations

import colorsys
import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Literal

import numpy as np
import pandas as pd

from vaeviz.data.assets import population_table
from vaeviz.data.panel import UNLABELLED

Theme = Literal["light", "dark"]

BACKGROUND: dict[Theme, str] = {"light": "#FFFFFF", "dark": "#171614"}
"""What figures stand on: the pages' ground, and the ground of exported images."""

MIN_CONTRAST = 3.0
"""Least contrast of a mark with its ground (WCAG 2.1, success criterion 1.4.11)."""

SUPERPOPULATIONS = {
    "AFR": "#7F7F1E",
    "WAS": "#C8102E",
    "EUR": "#7D4BA8",
    "SAS": "#6DB552",
    "EAS": "#1F4FA3",
    "AMR": "#00B5D8",
    "OCE": "#F4874B",
    "ADM": "#7F7F7F",
}
"""Colours of ancestry groups, after the figures of the paper (doi:10.1101/gr.280086.124)."""

OTHER_GROUPS = {
    "WOLF": "#7A7A7A",
    "JACKAL": "#C9A227",
    "DOG_BASAL": "#D55E00",
    "DOG_VILLAGE": "#009E73",
    "BREED": "#0072B2",
    "NW": "#E69F00",
    "NE": "#0072B2",
    "SW": "#A0522D",
    "SE": "#009E73",
}
"""Groups of the shipped panels of dogs and of the grid."""

OKABE_ITO = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#B8A800", "#8C564B")
EXTENDED = (
    *OKABE_ITO,
    *("#7F3C8D", "#11A579", "#3969AC", "#CF1C90", "#80BA5A", "#E73F74", "#008695", "#F97B72"),
    *("#4B4B8F", "#A5AA99", "#B15928", "#6A51A3"),
)

REFERENCE_POPULATIONS = {
    "AFR": ("YRI", "ESN", "GWD", "MSL", "LWK", "MKK", "ACB", "ASW"),
    "EUR": ("CEU", "GBR", "FIN", "TSI", "IBS"),
    "SAS": ("GIH", "PJL", "BEB", "STU", "ITU"),
    "EAS": ("CHB", "CHS", "CDX", "KHV", "JPT", "CHD"),
    "AMR": ("MXL", "MEX", "PUR", "CLM", "PEL"),
}
"""Codes of 1000 Genomes and HapMap: the same shade in whichever panel they occur."""

SYMBOLS = (
    *("circle", "square", "diamond", "triangle-up", "triangle-down", "cross"),
    *("x", "pentagon", "star", "hexagram", "hourglass", "bowtie"),
)
SYMBOLS_3D = ("circle", "square", "diamond", "cross", "x")
_FIXED_SYMBOLS = dict(zip(SUPERPOPULATIONS, (0, 1, 2, 3, 5, 4, 7, 6), strict=True))
_HEX = re.compile(r"#[0-9A-Fa-f]{6}")
_LARGEST_FAMILY = 8
_CONTRAST_RANGE: dict[Theme, tuple[float, float]] = {"light": (3.1, 9.5), "dark": (3.6, 9.5)}


def luminance(colour: str) -> float:
    """Relative luminance of #RRGGBB, 0 (black) to 1 (white), as WCAG 2.1 defines it."""
    channels = np.array(_rgb(colour))
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two #RRGGBB colours, 1 to 21 (WCAG 2.1)."""
    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


def with_contrast(colour: str, theme: Theme, ratio: float) -> str:
    """The same hue and saturation, as light or dark as gives this contrast with the ground."""
    hue, _, saturation = colorsys.rgb_to_hls(*_rgb(colour))
    low, high = (1.0, 0.0) if theme == "light" else (0.0, 1.0)
    for _ in range(20):
        middle = (low + high) / 2
        enough = contrast(_hex(hue, middle, saturation), BACKGROUND[theme]) >= ratio
        low, high = (low, middle) if enough else (middle, high)
    return _hex(hue, high, saturation)


def readable(colour: str, theme: Theme) -> str:
    """`colour` itself, or the nearest lightness that stands out from the theme's ground."""
    if contrast(colour, BACKGROUND[theme]) >= MIN_CONTRAST:
        return colour.upper()
    return with_contrast(colour, theme, MIN_CONTRAST)


def colours(
    labels: Iterable[str], table: pd.DataFrame | None = None, theme: Theme = "light"
) -> dict[str, str]:
    """One colour a label: the same name has the same colour in every figure of a panel.

    Parameters
    ----------
    labels
        Labels to colour (populations, superpopulations or any other category).
    table
        Sample table. A valid '#RRGGBB' in its column 'colour' wins; its columns population and
        superpopulation make families of shades; and its labels keep the colours of a subset
        those of the whole. Without it only the shipped names are known.
    theme
        Colours are lightened or darkened until their contrast with the ground is at least 3.

    Returns
    -------
    dict
        Label to #RRGGBB, in sorted order of labels.
    """
    wanted = sorted({str(label) for label in labels})
    chosen = _group_colours(table, theme)
    chosen |= _family_colours(table, chosen, theme)
    chosen |= _user_colours(wanted, table, theme)
    chosen[UNLABELLED] = neutral(theme)
    unknown = [label for label in _universe(wanted, table) if label not in chosen]
    chosen |= _in_order(unknown, theme)
    return {label: chosen[label] for label in wanted}


def neutral(theme: Theme) -> str:
    """Grey for what has no label or is out of focus."""
    return "#8A939E" if theme == "light" else "#737D89"


def symbols(labels: Iterable[str], table: pd.DataFrame | None = None) -> dict[str, str]:
    """One of at most 12 marker symbols a label: that of its superpopulation where known.

    Parameters
    ----------
    labels
        Populations, superpopulations or other categories.
    table
        Sample table with population and superpopulation.
    """
    wanted = sorted({str(label) for label in labels})
    group = superpopulation_of(table)
    groups = {label: group.get(label, label) for label in wanted}
    unknown = sorted(set(groups.values()) - set(_FIXED_SYMBOLS))
    number = _FIXED_SYMBOLS | {name: i % len(SYMBOLS) for i, name in enumerate(unknown)}
    return {label: SYMBOLS[number[groups[label]]] for label in wanted}


def symbol_3d(symbol: str) -> str:
    """Stand-in for one of `SYMBOLS` in 3-D plots, which know five filled ones."""
    return SYMBOLS_3D[SYMBOLS.index(symbol) % len(SYMBOLS_3D)]


def rgba(colour: str, alpha: float) -> str:
    """CSS colour of #RRGGBB with transparency."""
    red, green, blue = (round(255 * channel) for channel in _rgb(colour))
    return f"rgba({red},{green},{blue},{alpha:g})"


def superpopulation_of(table: pd.DataFrame | None) -> dict[str, str]:
    """Superpopulation of every population that the sample table or the shipped one names."""
    shipped = population_table()
    known = dict(zip(shipped["population"], shipped["superpopulation"], strict=True))
    for group, members in REFERENCE_POPULATIONS.items():
        known |= dict.fromkeys(members, group)
    return known | _own_groups(table)


def _group_colours(table: pd.DataFrame | None, theme: Theme) -> dict[str, str]:
    base = SUPERPOPULATIONS | OTHER_GROUPS
    fixed = {name: readable(colour, theme) for name, colour in base.items()}
    own: set[str] = set()
    if table is not None and _has_groups(table):
        own = set(table["superpopulation"].dropna().map(str))
    return fixed | _in_order(sorted(own - set(fixed)), theme)


def _family_colours(
    table: pd.DataFrame | None, groups: dict[str, str], theme: Theme
) -> dict[str, str]:
    shades: dict[str, str] = {}
    for group, family in _families(table).items():
        shades |= _shades(family, groups.get(group, OKABE_ITO[0]), theme)
    return shades | _known_colours(theme)


@cache
def _known_colours(theme: Theme) -> dict[str, str]:
    """Colours of the shipped populations and of the codes of 1000 Genomes and HapMap."""
    shades: dict[str, str] = {}
    for group, members in REFERENCE_POPULATIONS.items():
        shades |= _shades(dict.fromkeys(members, ""), SUPERPOPULATIONS[group], theme)
    for _, rows in population_table().groupby(["panel", "superpopulation"]):
        family = dict(zip(rows["population"], rows["colour"], strict=True))
        shades |= _shades(family, "", theme)
    return shades


def _families(table: pd.DataFrame | None) -> dict[str, dict[str, str]]:
    """Families worth shading: three or more superpopulations, each with few populations."""
    members: dict[str, dict[str, str]] = {}
    if not _has_groups(table):
        return members
    for population, group in sorted(_own_groups(table).items()):
        members.setdefault(group, {})[population] = ""
    large = any(len(family) > _LARGEST_FAMILY for family in members.values())
    return {} if large or len(members) < 3 else members


def _shades(family: dict[str, str], base: str, theme: Theme) -> dict[str, str]:
    """Spread a family of labels over the contrasts that the theme allows.

    `family` maps a label to its own colour, or to '' for a shade of `base`.
    """
    if len(family) == 1 or len(family) > _LARGEST_FAMILY:
        return {label: readable(own or base, theme) for label, own in family.items()}
    ends = _CONTRAST_RANGE[theme]
    steps = np.geomspace(*(ends[::-1] if theme == "light" else ends), len(family))
    ordered = sorted(family, key=lambda label: luminance(family[label] or base))
    turns = np.linspace(-0.02, 0.02, len(family))
    return {
        label: with_contrast(family[label] or _turned(base, turn), theme, float(ratio))
        for label, ratio, turn in zip(ordered, steps, turns, strict=True)
    }


def _user_colours(
    wanted: Sequence[str], table: pd.DataFrame | None, theme: Theme
) -> dict[str, str]:
    if table is None or "colour" not in table:
        return {}
    found: dict[str, str] = {}
    for level in ("superpopulation", "population"):
        if level not in table:
            continue
        for label, own in table.groupby(level)["colour"]:
            values = set(own.map(str))
            if label in wanted and len(values) == 1 and _HEX.fullmatch(value := values.pop()):
                found[str(label)] = readable(value, theme)
    return found


def _in_order(labels: Sequence[str], theme: Theme) -> dict[str, str]:
    """Okabe-Ito first; each further round through the palette at another contrast."""
    low, high = _CONTRAST_RANGE[theme]
    chosen = {}
    for i, label in enumerate(labels):
        turn, place = divmod(i, len(EXTENDED))
        ratio = low * (high / low) ** ((0.9, 0.5, 0.2)[turn % 3])
        colour = EXTENDED[place]
        chosen[label] = readable(colour, theme) if not turn else with_contrast(colour, theme, ratio)
    return chosen


def _universe(wanted: Sequence[str], table: pd.DataFrame | None) -> list[str]:
    """Labels among which unknown ones are coloured: those of the whole column if one fits."""
    if table is not None:
        for level in table.select_dtypes(["object", "string"]).columns.drop(
            "sample", errors="ignore"
        ):
            values = set(table[level].dropna().map(str))
            if set(wanted) <= values | {UNLABELLED}:
                return sorted(values)
    return sorted(wanted)


def _own_groups(table: pd.DataFrame | None) -> dict[str, str]:
    if table is None or not _has_groups(table) or "population" not in table:
        return {}
    pairs = table[["population", "superpopulation"]].dropna().drop_duplicates("population")
    return dict(zip(pairs["population"].map(str), pairs["superpopulation"].map(str), strict=True))


def _has_groups(table: pd.DataFrame | None) -> bool:
    return table is not None and "superpopulation" in table


def _turned(colour: str, turn: float) -> str:
    hue, lightness, saturation = colorsys.rgb_to_hls(*_rgb(colour))
    return _hex((hue + turn) % 1, lightness, saturation)


def _rgb(colour: str) -> tuple[float, float, float]:
    return tuple(int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))  # type: ignore[return-value]


def _hex(hue: float, lightness: float, saturation: float) -> str:
    channels = colorsys.hls_to_rgb(hue, lightness, saturation)
    return "#" + "".join(f"{round(255 * c):02X}" for c in channels)
