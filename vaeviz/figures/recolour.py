"""Other colours for a figure that is drawn already: on white, and safe for the colour-blind."""

from __future__ import annotations

import colorsys
import dataclasses
import re
from collections.abc import Callable
from functools import cache, partial
from typing import Any

import numpy as np
import plotly.graph_objects as go

from vaeviz.data.assets import population_table
from vaeviz.figures.mapground import LAND, LINES, SEA
from vaeviz.figures.palette import (
    BACKGROUND,
    EXTENDED,
    OTHER_GROUPS,
    REFERENCE_POPULATIONS,
    SUPERPOPULATIONS,
    Theme,
    colours,
    contrast,
    neutral,
    readable,
    with_contrast,
)
from vaeviz.figures.theme import INKS

SAFE_GROUPS = {
    "AFR": "#B87F00",
    "WAS": "#661100",
    "EUR": "#AA4499",
    "SAS": "#117733",
    "EAS": "#332288",
    "AMR": "#3A9BDC",
    "OCE": "#882255",
}
"""Stand-ins for `SUPERPOPULATIONS`.

Any two of them, and the grey of admixed people, differ by a colour difference (CIE 1976) of 15 or
more in normal sight and in the three colour blindnesses; the colours of the screen by 3.
"""

WHITE = "#FFFFFF"
"""Of the rims of points, on any ground."""

HUE_TOLERANCE = 8 / 360
"""How far, as part of the circle, a population's shade lies from its group's hue."""

_HEX = re.compile(r"#[0-9A-Fa-f]{6}")
_RGBA = re.compile(r"rgba\((\d+),(\d+),(\d+),([\d.]+)\)")
_NOT_COLOURS = {"customdata", "text", "hovertext", "ids", "name", "x", "y", "z"}
_LEAST_SATURATION = 0.15

_Json = dict[str, Any]
_Change = Callable[[str], str]


def on_white(figure: go.Figure, theme: Theme) -> go.Figure:
    """A figure that was drawn for `theme`, in the colours of a white ground."""
    if theme == "light":
        return figure
    content = figure.to_plotly_json()
    content = content | {"data": [_with_own_ink(trace) for trace in content["data"]]}
    changed = _changed(content, _light, _light_scale)
    for trace in changed["data"]:
        _rewrite(trace)
    return go.Figure(changed)


def colour_blind_safe(figure: go.Figure) -> go.Figure:
    """A figure on white with the stand-ins of ancestry groups' colours.

    A population's shade becomes a shade of its group's stand-in with the same contrast; other
    colours stay, since they are from a palette that is safe already.
    """
    changed = _changed(figure.to_plotly_json(), _safe, str)
    for trace in changed["data"]:
        _rewrite(trace)
    return go.Figure(changed)


def _changed(content: _Json, change: _Change, of_scales: _Change) -> _Json:
    """A copy of a figure's JSON with other colours; those of colour scales have a rule apart."""
    return {
        name: value if name in _NOT_COLOURS else _node(value, change, of_scales, name)
        for name, value in content.items()
    }


def _node(node: object, change: _Change, of_scales: _Change, key: str) -> object:
    used = of_scales if key == "colorscale" else change
    if isinstance(node, dict):
        return _changed(node, used, of_scales)
    if isinstance(node, np.ndarray) and node.dtype.kind in "OUT":
        return np.array([_node(value, used, of_scales, "") for value in node], dtype=object)
    if isinstance(node, list | tuple):
        return [_node(value, used, of_scales, "") for value in node]
    if key == "shadow":  # a list of offsets with a colour behind each
        return re.sub(_HEX.pattern, lambda found: used(found.group().upper()), str(node))
    return _colour(node, used) if isinstance(node, str) else node


def _with_own_ink(trace: _Json) -> _Json:
    """White words on dark cells as words in the page's ink: their cells will be pale."""
    font = trace.get("textfont") or {}
    if trace.get("mode") != "text" or font.get("color") != WHITE:
        return trace
    return trace | {"textfont": font | {"color": INKS["dark"].text}}


def _rewrite(trace: _Json) -> None:
    """Choose ink or white again for words on bars that now have other colours."""
    ink, ground = INKS["light"].text, BACKGROUND["light"]
    font, marker = trace.get("textfont") or {}, trace.get("marker") or {}
    grounds, words = marker.get("color"), font.get("color")
    if isinstance(grounds, list) and isinstance(words, list):
        shapes = (marker.get("pattern") or {}).get("shape") or [""] * len(words)
        font["color"] = [
            old if shape else max((ink, ground), key=partial(contrast, colour))
            for old, colour, shape in zip(words, grounds, shapes, strict=True)
        ]


def _colour(text: str, change: _Change) -> str:
    if _HEX.fullmatch(text):
        return change(text.upper())
    parts = _RGBA.fullmatch(text)
    if parts is None:
        return text
    solid = "#" + "".join(f"{int(channel):02X}" for channel in parts.groups()[:3])
    changed = change(solid)
    channels = ",".join(str(int(changed[i : i + 2], 16)) for i in (1, 3, 5))
    return f"rgba({channels},{parts.group(4)})"


@cache
def _light_of_dark() -> dict[str, str]:
    """Colours of the dark ground and what stands in their place on the light one."""
    names = [*population_table()["population"], *sum(REFERENCE_POPULATIONS.values(), ())]
    names += [*SUPERPOPULATIONS, *OTHER_GROUPS]
    known = [colours(names, theme=theme) for theme in ("dark", "light")]
    pairs = {known[0][name]: known[1][name] for name in known[0]}
    pairs |= {readable(colour, "dark"): readable(colour, "light") for colour in EXTENDED}
    inks = [dataclasses.asdict(INKS[theme]) for theme in ("dark", "light")]
    pairs |= {inks[0][part].upper(): inks[1][part] for part in inks[0]}
    pairs |= {part["dark"]: part["light"] for part in (BACKGROUND, SEA, LAND, LINES)}
    return pairs | {WHITE: WHITE, neutral("dark"): neutral("light")}


def _light_scale(colour: str) -> str:
    return _light_of_dark().get(colour, colour)


def _light(colour: str) -> str:
    return _light_of_dark().get(colour) or readable(colour, "light")


def _safe(colour: str) -> str:
    if colour in _kept():
        return colour
    hue, saturation = _hue(colour)
    if saturation < _LEAST_SATURATION:
        return colour
    near = min(SAFE_GROUPS, key=partial(_distance, hue))
    if _distance(hue, near) > HUE_TOLERANCE:
        return colour
    if colour == readable(SUPERPOPULATIONS[near], "light"):
        return SAFE_GROUPS[near]
    return with_contrast(SAFE_GROUPS[near], "light", contrast(colour, BACKGROUND["light"]))


@cache
def _kept() -> frozenset[str]:
    """Colours that have no group: inks, and the palette of labels that nobody knows."""
    inks = {value.upper() for value in dataclasses.asdict(INKS["light"]).values()}
    inks |= {part["light"] for part in (SEA, LAND, LINES)}
    return frozenset(inks | {readable(colour, "light") for colour in EXTENDED})


def _distance(hue: float, group: str) -> float:
    away = abs(hue - _hue(SUPERPOPULATIONS[group])[0])
    return min(away, 1 - away)


def _hue(colour: str) -> tuple[float, float]:
    """Hue, 0 to 1, and saturation of #RRGGBB."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    hue, _, saturation = colorsys.rgb_to_hls(*channels)
    return hue, saturation
