"""`python -m benchmarks.entropy`: measure entropies; write results/entropy.csv and entropy.md."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence

import numpy as np
import pandas as pd

from benchmarks.measure import ROOT, cost_of, machine

SHAPE, QUICK = (317_408, 5_930), (5_000, 300)
MAX_SECONDS, MAX_MB = 10.0, 4_000.0
TABLE = ("counts and entropies by site", "table of groups")
"""Steps whose times are added up for the figure to reach."""

FOLDER = ROOT / "benchmarks" / "results"


def main(arguments: Sequence[str]) -> int:
    """Run both ways, each in a process of its own; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.entropy", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a small panel; writes nothing")
    quick = parser.parse_args(arguments).quick
    shape = QUICK if quick else SHAPE
    load = os.getloadavg()[0]
    told = {way: _measured(way, shape) for way in ("ours", "peer")}
    table, worst = _table(told), _difference(told)
    text = report(table, worst, shape, load)
    sys.stdout.write(text)
    if not quick:
        table.to_csv(FOLDER / "entropy.csv", index=False)
        (FOLDER / "entropy.md").write_text(text, encoding="utf-8")
    return 0


def _measured(way: str, shape: tuple[int, int]) -> dict:
    return json.loads(cost_of(["-m", "benchmarks.entropy.work", way, *map(str, shape)]).output)


def _table(told: dict[str, dict]) -> pd.DataFrame:
    """A row a step, with the ratio to the other way where both have it."""
    rows = [
        {"way": way, "step": step, "wall_s": seconds, "peak_mb": found["peak_mb"]}
        for way, found in told.items()
        for step, seconds in found["seconds"].items()
    ]
    return pd.DataFrame(rows)


def _difference(told: dict[str, dict]) -> float:
    """Largest difference between means of the two ways, over all measures and groups."""
    mine, other = told["ours"]["values"], told["peer"]["values"]
    return max(float(np.abs(np.subtract(mine[name], other[name])).max()) for name in other)


def table_seconds(table: pd.DataFrame, way: str) -> float:
    """Seconds that all columns of the table of groups took."""
    used = table[(table["way"] == way) & table["step"].isin(TABLE)]
    return float(used["wall_s"].sum())


def report(table: pd.DataFrame, worst: float, shape: tuple[int, int], load: float) -> str:
    """Markdown with the figures to reach."""
    seconds = {way: table_seconds(table, way) for way in ("ours", "peer")}
    peaks = table.groupby("way")["peak_mb"].first()
    size = shape[0] * shape[1] / 1e6
    lines = [
        "# Entropies of a panel of the paper's size",
        "",
        f"By `make bench-entropy` on {machine()}; load average {load:.1f} before.",
        "",
        f"Random haplotypes, {shape[0]:,} sites x {shape[1]:,} haplotypes x 7 groups: the matrix "
        f"alone is {size:,.0f} MB. All columns of the table: entropy (plug-in, Miller-Madow, equal "
        "sample size, genotypes), heterozygosity, intervals of 200 draws. Peaks hold the matrix.",
        "",
        "| figure | to reach | this program | scikit-allel, plain | ratio |",
        "|---|---:|---:|---:|---:|",
        _row("table of groups, wall s", MAX_SECONDS, seconds["ours"], seconds["peer"], 2),
        _row("peak MB", MAX_MB, peaks["ours"], peaks["peer"], 0),
        "",
        f"Largest difference of any mean between the two: {worst:.1e}.",
        "",
        "| step of this program | wall s |",
        "|---|---:|",
    ]
    mine = table[table["way"] == "ours"]
    lines += [f"| {r.step} | {r.wall_s:.2f} |" for r in mine.itertuples()]
    lines += ["", "Compilation, once for a machine, is not counted. Threads: as many as cores."]
    return "\n".join(lines) + "\n"


def _row(name: str, limit: float, mine: float, other: float, digits: int) -> str:
    return (
        f"| {name} | < {limit:,.0f} | {mine:,.{digits}f} | {other:,.{digits}f} | "
        f"{mine / other:.3f} |"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
