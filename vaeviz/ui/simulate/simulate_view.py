"""A synthetic cohort on the page: its verdict, its checks, and pictures beside real people."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from vaeviz.data.panel import Panel
from vaeviz.escape import escape
from vaeviz.ui import derived
from vaeviz.ui.cohorts import KeptCohort
from vaeviz.ui.look import look
from vaeviz.ui.show import show_chart
from vaeviz.ui.text_table import show_texts
from vaeviz.ui.widgets import choice, segments

if TYPE_CHECKING:
    from vaeviz.figures.chart import Chart
    from vaeviz.figures.palette import Theme
    from vaeviz.training.model import TrainedModel

LATENT = "Latent space"
MARKS = {"good": "✓ good", "fair": "~ fair", "poor": "✗ poor", "not judged": "– not judged"}
CHECK_COLUMNS = ["about", "check", "verdict", "value", "reference", "unit"]
BOXES = {"good": st.success, "usable with care": st.warning, "do not use": st.error}


def verdict(kept: KeptCohort) -> None:
    """The report in plain words, how many were drawn for it, and what to keep in mind."""
    cohort, report = kept.cohort, kept.report
    st.subheader(f"{cohort.panel.n_samples:,} synthetic people", anchor=False)
    st.markdown(
        f"From **{escape(cohort.region.name)}** · {cohort.facts.title} · "
        f"{cohort.panel.n_sites:,} sites · seed {cohort.config.seed}"
    )
    show = BOXES[report.level]
    lines = [escape(line, 2000) for line in report.verdict.splitlines()]
    show("\n\n".join(lines), icon=":material/fact_check:")
    _figures(kept)
    lines = [escape(line, 600) for line in report.warnings]
    with st.expander(f"{len(lines)} notes on this cohort", icon=":material/info:"):
        st.markdown("\n".join(f"- {line}" for line in lines))


def _figures(kept: KeptCohort) -> None:
    cohort, report = kept.cohort, kept.report
    marks = report.metrics["verdict"].value_counts()
    judged = int(marks.sum() - marks.get("not judged", 0))
    with st.container(horizontal=True):
        st.metric(
            "Accepted",
            f"{cohort.acceptance:.0%}",
            help=f"Of {cohort.n_tried:,} people drawn; the others do not encode into the region.",
        )
        st.metric("Checks that are good", f"{int(marks.get('good', 0))} of {judged}")
        st.metric("Near copies", f"{report.near_copies:,}")
        st.metric("Donors", f"{len(cohort.donors):,}", help="Real people whom the draw follows.")


def checks(kept: KeptCohort) -> None:
    """One row a check, the same figure between real people beside it, and what each means."""
    found = kept.report.checks
    marked = found.assign(about=kept.report.metrics["group"], verdict=found["verdict"].map(MARKS))
    st.caption(
        "Reference: the same figure between two sets of real people of the region, which no "
        "cohort can better but by copying."
    )
    whole = kept.report.metrics
    show_texts(marked[CHECK_COLUMNS], "simulate_checks", "Checks (CSV)", whole=whole)
    with st.expander("What each check means", icon=":material/help:"):
        rows = found[["check", "explanation"]].itertuples(index=False)
        st.markdown("\n".join(f"- **{escape(name)}.** {escape(text, 600)}" for name, text in rows))


def pictures(kept: KeptCohort, model: TrainedModel, panel: Panel) -> None:
    """One picture at a time."""
    charts = check_charts(kept)
    view = segments("Show", [LATENT, *charts], "simulate_view", hide_label=True)
    if view == LATENT:
        _latent(kept, model, panel)
    else:
        chart = charts[view]()
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


def check_charts(kept: KeptCohort) -> dict[str, Callable[[], Chart]]:
    """Pictures of the report by title, those that have something to show."""
    from vaeviz.figures import cohort as of_cohort
    from vaeviz.figures import synthesis as of_synthesis

    report, shown = kept.report, look(kept.cohort.panel)
    drawn = {
        "Allele frequencies": (of_synthesis.frequencies, report.frequencies),
        "Frequency spectrum": (of_cohort.spectrum, report.spectrum),
        "Heterozygosity": (of_synthesis.heterozygosity, report.heterozygosity),
        "Principal components": (of_cohort.components, report.places),
        "LD by distance": (of_synthesis.ld_decay, report.ld),
        "Nearest real person": (of_synthesis.neighbour_distances, report.neighbours),
    }
    return {
        title: partial(build, table, **shown)
        for title, (build, table) in drawn.items()
        if len(table)
    }
