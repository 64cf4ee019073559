"""The files of a synthetic cohort that a command was asked for."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from vaeviz.cli.opening import panel_facts, panel_line
from vaeviz.cli.output import write_table
from vaeviz.cli.session import Result, records

if TYPE_CHECKING:
    import pandas as pd

    from vaeviz.reports.cohort_export import Origin
    from vaeviz.reports.contents import BundledCohort

COHORTS = (".vcf.gz", ".bed", ".pgen", ".vcz", ".csv", ".zip")
REPORTS = (".json", ".html")
SHEETS = (".tsv",)


@dataclasses.dataclass(frozen=True)
class CohortFiles:
    """Where the parts of a cohort are written; their names say the formats."""

    cohort: Path
    reports: Sequence[Path] = ()
    samples: Path | None = None
    latent: Path | None = None
    tracts: Path | None = None

    @property
    def need_report(self) -> bool:
        """Whether one of the files holds the report."""
        return bool(self.reports) or self.cohort.suffix == ".zip"

    def write(self, bundled: BundledCohort, origin: Origin) -> None:
        """Write all of them.

        Raises
        ------
        PrivacyError
            Near copies are in the cohort, or nobody looked for them, and that was not
            acknowledged.
        PanelError
            A format cannot hold the cohort.
        RegionError
            Tracts were asked for of people who have none.
        """
        from vaeviz.reports.cohort_export import check_copies
        from vaeviz.reports.cohort_files import sample_sheet
        from vaeviz.synthesis.cohort import tract_table

        check_copies(bundled, bundled.acknowledged)
        cohort = bundled.cohort
        if self.tracts is not None:
            write_table(tract_table(cohort), self.tracts)
        if self.latent is not None:
            write_table(cohort.latent, self.latent)
        if self.samples is not None:
            self.samples.write_text(sample_sheet(cohort, origin.model.digest), encoding="utf-8")
        for path in self.reports:
            _write_report(bundled, path)
        self._write_people(bundled, origin)

    def _write_people(self, bundled: BundledCohort, origin: Origin) -> None:
        if self.cohort.suffix == ".zip":
            from vaeviz.reports.cohort_export import write_cohort

            write_cohort(self.cohort, bundled, origin, acknowledged=bundled.acknowledged)
            return
        from vaeviz.data.genotype_files import write_genotypes

        write_genotypes(bundled.cohort.panel, self.cohort)


def cohort_facts(
    bundled: BundledCohort, origin: Origin
) -> tuple[Result, list[tuple[str, pd.DataFrame]], list[str]]:
    """The cohort for machines, as tables and as lines, with the report where there is one."""
    cohort, report = bundled.cohort, bundled.report
    result: Result = {
        "panel": panel_facts(cohort.panel),
        "region": {"name": cohort.region.name, "kind": cohort.region.kind},
        "config": cohort.config.model_dump(),
        "acceptance": cohort.acceptance,
        "n_tried": cohort.n_tried,
        "warnings": list(cohort.warnings),
        "near_copies_dropped": origin.dropped,
    }
    notes = [panel_line(cohort.panel), *cohort.warnings, *_dropped(bundled, origin)]
    if report is None:
        return result, [], notes
    result |= {"checks": records(report.checks), "verdict": report.verdict}
    result |= {"near_copies": report.near_copies}
    checks = report.checks[["check", "value", "reference", "unit", "verdict"]]
    if report.near_copies:
        notes.append("Near copies are in the files: --near-copies drop takes them out.")
    return result, [("Checks", checks)], [*notes, report.verdict]


def _dropped(bundled: BundledCohort, origin: Origin) -> list[str]:
    """How many near copies were left out, if any."""
    from vaeviz.reports.cohort_readme import copies_line

    return [copies_line(bundled, origin.dropped)] if origin.dropped else []


def _write_report(bundled: BundledCohort, path: Path) -> None:
    assert bundled.report is not None
    if path.suffix == ".html":
        from vaeviz.reports.cohort_html import cohort_html

        path.write_text(cohort_html(bundled.cohort, bundled.report), encoding="utf-8")
    else:
        path.write_text(bundled.report.to_json(), encoding="utf-8")
