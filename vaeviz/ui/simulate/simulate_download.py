"""A cohort leaves the page: near copies first, then its files in one zip."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from vaeviz.data.panel import Panel
from vaeviz.escape import escape
from vaeviz.ui import cohorts
from vaeviz.ui.cohorts import KeptCohort
from vaeviz.ui.errors import shown_errors
from vaeviz.ui.simulate import simulate_form
from vaeviz.ui.simulate.simulate_form import Models
from vaeviz.ui.tables import csv_button

if TYPE_CHECKING:
    from collections.abc import Callable

    from vaeviz.reports.cohort_export import Origin
    from vaeviz.reports.cohort_files import CohortFormat


def downloads(kept: KeptCohort, models: Models, panel: Panel) -> None:
    """Files of the cohort, each built on click; near copies are dropped or acknowledged first."""
    st.subheader("Take the cohort away", anchor=False)
    if kept.report.near_copies:
        _offer_to_drop(kept, models, panel)
    elif kept.dropped:
        st.success(
            f"{kept.dropped:,} near copies were dropped; the report is on the people left.",
            icon=":material/person_remove:",
        )
    if kept.cohort.generator == "mosaic":
        st.error(kept.cohort.facts.leaks, icon=":material/content_copy:")
    if not copies_accepted(kept):
        return
    formats = _formats()
    build = partial(
        cohorts.zip_bytes, kept, _origin(kept, models, panel), formats, kept.report.near_copies > 0
    )
    with st.container(horizontal=True):
        _file("Whole cohort (zip)", f"{kept.stem}.zip", build, primary=True)
        _file("VCF.gz", f"{kept.stem}.vcf.gz", partial(cohorts.vcf_bytes, kept.cohort.panel))
        _file("Report (HTML)", f"{kept.stem}.report.html", partial(cohorts.html_bytes, kept))
        csv_button(kept.cohort.latent, "simulate_positions", "Latent positions (CSV)")
    st.caption(
        "The zip holds the genotypes, a sample sheet, the report, a README and a manifest with "
        "digests. SYNTHETIC stands in all of them. PLINK 1 keeps no phase."
    )
    _again(kept, panel)


def copies_accepted(kept: KeptCohort) -> bool:
    """Whether files may be offered: no near copies, or the user has acknowledged them."""
    near = kept.report.near_copies
    if not near:
        return True
    found = kept.report.metrics.set_index("key")
    usual = found.at["near_copies", "reference"] if "near_copies" in found.index else float("nan")
    beside = "" if pd.isna(usual) else f" Among further real people, {usual:.1%} of rows are."
    st.warning(
        f"{near:,} of {kept.cohort.panel.n_samples:,} synthetic people are as close to a known "
        f"person as the closest 1 % of real people are.{beside} Downloads are blocked until they "
        "are dropped, or you have read this.",
        icon=":material/content_copy:",
    )
    return st.checkbox(
        "I know that these are near copies of real people, and may share data that close to them.",
        key=f"copies_{kept.cohort.panel.digest[:8]}",
    )


def _offer_to_drop(kept: KeptCohort, models: Models, panel: Panel) -> None:
    near = kept.report.near_copies
    label = f"Drop the {near:,} near copies" if near > 1 else "Drop the near copy"
    if st.button(label, key="simulate_drop", icon=":material/person_remove:"):
        simulate_form.drop_near_copies(kept, models, panel)
        st.rerun()


def _formats() -> tuple[CohortFormat, ...]:
    from vaeviz.reports.cohort_files import FORMATS

    chosen = st.pills(
        "Genotypes as",
        list(FORMATS),
        selection_mode="multi",
        default=list(FORMATS),
        key="simulate_formats",
        format_func=FORMATS.__getitem__,
    )
    return tuple(name for name in FORMATS if name in chosen)


def _origin(kept: KeptCohort, models: Models, panel: Panel) -> Origin:
    from vaeviz.reports.cohort_export import Origin

    model = kept.drawn_by(models.map_model, models.sequence)
    return Origin(model, panel, models.map_model, kept.dropped)


def _again(kept: KeptCohort, panel: Panel) -> None:
    """The same cohort from a terminal, and the region that it needs."""
    from vaeviz.reports.cohort_readme import redraw_command
    from vaeviz.synthesis.region_file import to_json

    with st.expander("Draw the same people in a terminal", icon=":material/terminal:"):
        command = redraw_command(kept.cohort, kept.dropped, kept.report.near_copies)
        st.code(command, language="bash", wrap_lines=True)
        st.caption(
            "MODEL drew the people and MAP checked them. Same seed, model file, package versions "
            f"and machine: same people. Digest of this cohort: `{kept.cohort.panel.digest}`."
        )
        if kept.cohort.region.kind != "population":
            _file(
                "REGION.json",
                "REGION.json",
                lambda: to_json(kept.cohort.region, panel).encode(),
            )
            st.caption("The region's file names real people of the panel: keep it as the panel.")
        _compare(kept)


def _compare(kept: KeptCohort) -> None:
    """Whether a cohort from elsewhere is this one."""
    from vaeviz.reports.cohort_compare import MAX_BYTES, compare_cohort

    file = st.file_uploader(
        "Compare with manifest.json or report.json of a cohort from elsewhere",
        type="json",
        key="simulate_manifest",
        max_upload_size=MAX_BYTES // 1_000_000,
    )
    if file is None:
        return
    with shown_errors():
        found = compare_cohort(kept.cohort, kept.model_digest, file.getvalue())
        if found.same:
            st.success("The same people, to the last allele.", icon=":material/check:")
            return
        known = "; ".join(escape(reason, 200) for reason in found.reasons)
        why = known or "nothing else that is on record differs, so the machine does"
        st.warning(f"Other people: {why}.", icon=":material/difference:")


def _file(label: str, name: str, build: Callable[[], bytes], primary: bool = False) -> None:
    st.download_button(
        label,
        data=build,
        file_name=name,
        mime="application/octet-stream",
        key=f"cohort_{label.split()[0].lower()}",
        type="primary" if primary else "secondary",
        icon=":material/download:",
        on_click="ignore",
    )
