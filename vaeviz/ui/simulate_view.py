"""A synthetic cohort on the page: over real people in latent space, its checks, its files."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from vaeviz.data.panel import Panel
from vaeviz.escape import escape
from vaeviz.ui import cohorts, derived
from vaeviz.ui.cohorts import KeptCohort
from vaeviz.ui.look import look
from vaeviz.ui.show import show_chart
from vaeviz.ui.tables import csv_button
from vaeviz.ui.text_table import show_texts
from vaeviz.ui.widgets import choice, segments

if TYPE_CHECKING:
    from vaeviz.figures.chart import Chart
    from vaeviz.figures.palette import Theme
    from vaeviz.training.model import TrainedModel

LATENT = "Latent space"
MARKS = {"good": "✓ good", "fair": "~ fair", "poor": "✗ poor", "not judged": "– not judged"}
CHECK_COLUMNS = ["check", "verdict", "value", "reference", "unit"]


def verdict(kept: KeptCohort) -> None:
    """The report in plain words, with what to keep in mind."""
    cohort, report = kept.cohort, kept.report
    st.subheader(f"{cohort.panel.n_samples:,} synthetic people", anchor=False)
    st.markdown(
        f"From **{escape(cohort.region.name)}** · {cohort.panel.n_sites:,} sites · seed "
        f"{cohort.config.seed} · temperature {cohort.config.temperature:g}"
    )
    verdicts = set(report.checks["verdict"])
    show = st.error if "poor" in verdicts else st.warning if "fair" in verdicts else st.success
    lines = [escape(line, 2000) for line in report.verdict.splitlines()]
    show("\n\n".join(lines), icon=":material/fact_check:")
    lines = [escape(line, 600) for line in report.warnings]
    with st.expander(f"{len(lines)} notes on this cohort", icon=":material/info:"):
        st.markdown("\n".join(f"- {line}" for line in lines))


def checks(kept: KeptCohort) -> None:
    """One row a check, the same figure between real people beside it, and what each means."""
    found = kept.report.checks
    marked = found.assign(verdict=found["verdict"].map(MARKS))
    st.caption(
        "Reference: the same figure between two sets of real people of the region, which no "
        "cohort can better but by copying."
    )
    show_texts(marked[CHECK_COLUMNS], "simulate_checks", "Checks (CSV)", whole=found)
    with st.expander("What each check means", icon=":material/help:"):
        rows = found[["check", "explanation"]].itertuples(index=False)
        st.markdown("\n".join(f"- **{escape(name)}.** {escape(text, 600)}" for name, text in rows))


def pictures(kept: KeptCohort, model: TrainedModel, panel: Panel) -> None:
    """One picture at a time."""
    view = segments("Show", [LATENT, *CHECK_CHARTS], "simulate_view", hide_label=True)
    if view == LATENT:
        _latent(kept, model, panel)
    else:
        chart = CHECK_CHARTS[view](kept)
        show_chart(chart, chart.name)


def _latent(kept: KeptCohort, model: TrainedModel, panel: Panel) -> None:
    from vaeviz.figures.latent import axis_label

    axes = [f"latent_{k + 1}_mean" for k in range(model.config.n_latent)]
    x, y = axes[0], axes[min(1, len(axes) - 1)]
    if len(axes) > 2:
        left, right, _ = st.columns([1, 1, 2])
        with left:
            x = choice("x", axes, "simulate_x", x, axis_label)
        with right:
            free = [axis for axis in axes if axis != x]
            y = choice("y", free, "simulate_y", y if y in free else free[0], axis_label)
    show_chart(latent_chart(kept, model, panel, x, y), "simulate_latent")


def latent_chart(
    kept: KeptCohort,
    model: TrainedModel,
    panel: Panel,
    x: str,
    y: str,
    ground: Theme | None = None,
) -> Chart:
    """Synthetic people over real ones."""
    from vaeviz.figures.latent import scatter_2d

    embedding = derived.embedding(model, panel)
    level = "superpopulation" if panel.has_labels("superpopulation") else "population"
    return scatter_2d(
        embedding,
        x,
        y,
        level,
        labels=panel.samples[level],
        samples=panel.samples,
        synthetic=kept.cohort.latent,
        title="Synthetic over real people",
        name="synthetic_latent",
        **look(panel, f"{kept.cohort.panel.n_samples:,} SYNTHETIC people over them", ground),
    )


def _frequencies(kept: KeptCohort) -> Chart:
    from vaeviz.figures.synthesis import frequencies

    return frequencies(kept.report.frequencies, **look(kept.cohort.panel))


def _heterozygosity(kept: KeptCohort) -> Chart:
    from vaeviz.figures.synthesis import heterozygosity

    return heterozygosity(kept.report.heterozygosity, **look(kept.cohort.panel))


def _ld_decay(kept: KeptCohort) -> Chart:
    from vaeviz.figures.synthesis import ld_decay

    return ld_decay(kept.report.ld, **look(kept.cohort.panel))


def _neighbours(kept: KeptCohort) -> Chart:
    from vaeviz.figures.synthesis import neighbour_distances

    return neighbour_distances(kept.report.neighbours, **look(kept.cohort.panel))


CHECK_CHARTS: dict[str, Callable[[KeptCohort], Chart]] = {
    "Allele frequencies": _frequencies,
    "Heterozygosity": _heterozygosity,
    "LD by distance": _ld_decay,
    "Nearest real person": _neighbours,
}


def downloads(kept: KeptCohort) -> None:
    """Files of the cohort, each built on click; near copies have to be acknowledged first."""
    st.subheader("Take the cohort away", anchor=False)
    if not copies_accepted(kept):
        return
    panel, stem = kept.cohort.panel, kept.stem
    with st.container(horizontal=True):
        _file("VCF.gz", f"{stem}.vcf.gz", lambda: cohorts.vcf_bytes(panel))
        _file("PLINK 1 (zip)", f"{stem}.plink.zip", lambda: cohorts.plink_zip_bytes(panel, stem))
        _file("CSV", f"{stem}.csv", lambda: cohorts.csv_bytes(panel))
        _file("Report (JSON)", f"{stem}.report.json", lambda: kept.report.to_json().encode())
        csv_button(kept.cohort.latent, "simulate_positions", "Latent positions (CSV)")
    st.caption(
        "SYNTHETIC stands in the names, the VCF header and the README of these files. PLINK 1 "
        "keeps no phase."
    )


def copies_accepted(kept: KeptCohort) -> bool:
    """Whether files may be offered: no near copies, or the user has acknowledged them."""
    near = kept.report.near_copies
    if not near:
        return True
    found = kept.report.checks.set_index("check")
    usual = found.at["Near copies", "reference"] if "Near copies" in found.index else float("nan")
    beside = "" if pd.isna(usual) else f" Among further real people, {usual:.1%} of rows are."
    st.warning(
        f"{near:,} of {kept.cohort.panel.n_samples:,} synthetic people are as close to a known "
        f"person as the closest 1 % of real people are.{beside} Downloads are blocked until you "
        "have read this.",
        icon=":material/content_copy:",
    )
    return st.checkbox(
        "I know that these are near copies of real people, and may share data that close to them.",
        key=f"copies_{kept.cohort.panel.digest[:8]}",
    )


def _file(label: str, name: str, build: Callable[[], bytes]) -> None:
    st.download_button(
        label,
        data=build,
        file_name=name,
        mime="application/octet-stream",
        key=f"cohort_{label.split()[0].lower()}",
        icon=":material/download:",
        on_click="ignore",
    )
