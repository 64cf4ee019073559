"""`simulate`: synthetic people from a region of latent space."""

from __future__ import annotations

import contextlib
import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vaeviz.cli.opening import open_model, open_panel, panel_facts, panel_line
from vaeviz.cli.options import JsonFlag, ModelFile, PanelRef, Seed, default_of, given
from vaeviz.cli.output import TABLES, replacing, write_table
from vaeviz.cli.session import Result, Session, records
from vaeviz.config import Generator, SimulateConfig
from vaeviz.errors import ConfigError

if TYPE_CHECKING:
    import pandas as pd

    from vaeviz.data.panel import Panel
    from vaeviz.synthesis.region import Region
    from vaeviz.training.model import TrainedModel

GENOTYPES = (".vcf.gz", ".bed", ".csv")


def simulate(
    context: typer.Context,
    model: ModelFile,
    panel: PanelRef,
    output: Annotated[
        Path,
        typer.Option("--output", "-o", metavar="FILE", help="Cohort: .vcf.gz, .bed or .csv."),
    ],
    population: Annotated[
        str | None, typer.Option(help="Label (of any level) of the people to resemble.")
    ] = None,
    selection: Annotated[
        Path | None, typer.Option(help="IDs.txt, or a selection saved by the dashboard (.json).")
    ] = None,
    from_: Annotated[
        str | None, typer.Option("--from", help="Label at which a path begins (with --to).")
    ] = None,
    to: Annotated[str | None, typer.Option(help="Label at which a path ends.")] = None,
    n: Annotated[
        int | None, typer.Option("-n", help=f"People. {default_of(SimulateConfig, 'n')}")
    ] = None,
    temperature: Annotated[
        float | None,
        typer.Option(help=f"Spread; 1 is as real. {default_of(SimulateConfig, 'temperature')}"),
    ] = None,
    generator: Annotated[Generator | None, typer.Option(help="How people are drawn.")] = None,
    seed: Seed = None,
    allow_small: Annotated[
        bool, typer.Option("--allow-small", help="Accept a region of 10 to 49 people.")
    ] = False,
    report: Annotated[
        Path | None, typer.Option(help="Also check the cohort and write the report (.json).")
    ] = None,
    latent: Annotated[
        Path | None, typer.Option(help="Also write the cohort's latent positions (.csv).")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Draw a synthetic cohort; give exactly one of --population, --selection, --from/--to."""
    choice = RegionChoice(population, selection, from_, to)
    choice.check()
    config = SimulateConfig.make(
        allow_small=allow_small,
        **given(n=n, temperature=temperature, generator=generator, seed=seed),
    )
    session = Session.of(context)
    inputs: list[str | Path | None] = [model, panel, selection]
    with contextlib.ExitStack() as outputs:
        files = Files(
            outputs.enter_context(replacing(output, GENOTYPES, inputs)),
            report and outputs.enter_context(replacing(report, (".json",), [*inputs, output])),
            latent and outputs.enter_context(replacing(latent, TABLES, [*inputs, output, report])),
        )
        session.progress.update(0, 4, "Opening the model and the panel")
        trained, opened = open_model(model), open_panel(panel)
        result, shown, notes = _draw(session, trained, opened, choice, config, files)
    session.finish({"output": str(output), **result}, as_json, shown, notes)


@dataclasses.dataclass(frozen=True)
class RegionChoice:
    """The region as it was asked for on the command line."""

    population: str | None
    selection: Path | None
    start: str | None
    end: str | None

    def check(self) -> None:
        """Raise `ConfigError` unless exactly one region was asked for."""
        if (self.start is None) != (self.end is None):
            raise ConfigError("A path needs both --from and --to.", "Give the other end too.")
        n_given = sum(x is not None for x in (self.population, self.selection, self.start))
        if n_given != 1:
            raise ConfigError(
                f"{n_given} regions were given; exactly one is needed.",
                "Give --population, or --selection, or --from with --to.",
            )

    def of(self, panel: Panel) -> Region:
        """The region's people in this panel."""
        from vaeviz.synthesis.region import path_region, population_region, selection_region

        if self.population is not None:
            return population_region(panel, self.population)
        if self.selection is not None:
            from vaeviz.data.selection import read_selection

            return selection_region(panel, read_selection(self.selection))
        assert self.start is not None
        assert self.end is not None
        return path_region(panel, self.start, self.end)


@dataclasses.dataclass(frozen=True)
class Files:
    """Where the parts of a cohort are written."""

    cohort: Path
    report: Path | None
    latent: Path | None


def _draw(
    session: Session,
    model: TrainedModel,
    panel: Panel,
    choice: RegionChoice,
    config: SimulateConfig,
    files: Files,
) -> tuple[Result, list[tuple[str, pd.DataFrame]], list[str]]:
    from vaeviz.synthesis.generate import generate
    from vaeviz.synthesis.report import cohort_report

    session.progress.update(1, 4, "Drawing people")
    cohort = generate(model, panel, choice.of(panel), config)
    _write(cohort.panel, files.cohort)
    if files.latent is not None:
        write_table(cohort.latent, files.latent)
    result: Result = {
        "panel": panel_facts(cohort.panel),
        "region": {"name": cohort.region.name, "kind": cohort.region.kind},
        "config": config.model_dump(),
        "warnings": list(cohort.warnings),
    }
    shown: list[tuple[str, pd.DataFrame]] = []
    notes = [panel_line(cohort.panel), *cohort.warnings]
    if files.report is not None:
        session.progress.update(2, 4, "Checking the cohort against real people")
        report = cohort_report(model, panel, cohort, config.seed)
        files.report.write_text(report.to_json(), encoding="utf-8")
        result |= {"checks": records(report.checks), "verdict": report.verdict}
        result["near_copies"] = report.near_copies
        shown.append(("Checks", report.checks[["check", "value", "reference", "unit", "verdict"]]))
        notes.append(report.verdict)
    session.progress.update(4, 4, panel_line(cohort.panel))
    return result, shown, notes


def _write(panel: Panel, path: Path) -> None:
    if path.name.endswith(".vcf.gz"):
        from vaeviz.data.writers import write_vcf

        write_vcf(panel, path)
    elif path.suffix == ".bed":
        from vaeviz.data.plink import write_plink

        write_plink(panel, path)
    else:
        from vaeviz.data.writers import write_csv

        write_csv(panel, path)
