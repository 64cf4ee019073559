"""What to draw: the region and its size rules, the settings, and Generate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from vaeviz.config import SimulateConfig
from vaeviz.data.panel import LEVELS, UNLABELLED, Panel
from vaeviz.data.selection import Selection
from vaeviz.escape import escape, plain
from vaeviz.ui import cohorts, state
from vaeviz.ui.errors import show_error
from vaeviz.ui.explain import teaching
from vaeviz.ui.waiting import named_steps
from vaeviz.ui.widgets import choice, segments

if TYPE_CHECKING:
    from vaeviz.synthesis.region import Region
    from vaeviz.training.model import TrainedModel

POPULATION, SELECTION, PATH = "A population", "A selection", "Between two"
MAX_PEOPLE = 5_000
SLOW_COMPARISONS = 1e10
"""Synthetic rows x real rows x sites from which drawing and checking takes over ten seconds."""

SOURCES = {
    "global": "around members (posterior)",
    "gaussian": "one Gaussian over the region",
}


def region_picker(panel: Panel) -> Region | None:
    """Let the user choose a region; None while there is nothing to choose."""
    from vaeviz.errors import RegionError

    source = segments("Draw people from", [POPULATION, SELECTION, PATH], "simulate_source")
    try:
        if source == POPULATION:
            return _population(panel)
        if source == SELECTION:
            return _selection(panel)
        return _path(panel)
    except RegionError as error:
        show_error(error)
        return None


def _population(panel: Panel) -> Region | None:
    from vaeviz.synthesis.region import population_region

    counts = label_counts(panel)
    if not counts:
        st.info(
            "The panel has no labels. Select people on the Latent space page instead.",
            icon=":material/label_off:",
        )
        return None
    label = choice(
        "Population or superpopulation",
        list(counts),
        "simulate_population",
        max(counts, key=lambda label: counts[label]),
        shown=lambda x: f"{plain(x)} · {counts[x]:,} people",
    )
    return population_region(panel, label)


def _selection(panel: Panel) -> Region | None:
    from vaeviz.synthesis.region import selection_region

    selection = state.get().selection
    if selection is None:
        st.info("Nobody is selected yet.", icon=":material/lasso_select:")
        st.page_link(
            "pages/latent.py", label="Select people on the map", icon=":material/scatter_plot:"
        )
        return None
    st.markdown(f"**{escape(selection.name)}** · {escape(selection.rule, 200)}")
    return selection_region(panel, selection)


def _path(panel: Panel) -> Region | None:
    from vaeviz.synthesis.region import path_region

    ends = path_ends(panel)
    if len(ends) < 2:
        st.info(
            "A path needs two ends: two labels, or selections made on the Latent space page.",
            icon=":material/route:",
        )
        return None
    left, right = st.columns(2)
    names = list(ends)
    with left:
        start = choice("From", names, "simulate_from", names[0], plain)
    with right:
        end = choice("To", names, "simulate_to", names[1], plain)
    return path_region(panel, _end(panel, ends[start]), _end(panel, ends[end]))


def _end(panel: Panel, end: str | Selection) -> Region | str:
    from vaeviz.synthesis.region import selection_region

    return end if isinstance(end, str) else selection_region(panel, end)


def label_counts(panel: Panel) -> dict[str, int]:
    """Labels of both levels with their people; a label on both levels means the finer one."""
    counts: dict[str, int] = {}
    for level in reversed(LEVELS):
        if panel.has_labels(level):
            found = pd.Series(panel.labels(level)).value_counts().sort_index()
            counts |= {str(k): int(n) for k, n in found.items() if k != UNLABELLED}
    return counts


def path_ends(panel: Panel) -> dict[str, str | Selection]:
    """What a path can start and end at: labels, the selection, and earlier selections."""
    ends: dict[str, str | Selection] = {label: label for label in label_counts(panel)}
    now = state.get()
    for selection in (now.selection, *reversed(now.history)):
        if selection is not None and panel.digest.startswith(selection.panel_digest):
            ends.setdefault(f"selection: {selection.name}", selection)
    return ends


def size_rules(region: Region) -> tuple[bool, bool]:
    """Say what the size of a region means: (may generate, small region accepted)."""
    from vaeviz.synthesis import region as rules

    n = region.n_smallest
    if n < rules.REFUSED_UNDER:
        st.error(
            f"This region rests on {n} people; at least {rules.REFUSED_UNDER} are needed. Fewer "
            "would be close to copies. Choose a larger population or widen the selection.",
            icon=":material/block:",
        )
        return False, False
    if n < rules.CONFIRMED_UNDER:
        st.warning(
            f"This region rests on {n} people, fewer than {rules.CONFIRMED_UNDER}: synthetic "
            "people can come close to copies of them.",
            icon=":material/warning:",
        )
        accepted = st.checkbox(
            "I may use so small a group, and I will read the near-copy check before sharing.",
            key=f"simulate_small_{region.kind}_{n}",
        )
        return accepted, accepted
    if n < rules.WARNED_UNDER:
        st.warning(
            f"This region rests on {n} people; under {rules.WARNED_UNDER}, frequencies are rough "
            "and copies more likely.",
            icon=":material/warning:",
        )
    else:
        st.caption(f"This region rests on {n:,} people.")
    return True, False


def settings(allow_small: bool) -> SimulateConfig:
    """Number, seed, and for those who want them temperature and source."""
    default = SimulateConfig()
    left, right = st.columns(2)
    n = left.number_input(
        "People to draw", 1, MAX_PEOPLE, default.n, key="simulate_n", persist_state="session"
    )
    seed = right.number_input(
        "Seed", 0, 2**31 - 1, default.seed, key="simulate_seed", persist_state="session"
    )
    values: dict[str, object] = {"n": int(n), "seed": int(seed), "allow_small": allow_small}
    if not teaching():
        with left:
            values["generator"] = choice(
                "Latent positions", list(SOURCES), "simulate_codes", shown=SOURCES.__getitem__
            )
        values["temperature"] = right.slider(
            "Temperature",
            0.0,
            2.0,
            default.temperature,
            0.1,
            key="simulate_temperature",
            persist_state="session",
            help="Spread of the positions: 1 as uncertain as the encoder is, 0 none, 2 wider.",
        )
    return SimulateConfig.make(**values)


def generate(model: TrainedModel, panel: Panel, region: Region, config: SimulateConfig) -> None:
    """Draw the cohort, check it, and keep both for this session.

    Raises
    ------
    VaevizError
        The region is too small, or model and panel do not fit; an earlier cohort stays.
    """
    from vaeviz.synthesis.generate import generate as draw
    from vaeviz.synthesis.report import cohort_report

    with named_steps("Drawing people") as progress:
        progress.update(0, 2, f"Drawing {config.n:,} synthetic people")
        cohort = draw(model, panel, region, config)
        progress.update(1, 2, "Checking them against real people")
        report = cohort_report(model, panel, cohort, seed=config.seed)
    cohorts.keep(cohort, report, panel, model)


def say_time(panel: Panel, config: SimulateConfig) -> None:
    """Tell when drawing and checking will take long, and how to do it elsewhere."""
    comparisons = config.n * panel.n_samples * panel.rows_per_sample**2 * panel.n_sites
    if comparisons > SLOW_COMPARISONS:
        st.caption(
            "This may take a minute: every synthetic row is compared with every real one. Stay "
            "on this page, or run `python -m vaeviz simulate` in a terminal."
        )
