"""Regions as JSON: what the dashboard saves and `--region` reads."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from vaeviz.config import Settings
from vaeviz.data.limits import file_name, regular_file
from vaeviz.data.selection import MAX_SELECTION_BYTES, Selection
from vaeviz.errors import ConfigError, ReadError, RegionError
from vaeviz.escape import plain
from vaeviz.synthesis.region import (
    NEAREST,
    Kind,
    Region,
    ellipsoid_region,
    mixture_region,
    path_region,
    point_region,
    population_region,
)

if TYPE_CHECKING:
    from vaeviz.data.panel import Panel

Name = Annotated[str, Field(max_length=20_000)]


class RegionPart(Settings):
    """A part of a mixture or a path: with its people, or else everybody who carries the name."""

    name: Name
    proportion: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 1.0
    sample_ids: tuple[str, ...] = ()


class RegionFile(Settings):
    """A region as it is saved.

    Attributes
    ----------
    kind, name
        As of `Region`.
    sample_ids : tuple of str
        People of the region. Where empty: of a population, everybody who carries the name; of
        an ellipsoid or a point, those whom the map puts there.
    parts : tuple of RegionPart
        Of a mixture; start and end of a path.
    centre : tuple of float
        Of an ellipsoid or a point, in the map.
    half_axes : tuple of float
    radius : float, optional
        In standard deviations of the map, in place of half_axes.
    nearest : int
        People that stand for a point, in place of half_axes.
    """

    kind: Kind
    name: Name = ""
    sample_ids: tuple[str, ...] = ()
    parts: tuple[RegionPart, ...] = Field((), max_length=100)
    centre: tuple[Annotated[float, Field(allow_inf_nan=False)], ...] = Field((), max_length=1024)
    half_axes: tuple[Annotated[float, Field(gt=0, allow_inf_nan=False)], ...] = Field(
        (), max_length=1024
    )
    radius: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    nearest: Annotated[int, Field(ge=1)] = NEAREST

    @property
    def needs_positions(self) -> bool:
        """Whether its people follow from the map alone."""
        return self.kind in ("ellipsoid", "point") and not self.sample_ids

    def region(self, panel: Panel, positions: NDArray[np.float64] | None = None) -> Region:
        """The region in a panel.

        Parameters
        ----------
        panel : Panel
        positions : float64 array, shape (n_samples, n_latent), optional
            Where the map puts the panel's people; see `needs_positions`.

        Raises
        ------
        RegionError
            Unknown people or labels, no map where one is needed, or parts that do not fit.
        """
        if self.kind in ("mixture", "path"):
            return self._of_parts(panel)
        if self.needs_positions:
            return self._in_map(positions)
        if not self.sample_ids and self.kind == "population":
            return population_region(panel, self.name)
        members = _people(panel, self.sample_ids, self.name)
        placed = self.kind in ("ellipsoid", "point")
        if len(self.centre) != len(self.half_axes) or (placed and not self.centre):
            raise RegionError(
                f"{len(self.centre)} coordinates of a centre and {len(self.half_axes)} half axes.",
                "Give as many of both; an ellipsoid and a point need them.",
            )
        name = self.name or self.kind
        return Region(name, self.kind, members, centre=self.centre, half_axes=self.half_axes)

    def _in_map(self, positions: NDArray[np.float64] | None) -> Region:
        if positions is None:
            raise RegionError(
                f"A region of kind {self.kind!r} without sample IDs lies in a map, and no map was "
                "given.",
                "Give the map that it was made in (--map).",
            )
        name = self.name or self.kind
        if self.kind == "point":
            return point_region(positions, self.centre, self.nearest, name)
        if self.radius is None:
            raise RegionError("The ellipsoid has no radius.", 'Give a "radius" in its file.')
        return ellipsoid_region(positions, self.centre, self.radius, name)

    def _of_parts(self, panel: Panel) -> Region:
        sources = {
            Region(part.name, "selection", _people(panel, part.sample_ids, part.name))
            if part.sample_ids
            else population_region(panel, part.name): part.proportion
            for part in self.parts
        }
        if self.kind == "mixture":
            return mixture_region(panel, sources)
        if len(sources) != 2:
            raise RegionError(f"A path has two ends; {len(sources)} parts given.", "Give two.")
        return path_region(panel, *sources)


def _people(panel: Panel, sample_ids: tuple[str, ...], name: str) -> NDArray[np.int64]:
    if not sample_ids:
        raise RegionError(f"The region {plain(name)!r} names nobody.", "Give its sample IDs.")
    return Selection(sample_ids=sample_ids).index(panel)


def to_json(region: Region, panel: Panel) -> str:
    """The region with the IDs of its people, as JSON.

    It names real people: keep it as the panel is kept.
    """
    ids = panel.sample_ids

    def named(members: NDArray[np.int64]) -> tuple[str, ...]:
        return tuple(str(x) for x in ids[members])

    return RegionFile(
        kind=region.kind,
        name=region.name,
        sample_ids=() if region.parts else named(region.members),
        parts=tuple(
            RegionPart(name=part.name, proportion=part.proportion, sample_ids=named(part.members))
            for part in region.parts
        ),
        centre=region.centre,
        half_axes=region.half_axes,
    ).to_json()


def region_from_json(
    text: str | bytes, panel: Panel, positions: NDArray[np.float64] | None = None
) -> Region:
    """Read what `to_json` wrote, or a file by hand; see `RegionFile`.

    Raises
    ------
    ConfigError
        The text is no region.
    RegionError
        Its people are not in the panel, or a map is needed.
    """
    return RegionFile.from_json(text).region(panel, positions)


def read_region(path: Path) -> RegionFile:
    """Read a region file.

    Raises
    ------
    RegionError
        No such file, too large, or no region.
    """
    hint = 'Give a region saved by VAEviz, or for example {"kind": "population", "name": "FIN"}.'
    try:
        path = regular_file(Path(path))
        if path.stat().st_size > MAX_SELECTION_BYTES:
            raise RegionError(f"{file_name(path)!r} is too large to be a region.", hint)
        return RegionFile.from_json(path.read_bytes())
    except ReadError as error:
        raise RegionError(error.message, error.hint) from None
    except ConfigError as error:
        raise RegionError(f"{file_name(path)!r} is no region. {error.message}", hint) from None
