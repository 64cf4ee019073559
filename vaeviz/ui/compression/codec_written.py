"""A compressed file that a job has written: its size, what is in it, and where to get it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from vaeviz.config import Settings
from vaeviz.escape import escape
from vaeviz.jobs.job import Job
from vaeviz.ui import jobs
from vaeviz.ui.tables import show_table

METHOD_NAMES = {
    "ae": "autoencoder",
    "copying": "copying model",
    "mix": "two copying models, mixed",
    "xz": "xz",
}
PARTS = {
    "genotypes": "genotypes",
    "latents": "latents of every row",
    "missing": "which genotypes are missing",
    "frame": "samples, sites, history of the panel",
    "model": "model",
}
"""Parts of a file in words; others are small numbers that a method sends under its own names."""
DEFINITION = (
    "Bits per allele count the coded genotypes with everything that was sent for them, over the "
    "alleles that were called; samples and sites are in the file and not in this figure."
)


class Written(Settings, extra="ignore"):
    """What the command reports of the file it wrote; see `compression.codec.report`."""

    method: str
    reason: str | None = None
    parts: dict[str, int]
    n_samples: int
    n_sites: int
    n_alleles: int
    bits_per_allele: float | None = None
    file_bytes: int
    model_bytes: int | None = None
    model_embedded: bool
    encode_s: float
    verify_s: float
    reference_digest: str | None = None


def bytes_words(n: float) -> str:
    """Bytes in words: '812 bytes', '34.2 kB', '5.1 MB'."""
    if n < 1000:
        return f"{n:.0f} bytes"
    return f"{n / 1e3:,.1f} kB" if n < 1e6 else f"{n / 1e6:,.1f} MB"


def card(job: Job) -> None:
    """Sizes of the file, what decoding needs, the download, and its parts."""
    path, outcome = jobs.output_of(job), job.outcome()
    if path is None or not path.is_file() or outcome is None:
        return
    told = Written.make(**outcome)
    with st.container(border=True):
        method = METHOD_NAMES.get(told.method, "another method")
        st.markdown(
            f"**{escape(job.request.label)}** · {told.n_samples:,} people × {told.n_sites:,} sites "
            f"· coded by **{method}**"
        )
        _headline(told)
        if told.reason:
            reason = escape(told.reason.rstrip("."), 600)
            text = f"The file holds the fall-back, xz. Why: {reason}."
            st.warning(text, icon=":material/info:")
        st.caption(f"{DEFINITION} {_needs(told)}")
        st.download_button(
            f"Download {path.name} ({bytes_words(told.file_bytes)})",
            data=path.read_bytes,
            file_name=path.name,
            mime="application/octet-stream",
            key="vaez_file",
            type="primary",
            icon=":material/download:",
            on_click="ignore",
        )
        with st.expander("What is in the file", icon=":material/inventory_2:"):
            show_table(_parts(told), "vaez_parts")


def _headline(told: Written) -> None:
    bits = told.bits_per_allele
    figures = {
        "File": bytes_words(told.file_bytes),
        "Bits per allele": "–" if bits is None else f"{bits:.4f}",
        "Against 1 bit": "–" if not bits else f"{1 / bits:,.1f}×",
        "Encoded in": _seconds(told.encode_s),
        "Decoded in": _seconds(told.verify_s),
    }
    grid = st.grid(len(figures), min_column_width=125)
    for name, figure in figures.items():
        with grid.cell():
            st.metric(name, figure)


def _seconds(seconds: float) -> str:
    return f"{seconds:.2g} s" if seconds < 10 else jobs.duration(seconds)


def _needs(told: Written) -> str:
    """What whoever decodes the file must have."""
    needs = []
    if told.model_bytes is not None and not told.model_embedded:
        needs.append(f"this model ({bytes_words(told.model_bytes)}; Train page, *Settings*)")
    if told.reference_digest is not None:
        needs.append("the same training people, which are found while their panel is open")
    if not needs:
        return "**It decodes by itself.**"
    return f"**To decode it one needs {' and '.join(needs)}.**"


def _parts(told: Written) -> pd.DataFrame:
    rest = told.file_bytes - sum(told.parts.values())
    sizes = told.parts | {"header": rest}
    names = PARTS | {"header": "header and checksum"}
    return pd.DataFrame(
        {
            "part": list(sizes),
            "what": [names.get(name, "numbers of the method") for name in sizes],
            "bytes": list(sizes.values()),
            "share": [n / told.file_bytes for n in sizes.values()],
        }
    )
