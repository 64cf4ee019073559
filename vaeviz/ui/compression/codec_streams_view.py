"""Plain streams: latents and residual as arrays, to put before a compressor of one's own."""

from __future__ import annotations

import streamlit as st

from vaeviz.config import Settings
from vaeviz.data.panel import Panel
from vaeviz.escape import escape
from vaeviz.jobs.job import Job
from vaeviz.ui import jobs, model_choice
from vaeviz.ui.compression import codec_job
from vaeviz.ui.compression.codec_job import STREAMS
from vaeviz.ui.compression.codec_written import bytes_words
from vaeviz.ui.errors import shown_errors
from vaeviz.ui.widgets import choice

WHAT = (
    "The paper's pipeline, for people with a compressor of their own: a zip with the latents z "
    "(`.npy`, float) and the residual (`.npy`, whole numbers) of every row. Genotypes are the "
    "thresholded reconstruction of z plus the residual; README has a reader of ten lines. A "
    "reconstruction is floating point, so to keep genotypes use *Compress*, which is exact on any "
    "machine, and mostly far smaller."
)
PACKINGS = {"zstd": "zstd", "blosc2": "blosc2", "none": "not packed"}


class Told(Settings, extra="ignore"):
    """What the command reports of the streams it wrote."""

    n_rows: int
    n_sites: int
    n_codes: int
    margin: float
    n_sites_left_out: int


def streams(panel: Panel) -> None:
    """Settings, the job, and its zip."""
    st.caption(WHAT)
    model = model_choice.coding_model()
    if model is None:
        model_choice.none_yet()
        return
    running = jobs.active(STREAMS)
    if running is not None:
        jobs.live_card(STREAMS, running.name, jobs.LEAVE)
        return
    with st.container(border=True):
        left, right = st.columns(2)
        with left:
            samples = codec_job.people_choice(model, panel, "streams_whom")
        with right:
            packing = choice(
                "Arrays are", list(PACKINGS), "streams_packing", "zstd", PACKINGS.__getitem__
            )
        if st.button("Write streams", key="streams_go", type="primary"):
            with shown_errors():
                codec_job.start_streams(model, panel, samples, packing)
                st.rerun()
    job = jobs.latest(STREAMS)
    if job is None:
        return
    if job.status().state == "done":
        _card(job)
    else:
        jobs.ended_card(job, STREAMS)


def _card(job: Job) -> None:
    """Shapes of the arrays, how near the thresholds are, and the download."""
    path, outcome = jobs.output_of(job), job.outcome()
    if path is None or not path.is_file() or outcome is None:
        return
    told = Told.make(**outcome)
    with st.container(border=True):
        st.markdown(f"**{escape(job.request.label)}**")
        st.markdown(
            f"Latents {told.n_rows:,} × {told.n_codes:,}, residual {told.n_rows:,} × "
            f"{told.n_sites:,}. No probability lies within {told.margin:.1g} of a threshold, so a "
            "machine that computes as exactly as that reads the same genotypes."
        )
        if told.n_sites_left_out:
            st.caption(
                f"{told.n_sites_left_out:,} sites of the panel are unknown to the model and are "
                "not in the streams."
            )
        st.download_button(
            f"Download {path.name} ({bytes_words(path.stat().st_size)})",
            data=path.read_bytes,
            file_name=path.name,
            mime="application/zip",
            key="streams_file",
            type="primary",
            icon=":material/download:",
            on_click="ignore",
        )
