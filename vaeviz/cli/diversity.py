"""`diversity`: heterozygosity, sequence statistics and runs of homozygosity of every group."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vaeviz.cli.opening import open_panel, panel_line
from vaeviz.cli.options import Bootstrap, By, JsonFlag, PanelRef, TableOutput
from vaeviz.cli.output import TABLES, replacing, write_table
from vaeviz.cli.session import Result, Session, records
from vaeviz.progress import Part

if TYPE_CHECKING:
    import pandas as pd

    from vaeviz.analysis.roh import RohResult
    from vaeviz.data.panel import Panel

SHOWN = {
    "group": "group",
    "n_samples": "people",
    "expected_heterozygosity": "He",
    "observed_heterozygosity": "Ho",
    "inbreeding_coefficient": "F",
    "polymorphic_sites": "polymorphic",
    "rarefied_private_alleles": "private",
    "tajima_d": "Tajima D",
    "mean_f_roh": "F_ROH",
}
"""Columns of the table in a terminal, and their heads there."""


def diversity(
    context: typer.Context,
    panel: PanelRef,
    output: TableOutput,
    by: By = "superpopulation",
    roh: Annotated[
        Path | None,
        typer.Option(
            "--roh", help="Also find runs of homozygosity: write a table of one row a person."
        ),
    ] = None,
    roh_people: Annotated[
        int, typer.Option(min=1, help="With --roh: people of a group at most, drawn at random.")
    ] = 50,
    bootstrap: Bootstrap = 200,
    seed: Annotated[
        int, typer.Option("--seed", min=0, help="Seed of the bootstrap and of people drawn.")
    ] = 1,
    as_json: JsonFlag = False,
) -> None:
    """Write the diversity of every group, with intervals over blocks of sites.

    Segregating sites, private alleles, pi, theta and Tajima's D are given for panels marked as
    unfiltered sequence alone (`import --unfiltered-sequence`).
    """
    from vaeviz.analysis.diversity import diversity_table, sequence_reason

    session = Session.of(context)
    with contextlib.ExitStack() as outputs:
        temporary = outputs.enter_context(replacing(output, TABLES, [panel]))
        people_file = roh and outputs.enter_context(replacing(roh, TABLES, [panel, output]))
        session.progress.update(0, 100, "Opening the panel")
        opened = open_panel(panel)
        session.progress.update(1, 100, "Counting alleles")
        table = diversity_table(opened, by, bootstrap, seed)
        found: Result = {}
        reason = sequence_reason(opened)
        notes = [panel_line(opened), *([f"Left out: {reason}"] if reason else [])]
        if people_file is not None:
            runs = _runs(opened, by, roh_people, seed, session)
            write_table(runs.people, people_file)
            table, found = _with_runs(table, runs), _run_facts(runs)
            notes += runs.notes
        write_table(table, temporary)
        session.progress.update(100, 100, f"{len(table):,} groups")
    result: Result = {
        "output": str(output),
        "by": by,
        "unfiltered_sequence": not reason,
        "left_out": reason,
        "groups": records(table),
        **found,
    }
    session.finish(result, as_json, [("Diversity", _shown(table))], notes)


def _runs(opened: Panel, by: str, n_per_group: int, seed: int, session: Session) -> RohResult:
    from vaeviz.analysis.roh import runs_of_homozygosity

    part = Part(session.progress, 2, 98, 100)
    return runs_of_homozygosity(opened, by, n_per_group, seed, part)


def _with_runs(table: pd.DataFrame, runs: RohResult) -> pd.DataFrame:
    """The table with the mean runs of each group."""
    from vaeviz.analysis.roh import roh_by_group

    groups = roh_by_group(runs.people).rename(columns={"n_people": "n_people_roh"})
    return table.merge(groups, on="group", how="left", validate="one_to_one")


def _run_facts(runs: RohResult) -> Result:
    return {
        "people": len(runs.people),
        "runs": len(runs.runs),
        "roh_length_bp": runs.length_bp,
        "roh_people": records(runs.people),
        "roh_notes": list(runs.notes),
    }


def _shown(table: pd.DataFrame) -> pd.DataFrame:
    """The few columns that fit a terminal; the file has all, with intervals."""
    return table[[c for c in SHOWN if c in table]].rename(columns=SHOWN)
