"""Records as one table, and as Markdown beside what was asked for."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from benchmarks.common import number
from benchmarks.measure import machine
from benchmarks.synthetic.plan import ALL, ATTACKED, DATA, DEFAULT, MIN_MAF, Record
from vaeviz.synthesis.checks import DEFINITIONS

DEFINED = {d.key: d for d in DEFINITIONS}
ASKED = (
    *("af_rmse", "het_ratio", "ld", "pc_distance", "tstr", "auc", "aa_truth", "aa_syn"),
    *("nn_ratio", "near_copies", "mia_distance", "mia_windows"),
)
"""Figures with a bound that was asked for."""
OF_ALL = ("tstr", "auc")
"""Figures that are asked of all groups together."""
SHOWN = ("af_r", *ASKED, "tracts")
HEADS = {
    "af_r": "AF r", "af_rmse": "AF RMSE", "het_ratio": "het", "ld": "LD", "pc_distance": "PCW",
    "tstr": "TSTR", "auc": "AUC", "aa_truth": "AAt", "aa_syn": "AAs", "nn_ratio": "NN",
    "near_copies": "near", "mia_distance": "MIA d", "mia_windows": "MIA w", "tracts": "tracts",
}  # fmt: skip


def figures(records: Sequence[Record]) -> pd.DataFrame:
    """One row a figure: data, seed, generator, group, key, value, reference, low, high, met."""
    rows = []
    for record in records:
        for figure in record.figures:
            if figure.value is None or figure.reference is None:
                continue
            told = DEFINED[figure.key]
            low, high = told.bounds(figure.reference, told.good)
            rows.append(
                {
                    **{"data": record.data, "seed": record.seed, "generator": record.generator},
                    **{"group": figure.group, "key": figure.key},
                    **{"value": figure.value, "reference": figure.reference},
                    **{"low": low, "high": high, "met": low <= figure.value <= high},
                }
            )
    columns = ["data", "seed", "generator", "group", "key", "value", "reference", "low", "high"]
    return pd.DataFrame(rows, columns=[*columns, "met"])


def markdown(records: Sequence[Record]) -> list[str]:
    """Lines of the report: means of every generator, then the default one against its bounds."""
    table = figures(records)
    lines = ["# Synthetic cohorts", "", *_head(table)]
    for data in [name for name in DATA if name in set(table["data"])]:
        part, own = table[table["data"] == data], [r for r in records if r.data == data]
        sites = sorted({r.n_sites for r in own})
        lines += ["", f"## {DATA[data].title}", ""]
        lines += [f"{sites[0]:,} to {sites[-1]:,} sites. {_groups(own)}", "", *_means(part, own)]
        lines += ["", f"### Asked and reached: {DEFAULT}", "", *_asked(part)]
    return [*lines, "", "## What the figures mean", "", *_definitions()]


def _head(table: pd.DataFrame) -> list[str]:
    seeds = ", ".join(str(seed) for seed in sorted(table["seed"].unique()))
    return [
        f"By `make bench-synthetic` on {machine()}.",
        "",
        f"Means over groups and over the splits of seeds {seeds} (70 % to train, 10 % to validate, "
        f"20 % to test), which nobody saw while generators were chosen; sites with a training "
        f"minor-allele frequency of {MIN_MAF:.0%} or more; generators and models with their "
        f"defaults. {ATTACKED:,} people are drawn of each group, and the attacks see all of them; "
        "the other figures compare as many people as were tested. REF: real training people in "
        "the cohort's place. TSTR and AUC are of all groups together.",
    ]


def _groups(records: Sequence[Record]) -> str:
    first = records[0]
    groups = ", ".join(f"{label} {n}" for label, n in first.n_train.items())
    return f"Training people of the groups (seed {first.seed}): {groups}."


def _means(table: pd.DataFrame, records: Sequence[Record]) -> list[str]:
    used = table[(table["group"] == ALL) == table["key"].isin(OF_ALL)]
    reference = used[used["generator"] == used["generator"].iloc[0]]
    rows = [("REF", reference.groupby("key")["reference"].mean(), "")]
    for generator, part in used.groupby("generator", sort=False):
        seconds = [r.drawing_s for r in records if r.generator == generator]
        bold = f"**{generator}**" if generator == DEFAULT else str(generator)
        rows.append(
            (bold, part.groupby("key")["value"].mean(), number(sum(seconds) / len(seconds), 1))
        )
    lines = [
        f"| | {' | '.join(HEADS[key] for key in SHOWN)} | s |",
        "|---|" + "---:|" * (len(SHOWN) + 1),
    ]
    for name, means, seconds_text in rows:
        cells = [number(float(means[key])) if key in means else "–" for key in SHOWN]
        lines.append(f"| {name} | {' | '.join(cells)} | {seconds_text} |")
    return lines


def _asked(table: pd.DataFrame) -> list[str]:
    """The default generator group by group: means over splits, and how often they hold."""
    own = table[table["generator"] == DEFAULT]
    if own.empty:
        return ["Not measured."]
    own = own[(own["group"] == ALL) == own["key"].isin(OF_ALL)]
    groups = [group for group in dict.fromkeys(own["group"]) if group != ALL]
    lines = [
        f"| | asked | {' | '.join([*groups, ALL])} | hold (groups × splits) |",
        "|---|---|" + "---:|" * (len(groups) + 2),
    ]
    for key in ASKED:
        part = own[own["key"] == key]
        cells = [_cell(part[part["group"] == group]) for group in [*groups, ALL]]
        held = f"{int(part['met'].sum())} of {len(part)}"
        lines.append(f"| {DEFINED[key].title} | {_bound(key)} | {' | '.join(cells)} | {held} |")
    return [
        *lines,
        "",
        "Means over splits; in brackets the real people's (REF). † beyond the bound.",
    ]


def _cell(part: pd.DataFrame) -> str:
    if part.empty:
        return ""
    value, reference = part["value"].mean(), part["reference"].mean()
    told = DEFINED[part["key"].iloc[0]]
    low, high = told.bounds(reference, told.good)
    mark = "" if low <= value <= high else " †"
    return f"{number(value)} ({number(reference)}){mark}"


def _bound(key: str) -> str:
    told = DEFINED[key]
    low, high = told.good
    if told.relation == "times":
        return f"≤ {number(high, 2)} REF"
    if told.relation == "plus":
        return f"≥ REF − {number(-low, 2)}"
    if key == "nn_ratio":
        return "≥ 1"
    return f"{number(low, 2)} to {number(high, 2)}" if low > 0 else f"≤ {number(high, 2)}"


def _definitions() -> list[str]:
    return [
        f"- **{HEADS[key]}**: {DEFINED[key].title.lower()}. {DEFINED[key].explanation}"
        for key in SHOWN
    ] + [
        "- **TSTR** and **AUC** here: labels learned from cohorts of all groups alone, and boosted "
        "trees on all cohorts against all test people.",
        "- **s**: seconds to draw 1,000 people of a group.",
    ]
