"""The tab *Latent size*: the paper's Table 1 for this panel, and the printed one beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import pandas as pd
import streamlit as st

from vaeviz.data.panel import Panel
from vaeviz.errors import VaevizError
from vaeviz.escape import escape, plain
from vaeviz.ui import jobs
from vaeviz.ui.columns import group_choice
from vaeviz.ui.compression import latent_sizes_job
from vaeviz.ui.compression.latent_sizes_job import KIND
from vaeviz.ui.errors import show_error
from vaeviz.ui.look import GroupLook, group_look
from vaeviz.ui.show import show_chart
from vaeviz.ui.tables import show_table
from vaeviz.ui.widgets import choice, segments

if TYPE_CHECKING:
    from vaeviz.compression.latent_plan import Family, LatentSizesConfig
    from vaeviz.compression.latent_sizes import LatentSizes

WHAT = (
    "**The paper's Table 1 for this panel.** Factor = raw bits / (32 × |z| + 16 × runs). A person "
    "or haplotype is sent as |z| latent numbers of 32 bits, and as the residual, the sites where "
    "the reconstruction is wrong, in runs of equal values at 16 bits each. A larger latent leaves "
    "fewer errors but costs more itself, so there is a best size between. All figures are of "
    "held-out people."
)
SITES = {"0.0": "all sites", "0.001": "MAF ≥ 0.1 %", "0.01": "MAF ≥ 1 %", "0.05": "MAF ≥ 5 %"}
T = TypeVar("T", str, int)
FULL, QUICK = "full", "quick"
EFFORTS = {FULL: "full (about 2,500 steps)", QUICK: "quick (about 500 steps)"}
QUICK_SHARE = 5
DEFAULT_FAMILIES: tuple[Family, ...] = ("vae", "pca")
TABLE, CURVES, METHODS, NUMBERS = "Table", "By group", "By method", "All numbers"
NOT_THE_SAME = (
    "**Not the same experiment**: the paper had other people, sites and groups. Compare how the "
    "factor rises and falls with |z|, not its height."
)
NOTHING = "Choose at least one method and one size."


def tab(panel: Panel) -> None:
    """Settings, the job and its progress, and what is finished so far."""
    st.markdown(WHAT)
    settings = _settings(panel)
    if settings is None:
        st.info(NOTHING, icon=":material/info:")
        return
    by = group_choice(panel, "latent_sizes_by")
    found = latent_sizes_job.finished(panel, settings, by)
    _runs(panel, settings, found)
    if len(found.table):
        _result(panel, found)
    if found.notes:
        st.subheader("Read with the numbers", anchor=False)
        st.markdown("\n".join(f"- {escape(note, 600)}" for note in found.notes))


def _settings(panel: Panel) -> LatentSizesConfig | None:
    """What the table shall hold; None while nothing is chosen."""
    from vaeviz.compression.latent_plan import SIZES, TITLES, LatentSizesConfig, base_config

    titles = {title: family for family, title in TITLES.items()}
    first = [TITLES[family] for family in DEFAULT_FAMILIES]
    methods = _several("Methods", list(titles), first, "methods")
    sizes = _several("Latent dimensions |z|", list(SIZES), list(SIZES), "sizes")
    left, right = st.columns(2)
    with left:
        maf = choice("Sites", list(SITES), "latent_sizes_maf", "0.01", SITES.__getitem__)
    with right:
        effort = choice("Training", list(EFFORTS), "latent_sizes_effort", FULL, EFFORTS.__getitem__)
    if not methods or not sizes:
        return None
    chosen = LatentSizesConfig.make(
        sizes=sorted(sizes), families=[titles[m] for m in methods], maf=float(maf)
    )
    if effort == FULL:
        return chosen
    epochs = max(1, base_config(panel, chosen).epochs // QUICK_SHARE)
    return chosen.model_copy(update={"epochs": epochs})


def _several(label: str, options: list[T], default: list[T], name: str) -> list[T]:
    """Let the user choose any of a few options, all of which stay in sight."""
    return st.pills(
        label,
        options,
        default=default,
        selection_mode="multi",
        key=f"latent_sizes_{name}",
        persist_state="session",
    )


def _runs(panel: Panel, settings: LatentSizesConfig, found: LatentSizes) -> None:
    """The job under way, or the button for what is missing."""
    running = jobs.active(KIND)
    if running is not None:
        jobs.live_card(KIND, running.name, jobs.LEAVE)
        if found.n_finished:
            st.caption(f"{found.n_finished} of {found.n_entries} are finished and shown here.")
        st.button(
            "Show what is finished by now", key="latent_sizes_peek", icon=":material/refresh:"
        )
        return
    last = latent_sizes_job.last_of(panel)
    if last is not None and last.status().state in ("failed", "lost"):
        jobs.ended_card(last, KIND)
    missing = found.n_entries - found.n_finished
    if missing:
        _offer(panel, settings, missing, found.n_finished)


def _offer(panel: Panel, settings: LatentSizesConfig, missing: int, n_finished: int) -> None:
    about = jobs.duration(latent_sizes_job.seconds_left(panel, settings, n_finished))
    more = f"{missing} more" if n_finished else str(missing)
    models = "model" if missing == 1 else "models"
    pressed = st.button(
        f"Fit {more} {models} (about {about})",
        key="latent_sizes_run",
        type="primary",
        icon=":material/play_arrow:",
        help="One model of every method and size, in a process of its own. Finished ones are "
        "kept: a stopped run goes on where it was.",
    )
    if not pressed:
        return
    try:
        latent_sizes_job.start(panel, settings)
    except VaevizError as error:
        show_error(error)
        return
    st.rerun()


def _result(panel: Panel, found: LatentSizes) -> None:
    """One picture at a time, with the paper's numbers where they are asked for."""
    from vaeviz.compression.published import published_table

    with st.container(horizontal=True, vertical_alignment="center"):
        view = segments(
            "Show", [TABLE, CURVES, METHODS, NUMBERS], "latent_sizes_view", hide_label=True
        )
        with_paper = st.toggle(
            "The paper's printed numbers", key="latent_sizes_paper", persist_state="session"
        )
    published = published_table() if with_paper else None
    if with_paper:
        _differences(panel, found.table)
    first = found.table.iloc[0]
    look = group_look(panel, f"{int(first['n_sites']):,} sites used, held-out people")
    if view == TABLE:
        _table(found.table, published, look)
    elif view == CURVES:
        _curves(found.table, published, look)
    elif view == METHODS:
        _methods(found.table, published, look)
    else:
        show_table(found.table, "latent_sizes")


