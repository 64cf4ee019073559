"""The bar code of entropy along the genome: one strip a group, zoomed to any window."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from vaeviz.analysis.genome_axis import GenomeAxis, Unit
from vaeviz.analysis.genome_region import EXAMPLES, EXAMPLES_SITES, find_region
from vaeviz.analysis.strips import Strips, make_strips, window_summary, window_table
from vaeviz.data.panel import Panel
from vaeviz.data.tables import csv_text
from vaeviz.errors import GenomeRegionError
from vaeviz.escape import escape, plain
from vaeviz.ui import measured
from vaeviz.ui.cache import kept, remembered
from vaeviz.ui.columns import group_choice
from vaeviz.ui.components.answers import told
from vaeviz.ui.components.strips import strips as draw_strips
from vaeviz.ui.entropy import bar_code_data, bar_code_window
from vaeviz.ui.entropy.bar_code_data import Choice
from vaeviz.ui.entropy.bar_code_payload import extended, payload
from vaeviz.ui.entropy.bar_code_window import Window
from vaeviz.ui.errors import show_error, shown_errors
from vaeviz.ui.look import look
from vaeviz.ui.show import theme
from vaeviz.ui.tables import show_frame
from vaeviz.ui.widgets import choice, segments

if TYPE_CHECKING:
    from vaeviz.figures.strips_svg import Strip

STRIPS, REGION, ERROR = "barcode_strips", "barcode_region", "vaeviz_barcode_error"
UNITS: dict[str, Unit] = {"Position": "bp", "Number of the site": "site"}
MEASURES: dict[str, bar_code_data.Measure] = {"Mean": "mean", "Highest": "max"}
NO_DIFFERENCE, EVERY_GROUP, ONE_GROUP = "none", "every", "group "
SVG_BINS = 1000


@st.fragment
@shown_errors()
def bar_code(panel: Panel) -> None:
    """Entropy along the genome, one strip a group."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        by = group_choice(panel, "barcode_by")
        strips = _strips(panel, by)
        unit = _unit(strips)
        _region_box(strips, strips.axes[unit])
    lines = _lines(panel, strips, by)
    chosen = _choice([line.name for line in lines])
    error = st.session_state.pop(ERROR, None)
    if error is not None:
        show_error(error)
    _show(panel, strips, lines, unit, chosen)


def _strips(panel: Panel, by: str) -> Strips:
    def compute() -> Strips:
        return make_strips(measured.site_entropy(panel, by), panel.sites)

    return kept("bar_code_strips", (panel.digest,), compute, (by,))


def _lines(panel: Panel, strips: Strips, by: str) -> list[Strip]:
    ground = theme()

    def compute() -> list[Strip]:
        return bar_code_data.group_lines(strips, panel, ground)

    return remembered("bar_code_lines", (panel.digest,), compute, (by, ground))


def _unit(strips: Strips) -> Unit:
    """What x counts: the visitor's choice where the panel has positions."""
    names = list(UNITS) if "bp" in strips.axes else list(UNITS)[1:]
    return UNITS[segments("Along", names, "barcode_along")]


def _region_box(strips: Strips, axis: GenomeAxis) -> None:
    st.text_input(
        "Go to",
        key=REGION,
        placeholder=_example(strips, axis),
        help=f"A region, a chromosome or a site: {escape(_examples(axis), 200)}.",
        on_change=partial(_go, strips, axis),
    )


def _example(strips: Strips, axis: GenomeAxis) -> str:
    """A region in the middle of this panel, as one may type it."""
    n_sites = len(strips.sites)
    first, last = n_sites // 2, min(n_sites // 2 + max(n_sites // 20, 1), n_sites - 1)
    if axis.unit == "site":
        return f"{first + 1}-{last + 1}"
    start, end = strips.sites.iloc[first], strips.sites.iloc[last]
    stop = end["pos"] if end["chrom"] == start["chrom"] else start["pos"] + 1_000_000
    return f"{plain(start['chrom'], 20)}:{start['pos'] / 1e6:.2f}-{stop / 1e6:.2f} Mb"


def _examples(axis: GenomeAxis) -> str:
    return EXAMPLES if axis.unit == "bp" else EXAMPLES_SITES


def _go(strips: Strips, axis: GenomeAxis) -> None:
    """Move to the region that was typed; an empty box shows everything."""
    text = str(st.session_state.get(REGION, ""))
    try:
        ends = find_region(text, strips.sites, axis) if text.strip() else axis.whole
    except GenomeRegionError as error:
        st.session_state[ERROR] = error
        return
    bar_code_window.move(ends)


def _choice(groups: list[str]) -> Choice:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        measure = segments("A bin of several sites shows", list(MEASURES), "barcode_measure")
        minuends, subtrahend = _difference(groups)
        stretch = st.toggle(
            "Stretch the colours to this window", key="barcode_stretch", persist_state="session"
        )
    return Choice(MEASURES[measure], stretch, minuends, subtrahend)


def _difference(groups: list[str]) -> tuple[tuple[str, ...], str]:
    """Groups to show the difference of, and the group to subtract; nothing for one group."""
    if len(groups) < 2:
        return (), ""
    options = [NO_DIFFERENCE, EVERY_GROUP, *(ONE_GROUP + group for group in groups)]
    first = choice("Difference", options, "barcode_minuend", shown=_difference_name, width=190)
    if first == NO_DIFFERENCE:
        return (), ""
    own = first.removeprefix(ONE_GROUP) if first != EVERY_GROUP else None
    others = [group for group in groups if group != own]
    second = choice("minus", others, "barcode_subtrahend", shown=plain, width=190)
    return (own,) if own is not None else tuple(g for g in groups if g != second), second


