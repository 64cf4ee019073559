"""The export bundle: one zip that holds an analysis and says how it was made."""

from __future__ import annotations

import tempfile
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from vaeviz.data.panel import Panel
from vaeviz.data.tables import csv_text
from vaeviz.data.writers import write_vcf
from vaeviz.errors import Cancelled
from vaeviz.escape import file_stem
from vaeviz.figures.chart import Chart, image_export_available, image_session
from vaeviz.progress import Progress, Silent
from vaeviz.reports import manifest
from vaeviz.reports.archive import Archive
from vaeviz.reports.cohort_export import check_copies
from vaeviz.reports.contents import BundleContents, BundledCohort
from vaeviz.reports.methods import methods_text

if TYPE_CHECKING:
    from vaeviz.training.model import TrainedModel


def write_bundle(
    path: Path,
    contents: BundleContents,
    images: bool = True,
    progress: Progress | None = None,
) -> None:
    """Write one zip: figures, tables, models, cohorts, manifest.json and METHODS.md.

    Parameters
    ----------
    path : Path
        Replaced only when the bundle is complete.
    contents : BundleContents
    images : bool
        Also draw an SVG of each figure where a browser is found; pages are always written.
    progress : Progress, optional

    Raises
    ------
    PrivacyError
        A cohort holds near copies, or has no report, and that was not acknowledged.
    CheckpointError
        A model file is damaged.
    ImageExportError
        A browser was found and could not draw.
    Cancelled
        The listener asked to stop.
    """
    from vaeviz.training.model import load_model

    for bundled in contents.cohorts:
        check_copies(bundled, bundled.acknowledged)
    archive = Archive()
    models = [load_model(file) for file in contents.models]
    _add_charts(archive, contents.charts, images, progress or Silent())
    for name, table in contents.tables.items():
        archive.add(f"tables/{file_stem(name)}.csv", csv_text(table))
    model_files = [
        archive.add(f"models/{file_stem(file.stem)}.vaeviz", file.read_bytes())
        for file in contents.models
    ]
    cohort_files = [_add_cohort(archive, bundled) for bundled in contents.cohorts]
    if contents.include_genotypes:
        stem = file_stem(contents.panel.info.name)
        archive.add(f"genotypes/{stem}.vcf.gz", _vcf(contents.panel))
    methods = methods_text(contents.panel, models, contents.compression, contents.cohorts)
    archive.add("METHODS.md", methods)
    entries = _manifest(contents, models, model_files, cohort_files)
    entries["files"] = [{**item} for item in archive.listing()]
    archive.add("manifest.json", manifest.to_json(entries))
    archive.write(path)


def _add_charts(
    archive: Archive, charts: tuple[Chart, ...], images: bool, progress: Progress
) -> None:
    """A page, the table and, where a browser can draw, an SVG of every figure."""
    images = images and image_export_available()
    with image_session() if images else nullcontext():
        for done, chart in enumerate(charts):
            if progress.cancelled():
                raise Cancelled("The export was cancelled.", "Start it again.")
            progress.update(done, len(charts), "Writing figures")
            stem = file_stem(chart.name)
            archive.add(f"figures/{stem}.html", chart.html())
            archive.add(f"tables/{stem}.csv", chart.csv())
            if images:
                archive.add(f"figures/{stem}.svg", chart.svg())


def _add_cohort(archive: Archive, bundled: BundledCohort) -> str:
    """Add a cohort's VCF, latent table and report; returns the name of the VCF."""
    stem = f"cohorts/synthetic_{file_stem(bundled.cohort.region.name)}"
    archive.add(f"{stem}.latent.csv", csv_text(bundled.cohort.latent))
    if bundled.report is not None:
        archive.add(f"{stem}.report.json", bundled.report.to_json())
    return archive.add(f"{stem}.vcf.gz", _vcf(bundled.cohort.panel))


def _manifest(
    contents: BundleContents,
    models: list[TrainedModel],
    model_files: list[str],
    cohort_files: list[str],
) -> manifest.Json:
    info = contents.panel.info
    return {
        "format": manifest.FORMAT,
        **manifest.versions(),
        "simulated": info.simulated,
        "synthetic": info.synthetic or bool(contents.cohorts),
        "genotypes_included": contents.include_genotypes,
        "panel": manifest.panel_entry(contents.panel),
        "seeds": manifest.seeds(models, contents.cohorts) | {"analysis": contents.seed},
        "models": [
            manifest.model_entry(model, file)
            for model, file in zip(models, model_files, strict=True)
        ],
        "cohorts": [
            manifest.cohort_entry(bundled, file)
            for bundled, file in zip(contents.cohorts, cohort_files, strict=True)
        ],
    }


def _vcf(panel: Panel) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "panel.vcf.gz"
        write_vcf(panel, path)
        return path.read_bytes()
