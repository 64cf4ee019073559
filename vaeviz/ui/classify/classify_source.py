"""Whom to classify: held-out people of the open panel, another panel, or a cohort brought along."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from vaeviz.data.catalogue import BUILT_IN
from vaeviz.data.panel import Panel
from vaeviz.escape import escape, plain
from vaeviz.training.split import NEW, TEST
from vaeviz.ui import cache, guards, jobs, library, state, uploading, workspace
from vaeviz.ui.errors import shown_errors
from vaeviz.ui.panel.panel_choose import PRIVACY, UPLOAD_TYPES, import_limits
from vaeviz.ui.widgets import choice, segments

if TYPE_CHECKING:
    from vaeviz.training.model import TrainedModel

HELD_OUT, OTHER, UPLOAD = "Held-out people", "Another panel", "Upload a cohort"
_ROUND = "classify_round"


@dataclasses.dataclass(frozen=True)
class Query:
    """The people to classify, and a line that says who they are."""

    panel: Panel
    who: str


def choose(panel: Panel, model: TrainedModel) -> Query | None:
    """Let the user choose the people; None while there are none yet."""
    sources = {
        HELD_OUT: lambda: _held_out(panel, model),
        OTHER: _another,
        UPLOAD: _upload,
    }
    return sources[segments("Whom to classify", list(sources), "classify_source")]()


def _held_out(panel: Panel, model: TrainedModel) -> Query:
    split = model.split_of(panel)
    for part, who in ((TEST, "held-out test people"), (NEW, "people the model never saw")):
        index = np.flatnonzero(split == part)
        if len(index):
            return Query(panel.take_samples(index), f"{len(index):,} {who} of the open panel")
    return Query(panel, f"all {panel.n_samples:,} people of the open panel; none is held out")


def _another() -> Query | None:
    cards = {card.ref: card.name for card in library.cards("panels")}
    titles = {name: entry.title for name, entry in BUILT_IN.items()}
    options = [x for x in (*cards, *titles) if x != state.get().panel_ref]
    names = cards | titles
    ref = choice("Panel", options, "classify_panel", shown=lambda x: plain(names[x]))
    with st.spinner("Opening the panel…"):
        other = cache.panel(ref)
    badge = guards.made_badge(other.info)
    return Query(other, f"all {other.n_samples:,} people of {escape(other.info.name)}{badge}")


def _upload() -> Query | None:
    """The cohort that was read last, and the way to read another."""
    running = jobs.active("query")
    if running is not None:
        jobs.live_card("query", running.name, "the open panel stays as it is")
        return None
    job = jobs.latest("query")
    path = jobs.output_of(job) if job is not None else None
    if job is None or path is None or job.status().state != "done" or not path.exists():
        if job is not None and job.status().state in ("failed", "lost", "cancelled"):
            st.markdown(f"**{escape(job.request.label)}** did not end well; nothing was changed.")
            jobs.ended_card(job, "query")
        _uploader()
        return None
    with st.expander("Read another cohort", icon=":material/upload_file:"):
        _uploader()
    cohort = cache.panel(workspace.reference(path))
    return Query(cohort, f"all {cohort.n_samples:,} people of {escape(cohort.info.name)}")


def _uploader() -> None:
    files = st.file_uploader(
        "Genotypes (.vcf, .vcf.gz, .bcf, or .bed with .bim and .fam) and, if you have one, a "
        "sample sheet (.tsv, .csv)",
        type=UPLOAD_TYPES,
        accept_multiple_files=True,
        key=f"classify_files_{st.session_state.get(_ROUND, 0)}",
    )
    if files and st.button("Read this cohort", key="classify_read", type="primary"):
        with shown_errors():
            st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
            start(uploading.store(files))
            st.rerun()
    st.caption(f"{PRIVACY} Labels are not needed; where there are some, calls are judged by them.")


def start(upload: uploading.Upload) -> None:
    """Read the files in a process of their own; the open panel stays open.

    Raises
    ------
    VaevizError
        A cohort is being read already, or the process cannot be started.
    """
    output = workspace.new_path("panels", ".vcz")
    arguments = ["import", str(upload.genotypes), f"--name={upload.name or 'cohort'}"]
    if upload.sheet is not None:
        arguments += ["--samples", str(upload.sheet)]
    label = f"Reading {plain(upload.name, 40)}"
    jobs.begin("query", [*arguments, "-o", str(output)], label, import_limits())
