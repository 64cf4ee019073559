"""A training run while it goes on, and models from elsewhere."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, BinaryIO

import pandas as pd
import streamlit as st

from vaeviz.config import Purpose
from vaeviz.data.panel import Panel
from vaeviz.escape import escape, plain
from vaeviz.jobs.job import Job
from vaeviz.ui import adopt, cache, jobs, library, state, workspace
from vaeviz.ui.errors import shown_errors
from vaeviz.ui.tables import show_frame

if TYPE_CHECKING:
    from vaeviz.data.align import AlignmentReport

MAX_LIVE_POINTS = 300
_UPLOAD_ROUND = "model_upload_round"
_COLOURS = ("#0072B2", "#D55E00")
_CURVES = {
    "train_bits_per_allele": "training people",
    "validation_bits_per_allele": "validation people",
}


@st.fragment(run_every=jobs.POLL_S)
def live_run(name: str) -> None:
    """Progress, curves and Cancel of the run under way; the page is redrawn when it ends."""
    job = jobs.active("train")
    if job is None or job.name != name:
        st.rerun()
    st.markdown(f"**Training {escape(job.request.label)}** · you can leave or close this page")
    jobs.watch_card(job, "train")
    live_curve(job)


def live_curve(job: Job) -> None:
    """Bits of training and validation people so far: per genotype, or per allele when phased."""
    history = job.progress()
    found = [c for c in _CURVES if c in history]
    if not found or len(history) < 2:
        st.skeleton(height=260)
        return
    alleles = 1 if "--rows=haplotype" in job.request.argv else 2
    step = -(-len(history) // MAX_LIVE_POINTS)
    curves = history.iloc[::step].melt("done", found, "people", "bits").dropna()
    curves["people"] = curves["people"].map(_CURVES)
    curves["bits"] *= alleles
    unit = "bits per allele" if alleles == 1 else "bits per genotype"
    st.vega_lite_chart(curves, _live_spec(unit), height=260)


def _live_spec(unit: str) -> dict[str, object]:
    """Two lines in the colours of the final figure; the axis need not start at zero."""
    colours = {"domain": list(_CURVES.values()), "range": list(_COLOURS)}
    return {
        "mark": {"type": "line", "clip": True},
        "encoding": {
            "x": {"field": "done", "type": "quantitative", "title": "epoch"},
            "y": {
                "field": "bits",
                "type": "quantitative",
                "title": unit,
                "scale": {"zero": False},
            },
            "color": {
                "field": "people",
                "type": "nominal",
                "title": None,
                "scale": colours,
                "legend": {"orient": "bottom"},
            },
        },
    }


def last_failure() -> None:
    """Why the last run on the open panel ended early, with Resume."""
    job, ref = jobs.latest("train"), state.get().panel_ref
    if job is None or ref is None or workspace.panel_argument(ref) not in job.request.argv:
        return
    if job.status().state in ("failed", "lost", "cancelled"):
        st.markdown(f"The run **{escape(job.request.label)}** ended early.")
        jobs.ended_card(job, "train")


def overlap_report(report: AlignmentReport) -> None:
    """How many of the model's sites the panel has; a warning under one half."""
    text = (
        f"{report.matched:,} of the model's {report.n_model:,} sites are in this panel "
        f"({report.overlap:.0%}), matched by {report.matched_by}."
    )
    if report.unreliable:
        st.warning(f"{text} Positions in latent space are unreliable.", icon=":material/warning:")
    else:
        st.caption(text)
    if report.overlap < 1 or report.flipped:
        with st.expander("Site report", icon=":material/rule:"):
            show_frame(alignment_table(report), "alignment")


def alignment_table(report: AlignmentReport) -> pd.DataFrame:
    """The site report as a table of two columns."""
    rows = {
        "sites of the model": report.n_model,
        "matched": report.matched,
        "of these REF and ALT swapped": report.flipped,
        "of these on the other strand": report.strand_flipped,
        "left out, strand ambiguous": report.ambiguous_dropped,
        "left out, other alleles": report.mismatched,
        "not in this panel": report.missing,
    }
    return pd.DataFrame({"what": list(rows), "sites": list(rows.values())})


def load_model_file(panel: Panel) -> None:
    """Upload a model file: it is checked, matched to the panel, and kept."""
    file = st.file_uploader(
        "A model file (.vaeviz)",
        type=["vaeviz"],
        key=f"model_upload_{st.session_state.get(_UPLOAD_ROUND, 0)}",
    )
    if file is None or not st.button("Check and use it", key="use_model", type="primary"):
        return
    with shown_errors(), st.spinner("Checking the model…"):
        keep_model(file, file.name.removesuffix(".vaeviz"), panel)
        st.session_state[_UPLOAD_ROUND] = st.session_state.get(_UPLOAD_ROUND, 0) + 1
        st.rerun()


def keep_model(file: BinaryIO, name: str, panel: Panel) -> None:
    """Copy a model file to the workspace and take it into use.

    Raises
    ------
    CheckpointError
        Damaged, unsafe or of another version; the copy is removed.
    ModelError
        It shares too few sites with the panel; the copy is removed.
    """
    path = workspace.new_path("models", ".vaeviz")
    with path.open("wb") as target:
        shutil.copyfileobj(file, target, 1 << 20)
    try:
        model = cache.model(workspace.reference(path))
        model.align(panel)
    except Exception:
        path.unlink(missing_ok=True)
        raise
    from vaeviz.reports.model_words import size_words

    detail = f"{size_words(model.config)}, {model.config.rows} rows"
    purpose: Purpose = "map" if model.is_map else "sequence"
    adopt.use_own_model(path, plain(name), detail, purpose, fits_open_panel=True)


def kept_models(panel: Panel) -> None:
    """Models trained or uploaded earlier, to use again or delete."""
    now = state.get()
    current = [now.model_for(purpose) for purpose in now.purposes]
    demo = workspace.demo_model(str(now.panel_ref))
    if demo is not None and demo not in current:
        st.button("Use the demo model", key="use_demo", on_click=state.set_model, args=(demo,))
    cards = library.cards("models")
    if not cards:
        st.caption("Models that you train or upload are kept here.")
    for card in cards:
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            kind = "" if card.purpose is None else f" :gray-badge[{card.purpose}]"
            st.markdown(f"**{escape(card.name)}**{kind}  \n{escape(card.detail, 200)}")
            st.caption(card.created[:16].replace("T", " "))
            st.space("stretch")
            in_use = card.ref in current
            key = card.ref.replace("/", "_")
            if st.button("In use" if in_use else "Use", key=f"use_{key}", disabled=in_use):
                with shown_errors():
                    cache.model(card.ref).align(panel)
                    state.set_model(card.ref)
                    st.rerun()
            st.button(
                "Delete",
                key=f"delete_{key}",
                on_click=library.remove,
                args=(card.ref,),
                disabled=in_use,
                type="tertiary",
            )
