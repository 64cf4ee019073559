"""Tables and outlines that ship with the program: populations, migration routes, land."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field

from vaeviz.config import Settings

ASSETS = Path(__file__).resolve().parents[2] / "assets"
"""Folder of everything that ships with the program and is not code."""

MAP_WEST, MAP_EAST = -30.0, 330.0
"""Longitudes between which the land outline runs: cut at 30 degrees West, in the Atlantic."""

SIMULATED_PLACE = "simulated population: the place of the one that it resembles"
"""Source of the places of simulated populations in the gazetteer."""

RouteKind = Literal["first-peopling", "later", "admixture"]
Ring = NDArray[np.float64]


class Route(Settings):
    """A curated migration route: schematic way-points, rounded and debated dates, citations.

    Attributes
    ----------
    sources, target
        Superpopulation codes; a route with several sources is one arc from each.
    kind
        first-peopling: the first modern humans of the target; later: between places settled
        long before; admixture: mixture of the last centuries.
    ka_start, ka_end
        Thousand years before present; start is the older.
    waypoints
        (latitude, longitude) in degrees; a longitude over 180 lies past the antimeridian.
    citations
        One line of text a reference, with its DOI.
    date_source, note
        Where the dates come from, and what is contested.
    """

    id: str
    label: str
    kind: RouteKind
    sources: tuple[str, ...] = Field(min_length=1)
    target: str
    ka_start: Annotated[float, Field(gt=0)]
    ka_end: Annotated[float, Field(gt=0)]
    waypoints: tuple[tuple[float, float], ...] = Field(min_length=2)
    citations: tuple[str, ...]
    date_source: str
    note: str = ""

    @property
    def dates(self) -> str:
        """Dates for people, such as '60-50 thousand years ago'."""
        return f"{self.ka_start:g}\u2013{self.ka_end:g} thousand years ago"

    @property
    def source_text(self) -> str:
        """Where the dates come from followed by the references: one paragraph for hover text."""
        return " ".join([self.date_source + ".", *(f"{c}." for c in self.citations)])


def population_table() -> pd.DataFrame:
    """Simulated populations: one row a population.

    Returns
    -------
    DataFrame
        panel, population, name, superpopulation, superpopulation_name, latitude, longitude
        (degrees), colour (#RRGGBB), default_n (samples simulated).
    """
    return _population_table().copy()


@cache
def _population_table() -> pd.DataFrame:
    return pd.read_csv(ASSETS / "populations.csv", keep_default_na=False)


def gazetteer() -> pd.DataFrame:
    """Known places of populations: real ones by code or name, then the simulated ones.

    Returns
    -------
    DataFrame
        population, name, aliases (divided by '|'), superpopulation, latitude, longitude
        (degrees, approximate), source (where the place is from).
    """
    return _gazetteer().copy()


@cache
def _gazetteer() -> pd.DataFrame:
    real = pd.read_csv(ASSETS / "gazetteer.csv", keep_default_na=False)
    simulated = _population_table().assign(aliases="", source=SIMULATED_PLACE)
    return pd.concat([real, simulated[list(real.columns)]], ignore_index=True)


@cache
def _migrations() -> tuple[Route, ...]:
    content = json.loads((ASSETS / "migrations.json").read_text(encoding="utf-8"))
    references: dict[str, str] = content["references"]
    return tuple(_route(arrow, references) for arrow in content["arrows"])


def _route(arrow: dict[str, object], references: dict[str, str]) -> Route:
    dois = arrow["doi"]
    assert isinstance(dois, list)
    return Route.make(
        **{
            key: arrow[key]
            for key in ("id", "label", "kind", "ka_start", "ka_end", "waypoints", "date_source")
        },
        sources=tuple(str(arrow["from"]).split(",")),
        target=arrow["to"],
        note=arrow.get("note", ""),
        citations=tuple(f"{references[doi]}, doi:{doi}" for doi in dois),
    )


def migration_routes() -> list[Route]:
    """Curated routes of `assets/migrations.json`, in the file's order."""
    return list(_migrations())


def general_citation() -> str:
    """Reference for the routes as a whole."""
    content = json.loads((ASSETS / "migrations.json").read_text(encoding="utf-8"))
    general = content["general_citation"]
    return f"{general['text']}, doi:{general['doi']}"


@cache
def land_polygons() -> tuple[tuple[Ring, ...], ...]:
    """World land outline, 1:110 million (Natural Earth, public domain).

    Returns
    -------
    tuple of polygons
        Each polygon is a tuple of closed rings, the outline first, then holes (inland seas); a
        ring is float64, shape (n_points, 2): longitude within `MAP_WEST`..`MAP_EAST` and
        latitude, degrees. Rings are read-only.
    """
    content = json.loads((ASSETS / "land.json").read_text(encoding="utf-8"))
    return tuple(tuple(_ring(r) for r in polygon) for polygon in content["polygons"])


def _ring(points: list[list[float]]) -> Ring:
    ring = np.array(points, dtype=np.float64)
    ring.flags.writeable = False
    return ring
