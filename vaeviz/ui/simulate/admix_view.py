"""The admixture tab: choose sources and generations, and watch where mixed people fall."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from vaeviz.config import AdmixConfig
from vaeviz.data.panel import UNLABELLED, Panel
from vaeviz.errors import RegionError
from vaeviz.escape import escape, plain
from vaeviz.ui import derived, guards
from vaeviz.ui.cache import kept, remembered
from vaeviz.ui.cohorts import vcf_bytes
from vaeviz.ui.columns import label_columns
from vaeviz.ui.errors import show_error, shown_errors
from vaeviz.ui.look import group_look
from vaeviz.ui.show import show_chart
from vaeviz.ui.tables import csv_button, show_frame
from vaeviz.ui.widgets import choice, segments

if TYPE_CHECKING:
    from vaeviz.figures.chart import Chart
    from vaeviz.synthesis.admix import Admixture
    from vaeviz.synthesis.region import Region
    from vaeviz.training.model import TrainedModel

GENERATIONS = (0, 1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 50, 100)
PULSE, CONTINUOUS = "One pulse", "Continuous"
MAP, ANCESTRY, PAINTING, LENGTHS = "Map", "Ancestry", "Chromosomes", "Tract lengths"
MAX_SOURCES = 4
MAX_ALLELES = 20_000_000
"""Drawn while the visitor waits."""

PRIVACY = (
    ":red-badge[COPIES REAL HAPLOTYPES] Every stretch of these synthetic people is an exact copy "
    "of somebody in the panel. Share them only as the panel itself may be shared."
)
PRIVACY_MADE = (
    ":orange-badge[SYNTHETIC] Every stretch of these people is an exact copy of somebody in the "
    "panel, who is simulated or synthetic. What holds for sharing the panel holds for them."
)
RULE = (
    "Founders are drawn from the sources by their shares and mate at random; **0 generations** "
    "are their children. A haplotype is a recombinant of the two of a parent, back to the "
    "founders, with crossovers at 1 cM/Mb, in a population so large that nobody is met twice "
    "(Gravel 2012, Genetics 191:607). Tracts of a source with share m are exponential with mean "
    "100 / ((1 − m) g) cM after g generations, cut where chromosomes end. *Continuous*: founders "
    "of every generation since contribute alike. Drift, selection and choice of mates are left out."
)
WATCH = (
    "**Watch.** At 0 generations people stand in heaps: both haplotypes of one source, or one of "
    "each. A few generations spread them into a cline between the sources; many draw them "
    "together again, for everybody has come to have nearly the same share. With continuous "
    "mixing the cline stays."
)


@dataclasses.dataclass(frozen=True)
class Asked:
    """What the visitor has set: shares are of labels of the level."""

    level: str
    shares: dict[str, float]
    config: AdmixConfig


@st.fragment
def tab(panel: Panel) -> None:
    """Admixed people from populations of the panel, drawn again at every change."""
    with shown_errors():
        made = panel.info.simulated or panel.info.synthetic
        st.caption(PRIVACY_MADE if made else PRIVACY)
        if not panel.phased:
            st.info(
                "Admixture joins haplotypes, and this panel is unphased. Choose a phased panel, "
                "or phase its genotypes first (for example with SHAPEIT).",
                icon=":material/info:",
            )
            return
        with st.container(border=True):
            asked = _form(panel)
        if asked is None:
            return
        found = _admixture(panel, asked)
        _pictures(found, panel)
        _downloads(found)


def _form(panel: Panel) -> Asked | None:
    left, right = st.columns(2)
    with left:
        level, sources = _sources(panel)
        if len(sources) < 2:
            st.caption("Choose two sources or more.")
            return None
        shares = _shares(sources)
    with right:
        when = segments("Mixing", [PULSE, CONTINUOUS], "admix_when")
        generations = st.select_slider(
            "Generations",
            GENERATIONS,
            value=2,
            key="admix_generations",
            persist_state="session",
            help="Of mating since the sources' first common children.",
        )
        people, seed = st.columns(2)
        most = max(1, min(500, MAX_ALLELES // (2 * panel.n_sites)))
        n = people.number_input(
            "People",
            1,
            most,
            min(100, most),
            key="admix_n",
            persist_state="session",
        )
        seed_value = seed.number_input(
            "Seed", 0, 2**31 - 1, 1, key="admix_seed", persist_state="session"
        )
    allow_small = _small_confirmed(_mixture(panel, level, shares))
    if allow_small is None:
        return None
    config = AdmixConfig.make(
        n=n,
        generations=generations,
        continuous=when == CONTINUOUS,
        seed=seed_value,
        allow_small=allow_small,
    )
    return Asked(level, shares, config)


def _sources(panel: Panel) -> tuple[str, list[str]]:
    """The level that sources are labels of, and the chosen ones."""
    levels = [level for level in label_columns(panel) if level in ("population", "superpopulation")]
    if not levels:
        return "", []
    level = choice("Sources are", levels, "admix_level", shown=plain)
    sizes = pd.Series(panel.labels(level)).value_counts()
    known = sorted(label for label in sizes.index if label != UNLABELLED)
    key = f"admix_sources_{level}"
    held = st.session_state.get(key)
    if held is not None and not set(held) <= set(known):
        del st.session_state[key]
    return level, st.multiselect(
        "Sources",
        known,
        default=_usual_sources(panel, known, sizes),
        max_selections=MAX_SOURCES,
        key=key,
        format_func=lambda label: f"{plain(label, 40)} ({sizes.get(label, 0):,})",
        persist_state="session",
    )


def _usual_sources(panel: Panel, known: list[str], sizes: pd.Series) -> list[str]:
    """The two largest groups that are not recently admixed themselves, where there are two."""
    from vaeviz.analysis.populations import is_admixed

    by_size = sorted(known, key=lambda label: (is_admixed(label, panel), -sizes[label], label))
    return sorted(by_size[:2])


def _shares(sources: list[str]) -> dict[str, float]:
    """Share of each source: one slider for two of them, weights for more."""
    if len(sources) == 2:
        first = st.slider(
            f"Share of {escape(sources[0], 40)} (%)",
            1,
            99,
            50,
            key="admix_share",
            persist_state="session",
        )
        return {sources[0]: first / 100, sources[1]: 1 - first / 100}
    weights = {
        source: st.slider(
            f"Parts of {escape(source, 40)}",
            1,
            100,
            50,
            key=f"admix_weight_{k}",
            persist_state="session",
        )
        for k, source in enumerate(sources)
    }
    total = sum(weights.values())
    return {source: weight / total for source, weight in weights.items()}


def _small_confirmed(mixture: Region) -> bool | None:
    """Whether small sources are confirmed; None where nothing may be drawn."""
    from vaeviz.synthesis.region import CONFIRMED_UNDER, check_size

    if mixture.n_smallest >= CONFIRMED_UNDER:
        return False
    try:
        check_size(mixture, allow_small=True)
    except RegionError as error:
        show_error(error)
        return None
    confirmed = st.checkbox(
        f"A source has only {mixture.n_smallest} people, so their haplotypes come up often: "
        "go on all the same.",
        key="admix_small",
    )
    return True if confirmed else None


def _mixture(panel: Panel, level: str, shares: dict[str, float]) -> Region:
    """The mixture of labels of one level, whatever the other level calls its groups."""
    from vaeviz.synthesis.region import Region, mixture_region

    labels = panel.labels(level)
    groups = {
        Region(label, "population", np.flatnonzero(labels == label)): share
        for label, share in shares.items()
    }
    return mixture_region(panel, groups)


def _admixture(panel: Panel, asked: Asked) -> Admixture:
    def compute() -> Admixture:
        from vaeviz.synthesis.admix import admix

        return admix(panel, _mixture(panel, asked.level, asked.shares), asked.config)

    parameters = (asked.level, *asked.shares.items(), asked.config.to_json())
    with st.spinner("Mating…"):
        return kept("admixture", (panel.digest,), compute, parameters)


def _pictures(found: Admixture, panel: Panel) -> None:
    view = segments("Show", [MAP, ANCESTRY, PAINTING, LENGTHS], "admix_view", hide_label=True)
    look = group_look(panel, "SYNTHETIC admixed people")
    from vaeviz.figures import admix as figures

    if view == MAP:
        _map(found, panel)
    elif view == ANCESTRY:
        show_chart(figures.ancestry_bars(found.shares, found.sources, **look), "admix_ancestry")
    elif view == PAINTING:
        n = st.number_input("Person", 1, found.panel.n_samples, 1, key="admix_person", width=160)
        own = found.tracts[found.tracts["sample"] == found.panel.sample_ids[int(n) - 1]]
        show_chart(figures.painting(own, found.sources, **look), "admix_painting")
    else:
        show_chart(figures.tract_lengths(found.length_table(), **look), "admix_lengths")
        if found.config.continuous:
            st.caption("Lines of theory are drawn for one pulse only.")
    with st.expander("What to watch, and how people are made", icon=":material/help:"):
        st.markdown(WATCH)
        st.markdown(RULE)
    show_frame(found.summary(), "admix_summary")


def _map(found: Admixture, panel: Panel) -> None:
    model = guards.find_model()
    if model is None or model.config.condition is not None:
        st.info(
            "The map needs a model without labels of its own: train one on the Train page. "
            "Ancestry and tracts need none.",
            icon=":material/info:",
        )
        return
    embedding = derived.embedding(model, panel)
    columns = [f"latent_{k + 1}_mean" for k in range(model.config.n_latent)]
    x, y = telling_axes(embedding, columns, found.region)
    show_chart(_cline(found, panel, model, x, y), "admix_map")


def telling_axes(embedding: pd.DataFrame, columns: list[str], region: Region) -> tuple[str, str]:
    """The two axes along which the sources' means differ most, in standard deviations.

    Parameters
    ----------
    embedding : DataFrame, one row a person of the panel
    columns : list of str
        Axes to choose from, in order; one axis is shown against itself.
    region : Region
        Its parts are the sources.
    """
    points = embedding[columns].to_numpy(np.float64)
    means = np.stack([points[part.members].mean(0) for part in region.parts])
    spread: NDArray[np.float64] = np.ptp(means, axis=0) / np.maximum(points.std(0), 1e-12)
    best = sorted(np.argsort(-spread, kind="stable")[:2])
    return columns[best[0]], columns[best[-1]]


def _cline(found: Admixture, panel: Panel, model: TrainedModel, x: str, y: str) -> Chart:
    from vaeviz.figures.admix import cline

    with st.spinner("Placing them on the map…"):
        placed = remembered(
            "admixed_embedding",
            (model.digest, found.panel.digest),
            lambda: model.embed(found.panel),
        )
    return cline(
        derived.embedding(model, panel),
        x,
        y,
        sources={part.name: part.members for part in found.region.parts},
        admixed=placed,
        share=found.shares[:, 0],
        **group_look(panel, f"{found.panel.n_samples:,} SYNTHETIC admixed people"),
    )


def _downloads(found: Admixture) -> None:
    stem = f"vaeviz_SYNTHETIC_admixed_{found.panel.digest[:8]}"
    with st.container(horizontal=True):
        st.download_button(
            "VCF.gz",
            data=lambda: vcf_bytes(found.panel),
            file_name=f"{stem}.vcf.gz",
            mime="application/octet-stream",
            key="admix_vcf",
            icon=":material/download:",
            on_click="ignore",
        )
        st.download_button(
            "Tracts (TSV)",
            data=lambda: _tracts_bytes(found),
            file_name=f"{stem}.tracts.tsv",
            mime="text/tab-separated-values",
            key="admix_tracts",
            icon=":material/download:",
            on_click="ignore",
        )
        csv_button(found.share_table(), "admix_shares", "Ancestry shares (CSV)")


def _tracts_bytes(found: Admixture) -> bytes:
    from vaeviz.synthesis.tracts import tracts_text

    return tracts_text(found.tracts).encode()
