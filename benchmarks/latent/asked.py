"""The figures that the project set itself, and whether they are reached."""

from __future__ import annotations

import dataclasses
from typing import Literal

from benchmarks.common import number
from benchmarks.latent.plan import HAPMAP, REFERENCE
from benchmarks.latent.results import PLAIN, Results

POPVAE_CPU_S, POPVAE_MB = 231.0, 1730.0
"""popVAE on HapMap3, measured beforehand on another split of the same panel."""

Kind = Literal["accuracy", "bits", "share", "cost"]
_DIGITS: dict[Kind, int] = {"accuracy": 3, "bits": 4, "share": 3, "cost": 1}


@dataclasses.dataclass(frozen=True)
class Asked:
    """A figure with its floor (a ceiling where less is better), and what to reach for."""

    panel: str
    method: str
    figure: str
    title: str
    need: float | None
    goal: float | None = None
    kind: Kind = "accuracy"
    less_is_better: bool = False


def _map(panel: str, method: str, size: str, *needs: tuple[float, float | None]) -> list[Asked]:
    """5-NN accuracy and rho of a map."""
    names = {"knn_population": "5-NN population", "rho": "rho"}
    return [
        Asked(panel, method, figure, f"{size}: {title}", *need)
        for (figure, title), need in zip(names.items(), needs, strict=True)
    ]


def _seconds(panel: str, need: float, goal: float | None = None) -> Asked:
    return Asked(panel, REFERENCE, "cpu_s", "2-D: CPU s", need, goal, "cost", True)


ASKED: tuple[Asked, ...] = (
    *_map(HAPMAP, REFERENCE, "2-D", (0.91, 0.94), (0.90, 0.935)),
    *_map(HAPMAP, "vae-3", "3-D", (0.92, None), (0.95, None)),
    *_map(HAPMAP, "vae-8", "8-D", (0.93, None), (0.97, None)),
    _seconds(HAPMAP, 12, 6),
    *_map("human-array", REFERENCE, "2-D", (0.54, 0.62), (0.95, 0.95)),
    *_map("human-array", "vae-3", "3-D", (0.58, None), (0.96, None)),
    _seconds("human-array", 15),
    Asked("grid", REFERENCE, "r2_places", "2-D: R2 with places", 0.92, 0.96),
    Asked("grid", REFERENCE, "knn_population", "2-D: 5-NN population", None, 0.85),
    _seconds("grid", 6),
    *_map("canid", REFERENCE, "2-D", (0.96, 0.99), (0.92, 0.97)),
    Asked("canid", REFERENCE, "knn_superpopulation", "2-D: 5-NN superpopulation", 0.98),
    _seconds("canid", 6),
    Asked(HAPMAP, PLAIN, "gain", "plain 2-D: gain, bits per genotype", 0.043, kind="bits"),
    *(
        Asked(
            panel,
            REFERENCE,
            "geometry_cost",
            "2-D: share of the gain that geometry costs",
            0.03,
            kind="share",
            less_is_better=True,
        )
        for panel in (HAPMAP, "human-array", "canid", "grid")
    ),
    Asked(HAPMAP, REFERENCE, "call_auto_population", "classify, population, balanced", 0.93, 0.96),
    Asked(
        HAPMAP, REFERENCE, "call_auto_superpopulation", "classify, superpopulation, balanced", 0.995
    ),
    Asked(
        HAPMAP,
        REFERENCE,
        "whole_cpu_s",
        "2-D, all included: CPU s, a tenth of popVAE's",
        POPVAE_CPU_S / 10,
        None,
        "cost",
        True,
    ),
    Asked(
        HAPMAP,
        REFERENCE,
        "whole_peak_mb",
        "2-D, all included: peak MB, half of popVAE's",
        POPVAE_MB / 2,
        None,
        "cost",
        True,
    ),
)


def asked_rows(results: Results) -> list[str]:
    """Markdown rows: panel, figure, asked, reach for, found, verdict."""
    lines = [
        "| panel | figure | asked | reach for | found | |",
        "|---|---|---:|---:|---:|---|",
    ]
    for asked in ASKED:
        found = results.mean(asked.panel, asked.method, asked.figure)
        if found is None:
            continue
        digits = _DIGITS[asked.kind]
        shown = results.text(asked.panel, asked.method, asked.figure, digits)
        cells = [asked.panel, asked.title, _limit(asked, asked.need), _limit(asked, asked.goal)]
        lines.append(f"| {' | '.join(cells)} | {shown} | {verdict(asked, found)} |")
    return lines


def verdict(asked: Asked, found: float) -> str:
    """Whether floor and goal are reached by the mean, and what is missing."""
    if asked.need is not None and not _reached(asked, found, asked.need):
        short = number(abs(asked.need - found), _DIGITS[asked.kind] + 1)
        return f"**missed** by {short}"
    if asked.goal is None:
        return "reached"
    if _reached(asked, found, asked.goal):
        return "reached, the goal too"
    return "reached" if asked.need is not None else "not reached"


def _reached(asked: Asked, found: float, limit: float) -> bool:
    return found <= limit if asked.less_is_better else found >= limit


def _limit(asked: Asked, limit: float | None) -> str:
    if limit is None:
        return ""
    text = number(limit, 3).rstrip("0").rstrip(".")
    return f"{'≤' if asked.less_is_better else '≥'} {text}"
