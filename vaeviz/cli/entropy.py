"""`entropy`: measures of diversity of every group, above a frequency cut, and by context."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vaeviz.cli.opening import open_panel, panel_line
from vaeviz.cli.options import Bootstrap, BootstrapSeed, By, JsonFlag, PanelRef, TableOutput
from vaeviz.cli.output import TABLES, replacing, write_table
from vaeviz.cli.session import Result, Session, records
from vaeviz.escape import plain

if TYPE_CHECKING:
    import pandas as pd

    from vaeviz.analysis.entropy_rate import EntropyRate

SHOWN = ["group", "n_samples", "n_sites", "mean_entropy_bits", "ci_low", "ci_high"]
SHOWN_CONTEXTS = (0, 1, 2, 4, 8)
"""As many columns as a terminal has room for."""

LONGEST = 8


def entropy(
    context: typer.Context,
    panel: PanelRef,
    output: TableOutput,
    by: By = "superpopulation",
    maf: Annotated[
        float,
        typer.Option(
            min=0.0, max=0.5, help="Only sites whose minor allele is at least so frequent."
        ),
    ] = 0.0,
    sites_before: Annotated[
        int | None,
        typer.Option(
            "--context",
            min=0,
            max=LONGEST,
            help="Also measure entropy given 0 to so many sites before (on all sites).",
        ),
    ] = None,
    rates: Annotated[
        Path | None,
        typer.Option("--rates", metavar="FILE", help="Table of entropy by context (.csv)."),
    ] = None,
    bootstrap: Bootstrap = 200,
    seed: BootstrapSeed = 1,
    as_json: JsonFlag = False,
) -> None:
    """Write mean entropy and heterozygosity of every group, highest entropy first.

    Entropy in bits per site: plug-in, Miller-Madow, at equal sample size, and of genotypes; each
    with its interval over blocks of sites. These are the numbers of the dashboard's page.
    """
    from vaeviz.analysis.entropy import entropy_table

    session = Session.of(context)
    length = LONGEST if rates is not None and sites_before is None else sites_before
    with contextlib.ExitStack() as outputs:
        temporary = outputs.enter_context(replacing(output, TABLES, [panel]))
        rate_file = rates and outputs.enter_context(replacing(rates, TABLES, [panel, output]))
        session.progress.update(0, 3, "Opening the panel")
        opened = open_panel(panel)
        session.progress.update(1, 3, "Counting alleles")
        table = entropy_table(opened, by, bootstrap, seed, maf=maf)
        write_table(table, temporary)
        session.progress.update(2, 3, "Reading haplotypes" if length is not None else "Writing")
        found = None
        if length is not None:
            from vaeviz.analysis.entropy_rate import entropy_rate

            found = entropy_rate(opened, by, length, bootstrap, seed)
        if rate_file is not None and found is not None:
            write_table(found.table, rate_file)
        session.progress.update(3, 3, f"{len(table):,} groups")
    steps = [step.what for step in opened.info.steps]
    result: Result = {"output": str(output), "groups": records(table), "steps": steps}
    shown = [("Entropy per site (bits)", table[SHOWN])]
    notes = [panel_line(opened), f"Filters of this panel: {'; '.join(steps) if steps else 'none'}."]
    if found is not None:
        result["rates"] = records(found.table)
        title = f"Upper bound of entropy given 0, 1, ... sites before ({found.unit})"
        shown.append((title, _by_context(found)))
        notes.append(rate_line(found))
    session.finish(result, as_json, shown, notes)


def rate_line(found: EntropyRate) -> str:
    """What entropy by context was measured on."""
    rows = "haplotypes" if found.unit == "bits per allele" else "people"
    text = f"Entropy by context: {found.n_sites:,} of {found.n_usable:,} sites, "
    text += f"{found.n_rows:,} {rows} of each group."
    left_out = (
        f" Too small: {', '.join(plain(g) for g in found.left_out)}." if found.left_out else ""
    )
    return text + left_out


def _by_context(found: EntropyRate) -> pd.DataFrame:
    """Upper bounds with a row a group and a column for some lengths of context."""
    order = found.table["group"].unique()
    some = found.table[found.table["context"].isin(SHOWN_CONTEXTS)]
    wide = some.pivot(index="group", columns="context", values="upper_bound_bits")
    return wide.loc[order].rename(columns=str).rename_axis(columns=None).reset_index()
