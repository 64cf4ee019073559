"""Long work as pages see it: start a job, show it anywhere, take over its result once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from vaeviz.errors import JobError
from vaeviz.escape import escape
from vaeviz.jobs.job import JOBS_FOLDER, Job, list_jobs, prune, start
from vaeviz.jobs.status import JobStatus, Limits
from vaeviz.ui import adopt, state, workspace
from vaeviz.ui.errors import show_error, show_failure, shown_errors

POLL_S = 1.0
PAGE_OF_KIND = {
    "import": "pages/panel.py",
    "query": "pages/classify.py",
    "train": "pages/train.py",
    "simulate": "pages/simulate.py",
    "evaluate": "pages/compare.py",
    "latent-sizes": "pages/compression.py",
    "codecs": "pages/compression.py",
    "compress": "pages/compression.py",
    "decompress": "pages/compression.py",
    "streams": "pages/compression.py",
    "diversity": "pages/entropy.py",
}
LEAVE = "you can leave or close this page"
_DISMISSED = "vaeviz_dismissed_jobs"


def begin(kind: str, arguments: Sequence[str], label: str, limits: Limits | None = None) -> Job:
    """Start a job whose result this session takes over when it ends.

    Raises
    ------
    JobError
        One of this kind is under way already, or the process cannot be started.
    """
    if active(kind) is not None:
        raise JobError(f"A job of this kind ({kind}) is under way.", "Wait for it, or cancel it.")
    prune(workspace.folder())
    job = start(workspace.folder(), kind, list(arguments), label, limits)
    state.watch(job.name)
    return job


def of_kind(kind: str) -> list[Job]:
    """Jobs of this kind in this workspace, newest first."""
    return [job for job in list_jobs(workspace.folder()) if job.request.kind == kind]


def active(kind: str) -> Job | None:
    """The job of this kind that is under way in this workspace, whoever started it."""
    return next((j for j in of_kind(kind) if j.status().active), None)


def latest(kind: str) -> Job | None:
    """The newest job of this kind, whatever its state, unless the user dismissed it."""
    dismissed = st.session_state.get(_DISMISSED, ())
    return next((j for j in of_kind(kind) if j.name not in dismissed), None)


def dismiss(job: Job) -> None:
    """Show this ended job no longer in this session."""
    st.session_state[_DISMISSED] = (*st.session_state.get(_DISMISSED, ()), job.name)


def output_of(job: Job) -> Path | None:
    """The file a job was told to write (its ``-o``)."""
    argv = job.request.argv
    return Path(argv[argv.index("-o") + 1]) if "-o" in argv else None


def adopt_finished() -> None:
    """Take over the results of watched jobs that have ended; each is taken once."""
    for name in state.get().watching:
        try:
            job = Job(workspace.folder() / JOBS_FOLDER / name, workspace.folder())
            status, output = job.status(), output_of(job)
        except JobError:
            state.unwatch(name)
            continue
        if status.active:
            continue
        state.unwatch(name)
        if status.state in ("done", "cancelled") and output is not None and output.exists():
            with shown_errors():
                adopt.adopt(job, output)


def strip() -> None:
    """The sidebar's line about running jobs; it polls only while there is one."""
    running = [job for job in list_jobs(workspace.folder()) if job.status().active]
    if running:
        _live_strip([job.name for job in running])


def watch_card(job: Job, key: str) -> None:
    """Progress of a running job with Cancel, for use inside a polling fragment."""
    status = job.status()
    st.progress(min(1.0, max(0.0, status.fraction)), text=progress_line(status))
    if st.button("Cancel", key=f"{key}_cancel", icon=":material/stop_circle:"):
        job.cancel()
        st.caption("Stopping at the next safe point…")


@st.fragment(run_every=POLL_S)
def live_card(kind: str, name: str, note: str) -> None:
    """The job of a kind that is under way, with Cancel; the page is redrawn when it ends.

    `note` is safe Markdown that stands behind the job's label.
    """
    job = active(kind)
    if job is None or job.name != name:
        st.rerun()
    with st.container(border=True):
        st.markdown(f"**{escape(job.request.label)}** · {note}")
        watch_card(job, kind)


def ended_card(job: Job, key: str) -> None:
    """Why a job ended without a result, with Resume where that can help, and Dismiss."""
    status = job.status()
    if status.state in ("failed", "lost"):
        show_failure(status.error_message, status.error_hint)
    elif status.state == "cancelled":
        output = output_of(job)
        kept = output is not None and output.exists()
        end = "the best result so far was kept" if kept else "nothing was kept"
        st.info(f"Cancelled; {end}.", icon=":material/stop_circle:")
    with st.container(horizontal=True):
        if job.request.kind == "train" and status.state in ("lost", "cancelled", "failed"):
            st.button("Resume", key=f"{key}_resume", on_click=_resume, args=(job,))
        st.button("Dismiss", key=f"{key}_dismiss", on_click=dismiss, args=(job,))


def progress_line(status: JobStatus) -> str:
    """A line for people: message and time left."""
    message = escape(status.message or "Starting…", 200)
    return message if status.eta_s is None else f"{message} · {duration(status.eta_s)} left"


def duration(seconds: float) -> str:
    """Seconds in words, coarse: '40 s', '3 min', '1.5 h'."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _resume(job: Job) -> None:
    try:
        job.resume()
    except JobError as error:
        show_error(error)
        return
    state.watch(job.name)


@st.fragment(run_every=POLL_S)
def _live_strip(names: list[str]) -> None:
    ended = False
    for name in names:
        job = Job(workspace.folder() / JOBS_FOLDER / name, workspace.folder())
        status = job.status()
        ended = ended or not status.active
        with st.container(border=True):
            st.progress(status.fraction, text=escape(job.request.label))
            st.caption(progress_line(status))
            page = PAGE_OF_KIND.get(job.request.kind)
            if page is not None:
                st.page_link(page, label="Show", icon=":material/arrow_forward:")
    if ended:
        st.rerun()
