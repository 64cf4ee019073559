"""The bundle of everything there is about a model and a panel."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from vaeviz.analysis.bar_code import bin_entropy
from vaeviz.analysis.entropy import entropy_table, site_entropy
from vaeviz.compression.table import compression_result
from vaeviz.data.panel import LEVELS
from vaeviz.errors import Cancelled
from vaeviz.escape import file_stem
from vaeviz.progress import Progress, Silent
from vaeviz.reports.bundle import write_bundle
from vaeviz.reports.charts import (
    cohort_charts,
    compression_charts,
    entropy_charts,
    model_charts,
    panel_charts,
)
from vaeviz.reports.contents import BundleContents, BundledCohort

if TYPE_CHECKING:
    from vaeviz.data.panel import Panel
    from vaeviz.figures.palette import Theme
    from vaeviz.training.model import TrainedModel

N_STEPS = 4


def standard_bundle(
    path: Path,
    model: TrainedModel,
    panel: Panel,
    cohorts: tuple[BundledCohort, ...] = (),
    *,
    by: str | None = None,
    include_genotypes: bool = False,
    images: bool = True,
    theme: Theme = "light",
    seed: int = 1,
    sequence: TrainedModel | None = None,
    progress: Progress | None = None,
) -> BundleContents:
    """Compute embedding, compression and entropy, draw them, and write one zip.

    Parameters
    ----------
    path : Path
        The zip; replaced only when the bundle is complete.
    model : TrainedModel
        Of the map and the embedding.
    panel : Panel
    cohorts : sequence of BundledCohort
        Synthetic cohorts to put in.
    by : str, optional
        Sample column to group by; superpopulation, else population, when absent.
    include_genotypes : bool
        Also write the panel's genotypes.
    images : bool
        Also draw SVG where a browser is found.
    theme : 'light' or 'dark'
    seed : int
        Of bootstraps and posterior draws.
    sequence : TrainedModel, optional
        The panel's sequence model: compression is of this one then, and it goes into the zip too.
    progress : Progress, optional

    Returns
    -------
    BundleContents
        What was written (the model's file is in the zip only).

    Raises
    ------
    ModelError
        Model and panel share too few sites.
    PanelError
        No such column, or haplotypes asked of an unphased panel.
    Cancelled
        The listener asked to stop.
    """
    progress = progress or Silent()
    level = by or next((x for x in reversed(LEVELS) if panel.has_labels(x)), LEVELS[1])
    _step(progress, 0, "Latent space")
    embedding = model.embed(panel)
    _step(progress, 1, "Compression")
    coded = compression_result(sequence or model, panel, level, seed=seed)
    _step(progress, 2, "Entropy")
    by_site = site_entropy(panel, level)
    entropy = entropy_table(panel, level, seed=seed, entropy=by_site)
    drawn = pd.concat([b.cohort.latent for b in cohorts]) if cohorts else None
    bins = bin_entropy(by_site, panel.sites)
    of_entropy, omitted = entropy_charts(panel, entropy, bins, level, theme, coded)
    charts = [
        *panel_charts(panel, theme),
        *model_charts(model, panel, embedding, level, theme, drawn),
        *compression_charts(panel, coded, theme),
        *of_entropy,
        *(c for b in cohorts if b.report for c in cohort_charts(b.cohort.panel, b.report, theme)),
    ]
    tables = {
        "latent": embedding,
        "compression": coded.groups,
        "compression_people": coded.samples,
        "entropy": entropy,
        "arcs_omitted": omitted,
    }
    _step(progress, 3, "Writing the bundle")
    with tempfile.TemporaryDirectory() as folder:
        files = model_files([m for m in (model, sequence) if m is not None], Path(folder))
        contents = BundleContents(
            panel, tuple(charts), tables, files, cohorts, coded, include_genotypes, seed
        )
        write_bundle(path, contents, images, _LastStep(progress))
    return contents


def model_files(models: list[TrainedModel], folder: Path) -> tuple[Path, ...]:
    """Write models into a folder, each under a name of its own."""
    kinds = ["" if model.is_map else "sequence_" for model in models]
    files = [
        folder / f"{kind}{file_stem(model.name)}.vaeviz"
        for kind, model in zip(kinds, models, strict=True)
    ]
    for model, file in zip(models, files, strict=True):
        model.save(file)
    return tuple(files)


def _step(progress: Progress, done: int, message: str) -> None:
    if progress.cancelled():
        raise Cancelled("The export was cancelled.", "Start it again.")
    progress.update(done, N_STEPS, message)


class _LastStep:
    """Shows the writing of the bundle as the last of the steps."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress

    def update(self, done: float, total: float, message: str, **metrics: float) -> None:
        self.progress.update(N_STEPS - 1 + done / max(total, 1), N_STEPS, message, **metrics)

    def cancelled(self) -> bool:
        return self.progress.cancelled()
