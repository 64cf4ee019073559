"""Decompress: what a file holds, what it needs, and the panel that comes out of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from vaeviz.data.panel import Panel
from vaeviz.errors import VaevizError
from vaeviz.escape import escape, file_stem
from vaeviz.jobs.job import Job
from vaeviz.ui import adopt, cache, cohorts, guards, jobs, workspace
from vaeviz.ui.compression import codec_job, codec_needs
from vaeviz.ui.compression.codec_job import DECOMPRESS, Incoming
from vaeviz.ui.compression.codec_needs import Needs
from vaeviz.ui.compression.codec_written import METHOD_NAMES, bytes_words
from vaeviz.ui.errors import show_error, shown_errors

if TYPE_CHECKING:
    from vaeviz.compression.codec.container import Header

UPLOAD = "A compressed file (.vaez) and, where it needs one that is not here, its model (.vaeviz)"
STAYS = "Files stay on this machine. The open panel stays open until you open the decoded one."


def decode(panel: Panel) -> None:
    """Uploader, contents of the file, the job, and its result."""
    running = jobs.active(DECOMPRESS)
    if running is not None:
        jobs.live_card(DECOMPRESS, running.name, jobs.LEAVE)
        return
    job = jobs.latest(DECOMPRESS)
    if job is not None and not _is_past(job, codec_job.pending()):
        _ended(job, panel)
    incoming = codec_job.pending()
    if incoming is None:
        _uploader()
        return
    try:
        header = codec_needs.header_of(incoming.path)
    except VaevizError as error:
        codec_job.put_away()
        show_error(error)
        _uploader()
        return
    _contents(header, incoming)
    _start(codec_needs.find(header, incoming, panel), incoming)


def _uploader() -> None:
    files = st.file_uploader(
        UPLOAD,
        type=["vaez", "vaeviz"],
        accept_multiple_files=True,
        key=codec_job.uploader_key(),
    )
    if files and st.button("Read this file", key="vaez_read", type="primary"):
        with shown_errors():
            codec_job.take_uploaded(files)
            st.rerun()
    st.caption(STAYS)


def _contents(header: Header, incoming: Incoming) -> None:
    """What a file holds, in words; every byte of it has been checked by then."""
    rows = "haplotypes" if header.ploidy == 1 else "dosages"
    st.markdown(f"**{escape(incoming.name)}** · {bytes_words(incoming.path.stat().st_size)}")
    st.markdown(
        f"{header.n_samples:,} people × {header.n_sites:,} sites as {rows}, coded by "
        f"**{METHOD_NAMES[header.method]}**, written by {escape(header.written_by)}. Its checksum "
        "is right: no byte was lost or changed on the way."
    )
    if header.reason:
        st.caption(f"Why the fall-back: {escape(header.reason, 600)}")


def _start(needs: Needs, incoming: Incoming) -> None:
    if needs.missing:
        st.warning(
            f"To decode it {' and '.join(escape(x, 120) for x in needs.missing)} must be here. "
            "Bring the model together with the file, or keep it on the Train page; import the "
            "reference on the Panel page, or open the panel whose training people it is made of.",
            icon=":material/key:",
        )
    with st.container(horizontal=True):
        pressed = st.button(
            "Decompress",
            key="vaez_decode",
            type="primary",
            icon=":material/expand:",
            disabled=bool(needs.missing),
        )
        st.button("Another file", key="vaez_drop", on_click=codec_job.put_away)
    if pressed:
        with shown_errors():
            codec_job.start_decompress(incoming, needs.model, needs.reference)
            st.rerun()


def _is_past(job: Job, incoming: Incoming | None) -> bool:
    """Whether a job failed on a file that another has replaced by now."""
    replaced = incoming is not None and str(incoming.path) not in job.request.argv
    return replaced and job.status().state != "done"


def _ended(job: Job, panel: Panel) -> None:
    """The decoded panel, or why there is none."""
    output = jobs.output_of(job)
    if job.status().state != "done":
        jobs.ended_card(job, DECOMPRESS)
    elif output is not None and output.exists():
        incoming = codec_job.pending()
        if incoming is not None and str(incoming.path) in job.request.argv:
            codec_job.put_away()
        decoded = cache.panel(workspace.reference(output))
        with st.container(border=True):
            _decoded(job, decoded, panel)


def _decoded(job: Job, decoded: Panel, panel: Panel) -> None:
    name = escape(decoded.info.name)
    st.markdown(
        f"**{name}**{guards.made_badge(decoded.info)} · {decoded.n_samples:,} people × "
        f"{decoded.n_sites:,} sites"
    )
    if decoded.digest == panel.digest:
        st.success("The same as the open panel, bit for bit.", icon=":material/verified:")
    else:
        st.caption(
            "Decoded and compared with the checksum of the original: every genotype, ID and site "
            "is as it was. It is kept on the Panel page."
        )
    output = jobs.output_of(job)
    with st.container(horizontal=True):
        st.button(
            "Open this panel",
            key="vaez_open",
            type="primary",
            on_click=adopt.open_own_panel,
            args=(output,),
        )
        st.download_button(
            "VCF.gz",
            data=lambda: cohorts.vcf_bytes(decoded),
            file_name=f"{file_stem(decoded.info.name)}.vcf.gz",
            mime="application/gzip",
            key="vaez_vcf",
            icon=":material/download:",
            on_click="ignore",
        )
        st.button("Done", key="vaez_done", on_click=jobs.dismiss, args=(job,))
