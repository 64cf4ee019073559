"""`admix`: admixed people made from the haplotypes of a panel, with the truth of their ancestry."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vaeviz.cli.opening import open_panel, panel_facts, panel_line
from vaeviz.cli.options import JsonFlag, PanelRef, Seed, default_of, given
from vaeviz.cli.output import TABLES, replacing, write_table
from vaeviz.cli.regions import parse_shares
from vaeviz.cli.session import Result, Session, records
from vaeviz.config import AdmixConfig

if TYPE_CHECKING:
    from vaeviz.data.panel import Panel
    from vaeviz.synthesis.admix import Admixture

PHASED_FORMATS = (".vcf.gz", ".vcz", ".pgen")


def admix(
    context: typer.Context,
    panel: PanelRef,
    mix: Annotated[
        str, typer.Option(metavar="A=.6,B=.4", help="Labels of the sources, with their shares.")
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="People: .vcf.gz, .vcz or .pgen.")
    ],
    generations: Annotated[
        int | None,
        typer.Option(
            help="Of mating since the sources' first common children. "
            f"{default_of(AdmixConfig, 'generations')}"
        ),
    ] = None,
    continuous: Annotated[
        bool,
        typer.Option("--continuous", help="Founders arrive in every generation, not in one."),
    ] = False,
    genetic_map: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Recombination map (HapMap, PLINK or SHAPEIT; 1 cM/Mb)."),
    ] = None,
    n: Annotated[
        int | None, typer.Option("-n", help=f"People. {default_of(AdmixConfig, 'n')}")
    ] = None,
    seed: Seed = None,
    allow_small: Annotated[
        bool, typer.Option("--allow-small", help="Accept sources of 10 to 49 people.")
    ] = False,
    tracts: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Also write the tracts of local ancestry (.tsv)."),
    ] = None,
    shares: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Also write each person's share of each source (.csv)."),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Make admixed people: mosaics of the panel's own haplotypes, so never more private than it."""
    from vaeviz.data.genotype_files import write_genotypes

    proportions = parse_shares(mix)
    config = AdmixConfig.make(
        continuous=continuous,
        allow_small=allow_small,
        **given(n=n, generations=generations, seed=seed),
    )
    session = Session.of(context)
    inputs: list[str | Path | None] = [panel, genetic_map]
    with contextlib.ExitStack() as outputs:
        to_panel = outputs.enter_context(replacing(output, PHASED_FORMATS, inputs))
        to_tracts = tracts and outputs.enter_context(
            replacing(tracts, (".tsv",), [*inputs, output])
        )
        to_shares = shares and outputs.enter_context(
            replacing(shares, TABLES, [*inputs, output, tracts])
        )
        made = _make(session, open_panel(panel), proportions, config, genetic_map)
        write_genotypes(made.panel, to_panel)
        if to_tracts is not None:
            from vaeviz.synthesis.tracts import tracts_text

            to_tracts.write_text(tracts_text(made.tracts), encoding="utf-8")
        if to_shares is not None:
            write_table(made.share_table(), to_shares)
    _finish(session, made, output, as_json)


def _make(
    session: Session,
    panel: Panel,
    proportions: dict[str, float],
    config: AdmixConfig,
    genetic_map: Path | None,
) -> Admixture:
    from vaeviz.data.genetic_map import read_genetic_map
    from vaeviz.synthesis.admix import admix as make
    from vaeviz.synthesis.region import mixture_region

    mixture = mixture_region(panel, proportions)
    morgans = None if genetic_map is None else read_genetic_map(genetic_map, panel.sites)
    return make(panel, mixture, config, morgans, session.progress)


def _finish(session: Session, made: Admixture, output: Path, as_json: bool) -> None:
    summary = made.summary()
    result: Result = {
        "output": str(output),
        "panel": panel_facts(made.panel),
        "config": made.config.model_dump(),
        "sources": records(summary),
        "n_tracts": len(made.tracts),
        "warnings": made.warnings,
    }
    notes = [panel_line(made.panel), *made.warnings]
    session.finish(result, as_json, [("Sources", summary)], notes)