def _difference_name(option: str) -> str:
    names = {NO_DIFFERENCE: "No difference", EVERY_GROUP: "Every group"}
    return names.get(option, plain(option.removeprefix(ONE_GROUP)))


@st.fragment
@shown_errors()
def _show(panel: Panel, strips: Strips, lines: Sequence[Strip], unit: Unit, chosen: Choice) -> None:
    """The strips and what goes with them: all that reruns on a zoom."""
    axis = strips.axes[unit]
    window = bar_code_window.current(panel.digest, strips, unit)
    ground = theme()
    whole_scene = bar_code_data.make_scene(
        strips, lines, axis, extended(axis, window), chosen, ground
    )
    sites = axis.sites_in(window.start, window.end)
    summary = window_summary(strips, sites)
    scene = bar_code_data.with_means(whole_scene, summary)
    words = {
        "title": bar_code_data.title(chosen),
        "caption": f"{window_words(strips, sites)} · {look(panel)['caption']}",
        "alt": _alt(strips, sites, summary),
        "file": "vaeviz_entropy_along_genome.png",
    }
    draw_strips(
        payload(scene, strips, axis, window, chosen, words),
        STRIPS,
        partial(_follow, axis),
    )
    _legend_words(strips, axis, sites)
    with st.expander("Table and downloads", icon=":material/table:"):
        order = [line.name for line in lines]
        show_frame(summary.set_index("group").loc[order].reset_index(), "entropy_barcode")
        with st.container(horizontal=True):
            _downloads(strips, lines, window, chosen, words["caption"])


def _follow(axis: GenomeAxis) -> None:
    bar_code_window.follow(told(STRIPS, "view"), axis)


def _legend_words(strips: Strips, axis: GenomeAxis, sites: slice) -> None:
    st.caption(
        f"{_axis_words(strips, axis)}In sight: {escape(window_words(strips, sites), 200)}. 0 bits "
        "where the group is fixed, 1 bit where both alleles are equally common, grey without a "
        "site; beside the strips the mean in sight. Drag to move, wheel or + and − to zoom, Shift "
        "and drag to zoom to a range, double click or Home for everything; arrows, comma and full "
        "stop read values by keyboard."
    )


def _axis_words(strips: Strips, axis: GenomeAxis) -> str:
    """What must be known about the axis to read it."""
    if "bp" not in strips.axes:
        return "This panel has no positions that tell its sites apart: sites stand in their order. "
    cut = len(axis.stretches) > len(axis.chromosomes)
    return "Long gaps without sites are cut out. " if cut else ""


def window_words(strips: Strips, sites: slice) -> str:
    """Which sites a window holds, in a few words; names are cut, not escaped."""
    n_sites = sites.stop - sites.start
    if n_sites <= 0:
        return "no site"
    first, last = strips.sites.iloc[sites.start], strips.sites.iloc[sites.stop - 1]
    number = f"{n_sites:,} {'site' if n_sites == 1 else 'sites'}"
    if "bp" not in strips.axes:
        return f"sites {sites.start + 1:,} to {sites.stop:,} ({number})"
    start = f"{plain(first['chrom'], 20)}:{first['pos']:,}"
    same = first["chrom"] == last["chrom"]
    end = f"{last['pos']:,}" if same else f"{plain(last['chrom'], 20)}:{last['pos']:,}"
    return f"{start} to {end} ({number})"


def _alt(strips: Strips, sites: slice, summary: pd.DataFrame) -> str:
    table = summary.dropna(subset="mean_entropy_bits")
    text = f"Bar code of entropy for {len(strips.groups)} groups, {window_words(strips, sites)}"
    if table.empty:
        return text + "."
    ranked = table.sort_values("mean_entropy_bits")
    low, high = ranked.iloc[0], ranked.iloc[-1]
    return (
        f"{text}: on the mean from {low['mean_entropy_bits']:.3f} bits ({plain(low['group'])}) to "
        f"{high['mean_entropy_bits']:.3f} bits ({plain(high['group'])}). Plus and minus zoom, "
        "arrows left and right move, Home shows everything; arrows up and down, comma and full "
        "stop go from value to value."
    )


def _downloads(
    strips: Strips, lines: Sequence[Strip], window: Window, chosen: Choice, caption: str
) -> None:
    axis, ground = strips.axes[window.unit], theme()

    def table() -> str:
        sites = axis.sites_in(window.start, window.end)
        return csv_text(window_table(strips, sites, chosen.minuends, chosen.subtrahend))

    def drawing() -> str:
        from vaeviz.figures.strips_svg import strips_svg

        place = (window.start, window.end, SVG_BINS)
        scene = bar_code_data.make_scene(strips, lines, axis, place, chosen, ground)
        summary = window_summary(strips, axis.sites_in(window.start, window.end))
        scene = bar_code_data.with_means(scene, summary)
        return strips_svg(bar_code_data.picture(scene, axis, chosen, ground, caption))

    for kind, mime, build in (("CSV", "text/csv", table), ("SVG", "image/svg+xml", drawing)):
        st.download_button(
            f"{kind} of this window",
            data=build,
            file_name=f"vaeviz_entropy_along_genome.{kind.lower()}",
            mime=mime,
            key=f"entropy_barcode_{kind.lower()}",
            icon=":material/download:",
            on_click="ignore",
        )
