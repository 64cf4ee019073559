"""The export page: what to take, how it is drawn, and what it will weigh."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import streamlit as st

from vaeviz.config import ModelConfig
from vaeviz.data.panel import Panel
from vaeviz.ui.columns import group_choice
from vaeviz.ui.export import export_parts
from vaeviz.ui.export.export_parts import Piece, Source
from vaeviz.ui.simulate import simulate_download
from vaeviz.ui.widgets import choice

FIGURE_MB, IMAGE_MB = 1.5, 0.1
GENOTYPE_BYTES = 0.12
"""Of a gzipped VCF, an allele: between dense and thinned panels."""

GENOTYPES = "genotypes"


@dataclasses.dataclass(frozen=True)
class Part:
    """One line of the checklist."""

    label: str
    build: Callable[[Source], Piece]
    n_charts: int
    help: str


PARTS: dict[str, Part] = {
    "panel": Part(
        "Panel: figures, sample table, filters",
        export_parts.panel_piece,
        2,
        "The sample table holds sample IDs and your own columns.",
    ),
    "latent": Part(
        "Latent space: map, learning curves, positions",
        export_parts.latent_piece,
        2,
        "Positions are a table of one row a person, with sample IDs.",
    ),
    "compression": Part(
        "Compression: figures and tables",
        export_parts.compression_piece,
        4,
        "Of the sequence model where there is one; computed for held-out people.",
    ),
    "entropy": Part(
        "Entropy: bar code, bars with arcs, world map",
        export_parts.entropy_piece,
        3,
        "With the curated routes where the panel is of people.",
    ),
    "model": Part(
        "The models",
        lambda source: Piece(),
        0,
        "It holds hashes of the training people's IDs, and what it learned from them.",
    ),
    "cohort": Part(
        "The synthetic cohort: VCF, report, figures",
        export_parts.cohort_piece,
        5,
        "SYNTHETIC, but not anonymous: share it only as the source data may be shared.",
    ),
    "selection": Part(
        "The selection", export_parts.selection_piece, 0, "Sample IDs, and how they were chosen."
    ),
}
NEEDS_MAP = ("latent", "cohort")
NEEDS_MODEL = ("compression", "model")


def checklist(source: Source) -> tuple[str, ...]:
    """Tick boxes; what is not there yet says what is missing."""
    missing = {name: missing_for(name, source) for name in PARTS}
    chosen = []
    with st.container(border=True, gap="small"):
        for name, part in PARTS.items():
            label = f"{part.label} ({missing[name]})" if missing[name] else part.label
            ticked = st.checkbox(
                label,
                value=not missing[name],
                key=f"export_{name}_{bool(missing[name])}",
                disabled=bool(missing[name]),
                help=part.help,
            )
            chosen += [name] if ticked and not missing[name] else []
        chosen += _genotypes(source)
    return tuple(chosen)


def missing_for(name: str, source: Source) -> str:
    """Why a part cannot be exported yet; empty when it can."""
    if name in NEEDS_MAP and source.model is None:
        return "needs a map"
    if name in NEEDS_MODEL and not source.models:
        return "needs a model"
    if name == "cohort" and source.kept is None:
        return "none was generated"
    if name == "selection" and source.selection is None:
        return "nobody is selected"
    return ""


def _genotypes(source: Source) -> list[str]:
    ticked = st.checkbox("Genotypes of the panel (VCF.gz)", value=False, key="export_genotypes")
    if not ticked:
        return []
    if source.panel.info.simulated or source.panel.info.synthetic:
        st.caption("This panel's genotypes are of no real people.")
    else:
        st.warning(
            "Genotypes identify people and their relatives, with or without names. Put them in "
            "only where consent and law let you share them.",
            icon=":material/privacy_tip:",
        )
    return [GENOTYPES]


def settings(panel: Panel) -> tuple[str, bool, bool]:
    """Grouping of the figures, dark or light ground, and whether to draw SVG too."""
    from vaeviz.figures.chart import image_export_available

    left, right = st.columns(2)
    with left:
        by = group_choice(panel, "export_by")
    with right:
        dark = choice("Figures on", ["light ground", "dark ground"], "export_theme")
    can_draw = image_export_available()
    images = st.checkbox(
        "Also SVG of every figure",
        value=can_draw,
        key="export_svg",
        disabled=not can_draw,
        help="Drawn by Chrome or Chromium on this machine, about a second a figure.",
    )
    return by, dark == "dark ground", images


def size_mb(chosen: tuple[str, ...], source: Source, images: bool) -> float:
    """About how large the zip will be, MB."""
    charts = sum(PARTS[name].n_charts for name in chosen if name in PARTS)
    total = charts * (FIGURE_MB + IMAGE_MB * images)
    if "model" in chosen:
        total += sum(_model_mb(model.config) for model in source.models)
    alleles = source.panel.n_samples * source.panel.n_sites * 2
    total += GENOTYPE_BYTES * alleles * (GENOTYPES in chosen) / 1e6
    if source.kept is not None and "cohort" in chosen:
        cohort = source.kept.cohort.panel
        total += GENOTYPE_BYTES * cohort.n_samples * cohort.n_sites * 2 / 1e6
    return total


def _model_mb(config: ModelConfig) -> float:
    """About the size of a model file."""
    if config.shape == "global":
        return config.n_sites * (2 * config.n_components + 2 * config.rank + 60) / 1e6
    return config.n_sites * (8 * config.window_hidden + 60) / 1e6


def cohort_allowed(chosen: tuple[str, ...], source: Source) -> bool:
    """Whether near copies, if there are any, were acknowledged."""
    if "cohort" not in chosen or source.kept is None:
        return True
    return simulate_download.copies_accepted(source.kept)