def _differences(panel: Panel, table: pd.DataFrame) -> None:
    from vaeviz.compression.published import differences

    first = table.iloc[0]
    notes = differences(
        int(first["n_sites"]),
        int(first["n_train"]),
        float(first["min_maf"]),
        panel.info.simulated,
        int(first["ploidy"]),
    )
    st.warning(NOT_THE_SAME, icon=":material/compare_arrows:")
    with st.expander("What differs", icon=":material/rule:"):
        st.markdown("\n".join(f"- {escape(x, 400)}" for x in notes))


def _table(table: pd.DataFrame, published: pd.DataFrame | None, look: GroupLook) -> None:
    from vaeviz.figures.factor_table import factor_table

    chart = factor_table(table, published, theme=look["theme"], caption=look["caption"])
    show_chart(chart, "latent_sizes_table")


def _curves(table: pd.DataFrame, published: pd.DataFrame | None, look: GroupLook) -> None:
    from vaeviz.figures.latent_sizes import factor_by_size

    methods = list(dict.fromkeys(table["method"]))
    first = "VAE" if "VAE" in methods else methods[0]
    method = choice("Method", methods, "latent_sizes_method", first, width=260)
    show_chart(factor_by_size(table, method, published, **look), "latent_sizes_curves")


def _methods(table: pd.DataFrame, published: pd.DataFrame | None, look: GroupLook) -> None:
    from vaeviz.compression.table import ALL
    from vaeviz.figures.latent_sizes import factor_by_method

    groups = sorted(set(table["group"]) - {ALL})
    group = choice("Group", [ALL, *groups], "latent_sizes_group", ALL, plain, width=260)
    chart = factor_by_method(table, group, published, theme=look["theme"], caption=look["caption"])
    show_chart(chart, "latent_sizes_by_method")
