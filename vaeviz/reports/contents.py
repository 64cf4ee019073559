"""What goes into an export bundle."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from vaeviz.compression.table import CompressionResult
    from vaeviz.data.panel import Panel
    from vaeviz.figures.chart import Chart
    from vaeviz.synthesis.generate import Cohort
    from vaeviz.synthesis.report import CohortReport


@dataclasses.dataclass(frozen=True)
class BundledCohort:
    """A synthetic cohort and the report on it, if one was made.

    `acknowledged`: whoever exports it knows of near copies of real people in it.
    """

    cohort: Cohort
    report: CohortReport | None = None
    acknowledged: bool = False


@dataclasses.dataclass(frozen=True)
class BundleContents:
    """What an export bundle holds.

    Attributes
    ----------
    panel : Panel
        The panel behind it all. Its genotypes go in only with `include_genotypes`.
    charts : sequence of Chart
        Each becomes a page of its own, its table, and an SVG where a browser draws one.
    tables : dict of name to DataFrame
        Tables that no chart carries, such as one row a person.
    models : sequence of Path
        Model files.
    cohorts : sequence of BundledCohort
    compression : CompressionResult or None
        Its figures are told in the methods text.
    include_genotypes : bool
    seed : int or None
        Of the analysis (bootstrap, posterior draws), for the manifest.
    """

    panel: Panel
    charts: tuple[Chart, ...] = ()
    tables: dict[str, pd.DataFrame] = dataclasses.field(default_factory=dict)
    models: tuple[Path, ...] = ()
    cohorts: tuple[BundledCohort, ...] = ()
    compression: CompressionResult | None = None
    include_genotypes: bool = False
    seed: int | None = None
