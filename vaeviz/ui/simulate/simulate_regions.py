"""The region to draw people from: six ways to say it, on the Simulate page."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from vaeviz.data.panel import LEVELS, UNLABELLED, Panel
from vaeviz.data.selection import Selection
from vaeviz.escape import escape, plain
from vaeviz.ui import state
from vaeviz.ui.errors import show_error
from vaeviz.ui.simulate import simulate_point
from vaeviz.ui.widgets import choice, segments

if TYPE_CHECKING:
    from vaeviz.synthesis.region import Region
    from vaeviz.training.model import TrainedModel

POPULATION, SELECTION, PATH = "A population", "A selection", "Between two"
PERSON, POINT, MIXTURE = "Around a person", "A free point", "A mixture"
MAX_SOURCES = 6


def region_picker(panel: Panel, map_model: TrainedModel) -> Region | None:
    """Let the user choose a region; None while there is nothing to choose."""
    from vaeviz.errors import RegionError

    ways: dict[str, Callable[[], Region | None]] = {
        POPULATION: partial(_population, panel),
        SELECTION: partial(_selection, panel),
        PERSON: partial(simulate_point.around_person, panel, map_model),
        PATH: partial(_path, panel),
        POINT: partial(simulate_point.free_point, panel, map_model),
        MIXTURE: partial(_mixture, panel),
    }
    source = segments("Draw people from", list(ways), "simulate_source")
    try:
        return ways[source]()
    except RegionError as error:
        show_error(error)
        return None


def _population(panel: Panel) -> Region | None:
    from vaeviz.synthesis.region import population_region

    counts = label_counts(panel)
    if not counts:
        _no_labels("Select people on the Latent space page instead.")
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

    found = selections(panel)
    if not found:
        st.info("Nobody is selected yet.", icon=":material/lasso_select:")
        st.page_link(
            "pages/latent.py", label="Select people on the map", icon=":material/scatter_plot:"
        )
        return None
    name = next(iter(found))
    if len(found) > 1:
        name = choice("Selection", list(found), "simulate_selection", name, plain)
    selection = found[name]
    st.markdown(f"**{escape(selection.name)}** · {escape(selection.rule, 200)}")
    return selection_region(panel, selection)


def _path(panel: Panel) -> Region | None:
    from vaeviz.synthesis.region import path_region

    ends = sources(panel)
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
    st.caption("People are spread evenly over the way from one to the other.")
    return path_region(panel, _source(panel, ends[start]), _source(panel, ends[end]))


def _mixture(panel: Panel) -> Region | None:
    from vaeviz.synthesis.region import mixture_region

    found = sources(panel)
    if len(found) < 2:
        _no_labels("A mixture needs two sources: labels, or selections.")
        return None
    kept = [x for x in st.session_state.get("simulate_mix", []) if x in found]
    if kept != st.session_state.get("simulate_mix", []):
        del st.session_state["simulate_mix"]
    chosen = st.multiselect(
        "Sources",
        list(found),
        default=list(found)[:2] if "simulate_mix" not in st.session_state else None,
        key="simulate_mix",
        max_selections=MAX_SOURCES,
        format_func=plain,
        persist_state="session",
    )
    if len(chosen) < 2:
        st.info("Choose two sources or more.", icon=":material/blender:")
        return None
    grid = st.grid(3, min_column_width=160)
    shares: dict[str, float] = {}
    for name in chosen:
        with grid.cell():
            shares[name] = st.number_input(
                f"Share of {escape(name, 30)} (%)",
                1.0,
                99.0,
                round(100 / len(chosen), 1),
                step=5.0,
                format="%g",
                key=f"simulate_share_{len(chosen)}_{name}",
                persist_state="session",
            )
    total = sum(shares.values())
    told = ", ".join(f"{share / total:.0%} {escape(name)}" for name, share in shares.items())
    if abs(total - 100) > 0.1 * len(shares):
        st.caption(f"Brought to a sum of 100 %: {told}.")
    return mixture_region(panel, _regions(panel, found, shares))


def _regions(
    panel: Panel, found: dict[str, str | Selection], shares: dict[str, float]
) -> dict[Region, float]:
    from vaeviz.synthesis.region import population_region

    regions: dict[Region, float] = {}
    for name, share in shares.items():
        source = _source(panel, found[name])
        region = population_region(panel, source) if isinstance(source, str) else source
        regions[region] = share
    return regions


def _source(panel: Panel, source: str | Selection) -> Region | str:
    from vaeviz.synthesis.region import selection_region

    return source if isinstance(source, str) else selection_region(panel, source)


def _no_labels(otherwise: str) -> None:
    st.info(f"The panel has too few labels. {otherwise}", icon=":material/label_off:")


def label_counts(panel: Panel) -> dict[str, int]:
    """Labels of both levels with their people; a label on both levels means the finer one."""
    counts: dict[str, int] = {}
    for level in reversed(LEVELS):
        if panel.has_labels(level):
            found = pd.Series(panel.labels(level)).value_counts().sort_index()
            counts |= {str(k): int(n) for k, n in found.items() if k != UNLABELLED}
    return counts


def selections(panel: Panel) -> dict[str, Selection]:
    """Selections of this panel by name: the current one, kept ones, earlier ones."""
    now = state.get()
    found: dict[str, Selection] = {}
    for selection in (now.selection, *now.kept, *reversed(now.history)):
        if selection is not None and panel.digest.startswith(selection.panel_digest):
            found.setdefault(selection.name, selection)
    return found


def sources(panel: Panel) -> dict[str, str | Selection]:
    """What a path ends at or a mixture is made of: labels and selections."""
    found: dict[str, str | Selection] = {label: label for label in label_counts(panel)}
    return found | {f"selection: {name}": one for name, one in selections(panel).items()}


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
