"""A synthetic cohort as one zip; near copies of real people leave only dropped or acknowledged."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from vaeviz.data.tables import csv_text
from vaeviz.errors import PrivacyError
from vaeviz.escape import file_stem, plain
from vaeviz.progress import Progress, Silent
from vaeviz.reports import manifest
from vaeviz.reports.archive import Archive
from vaeviz.reports.cohort_files import FORMATS, CohortFormat, genotype_files, sample_sheet
from vaeviz.reports.cohort_html import cohort_html
from vaeviz.reports.cohort_readme import readme, redraw_command
from vaeviz.synthesis.cohort import tract_table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from vaeviz.data.panel import Panel
    from vaeviz.reports.contents import BundledCohort
    from vaeviz.synthesis.generate import Cohort
    from vaeviz.training.model import TrainedModel

ALL_FORMATS: tuple[CohortFormat, ...] = tuple(FORMATS)


@dataclasses.dataclass(frozen=True)
class Origin:
    """What a cohort was drawn from.

    Attributes
    ----------
    model : TrainedModel
        Drew it.
    panel : Panel
        Whose people the region names.
    map_model : TrainedModel, optional
        Checked it; `model` where that is a map.
    dropped : int
        Near copies that were dropped after drawing.
    """

    model: TrainedModel
    panel: Panel
    map_model: TrainedModel | None = None
    dropped: int = 0


def cohort_stem(cohort: Cohort) -> str:
    """Stem of file names: says that it is synthetic, from where, and which."""
    return f"vaeviz_SYNTHETIC_{file_stem(cohort.region.name)}_{cohort.panel.digest[:8]}"


def without_people(cohort: Cohort, people: NDArray[np.int64]) -> Cohort:
    """The cohort without some people, by index.

    Raises
    ------
    PrivacyError
        Nobody would be left.
    """
    keep = np.setdiff1d(np.arange(cohort.panel.n_samples), people)
    if not len(keep):
        raise PrivacyError(
            f"All {cohort.panel.n_samples:,} people are near copies of real ones.",
            "Draw again from a larger region, with more hops or another generator.",
        )
    smaller = cohort.panel.take_samples(keep)
    ancestry = cohort.local_ancestry
    if ancestry is not None:
        rows = ancestry.reshape(cohort.panel.n_samples, -1, ancestry.shape[1])[keep]
        ancestry = rows.reshape(-1, ancestry.shape[1])
    what = f"dropped {len(people):,} near copies of real people"
    return dataclasses.replace(
        cohort,
        panel=smaller.with_step(what, cohort.panel),
        latent=cohort.latent.iloc[keep].reset_index(drop=True),
        local_ancestry=ancestry,
    )


def check_copies(bundled: BundledCohort, acknowledged: bool) -> None:
    """Refuse to hand out near copies that nobody acknowledged.

    Raises
    ------
    PrivacyError
        The report names near copies, or there is no report that looked for them.
    """
    if acknowledged:
        return
    if bundled.report is None:
        raise PrivacyError(
            "This cohort was not checked for near copies of real people.", "Make its report first."
        )
    if near := bundled.report.near_copies:
        raise PrivacyError(
            f"{near:,} of {bundled.cohort.panel.n_samples:,} people are near copies of real ones.",
            "Drop them, or acknowledge that they are shared (in a terminal: --near-copies drop or "
            "keep).",
        )


def write_cohort(
    path: Path,
    bundled: BundledCohort,
    origin: Origin,
    formats: Sequence[CohortFormat] = ALL_FORMATS,
    acknowledged: bool = False,
    progress: Progress | None = None,
) -> None:
    """Write one zip: genotypes, sample sheet, positions, README, report and manifest.

    The same cohort gives the same bytes.

    Parameters
    ----------
    path : Path
        Replaced only when the zip is complete.
    bundled : BundledCohort
    origin : Origin
    formats : sequence of CohortFormat
    acknowledged : bool
        Near copies may leave.
    progress : Progress, optional

    Raises
    ------
    PrivacyError
        Near copies are in it and were not acknowledged.
    PanelError
        A format cannot hold the cohort.
    """
    check_copies(bundled, acknowledged)
    told = progress or Silent()
    cohort, archive = bundled.cohort, Archive()
    stem = cohort_stem(cohort)
    for done, kind in enumerate(formats):
        told.update(done, len(formats) + 1, f"Writing {FORMATS[kind]}")
        for name, data in genotype_files(cohort.panel, stem, kind).items():
            archive.add(f"{stem}/{name}", data)
    told.update(len(formats), len(formats) + 1, "Packing")
    digest = origin.model.digest
    archive.add(f"{stem}/{stem}.samples.tsv", sample_sheet(cohort, digest))
    archive.add(f"{stem}/latent.csv", csv_text(cohort.latent))
    archive.add(f"{stem}/README.txt", readme(bundled, formats, origin.dropped, digest))
    if bundled.report is not None:
        archive.add(f"{stem}/report.json", bundled.report.to_json())
        archive.add(f"{stem}/report.html", cohort_html(cohort, bundled.report))
    if cohort.local_ancestry is not None:
        archive.add(f"{stem}/tracts.csv", csv_text(tract_table(cohort)))
    entries = cohort_manifest(bundled, origin, acknowledged)
    entries["files"] = [{**item} for item in archive.listing()]
    archive.add(f"{stem}/manifest.json", manifest.to_json(entries))
    archive.write(path)


def cohort_manifest(
    bundled: BundledCohort, origin: Origin, acknowledged: bool = False
) -> manifest.Json:
    """Versions, settings, digests and what was decided about near copies."""
    cohort = bundled.cohort
    where = origin.map_model or origin.model
    checked: manifest.Json | None = (
        {"name": plain(where.name, 200), "digest": where.digest} if where.is_map else None
    )
    return {
        "format": manifest.FORMAT,
        **manifest.versions(),
        "synthetic": True,
        "simulated": cohort.panel.info.simulated,
        "cohort": manifest.cohort_entry(bundled, cohort_stem(cohort)),
        "parents": [
            {"name": plain(part.name, 200), "share": part.proportion}
            for part in cohort.region.parts
        ],
        "model": manifest.model_entry(origin.model, ""),
        "map": checked,
        "panel": manifest.panel_entry(origin.panel),
        "near_copies_dropped": origin.dropped,
        "near_copies_acknowledged": acknowledged,
        "command": redraw_command(
            cohort, origin.dropped, bundled.report.near_copies if bundled.report else 0
        ),
    }
