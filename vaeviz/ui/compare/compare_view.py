"""The Compare page: maps side by side with one selection, and the picture of what each keeps."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from vaeviz.data.panel import Panel
from vaeviz.errors import VaevizError
from vaeviz.escape import escape
from vaeviz.ui import jobs, selecting, state
from vaeviz.ui.colouring import level_choice, row_labels
from vaeviz.ui.compare import compare_job
from vaeviz.ui.compare.compare_job import FULL, KIND, N_SEEDS, SEEDS
from vaeviz.ui.errors import show_error, shown_errors
from vaeviz.ui.look import look
from vaeviz.ui.show import show_chart, theme
from vaeviz.ui.waiting import asked, named_steps, remember_asked
from vaeviz.ui.widgets import segments

if TYPE_CHECKING:
    from vaeviz.analysis.evaluation import Compared
    from vaeviz.analysis.evaluation_report import Evaluation, MethodReport
    from vaeviz.training.model import TrainedModel

AT_ONCE_GENOTYPES = 30_000_000
"""Samples x sites up to which VAE and PCA are compared without being asked for."""

MAX_WEBGL = 3
MAPS = ("vae", "pca", "umap", "tsne")
"""Methods drawn as maps: PCA with 20 dimensions begins with the same two."""

TAUGHT = (
    "**Read this before you praise the VAE.** The neighbours and the distances of the "
    "cross-fitted principal components are part of the loss that this model was trained with, "
    "so *neighbours kept* and *rho* are what it was taught. UMAP, t-SNE and PCA were given the "
    "very same cross-fitted components of the very same training people."
)
NOT_TAUGHT = (
    "This model was trained without geometry terms: its loss knows genotypes only. UMAP, t-SNE "
    "and PCA were given the cross-fitted principal components of the same training people."
)


def result(model: TrainedModel, panel: Panel) -> Compared | None:
    """The fullest evaluation there is: of a job, or of VAE and PCA made here."""
    found = compare_job.kept(model, panel)
    if found is not None:
        return found
    key = ("compare", model.digest, panel.digest)
    if panel.n_samples * panel.n_sites > AT_ONCE_GENOTYPES and not asked(key):
        st.markdown(
            f"{panel.n_samples:,} samples × {panel.n_sites:,} sites: this may take a minute."
        )
        if not st.button("Compare VAE and PCA", key="compare_go", type="primary"):
            return None
    with named_steps("Principal components", known=asked(key)) as progress:
        found = compare_job.quick(model, panel, progress)
    remember_asked(key)
    return found


def runs(model: TrainedModel, panel: Panel, report: Evaluation) -> None:
    """Offer what was not computed yet, show what is under way, and why the last run failed."""
    running = jobs.active(KIND)
    if running is not None:
        jobs.live_card(KIND, running.name, jobs.LEAVE)
        return
    last = compare_job.last_of(model, panel)
    if last is not None and last.status().state in ("failed", "lost", "cancelled"):
        jobs.ended_card(last, KIND)
    with st.container(horizontal=True, vertical_alignment="center"):
        if len(report.methods) < len(MAPS) + 1:
            _offer(model, panel, FULL, "Add UMAP and t-SNE", primary=True)
        if not report.seeds:
            _offer(model, panel, SEEDS, f"Repeat with {N_SEEDS} seeds")


def _offer(model: TrainedModel, panel: Panel, kind: str, label: str, primary: bool = False) -> None:
    about = jobs.duration(compare_job.expected_seconds(model, panel, kind))
    trained = f" Trains {N_SEEDS} models, each with a split of its own." if kind == SEEDS else ""
    pressed = st.button(
        f"{label} (about {about})",
        key=f"compare_run{kind}",
        type="primary" if primary else "secondary",
        icon=":material/replay:" if kind == SEEDS else ":material/play_arrow:",
        help=f"Runs in a process of its own; you can go on working meanwhile.{trained}",
    )
    if not pressed:
        return
    try:
        compare_job.start(model, panel, kind)
    except VaevizError as error:
        show_error(error)
        return
    st.rerun(scope="app")


def honesty(model: TrainedModel, report: Evaluation) -> None:
    """What was in whose loss, whom the figures are of, and what was left out."""
    st.info(TAUGHT if model.train_config.uses_geometry() else NOT_TAUGHT, icon=":material/balance:")
    dimensions = {m.name: m.n_dimensions for m in report.placed}
    if dimensions.get("vae", 2) > dimensions.get("umap", dimensions.get("tsne", 9)):
        st.caption(
            f"The model's latent and the PCA beside it have {dimensions['vae']} dimensions, UMAP "
            "and t-SNE have 2, as they are used: more dimensions make most figures easier to reach."
        )
    for note in report.notes:
        st.caption(escape(note, 400))
    for method in report.methods:
        if method.why:
            st.caption(f"{escape(method.title)} is left out: {escape(method.why, 400)}")


def maps(panel: Panel, found: Compared) -> None:
    """The maps side by side; a lasso in one selects in all."""
    drawn = [m for m in found.report.placed if m.name in MAPS]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        colour_by = level_choice(panel, "compare_colour")
        drawn = _within_webgl(drawn, len(found.coordinates))
    labels = row_labels(panel, found.coordinates, colour_by)
    grid = st.grid(2, min_column_width=380)
    for method in drawn:
        with grid.cell():
            _map(panel, found, method.name, method.title, labels, colour_by)
    _key(panel, labels)


def _map(
    panel: Panel, found: Compared, name: str, title: str, labels: pd.Series, colour_by: str
) -> None:
    from vaeviz.figures.compare import method_map

    key = selecting.chart_key(f"compare_{name}")
    chart = method_map(
        found.coordinates,
        name,
        title,
        labels,
        colour_by,
        samples=panel.samples,
        selected_ids=selecting.rings(key),
        **look(panel, f"model {found.report.model_digest[:8]}"),
    )
    people = selecting.among(panel.sample_ids)
    show_chart(chart, key, partial(selecting.from_chart, key, f"drawn on {title}", people))


@st.fragment
@shown_errors()
def trade_off(panel: Panel, report: Evaluation) -> None:
    """5-NN accuracy against rho, one point a method; another level redraws no map."""
    from vaeviz.figures.compare import trade_off as draw

    levels = [x for x in ("population", "superpopulation") if len(report.trade_off(x))]
    if not levels:
        st.caption("Accuracy and rho need labelled training and held-out people of 3 populations.")
        return
    level = segments("Labels", levels, "compare_level") if len(levels) > 1 else levels[0]
    whiskers = f"mean ± sd of {len(report.seeds)} seeds" if report.seeds else "95 % intervals"
    note = f"{report.n_held_out:,} held-out people, {whiskers}"
    show_chart(draw(report.trade_off(level), level, **look(panel, note)), "compare_trade_off")


def _within_webgl(drawn: list[MethodReport], n_people: int) -> list[MethodReport]:
    from vaeviz.figures.latent import SVG_POINTS

    if n_people <= SVG_POINTS or len(drawn) <= MAX_WEBGL:
        return drawn
    titles = {m.title: m for m in drawn}
    chosen = st.multiselect(
        "Maps",
        list(titles),
        list(titles)[:MAX_WEBGL],
        key="compare_maps",
        max_selections=MAX_WEBGL,
        persist_state="session",
    )
    return [titles[t] for t in chosen]


def _key(panel: Panel, labels: pd.Series) -> None:
    from vaeviz.figures.compare import FULL_LEGEND, colour_key

    if labels.nunique(dropna=False) > FULL_LEGEND:
        st.html(colour_key(labels, panel.samples, theme()))


def selection_line() -> None:
    """Who is selected, and a button to clear."""
    selection = state.get().selection
    with st.container(horizontal=True, vertical_alignment="center"):
        if selection is None:
            st.caption("Lasso or box people in any map: they are ringed in all of them.")
            return
        n = len(selection.sample_ids)
        st.caption(f"Selected: **{escape(selection.name)}**, {n:,} people, ringed in all maps.")
        st.button("Clear", key="compare_clear", on_click=selecting.clear, type="tertiary")
