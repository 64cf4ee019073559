"""`import`: genotypes and a sample sheet become a panel file."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, cast

import typer

from vaeviz.cli.opening import panel_facts, panel_line
from vaeviz.cli.options import JsonFlag, given
from vaeviz.cli.output import replacing
from vaeviz.cli.session import Result, Session, records
from vaeviz.config import FilterConfig
from vaeviz.errors import SampleSheetError
from vaeviz.escape import plain

if TYPE_CHECKING:
    import pandas as pd

    from vaeviz.data.panel import Panel, Species
    from vaeviz.data.qc import FilterResult
    from vaeviz.data.readers import ReadReport, ReadResult
    from vaeviz.data.samples import SampleColumns, SampleJoin

ABOUT, FILTERS = "What the file is", "Filters"
MAX_IDS_REPORTED = 50
MAX_IDS_PRINTED = 5


def import_panel(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="VCF, VCF.gz, BCF, .bed or .vcz.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="OUT.vcz", help="Panel to write.")
    ],
    samples: Annotated[
        Path | None, typer.Option(help="Sample sheet (TSV or CSV) joined by sample ID.")
    ] = None,
    columns: Annotated[
        str | None,
        typer.Option(help='Columns of the sheet, as "sample=ID, population=Pop"; else guessed.'),
    ] = None,
    name: Annotated[
        str | None, typer.Option(rich_help_panel=ABOUT, help="Name of the panel; else the file's.")
    ] = None,
    species: Annotated[
        Literal["human", "canid", "other"] | None,
        typer.Option(metavar="NAME", rich_help_panel=ABOUT, help="Species: human, canid or other."),
    ] = None,
    unfiltered_sequence: Annotated[
        bool | None,
        typer.Option(
            "--unfiltered-sequence/--filtered",
            metavar="",
            rich_help_panel=ABOUT,
            help="The file holds every SNP that sequencing found, rare ones too: no array, no "
            "frequency filter, no thinning. Else what a .vcz says of itself.",
        ),
    ] = None,
    autosomes: Annotated[
        bool, typer.Option("--autosomes", help="Keep autosomes only.", rich_help_panel=FILTERS)
    ] = False,
    maf: Annotated[
        float | None, typer.Option(help="Least minor allele frequency.", rich_help_panel=FILTERS)
    ] = None,
    max_missing: Annotated[
        float | None,
        typer.Option(
            help="Greatest share of missing genotypes of a site.", rich_help_panel=FILTERS
        ),
    ] = None,
    max_sample_missing: Annotated[
        float | None,
        typer.Option(
            help="Greatest share of missing genotypes of a sample.", rich_help_panel=FILTERS
        ),
    ] = None,
    hwe: Annotated[
        float | None,
        typer.Option(
            help="Least Hardy-Weinberg P within every population.", rich_help_panel=FILTERS
        ),
    ] = None,
    max_kinship: Annotated[
        float | None,
        typer.Option(
            help="Greatest kinship (KING-robust) of two samples.", rich_help_panel=FILTERS
        ),
    ] = None,
    prune_ld: Annotated[
        float | None,
        typer.Option(help="Greatest r2 of nearby sites: for maps only.", rich_help_panel=FILTERS),
    ] = None,
    max_sites: Annotated[
        int | None,
        typer.Option(
            help="Keep this many sites, drawn at random: for maps only.", rich_help_panel=FILTERS
        ),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Read genotypes, filter what is asked for, and store a panel.

    Without a flag nothing is filtered but records that are no biallelic SNPs; those are told.
    """
    filters = FilterConfig.make(
        autosomes=autosomes,
        maf=maf,
        max_site_missing=max_missing,
        max_sample_missing=max_sample_missing,
        hwe_p=hwe,
        max_kinship=max_kinship,
        prune_ld_r2=prune_ld,
        max_sites=max_sites,
    )
    session = Session.of(context)
    with replacing(output, [".vcz"], [file, samples]) as temporary:
        session.progress.update(0, 3, f"Reading {plain(file.name)}")
        chosen = None if columns is None else parse_columns(columns, samples)
        said = given(species=species, unfiltered_sequence=unfiltered_sequence)
        read = _read(file, samples, chosen, autosomes, name, said)
        session.progress.update(1, 3, "Filtering")
        filtered = _filter(read.panel, filters)
        session.progress.update(2, 3, "Writing the panel")
        _save(filtered.panel, temporary)
        session.progress.update(3, 3, panel_line(filtered.panel))
    result, shown, notes = _told(read.report, filtered, filters)
    session.finish({"output": str(output), **result}, as_json, shown, notes)


