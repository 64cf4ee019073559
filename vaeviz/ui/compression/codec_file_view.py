"""The tab *File*: the open panel as one compressed file, and such a file back to a panel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from vaeviz.data.panel import Panel
from vaeviz.escape import escape
from vaeviz.ui import jobs, model_choice, workspace
from vaeviz.ui.compression import codec_decode_view, codec_job, codec_streams_view, codec_written
from vaeviz.ui.compression.codec_job import COMPRESS, Plan
from vaeviz.ui.errors import shown_errors
from vaeviz.ui.widgets import choice, segments

if TYPE_CHECKING:
    from vaeviz.training.model import TrainedModel

WRITE, READ, PLAIN = "Compress", "Decompress", "Plain streams"
METHODS = {
    "auto": "the best that works",
    "ae": "autoencoder",
    "copying": "copying model",
    "mix": "two copying models, mixed",
}
LOSSLESS = (
    "A `.vaez` holds everything that a panel holds: genotypes, their phase and which are missing, "
    "samples with their labels, sites, and what was done to them. Decoding gives back the same "
    "bits on any machine; the file is decoded once and compared before it is offered. It is not "
    "encrypted: whoever has what it needs can read it, sample IDs included."
)
REFERENCE = (
    "People whom encoder and decoder both have: haplotypes are described as mosaics of theirs "
    "(Li and Stephens 2003). Makes files several times smaller, and whoever decodes one needs the "
    "same training people."
)


def tab(panel: Panel) -> None:
    """Write a file, or read one."""
    does = {WRITE: _write, READ: codec_decode_view.decode, PLAIN: codec_streams_view.streams}
    does[segments("What to do", list(does), "vaez_do", hide_label=True)](panel)


def _write(panel: Panel) -> None:
    st.caption(LOSSLESS)
    model = model_choice.coding_model()
    if model is None:
        model_choice.none_yet()
        return
    model_choice.codec_hint(model)
    running = jobs.active(COMPRESS)
    if running is not None:
        jobs.live_card(COMPRESS, running.name, jobs.LEAVE)
        return
    _form(model, panel)
    job = jobs.latest(COMPRESS)
    if job is None:
        return
    if job.status().state == "done":
        codec_written.card(job)
    else:
        jobs.ended_card(job, COMPRESS)


def _form(model: TrainedModel, panel: Panel) -> None:
    """What to compress and how; the button starts the job."""
    with st.container(border=True):
        left, right = st.columns(2)
        with left:
            samples = codec_job.people_choice(model, panel, "vaez_whom")
        reference = samples == "test" and _reference_toggle(model, panel)
        with right:
            methods = list(METHODS) if reference else ["auto", "ae"]
            method = choice("Method", methods, "vaez_method", "auto", METHODS.__getitem__)
        embed = method != "copying" and _embed_checkbox(model)
        if st.button("Compress", key="vaez_go", type="primary", icon=":material/compress:"):
            plan = Plan(samples, method, reference, embed)
            with shown_errors():
                codec_job.start_compress(model, panel, plan)
                st.rerun()


def _reference_toggle(model: TrainedModel, panel: Panel) -> bool:
    """Whether to code with the training people; offered where there are some, phased."""
    people = codec_job.training_people(model, panel)
    if people is None:
        return False
    return st.toggle(
        f"Given the {people.n_samples:,} training people as a reference",
        key="vaez_reference",
        persist_state="session",
        help=REFERENCE,
    )


def _embed_checkbox(model: TrainedModel) -> bool:
    size = workspace.file_of(model_choice.reference_of(model)).stat().st_size
    return st.checkbox(
        f"Put the model into the file ({codec_written.bytes_words(size)})",
        key="vaez_embed",
        persist_state="session",
        help=f"Otherwise the model {escape(model.name)} is needed to decode the file.",
    )
