"""The synthetic cohort of a session: kept while panel and model stay, and its files."""

from __future__ import annotations

import dataclasses
import io
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from vaeviz.data.panel import Panel
from vaeviz.escape import file_stem

if TYPE_CHECKING:
    from vaeviz.synthesis.generate import Cohort
    from vaeviz.synthesis.report import CohortReport
    from vaeviz.training.model import TrainedModel

_KEY = "vaeviz_cohort"
_EPOCH = (1980, 1, 1, 0, 0, 0)

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

    @property
    def stem(self) -> str:
        """Stem of file names: says that it is synthetic, from where, and which."""
        region = file_stem(self.cohort.region.name)
        return f"vaeviz_SYNTHETIC_{region}_{self.cohort.panel.digest[:8]}"


def keep(cohort: Cohort, report: CohortReport, panel: Panel, model: TrainedModel) -> None:
    """Make this the session's cohort."""
    st.session_state[_KEY] = KeptCohort(cohort, report, panel.digest, model.digest)


def kept(panel: Panel, model: TrainedModel | None) -> KeptCohort | None:
    """The session's cohort; forgotten once another panel or model is open."""
    found: KeptCohort | None = st.session_state.get(_KEY)
    if found is None or model is None:
        return None
    if (found.panel_digest, found.model_digest) != (panel.digest, model.digest):
        del st.session_state[_KEY]
        return None
    return found


def vcf_bytes(panel: Panel) -> bytes:
    """The panel as VCF.gz; its ``##source`` says what is synthetic."""
    from vaeviz.data.writers import write_vcf

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cohort.vcf.gz"
        write_vcf(panel, path)
        return path.read_bytes()


def csv_bytes(panel: Panel) -> bytes:
    """Allele counts as CSV, one row a haplotype or person."""
    from vaeviz.data.writers import write_csv

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cohort.csv"
        write_csv(panel, path)
        return path.read_bytes()


def plink_zip_bytes(panel: Panel, stem: str) -> bytes:
    """A zip of STEM.bed, STEM.bim, STEM.fam and a README that says what they are."""
    from vaeviz.data.plink import write_plink

    buffer = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(buffer, "w") as archive:
        write_plink(panel, Path(folder) / f"{stem}.bed")
        for suffix in (".bed", ".bim", ".fam"):
            _add(archive, f"{stem}{suffix}", (Path(folder) / f"{stem}{suffix}").read_bytes())
        _add(archive, "README.txt", f"{panel.info.name}\n{panel.info.description}\n".encode())
    return buffer.getvalue()


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    """Fixed time stamps: the same cohort gives the same bytes."""
    entry = zipfile.ZipInfo(name, _EPOCH)
    archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