def _told(
    report: ReadReport, filtered: FilterResult, filters: FilterConfig
) -> tuple[Result, list[tuple[str, pd.DataFrame]], list[str]]:
    """What was left out, how the sheet fitted and what each filter did."""
    join = report.sample_join
    result: Result = {
        "panel": panel_facts(filtered.panel),
        "records": report.n_records,
        "kept": report.n_kept,
        "dropped": records(report.dropped),
        "seconds": report.seconds,
        "sample_join": None if join is None else _join_facts(join),
        "filters": filters.model_dump(),
        "waterfall": records(filtered.waterfall),
        "related_pairs": None if filtered.kinship is None else len(filtered.kinship),
    }
    tables = {
        "Records left out by the reader": report.dropped,
        "Filters": filtered.waterfall,
    }
    shown = [(title, table) for title, table in tables.items() if len(table)]
    notes = [*([] if join is None else _join_lines(join)), panel_line(filtered.panel)]
    return result, shown, notes


def _read(
    file: Path,
    samples: Path | None,
    columns: SampleColumns | None,
    autosomes: bool,
    name: str | None,
    said: dict[str, object],
) -> ReadResult:
    """The panel of a file; `said` is what the user tells of it (fields of `PanelInfo`)."""
    from vaeviz.data.readers import read_panel

    species = cast("Species", said.get("species", "human"))
    result = read_panel(file, samples, columns, name, autosomes, species)
    # A .vcz knows what it is; only what was said replaces that.
    named = result.panel.with_info(**said)
    return dataclasses.replace(result, panel=named)


def _filter(panel: Panel, filters: FilterConfig) -> FilterResult:
    from vaeviz.data.qc import apply_filters

    return apply_filters(panel, filters)


def _save(panel: Panel, path: Path) -> None:
    from vaeviz.data.vcz import save_panel

    save_panel(panel, path)


def parse_columns(text: str, samples: Path | None) -> SampleColumns:
    """Columns of a sample sheet from "sample=ID,population=Pop"; the rest is guessed.

    Raises
    ------
    SampleSheetError
        No sheet was given, or the text has another form.
    """
    import pandas as pd

    from vaeviz.data.samples import SampleColumns, guess_columns, read_sample_sheet

    if samples is None:
        raise SampleSheetError("--columns needs a sample sheet.", "Give it with --samples.")
    chosen = dict(part.strip().partition("=")[::2] for part in text.split(","))
    fields = SampleColumns.model_fields
    wrong = [key for key, value in chosen.items() if key not in fields or not value]
    if wrong:
        raise SampleSheetError(
            f"--columns does not understand {plain(wrong[0])!r}.",
            f'Write "sample=ID,population=Pop"; known are {", ".join(fields)}.',
        )
    free = [name for name in read_sample_sheet(samples) if name not in chosen.values()]
    stand_in = ["sample"] if "sample" in chosen else []
    guess = guess_columns(pd.DataFrame(columns=[*stand_in, *free]))
    return SampleColumns.make(**{**guess.model_dump(), **chosen})


def _join_facts(join: SampleJoin) -> Result:
    return {
        "matched": len(join.matched),
        "missing": len(join.missing),
        "extra": len(join.extra),
        "missing_ids": list(join.missing[:MAX_IDS_REPORTED]),
        "extra_ids": list(join.extra[:MAX_IDS_REPORTED]),
    }


def _join_lines(join: SampleJoin) -> list[str]:
    lines = [f"Sample sheet: {len(join.matched):,} samples matched."]
    for ids, what in (
        (join.missing, "samples have no row in the sheet"),
        (join.extra, "rows of the sheet belong to no sample"),
    ):
        if ids:
            examples = ", ".join(plain(x) for x in ids[:MAX_IDS_PRINTED])
            lines.append(f"{len(ids):,} {what} ({examples}).")
    return lines
