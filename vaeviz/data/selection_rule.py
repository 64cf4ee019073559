"""How a selection was made, as data: enough to make it again on the same map."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from vaeviz.config import Settings

MAX_CORNERS = 20_000
MAX_STEPS = 100
"""Of a composite; a longer story is told in words only."""
MAX_DEPTH = 20
"""Of rules within rules: readers of JSON refuse what is nested much deeper."""
MAX_CHARACTERS = 2_000_000
"""Of a rule as JSON: a selection joined with itself doubles its story every time."""

How = Literal["replace", "add", "subtract", "intersect"]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Pair = tuple[Finite, Finite]
Triple = tuple[Finite, Finite, Finite]
Words = Annotated[str, Field(max_length=20_000)]
Axes = Annotated[tuple[Words, ...], Field(min_length=1, max_length=3)]


class View3D(Settings):
    """How a cloud of points was looked at when a line was drawn around some of them.

    Attributes
    ----------
    yaw, pitch : float
        Radians by which the cloud is turned about its third axis, then tipped to the viewer.
    zoom : float
    pan_x, pan_y : float
        Shift on the screen, in half edges of the cube.
    low, high : tuple of float
        Ends of the three axes, which are drawn as the edges of a cube from -1 to 1.
    """

    yaw: Finite
    pitch: Finite
    zoom: Annotated[float, Field(gt=0, le=1e6)]
    pan_x: Finite = 0.0
    pan_y: Finite = 0.0
    low: Triple = (-1.0, -1.0, -1.0)
    high: Triple = (1.0, 1.0, 1.0)


class ByPolygon(Settings):
    """A line drawn around points.

    Attributes
    ----------
    on : str
        Name of the coordinates, such as 'latent' or 'PCA'.
    axes : tuple of str
        The two or three columns drawn.
    corners : tuple of pairs
        On the two axes, or on the screen of a view of three (`analysis.lasso.seen`).
    view : View3D or None
        For three axes.
    digests : tuple of str
        Of what the coordinates were made from (model, panel).
    """

    kind: Literal["polygon"] = "polygon"
    on: Words
    axes: Axes
    corners: Annotated[tuple[Pair, ...], Field(min_length=3, max_length=MAX_CORNERS)]
    view: View3D | None = None
    digests: tuple[Words, ...] = ()


class ByLabels(Settings):
    """Everybody with one of these labels in a sample column."""

    kind: Literal["labels"] = "labels"
    column: Words
    labels: tuple[Words, ...]


class ByIds(Settings):
    """IDs named one by one: searched for, clicked, or read from a file."""

    kind: Literal["ids"] = "ids"
    source: Words = ""


class ByEllipsoid(Settings):
    """Everybody within a radius, in standard deviations of each axis, of a centre."""

    kind: Literal["ellipsoid"] = "ellipsoid"
    on: Words
    axes: tuple[Words, ...]
    centre: tuple[Finite, ...]
    radius: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    digests: tuple[Words, ...] = ()


class Inverted(Settings):
    """Everybody else; of nothing, everybody."""

    kind: Literal["inverted"] = "inverted"
    of: Rule | None = None


class Step(Settings):
    """What was done with the people of a rule."""

    how: How
    rule: Rule


class Composite(Settings):
    """A rule, then others that added, took away or kept only what both hold, in this order."""

    kind: Literal["composite"] = "composite"
    first: Rule
    steps: Annotated[tuple[Step, ...], Field(max_length=MAX_STEPS)]


Rule = Annotated[
    ByPolygon | ByLabels | ByIds | ByEllipsoid | Inverted | Composite, Field(discriminator="kind")
]


def brief(rule: Rule | None) -> Rule | None:
    """The rule; None where it has grown too long to be kept as data."""
    if rule is None or _depth(rule) > MAX_DEPTH:
        return None
    return rule if len(rule.model_dump_json()) <= MAX_CHARACTERS else None


def _depth(rule: Rule | None) -> int:
    """How many rules lie within one another."""
    if isinstance(rule, Inverted):
        return 1 + _depth(rule.of)
    if isinstance(rule, Composite):
        return 1 + max(_depth(x) for x in (rule.first, *(step.rule for step in rule.steps)))
    return 1


def then(first: Rule | None, how: How, rule: Rule | None) -> Rule | None:
    """The rule of a selection that another one changed; None where the story is not known."""
    if how == "replace" or first is None or rule is None:
        return rule if how == "replace" else None
    start, before = (first.first, first.steps) if isinstance(first, Composite) else (first, ())
    if len(before) >= MAX_STEPS:
        return None
    return brief(Composite(first=start, steps=(*before, Step(how=how, rule=rule))))
