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
from vaeviz.cli.regions import RegionChoice
from vaeviz.cli.session import Result, Session, records
from vaeviz.config import Generator, SimulateConfig
from vaeviz.progress import Part

if TYPE_CHECKING:
    import pandas as pd

    from vaeviz.data.panel import Panel
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
    region: Annotated[
        Path | None, typer.Option(help="Region saved by the dashboard, or written by hand (.json).")
    ] = None,
    mix: Annotated[
        str | None, typer.Option(help="Labels with their shares: A=.6,B=.4 (phased: tracts).")
    ] = None,
    from_: Annotated[
        str | None, typer.Option("--from", help="Label at which a path begins (with --to).")
    ] = None,
    to: Annotated[str | None, typer.Option(help="Label at which a path ends.")] = None,
    map_file: Annotated[
        Path | None,
        typer.Option("--map", metavar="MAP", help="Map model that checks who lies in the region."),
    ] = None,
    n: Annotated[
        int | None, typer.Option("-n", help=f"People. {default_of(SimulateConfig, 'n')}")
    ] = None,
    temperature: Annotated[
        float | None,
        typer.Option(help=f"Spread; 1 is as real. {default_of(SimulateConfig, 'temperature')}"),
    ] = None,
    generator: Annotated[
        Generator | None,
        typer.Option(help="How people are drawn. (default: neighbour-walk; unphased: global)"),
    ] = None,
    hop: Annotated[
        float | None,
        typer.Option(
            help="Neighbour walk: chance of another donor from window to window; less keeps more "
            f"LD and of the donors. {default_of(SimulateConfig, 'hop')}"
        ),
    ] = None,
    neighbours: Annotated[
        int | None,
        typer.Option(
            help="Neighbour walk: nearest donors among whom it hops. "
            f"{default_of(SimulateConfig, 'neighbours')}"
        ),
    ] = None,
    generations: Annotated[
        float | None,
        typer.Option(help=f"Mosaic: of recombination. {default_of(SimulateConfig, 'generations')}"),
    ] = None,
    generations_since: Annotated[
        float | None,
        typer.Option(
            help="Mixtures, paths: since the ancestors met. "
            f"{default_of(SimulateConfig, 'generations_since')}"
        ),
    ] = None,
    reject: Annotated[
        bool, typer.Option(help="Draw again whoever does not encode into the region.")
    ] = True,
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
    tracts: Annotated[
        Path | None,
        typer.Option(help="Of a mixture: also write the true ancestry of every tract (.csv)."),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Draw a synthetic cohort.

    Give exactly one of --population, --selection, --region, --mix, --from with --to. MODEL draws;
    the model of --map (default: MODEL where it is a map) checks who lies in the region.
    """
    choice = RegionChoice(population, selection, region, mix, from_, to)
    choice.check()
    config = SimulateConfig.make(
        allow_small=allow_small,
        reject=reject,
        **given(
            n=n,
            temperature=temperature,
            generator=generator,
            hop=hop,
            neighbours=neighbours,
            generations=generations,
            generations_since=generations_since,
            seed=seed,
        ),
    )
    session = Session.of(context)
    inputs: list[str | Path | None] = [model, panel, selection, region, map_file]
    with contextlib.ExitStack() as outputs:
        files = Files(
            outputs.enter_context(replacing(output, GENOTYPES, inputs)),
            report and outputs.enter_context(replacing(report, (".json",), [*inputs, output])),
            latent and outputs.enter_context(replacing(latent, TABLES, [*inputs, output, report])),
            tracts and outputs.enter_context(replacing(tracts, TABLES, [*inputs, output, latent])),
        )
        session.progress.update(0, 4, "Opening the model and the panel")
        trained, opened = open_model(model), open_panel(panel)
        map_model = open_model(map_file) if map_file is not None else None
        result, shown, notes = _draw(session, trained, map_model, opened, choice, config, files)
    session.finish({"output": str(output), **result}, as_json, shown, notes)


@dataclasses.dataclass(frozen=True)
class Files:
    """Where the parts of a cohort are written."""

    cohort: Path
    report: Path | None
    latent: Path | None
    tracts: Path | None


def _draw(
    session: Session,
    model: TrainedModel,
    map_model: TrainedModel | None,
    panel: Panel,
    choice: RegionChoice,
    config: SimulateConfig,
    files: Files,
) -> tuple[Result, list[tuple[str, pd.DataFrame]], list[str]]:
    from vaeviz.synthesis.cohort import tract_table
    from vaeviz.synthesis.generate import generate
    from vaeviz.synthesis.generators import recommended
    from vaeviz.synthesis.report import cohort_report

    if config.generator is None:
        config = config.model_copy(update={"generator": recommended(model, panel)})
    region = choice.of(panel, map_model or model)
    part = Part(session.progress, 1, 1, 4)
    cohort = generate(model, panel, region, config, map_model, part)
    _write(cohort.panel, files.cohort)
    if files.latent is not None:
        write_table(cohort.latent, files.latent)
    if files.tracts is not None:
        write_table(tract_table(cohort), files.tracts)
    result: Result = {
        "panel": panel_facts(cohort.panel),
        "region": {"name": cohort.region.name, "kind": cohort.region.kind},
        "config": cohort.config.model_dump(),
        "acceptance": cohort.acceptance,
        "n_tried": cohort.n_tried,
        "warnings": list(cohort.warnings),
    }
    shown: list[tuple[str, pd.DataFrame]] = []
    notes = [panel_line(cohort.panel), *cohort.warnings]
    if files.report is not None:
        session.progress.update(2, 4, "Checking the cohort against real people")
        report = cohort_report(
            model, panel, cohort, map_model, config.seed, Part(session.progress, 2, 2, 4)
        )
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
