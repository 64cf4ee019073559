"""`serial-founder`: diversity of each population against its distance from an origin."""

from __future__ import annotations

import dataclasses
from enum import StrEnum
from typing import Annotated

import typer

from vaeviz.cli.opening import open_panel, panel_line
from vaeviz.cli.options import BootstrapSeed, By, JsonFlag, PanelRef, TableOutput
from vaeviz.cli.output import TABLES, replacing, write_table
from vaeviz.cli.session import Result, Session, records
from vaeviz.errors import ConfigError


class Measure(StrEnum):
    """Column of the entropy table by its name on the command line."""

    ENTROPY = "entropy"
    EQUAL_SIZE = "equal-size"
    HETEROZYGOSITY = "heterozygosity"


def serial_founder(
    context: typer.Context,
    panel: PanelRef,
    output: TableOutput,
    measure: Annotated[
        Measure,
        typer.Option(help="Mean entropy, that at equal sample size, or expected heterozygosity."),
    ] = Measure.ENTROPY,
    origin: Annotated[
        str, typer.Option(metavar="LAT,LON", help="Degrees. (default Addis Ababa)")
    ] = "9.03,38.74",
    include_admixed: Annotated[
        bool, typer.Option("--include-admixed", help="Let recently admixed populations count.")
    ] = False,
    by: By = "population",
    seed: BootstrapSeed = 1,
    as_json: JsonFlag = False,
) -> None:
    """Write each population's distance along land routes, its diversity, and the line's value.

    Distances are great circles along the way-points of Ramachandran et al. (2005).
    """
    from vaeviz.analysis.entropy import entropy_table
    from vaeviz.analysis.populations import population_summary
    from vaeviz.analysis.serial_founder import (
        COLUMNS,
        best_origin,
        founder_places,
        origin_grid,
    )
    from vaeviz.analysis.serial_founder import serial_founder as fit

    session = Session.of(context)
    start = _place(origin)
    with replacing(output, TABLES, [panel]) as temporary:
        session.progress.update(0, 2, "Opening the panel")
        opened = open_panel(panel)
        places = founder_places(opened, population_summary(opened, by))
        session.progress.update(1, 2, "Counting alleles")
        values = entropy_table(opened, by).set_index("group")[COLUMNS[measure.value]]
        found = fit(opened, places, values, start, include_admixed, seed=seed)
        best = best_origin(origin_grid(places, values, include_admixed))
        write_table(found.table, temporary)
        session.progress.update(2, 2, f"{len(found.table):,} populations")
    result: Result = {
        "output": str(output),
        "measure": measure.value,
        "origin": list(start),
        "line": dataclasses.asdict(found.line),
        "without": records(found.left_out),
        "best_origin": None if best is None else best.to_dict(),
        "populations": records(found.table),
        "notes": list(found.notes),
    }
    columns = ["group", "distance_km", "value", "fitted", "used"]
    line = found.line
    words = (
        f"Slope {line.slope_per_1000_km:.4g} per 1,000 km "
        f"(95 % of resamples {line.slope_low:.4g} to {line.slope_high:.4g}), R2 {line.r2:.3f}, "
        f"{line.n_populations} populations."
    )
    shown = [("Distance and diversity", found.table[columns])]
    session.finish(result, as_json, shown, [panel_line(opened), words, *found.notes])


def _place(text: str) -> tuple[float, float]:
    try:
        latitude, longitude = (float(part) for part in text.split(","))
    except ValueError:
        raise ConfigError(
            f"The origin {text[:40]!r} is not a latitude and a longitude.",
            "Write degrees with a comma between, such as 9.03,38.74.",
        ) from None
    return latitude, longitude
