"""Which curated migration routes can be drawn over a panel, and why the others cannot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from vaeviz.analysis.populations import ADMIXED_AMERICAN, is_admixed_label
from vaeviz.data.assets import Route, migration_routes
from vaeviz.data.panel import PanelInfo

ARC_COLUMNS = (
    "route",
    "label",
    "source",
    "target",
    "ka_start",
    "ka_end",
    "date_source",
    "citation",
    "note",
)
OMITTED_COLUMNS = ("route", "label", "source", "target", "reason")


class Arcs(NamedTuple):
    """Arcs between bars, and the routes that give none with the reason."""

    drawn: pd.DataFrame
    omitted: pd.DataFrame


def map_routes(info: PanelInfo) -> list[Route]:
    """Routes for the world map: all of them for people, none for other species."""
    return migration_routes() if info.species == "human" else []


def arcs(
    groups: Sequence[str], panel_info: PanelInfo, routes: Sequence[Route] | None = None
) -> Arcs:
    """Arcs between the bars of an entropy chart.

    First-peopling routes whose two bars are both present; one arc for each source of a route.
    Recently admixed groups take none.

    Parameters
    ----------
    groups : sequence of str
        Labels of the bars.
    panel_info : PanelInfo
        Species, and whether the people are simulated.
    routes : sequence of Route, optional
        Default: the curated ones.

    Returns
    -------
    Arcs
        drawn: `ARC_COLUMNS`, dates in thousand years before present; omitted: `OMITTED_COLUMNS`.
    """
    drawn, omitted = [], []
    for route in migration_routes() if routes is None else routes:
        for source in route.sources:
            reason = _reason_to_omit(route, source, groups, panel_info)
            if reason:
                omitted.append((route.id, route.label, source, route.target, reason))
            else:
                drawn.append(_arc(route, source))
    return Arcs(
        pd.DataFrame(drawn, columns=list(ARC_COLUMNS)),
        pd.DataFrame(omitted, columns=list(OMITTED_COLUMNS)),
    )


def _arc(route: Route, source: str) -> tuple[object, ...]:
    return (
        route.id,
        route.label,
        source,
        route.target,
        route.ka_start,
        route.ka_end,
        route.date_source,
        "; ".join(route.citations),
        route.note,
    )


def _reason_to_omit(route: Route, source: str, groups: Sequence[str], info: PanelInfo) -> str:
    """Why this arc is not drawn; empty when it is."""
    ends = (source, route.target)
    if info.species != "human":
        return "The routes are those of people, and this panel is of another species."
    if route.kind == "admixture":
        return "Mixture of the last centuries, not a first peopling."
    if route.kind == "later":
        return "A later movement between places that were settled long before."
    if source == route.target:
        return f"It runs within one group ({source})."
    if ADMIXED_AMERICAN in ends and is_admixed_label(ADMIXED_AMERICAN, info):
        return "AMR of 1000 Genomes and HapMap means admixed American, not Native American."
    absent = [end for end in ends if end not in groups]
    return f"No bar for {' and '.join(absent)} here." if absent else ""
