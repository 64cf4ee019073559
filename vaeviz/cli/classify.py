"""`classify`: which group of a model's training people each person of a query is most like."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from vaeviz.cli.opening import open_model, open_panel, panel_line
from vaeviz.cli.options import JsonFlag, ModelFile, TableOutput
from vaeviz.cli.output import TABLES, replacing, write_table
from vaeviz.cli.session import Result, Session, records

if TYPE_CHECKING:
    import pandas as pd

    from vaeviz.analysis.calls import CallReport
    from vaeviz.analysis.classification import Calls


class Level(StrEnum):
    """Which labels to infer."""

    POPULATION = "population"
    SUPERPOPULATION = "superpopulation"


class MethodName(StrEnum):
    """How to infer them."""

    AUTO = "auto"
    LDA = "lda"
    KNN = "knn"
    LOGISTIC = "logistic"
    CODE_LENGTH = "code-length"


def classify(
    context: typer.Context,
    model: ModelFile,
    query: Annotated[
        str,
        typer.Argument(
            metavar="QUERY", help="People to classify: a panel's name, a .vcz, VCF, BCF or PLINK."
        ),
    ],
    output: TableOutput,
    level: Annotated[Level, typer.Option(help="Which labels to infer.")] = Level.POPULATION,
    method: Annotated[
        MethodName,
        typer.Option(help="auto takes what fitted the model's validation people best."),
    ] = MethodName.AUTO,
    as_json: JsonFlag = False,
) -> None:
    """Write the inferred label of every person, its probability, and who is doubtful.

    Sites are matched by position or ID; swapped alleles are turned. Where people of the query
    report labels and the model never learnt from them, the calls are judged too.
    """
    from vaeviz.analysis.classification import classify as call

    session = Session.of(context)
    with replacing(output, TABLES, [model, query]) as temporary:
        session.progress.update(0, 2, "Opening the model and the query")
        trained, opened = open_model(model), open_panel(query)
        session.progress.update(1, 2, "Classifying")
        calls = call(trained, opened, level.value, method.value)
        write_table(calls.table.rename(columns={"site_overlap": "site overlap"}), temporary)
        session.progress.update(2, 2, f"{len(calls.table):,} people")
    report = _judged(calls)
    summary = _summary(calls)
    result: Result = {
        "output": str(output),
        "people": len(calls.table),
        "level": calls.level,
        "method": calls.method,
        "labels": records(summary),
        "flags": _flag_counts(calls),
        "overlap": _overlap(calls),
        "held_out": None if report is None else _figures(report),
    }
    shown = [(f"Inferred {calls.level}", summary)]
    session.finish(result, as_json, shown, [panel_line(opened), *_notes(calls, report)])


def _judged(calls: Calls) -> CallReport | None:
    """Calls against reported labels; None where nobody can be judged."""
    from vaeviz.analysis.calls import judge_calls
    from vaeviz.errors import PanelError

    try:
        return judge_calls(calls)
    except PanelError:
        return None


def _summary(calls: Calls) -> pd.DataFrame:
    """People a label: called without doubt, and flagged with this label as best guess."""
    table = calls.table.assign(sure=calls.table["flag"] == "")
    groups = table.groupby("predicted")["sure"]
    counts = groups.agg(people="sum", flagged=lambda sure: int((~sure).sum()))
    return counts.astype(int).rename_axis("label").reset_index()


def _flag_counts(calls: Calls) -> dict[str, int]:
    from vaeviz.analysis.classification import FLAGS

    return {flag: int((calls.table["flag"] == flag).sum()) for flag in FLAGS}


def _overlap(calls: Calls) -> Result:
    import dataclasses

    return dataclasses.asdict(calls.overlap)


def _figures(report: CallReport) -> Result:
    return {
        "people": report.n,
        "accuracy": report.accuracy,
        "ci_low": report.ci_low,
        "ci_high": report.ci_high,
        "balanced_accuracy": report.balanced_accuracy,
        "unflagged": report.n_accepted,
        "accuracy_unflagged": report.accepted_accuracy,
        "calibration_error": report.calibration_error,
        "labels": records(report.labels),
    }


def _notes(calls: Calls, report: CallReport | None) -> list[str]:
    from vaeviz.analysis.calls import learnt_note

    overlap = calls.overlap
    notes = [
        f"Sites: {overlap.overlap:.1%} of the model's {overlap.n_model:,} are in the query, "
        f"matched by {overlap.matched_by}; {overlap.flipped:,} with alleles swapped, "
        f"{overlap.strand_flipped:,} on the other strand, {overlap.ambiguous_dropped:,} left out "
        f"as strand ambiguous, {overlap.mismatched:,} with other alleles."
    ]
    if overlap.unreliable:
        notes.append("warning: under half of them; calls are unreliable.")
    flagged = ", ".join(f"{n:,} {flag}" for flag, n in _flag_counts(calls).items() if n)
    notes.append(f"Method: {calls.method}. Flagged: {flagged or 'nobody'}.")
    learnt = learnt_note(calls)
    if learnt:
        notes.append(f"warning: {learnt}")
    if report is not None:
        notes.append(
            f"Against reported labels: {report.accuracy:.1%} of {report.n:,} people right "
            f"({report.ci_low:.1%} to {report.ci_high:.1%}), balanced "
            f"{report.balanced_accuracy:.1%}; {report.accepted_accuracy:.1%} of the "
            f"{report.n_accepted:,} without a flag."
        )
        notes += report.notes
    return notes
