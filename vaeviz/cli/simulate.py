"""`simulate`: synthetic people from a region of latent space."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from vaeviz.cli.cohort_output import COHORTS, REPORTS, SHEETS, CohortFiles, cohort_facts
from vaeviz.cli.opening import open_model, open_panel, panel_line
from vaeviz.cli.options import JsonFlag, ModelFile, PanelRef, Seed, default_of, given
from vaeviz.cli.output import TABLES, replacing
from vaeviz.cli.regions import RegionChoice
from vaeviz.cli.session import Session
from vaeviz.config import Generator, SimulateConfig
from vaeviz.progress import Part

if TYPE_CHECKING:
    from vaeviz.data.panel import Panel
    from vaeviz.reports.cohort_export import Origin
    from vaeviz.reports.contents import BundledCohort
    from vaeviz.training.model import TrainedModel

REGION, DRAWING, FILES = "Region", "Drawing", "More files"
NearCopies = Literal["drop", "keep"]


def simulate(
    context: typer.Context,
    model: ModelFile,
    panel: PanelRef,
    output: Annotated[
        Path,
        typer.Option(
            *("--output", "-o"),
            metavar="FILE",
            help="Cohort, by its name: .vcf.gz, .bed, .pgen, .vcz, .csv, or .zip for all of them "
            "with sample sheet, report, README and manifest.",
        ),
    ],
    population: Annotated[
        str | None,
        typer.Option(
            rich_help_panel=REGION, help="Label (of any level) of the people to resemble."
        ),
    ] = None,
    selection: Annotated[
        Path | None,
        typer.Option(
            rich_help_panel=REGION, help="IDs.txt, or a selection saved by the dashboard (.json)."
        ),
    ] = None,
    region: Annotated[
        Path | None,
        typer.Option(
            rich_help_panel=REGION,
            help="Region saved by the dashboard, or written by hand (.json).",
        ),
    ] = None,
    mix: Annotated[
        str | None,
        typer.Option(
            rich_help_panel=REGION, help="Labels with their shares: A=.6,B=.4 (phased: tracts)."
        ),
    ] = None,
    from_: Annotated[
        str | None,
        typer.Option(
            "--from", rich_help_panel=REGION, help="Label at which a path begins (with --to)."
        ),
    ] = None,
    to: Annotated[
        str | None, typer.Option(rich_help_panel=REGION, help="Label at which a path ends.")
    ] = None,
    map_file: Annotated[
        Path | None,
        typer.Option(
            "--map",
            metavar="MAP",
            rich_help_panel=REGION,
            help="Map model that checks who lies in the region.",
        ),
    ] = None,
    n: Annotated[
        int | None,
        typer.Option(
            "-n", rich_help_panel=DRAWING, help=f"People. {default_of(SimulateConfig, 'n')}"
        ),
    ] = None,
    temperature: Annotated[
        float | None,
        typer.Option(
            rich_help_panel=DRAWING,
            help=f"Spread; 1 is the generator's own. {default_of(SimulateConfig, 'temperature')}",
        ),
    ] = None,
    generator: Annotated[
        Generator | None,
        typer.Option(
            metavar="NAME",
            rich_help_panel=DRAWING,
            help="neighbour-walk, gaussian, autoregressive, mosaic or global. (default: "
            "neighbour-walk, autoregressive with such a model, global if unphased)",
        ),
    ] = None,
    hop: Annotated[
        float | None,
        typer.Option(
            rich_help_panel=DRAWING,
            help="Neighbour walk: chance of another donor from window to window; less keeps more "
            f"LD and of the donors. {default_of(SimulateConfig, 'hop')}",
        ),
    ] = None,
    neighbours: Annotated[
        int | None,
        typer.Option(
            rich_help_panel=DRAWING,
            help="Neighbour walk: nearest donors among whom it hops; twice as many make up its "
            "codes. More is more private and loses LD. "
            f"{default_of(SimulateConfig, 'neighbours')}",
        ),
    ] = None,
    generations: Annotated[
        float | None,
        typer.Option(
            rich_help_panel=DRAWING,
            help=f"Mosaic: of recombination. {default_of(SimulateConfig, 'generations')}",
        ),
    ] = None,
    generations_since: Annotated[
        float | None,
        typer.Option(
            rich_help_panel=DRAWING,
            help="Mixtures, paths: since the ancestors met. "
            f"{default_of(SimulateConfig, 'generations_since')}",
        ),
    ] = None,
    reject: Annotated[
        bool,
        typer.Option(
            rich_help_panel=DRAWING, help="Draw again whoever does not encode into the region."
        ),
    ] = True,
    seed: Seed = None,
    allow_small: Annotated[
        bool,
        typer.Option(
            "--allow-small", rich_help_panel=REGION, help="Accept a region of 10 to 49 people."
        ),
    ] = False,
    report: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            rich_help_panel=FILES,
            help="Also check the cohort and write the report: .json for programs, .html to read; "
            "may be given twice.",
        ),
    ] = None,
    near_copies: Annotated[
        NearCopies,
        typer.Option(
            rich_help_panel=FILES,
            help="Near copies of real people: drop them, or keep them knowingly.",
        ),
    ] = "drop",
    samples: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            rich_help_panel=FILES,
            help="Also write the sample sheet (.tsv): region, parents, generator, seed, model.",
        ),
    ] = None,
    latent: Annotated[
        Path | None,
        typer.Option(
            rich_help_panel=FILES, help="Also write the cohort's latent positions (.csv)."
        ),
    ] = None,
    tracts: Annotated[
        Path | None,
        typer.Option(
            rich_help_panel=FILES,
            help="Of a mixture: also write the true ancestry of every tract (.csv).",
        ),
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

        def place(target: Path, suffixes: tuple[str, ...]) -> Path:
            temporary = outputs.enter_context(replacing(target, suffixes, inputs))
            inputs.append(target)
            return temporary

        files = CohortFiles(
            cohort=place(output, COHORTS),
            reports=[place(path, REPORTS) for path in report or []],
            samples=samples and place(samples, SHEETS),
            latent=latent and place(latent, TABLES),
            tracts=tracts and place(tracts, TABLES),
        )
        session.progress.update(0, 4, "Opening the model and the panel")
        trained, opened = open_model(model), open_panel(panel)
        map_model = open_model(map_file) if map_file is not None else None
        bundled, origin = _make(
            *(session, trained, map_model, opened, choice, config),
            report=files.need_report,
            drop=near_copies == "drop",
        )
        files.write(bundled, origin)
        session.progress.update(4, 4, panel_line(bundled.cohort.panel))
    result, shown, notes = cohort_facts(bundled, origin)
    session.finish({"output": str(output), **result}, as_json, shown, notes)


def _make(
    session: Session,
    model: TrainedModel,
    map_model: TrainedModel | None,
    panel: Panel,
    choice: RegionChoice,
    config: SimulateConfig,
    *,
    report: bool,
    drop: bool,
) -> tuple[BundledCohort, Origin]:
    """Draw, drop near copies unless they are wanted, and check where a report is."""
    from vaeviz.reports.cohort_export import Origin, without_people
    from vaeviz.reports.contents import BundledCohort
    from vaeviz.synthesis.generate import generate
    from vaeviz.synthesis.generators import recommended
    from vaeviz.synthesis.report import cohort_report, near_copies

    if config.generator is None:
        config = config.model_copy(update={"generator": recommended(model, panel)})
    region = choice.of(panel, map_model or model)
    cohort = generate(model, panel, region, config, map_model, Part(session.progress, 1, 1, 4))
    found, dropped = None, 0
    if drop:
        copies = near_copies(model, panel, cohort, config.seed)
        dropped = len(copies)
        cohort = without_people(cohort, copies) if dropped else cohort
    if report:
        part = Part(session.progress, 2, 1, 4)
        found = cohort_report(model, panel, cohort, map_model, config.seed, part)
    # Dropped ones are gone, whether or not a report says so.
    bundled = BundledCohort(cohort, found, acknowledged=not drop or found is None)
    return bundled, Origin(model, panel, map_model, dropped)
