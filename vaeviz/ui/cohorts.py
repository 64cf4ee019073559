"""The synthetic cohort of a session: kept while panel and model stay, and its files."""

from __future__ import annotations

import dataclasses
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from vaeviz.data.panel import Panel

if TYPE_CHECKING:
    from vaeviz.reports.cohort_export import Origin
    from vaeviz.reports.cohort_files import CohortFormat
    from vaeviz.synthesis.generate import Cohort
    from vaeviz.synthesis.report import CohortReport
    from vaeviz.training.model import TrainedModel

_KEY = "vaeviz_cohort"

SYNTHETIC_NOTICE = (
    ":orange-badge[SYNTHETIC] Not real people, and not anonymous: there is no formal privacy "
    "guarantee, so share a cohort only as the source data may be shared. Common variants only; "
    "rare alleles, relatedness, phenotypes and haplotypes across chromosomes are not reproduced."
)


@dataclasses.dataclass(frozen=True)
class KeptCohort:
    """A cohort, its report, and what it was drawn from."""

    cohort: Cohort
    report: CohortReport
    panel_digest: str
    model_digest: str
    map_digest: str
    dropped: int = 0
    """Near copies that were taken out after drawing."""

    @property
    def stem(self) -> str:
        """Stem of file names: says that it is synthetic, from where, and which."""
        from vaeviz.reports.cohort_export import cohort_stem

        return cohort_stem(self.cohort)

    def drawn_by(self, *models: TrainedModel | None) -> TrainedModel:
        """The one of the current models that drew the cohort."""
        return next(m for m in models if m is not None and m.digest == self.model_digest)


def keep(
    cohort: Cohort,
    report: CohortReport,
    panel: Panel,
    model: TrainedModel,
    map_model: TrainedModel,
    dropped: int = 0,
) -> None:
    """Make this the session's cohort."""
    st.session_state[_KEY] = KeptCohort(
        cohort, report, panel.digest, model.digest, map_model.digest, dropped
    )


def kept(
    panel: Panel, map_model: TrainedModel | None, sequence: TrainedModel | None
) -> KeptCohort | None:
    """The session's cohort; forgotten once another panel or other models are open."""
    found: KeptCohort | None = st.session_state.get(_KEY)
    if found is None or map_model is None:
        return None
    current = [model.digest for model in (map_model, sequence) if model is not None]
    same = (found.panel_digest, found.map_digest) == (panel.digest, map_model.digest)
    if not same or found.model_digest not in current:
        del st.session_state[_KEY]
        return None
    return found


def zip_bytes(
    found: KeptCohort, origin: Origin, formats: tuple[CohortFormat, ...], acknowledged: bool
) -> bytes:
    """Everything about a cohort in one zip."""
    from vaeviz.reports.cohort_export import write_cohort
    from vaeviz.reports.contents import BundledCohort

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cohort.zip"
        bundled = BundledCohort(found.cohort, found.report)
        write_cohort(path, bundled, origin, formats, acknowledged)
        return path.read_bytes()


def html_bytes(found: KeptCohort) -> bytes:
    """The report as a page that stands alone."""
    from vaeviz.reports.cohort_html import cohort_html

    return cohort_html(found.cohort, found.report).encode()


def vcf_bytes(panel: Panel) -> bytes:
    """The panel as VCF.gz; its ``##source`` says what is synthetic."""
    from vaeviz.data.writers import write_vcf

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cohort.vcf.gz"
        write_vcf(panel, path)
        return path.read_bytes()
