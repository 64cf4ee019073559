"""What the open panel holds: sizes, labels, frequencies, missingness, PCA, places, history."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypedDict

import pandas as pd
import streamlit as st

from vaeviz.data.panel import Panel
from vaeviz.escape import escape
from vaeviz.ui import derived, jobs, state, workspace
from vaeviz.ui.guards import made_badge
from vaeviz.ui.panel.panel_filter import waterfall
from vaeviz.ui.panel.panel_sequence import sequence_switch
from vaeviz.ui.show import show_chart, theme
from vaeviz.ui.tables import show_frame, show_table
from vaeviz.ui.widgets import loading, segments

if TYPE_CHECKING:
    from vaeviz.figures.palette import Theme


class Look(TypedDict):
    """What every figure of a panel is given."""

    theme: Theme
    caption: str


def title(panel: Panel) -> str:
    """Name of the panel and, where so, that it is simulated or synthetic; safe Markdown."""
    return escape(panel.info.name) + made_badge(panel.info)


def headline(panel: Panel) -> None:
    """Sizes of the panel in a row, and what it is."""
    if panel.info.description:
        st.caption(escape(panel.info.description, 1000))
    columns = st.grid(5, min_column_width=120)
    columns.metric("Samples", f"{panel.n_samples:,}")
    columns.metric("Sites", f"{panel.n_sites:,}")
    columns.metric("Genotypes", "phased" if panel.phased else "unphased")
    columns.metric("Missing", f"{derived.missingness(panel)[1].mean():.2%}")
    columns.metric("Populations", f"{panel.samples['population'].nunique():,}")


def preview(panel: Panel) -> None:
    """One picture at a time, chosen by the user."""
    pictures: dict[str, Callable[[Panel], None]] = {
        "Populations": _populations,
        "Frequencies": _frequencies,
        "Missingness": _missingness,
        "PCA": _pca,
        "Map": _map,
        "Samples": _samples,
        "History": _history,
    }
    chosen = segments("Preview", list(pictures), "panel_preview", hide_label=True)
    pictures[chosen](panel)


def _populations(panel: Panel) -> None:
    from vaeviz.figures.panel import population_counts

    table = derived.populations(panel, "population")
    show_chart(population_counts(table, samples=panel.samples, **_look(panel)), "panel_counts")


def _frequencies(panel: Panel) -> None:
    from vaeviz.figures.panel import frequency_spectrum

    spectrum, n_alleles = derived.spectrum(panel), 2 * panel.n_samples
    show_chart(frequency_spectrum(spectrum, n_alleles=n_alleles, **_look(panel)), "panel_sfs")


def _missingness(panel: Panel) -> None:
    from vaeviz.figures.panel import missingness

    show_chart(missingness(*derived.missingness(panel), **_look(panel)), "panel_missing")


def _pca(panel: Panel) -> None:
    from vaeviz.figures.panel import pca_preview

    with loading("panel_pca", 500, "Computing…"):
        scores = derived.components(panel, min(10, panel.n_samples - 1, panel.n_sites))
    level = "superpopulation" if panel.has_labels("superpopulation") else "population"
    explained = scores.attrs.get("explained")
    chart = pca_preview(scores, panel.samples, level, explained=explained, **_look(panel))
    show_chart(chart, "panel_pca")


def _map(panel: Panel) -> None:
    from vaeviz.figures.panel import sample_map

    table = derived.populations(panel, "population")
    if not table["latitude"].notna().any():
        st.info(
            "The panel has no coordinates. Give latitude and longitude in the sample sheet to "
            "see where samples come from.",
            icon=":material/location_off:",
        )
        return
    show_chart(sample_map(table, samples=panel.samples, **_look(panel)), "panel_map")


def _look(panel: Panel) -> Look:
    from vaeviz.figures.chart import panel_caption

    return {"theme": theme(), "caption": panel_caption(panel)}


def _samples(panel: Panel) -> None:
    show_table(panel.samples, "panel_samples")


def _history(panel: Panel) -> None:
    sequence_switch(panel)
    steps = waterfall(panel)
    if steps.empty:
        st.caption("Nothing was filtered: the panel is as it was read.")
    else:
        show_table(steps, "panel_history")
    for citation in panel.info.citations:
        st.caption(escape(citation, 500))
    import_report()
    st.caption(f"Content digest {panel.digest}")


def import_report() -> None:
    """What the reader left out and how the sample sheet fitted, for a panel of one's own."""
    ref = state.get().panel_ref
    outcome = next((o for o in _outcomes() if _is_of(o, ref)), None)
    if outcome is None:
        return
    st.markdown(f"Read {outcome['records']:,} records and kept {outcome['kept']:,}.")
    dropped = pd.DataFrame(outcome.get("dropped") or [])
    if not dropped.empty:
        show_frame(dropped, "import_dropped")
    join = outcome.get("sample_join")
    if isinstance(join, dict):
        st.markdown(
            f"Sample sheet: {join['matched']:,} samples matched, {join['missing']:,} without a "
            f"row in the sheet, {join['extra']:,} rows of the sheet for nobody in the genotypes."
        )
        for ids, what in (("missing_ids", "Without a row"), ("extra_ids", "For nobody")):
            if join.get(ids):
                st.caption(f"{what}: " + ", ".join(escape(x) for x in join[ids][:20]))


def _outcomes() -> list[dict[str, object]]:
    done = [j for j in jobs.of_kind("import") if j.status().state == "done"]
    return [outcome for job in done[:30] if (outcome := job.outcome()) is not None]


def _is_of(outcome: dict[str, object], ref: str | None) -> bool:
    return ref is not None and str(outcome.get("output")) == workspace.panel_argument(ref)
