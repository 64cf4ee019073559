"""`impute`: missing genotypes filled in by a model."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vaeviz.cli.opening import open_model, open_panel, panel_facts, panel_line
from vaeviz.cli.options import JsonFlag, ModelFile, PanelRef
from vaeviz.cli.output import replacing
from vaeviz.cli.session import Result, Session, records
from vaeviz.progress import Part

if TYPE_CHECKING:
    import pandas as pd

    from vaeviz.data.dosages import Dosages
    from vaeviz.data.panel import Panel
    from vaeviz.training.model import TrainedModel

COMMON_MAF = 0.01


def impute(
    context: typer.Context,
    model: ModelFile,
    panel: PanelRef,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="OUT.vcf.gz", help="Genotypes to write.")
    ],
    add_sites: Annotated[
        bool, typer.Option(help="Also write sites of the model that the panel lacks.")
    ] = True,
    mask_test: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.json",
            help="Also hide genotypes of the model's test people and measure how well they are "
            "filled in again, beside frequencies and nearest haplotypes.",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of what is hidden.")] = 1,
    as_json: JsonFlag = False,
) -> None:
    """Fill in missing genotypes; observed ones stay as they are.

    Writes best guesses (GT), expected dosages (DS), and for every site the allele frequency
    (AF), an estimated r2 (DR2) and whether anything was imputed (IMP).
    """
    from vaeviz.analysis.imputation import impute as fill
    from vaeviz.analysis.imputation import imputed_panel
    from vaeviz.data.writers import write_vcf

    session = Session.of(context)
    with contextlib.ExitStack() as outputs:
        temporary = outputs.enter_context(replacing(output, [".vcf.gz"], [model, panel]))
        report = mask_test and outputs.enter_context(
            replacing(mask_test, [".json"], [model, panel, output])
        )
        n_parts = 1 if report is None else 2
        session.progress.update(0, n_parts, "Opening the model and the panel")
        trained, opened = open_model(model), open_panel(panel)
        imputed = fill(trained, opened, Part(session.progress, 0, 1, n_parts))
        filled, dosages = imputed_panel(trained, opened, imputed, add_sites)
        write_vcf(filled, temporary, dosages)
        result, notes = _summary(trained, opened, filled, dosages)
        shown = []
        if report is not None:
            table = _mask(session, trained, opened, seed, report)
            result["masking"] = records(table)
            columns = ["rate", "method", "r2", "site_r2_maf1", "site_r2_maf5"]
            shown = [("Hidden genotypes of test people, filled in again", table[columns])]
    session.finish({"output": str(output), **result}, as_json, shown, notes)


def _mask(
    session: Session, model: TrainedModel, panel: Panel, seed: int, report: Path
) -> pd.DataFrame:
    """The masking experiment, also written as JSON."""
    from vaeviz.analysis.masking import masking_r2

    table = masking_r2(model, panel, seed=seed, progress=Part(session.progress, 1, 1, 2))
    content = {
        "model": model.digest,
        "panel": panel.digest,
        "seed": seed,
        "hidden": "a person's genotype at a site as a whole, at random, test people only",
        "masking": records(table),
    }
    report.write_text(json.dumps(content, indent=1), encoding="utf-8")
    return table


def _summary(
    model: TrainedModel, before: Panel, after: Panel, dosages: Dosages
) -> tuple[Result, list[str]]:
    """What was filled in and what was not, for machines and for people."""
    n_imputed = int(dosages.imputed.sum())
    n_added = after.n_sites - before.n_sites
    n_unknown = int((~dosages.known).sum())
    missing = after.as_dosages().counts < 0
    n_missing = int(missing.sum())
    overlap = model.align(before).report.overlap
    quality, common = dosages.mean_quality(), dosages.mean_quality(COMMON_MAF)
    result: Result = {
        "panel": panel_facts(after),
        "model": model.digest,
        "genotypes_imputed": n_imputed,
        "genotypes_still_missing": n_missing,
        "sites_added": n_added,
        "sites_unknown_to_the_model": n_unknown,
        "site_overlap": overlap,
        "mean_estimated_r2": quality,
        "mean_estimated_r2_maf1": common,
    }
    notes = [
        panel_line(after),
        f"{n_imputed:,} genotypes were imputed; {n_added:,} sites of the model were added.",
    ]
    if common is not None:
        notes.append(
            f"Estimated r2 of imputed sites with MAF >= {COMMON_MAF:.0%}: {common:.3f} on "
            "average, as the model believes; --mask-test measures it."
        )
    if n_unknown:
        notes.append(
            f"{n_unknown:,} sites are unknown to the model and stay as they are "
            f"({n_missing:,} genotypes are still missing)."
        )
    if model.align(before).report.unreliable:
        notes.append(f"warning: the panel holds only {overlap:.1%} of the model's sites.")
    return result, notes
