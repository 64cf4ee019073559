"""The tab *Codecs*: the same held-out people coded by every method, sizes and speeds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from vaeviz.data.panel import Panel
from vaeviz.errors import VaevizError
from vaeviz.escape import escape
from vaeviz.ui import jobs, model_choice
from vaeviz.ui.compression import codecs_job
from vaeviz.ui.compression.codecs_job import KIND
from vaeviz.ui.errors import show_error
from vaeviz.ui.look import look
from vaeviz.ui.show import show_chart
from vaeviz.ui.tables import csv_button

if TYPE_CHECKING:
    from vaeviz.training.model import TrainedModel

WHAT = (
    "The genotypes of held-out people, written by every method and read back: a method whose "
    "result is not the same to the last bit is not shown. *This program*: the autoencoder drives "
    "an entropy coder; a copying model describes each haplotype as a mosaic of those of the "
    "training people; and both mixed. *Others*: what you may have already, each in its best "
    "layout of bits."
)
NOT_COUNTED = (
    "Not counted: the model, and the training people whom some methods read. That is fair where "
    "both sides have them, as with a published reference; for a small cohort it is not, so see "
    "both."
)
COUNTED = (
    "Counted: the model's file, and the training people bit-packed under xz -9e, wherever a "
    "decoder needs them. With few people coded, either outweighs the genotypes."
)
SPEED = (
    "Speeds are of this machine while it did what else it had to do; encoding does not include "
    "the decoding that checks it."
)
MEGA = 1e6


def tab(panel: Panel) -> None:
    """The comparison that a job made, or the button that makes it."""
    model = model_choice.coding_model()
    if model is None:
        model_choice.none_yet()
        return
    model_choice.codec_hint(model)
    st.markdown(WHAT)
    running = jobs.active(KIND)
    if running is not None:
        jobs.live_card(KIND, running.name, jobs.LEAVE)
    table = codecs_job.kept(model, panel)
    if table is not None:
        _result(table, model, panel)
    if running is None:
        _offer(model, panel, again=table is not None)


def _offer(model: TrainedModel, panel: Panel, again: bool) -> None:
    """Why the last run failed, and the button of the next one."""
    last = codecs_job.last_of(model, panel)
    if last is not None and last.status().state in ("failed", "lost", "cancelled"):
        jobs.ended_card(last, KIND)
    pressed = st.button(
        "Measure again" if again else "Compare all codecs",
        key="codecs_run",
        type="secondary" if again else "primary",
        icon=":material/replay:" if again else ":material/play_arrow:",
        help="Runs in a process of its own; you can go on working meanwhile.",
    )
    if not pressed:
        return
    try:
        codecs_job.start(model, panel)
    except VaevizError as error:
        show_error(error)
        return
    st.rerun()


def _result(table: pd.DataFrame, model: TrainedModel, panel: Panel) -> None:
    """Bars, the switch of what is counted, sizes and speeds, and what did not run."""
    from vaeviz.figures.codecs import codec_bars

    st.caption(" ".join(escape(note, 400) for note in codecs_job.notes(model, panel)))
    counted = st.toggle(
        "Count the model and the training people where a decoder needs them",
        key="codecs_counted",
        persist_state="session",
    )
    st.caption(COUNTED if counted else NOT_COUNTED)
    chart = codec_bars(table, counted=counted, **look(panel, f"model {model.digest[:8]}"))
    show_chart(chart, "codecs_bars")
    for line in _said(table.dropna(subset=["bits_per_allele"])):
        st.caption(line)
    st.subheader("Sizes and speed", anchor=False)
    _sizes(table)
    st.caption(SPEED)
    csv_button(table, "codecs", "All numbers (CSV)")
    lost = table[table["bits_per_allele"].isna()]
    if len(lost):
        with st.expander("What is missing, and why", icon=":material/rule:"):
            for line in _said(lost):
                st.markdown(f"- {line}")


def _said(table: pd.DataFrame) -> list[str]:
    """What methods told of themselves, such as why one did not run."""
    told = table[table["note"].notna()]
    return [f"**{escape(x.title)}**: {escape(x.note, 400)}" for x in told.itertuples()]


def _sizes(table: pd.DataFrame) -> None:
    """Methods that ran: kilobytes, and million alleles a second."""
    ran = table.dropna(subset=["bits_per_allele"])
    kilobytes = (ran[["genotype_bytes", "model_bytes", "panel_bytes"]] / 1000).round(1)
    speeds = ran[["encode_alleles_per_s", "decode_alleles_per_s"]] / MEGA
    number = st.column_config.NumberColumn
    st.dataframe(
        pd.concat([ran[["title", "factor"]], kilobytes, speeds], axis=1),
        hide_index=True,
        height="content",
        key="codecs_sizes",
        column_config={
            "title": "method",
            "factor": number(format="%.1f×", help="1 bit an allele over bits per allele."),
            "genotype_bytes": number("genotypes, kB", format="%.1f"),
            "model_bytes": number("model, kB", format="localized"),
            "panel_bytes": number("training people, kB", format="localized"),
            "encode_alleles_per_s": number("encode, million alleles/s", format="%.2f"),
            "decode_alleles_per_s": number("decode, million alleles/s", format="%.2f"),
        },
    )
