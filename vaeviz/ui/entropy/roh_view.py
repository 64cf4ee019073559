"""Runs of homozygosity on a page: why not, the job that finds them, and what it found."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pandas as pd
import streamlit as st

from vaeviz.data.panel import Panel
from vaeviz.errors import VaevizError
from vaeviz.escape import escape, plain
from vaeviz.jobs.job import Job
from vaeviz.ui import jobs, state, workspace
from vaeviz.ui.columns import group_choice
from vaeviz.ui.errors import show_error
from vaeviz.ui.look import group_look
from vaeviz.ui.show import show_chart
from vaeviz.ui.tables import show_table
from vaeviz.ui.widgets import choice

KIND = "diversity"
SIZES = ("10", "25", "50", "100")
SECONDS_PER_STRETCH = 0.003
FIND = "Find runs of homozygosity"
COLUMNS = ("sample", "group", "n_runs", "total_mb", "longest_mb", "f_roh")
WHAT = (
    "A person whose parents share an ancestor has the same stretch of a chromosome twice. "
    "F_ROH is the share of the stretches looked at that lies in such runs of 1.5 Mb or more: "
    "about .06 for a child of first cousins, and many short runs where a population was small."
)


def runs(panel: Panel) -> None:
    """The button with its job, or the reason why there is none, and what was found."""
    from vaeviz.analysis.stretches import roh_reason

    st.caption(WHAT)
    reason = roh_reason(panel)
    if reason:
        st.button(FIND, disabled=True, help=reason, icon=":material/play_arrow:", key="roh_none")
        st.info(reason, icon=":material/info:")
        return
    left, right = st.columns(2)
    with left:
        by = group_choice(panel, "diversity_by")
    with right:
        size = int(choice("People of a group at most", SIZES, "roh_people", "25", bind=True))
    running = jobs.active(KIND)
    if running is not None:
        jobs.live_card(KIND, running.name, jobs.LEAVE)
        return
    found = kept(panel, by, size)
    if found is None:
        _offer(panel, by, size)
    else:
        _show(panel, *found)


def file_of(panel: Panel, by: str, size: int) -> Path:
    """Where the job for these settings puts its table."""
    settings = hashlib.blake2b(f"{by}\x00{size}".encode("utf-8", "replace"), digest_size=8)
    name = f"{panel.digest[:16]}_{settings.hexdigest()}.csv"
    return workspace.folder() / KIND / name


def kept(panel: Panel, by: str, size: int) -> tuple[pd.DataFrame, list[str]] | None:
    """People and notes that a job has left for these settings; None before that.

    They come from what the job told, not from its CSV, in which text is defused.
    """
    try:
        told = _told(file_of(panel, by, size))
        people = pd.DataFrame(told["roh_people"])
        notes = [str(note) for note in told["roh_notes"]]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return (people, notes) if set(COLUMNS) <= set(people) and len(people) else None


def _told(output: Path) -> dict[str, list[object]]:
    """What the job told, from where its words were kept or else from the job; {} without one."""
    file = output.with_suffix(".json")
    jobs_of_it = [] if file.is_file() else jobs.of_kind(KIND)
    texts = [json.dumps(j.outcome()) for j in jobs_of_it if jobs.output_of(j) == output]
    text = file.read_text(encoding="utf-8") if file.is_file() else next(iter(texts), "{}")
    told: dict[str, list[object]] = json.loads(text)
    return told


def start(panel: Panel, by: str, size: int) -> None:
    """Start the job.

    Raises
    ------
    JobError
        One is under way already, or the process cannot be started.
    """
    path = file_of(panel, by, size)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    arguments = [
        *(KIND, workspace.panel_argument(str(state.get().panel_ref)), f"--by={by}"),
        *("--roh", str(path.with_name(f"{path.stem}_people.csv")), f"--roh-people={size}"),
        *("-o", str(path)),
    ]
    jobs.begin(KIND, arguments, f"Runs of homozygosity of {plain(panel.info.name, 40)}")


def _last_of(panel: Panel, by: str, size: int) -> Job | None:
    job = jobs.latest(KIND)
    same = job is not None and jobs.output_of(job) == file_of(panel, by, size)
    return job if same else None


def _offer(panel: Panel, by: str, size: int) -> None:
    from vaeviz.analysis.stretches import stretches

    last = _last_of(panel, by, size)
    if last is not None and last.status().state in ("failed", "lost", "cancelled"):
        jobs.ended_card(last, KIND)
    n_people = int(pd.Series(panel.labels(by)).value_counts().clip(upper=size).sum())
    about = jobs.duration(5 + n_people * len(stretches(panel)) * SECONDS_PER_STRETCH)
    pressed = st.button(
        f"{FIND} of {n_people:,} people (about {about})",
        key="roh_run",
        type="primary",
        icon=":material/play_arrow:",
        help="A hidden Markov model along every chromosome, in a process of its own.",
    )
    if not pressed:
        return
    try:
        start(panel, by, size)
    except VaevizError as error:
        show_error(error)
        return
    st.rerun()


def _show(panel: Panel, people: pd.DataFrame, notes: list[str]) -> None:
    from vaeviz.analysis.roh import roh_by_group
    from vaeviz.figures.diversity import roh_scatter

    look = group_look(panel, f"runs of {len(people):,} people")
    show_chart(roh_scatter(people, **look), "roh_people_chart")
    st.markdown("\n".join(f"- {escape(note, 400)}" for note in notes))
    st.markdown("**Means of the groups**")
    show_table(roh_by_group(people), "roh_groups")
