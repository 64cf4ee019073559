"""The export page: what to take, what it will weigh, the zip, its manifest and methods text."""

from __future__ import annotations

import dataclasses
import json
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from vaeviz.data.panel import Panel
from vaeviz.escape import escape, file_stem, plain
from vaeviz.progress import Progress
from vaeviz.ui import export_parts, simulate_view, workspace
from vaeviz.ui.columns import label_columns
from vaeviz.ui.export_parts import Piece, Source
from vaeviz.ui.waiting import named_steps
from vaeviz.ui.widgets import choice

if TYPE_CHECKING:
    from vaeviz.reports.contents import BundleContents, BundledCohort

_BUILT = "vaeviz_export"
FIGURE_MB, IMAGE_MB = 1.5, 0.1
GENOTYPE_BYTES = 0.12
"""Of a gzipped VCF, an allele: between dense and thinned panels."""

GENOTYPES = "genotypes"
KEPT_ZIPS = 3
"""Zips that stay in the workspace, the newest."""


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
        3,
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
        "Computed for held-out people if you have not done so yet.",
    ),
    "entropy": Part(
        "Entropy: bar code, bars with arcs, world map",
        export_parts.entropy_piece,
        3,
        "With first-peopling routes where the panel is of people.",
    ),
    "model": Part(
        "The model",
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
NEEDS_MODEL = ("latent", "compression", "model", "cohort")


def checklist(source: Source) -> tuple[str, ...]:
    """Tick boxes; what is not there yet says what is missing."""
    missing = {name: missing_for(name, source) for name in PARTS}
    left, right = st.columns(2, gap="large")
    chosen = []
    for place, (name, part) in enumerate(PARTS.items()):
        with left if place < 4 else right:
            label = f"{part.label} ({missing[name]})" if missing[name] else part.label
            ticked = st.checkbox(
                label,
                value=not missing[name],
                key=f"export_{name}_{bool(missing[name])}",
                disabled=bool(missing[name]),
                help=part.help,
            )
            chosen += [name] if ticked and not missing[name] else []
    with right:
        chosen += _genotypes(source)
    return tuple(chosen)


def missing_for(name: str, source: Source) -> str:
    """Why a part cannot be exported yet; empty when it can."""
    if name in NEEDS_MODEL and source.model is None:
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

    left, middle, right = st.columns(3, vertical_alignment="bottom")
    with left:
        by = choice("Group by", label_columns(panel), "export_by", "superpopulation", plain)
    with middle:
        dark = choice("Figures on", ["light ground", "dark ground"], "export_theme")
    with right:
        can_draw = image_export_available()
        images = st.checkbox(
            "Also SVG of every figure",
            value=can_draw,
            key="export_svg",
            disabled=not can_draw,
            help="Drawn by Chrome or Chromium on this machine, some seconds a figure.",
        )
    return by, dark == "dark ground", images


def size_mb(chosen: tuple[str, ...], source: Source, images: bool) -> float:
    """About how large the zip will be, MB."""
    charts = sum(PARTS[name].n_charts for name in chosen if name in PARTS)
    total = charts * (FIGURE_MB + IMAGE_MB * images)
    if source.model is not None and "model" in chosen:
        config = source.model.config
        total += config.n_sites * (2 * config.n_components + 2 * config.rank + 60) / 1e6
    alleles = source.panel.n_samples * source.panel.n_sites * 2
    total += GENOTYPE_BYTES * alleles * (GENOTYPES in chosen) / 1e6
    if source.kept is not None and "cohort" in chosen:
        cohort = source.kept.cohort.panel
        total += GENOTYPE_BYTES * cohort.n_samples * cohort.n_sites * 2 / 1e6
    return total


def contents_of(
    chosen: tuple[str, ...], source: Source, folder: Path, progress: Progress
) -> BundleContents:
    """Compute what was ticked; the model file is written into `folder`."""
    from vaeviz.reports.contents import BundleContents

    names = [name for name in chosen if name in PARTS]
    pieces = []
    for done, name in enumerate(names):
        progress.update(done, len(names), PARTS[name].label)
        pieces.append(PARTS[name].build(source))
    models: tuple[Path, ...] = ()
    if source.model is not None and "model" in chosen:
        models = (folder / f"{file_stem(source.model.name)}.vaeviz",)
        source.model.save(models[0])
    return BundleContents(
        panel=source.panel,
        charts=tuple(chart for piece in pieces for chart in piece.charts),
        tables={name: table for piece in pieces for name, table in piece.tables.items()},
        models=models,
        cohorts=bundled(source) if "cohort" in chosen else (),
        compression=next((p.compression for p in pieces if p.compression is not None), None),
        include_genotypes=GENOTYPES in chosen,
        seed=1,
    )


def bundled(source: Source) -> tuple[BundledCohort, ...]:
    """The session's cohort as a bundle takes it."""
    from vaeviz.reports.contents import BundledCohort

    return () if source.kept is None else (BundledCohort(source.kept.cohort, source.kept.report),)


def build(chosen: tuple[str, ...], source: Source, images: bool) -> Path:
    """Write the zip into the workspace and remember it for this session.

    Raises
    ------
    VaevizError
        A part cannot be computed or drawn; an earlier zip stays.
    """
    from vaeviz.reports.bundle import write_bundle

    path = workspace.new_path("exports", ".zip")
    with named_steps("Collecting") as progress, tempfile.TemporaryDirectory() as folder:
        contents = contents_of(chosen, source, Path(folder), progress)
        write_bundle(path, contents, images, progress)
    for old in sorted(path.parent.glob("*.zip"), key=lambda p: p.stat().st_mtime)[:-KEPT_ZIPS]:
        old.unlink(missing_ok=True)
    st.session_state[_BUILT] = (export_key(chosen, source, images), path)
    return path


def export_key(chosen: tuple[str, ...], source: Source, images: bool) -> tuple[object, ...]:
    """What a built zip depends on."""
    model = source.model.digest if source.model is not None else ""
    cohort = source.kept.cohort.panel.digest if source.kept is not None else ""
    selection = source.selection.sample_ids if source.selection is not None else ()
    look = (source.by, source.theme, images)
    return (chosen, source.panel.digest, model, cohort, hash(selection), *look)


def built(key: tuple[object, ...]) -> Path | None:
    """The zip of this session if it was built with just these settings."""
    found, path = st.session_state.get(_BUILT, (None, None))
    return path if found == key and path is not None and path.is_file() else None


def show_zip(path: Path, panel: Panel) -> None:
    """Download of the zip, and what is in it: files, manifest, methods."""
    size = path.stat().st_size
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            "Download the zip",
            data=path.read_bytes,
            file_name=f"vaeviz_{file_stem(panel.info.name)}_{panel.digest[:8]}.zip",
            mime="application/zip",
            key="export_zip",
            type="primary",
            icon=":material/archive:",
            on_click="ignore",
        )
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            manifest = json.loads(archive.read("manifest.json"))
            methods = archive.read("METHODS.md").decode("utf-8")
        st.caption(f"{size / 1e6:.1f} MB, {len(names)} files.")
    with st.expander("Methods paragraph", expanded=True, icon=":material/article:"):
        st.markdown(_without_title(methods))
    with st.expander("Files", icon=":material/folder_zip:"):
        st.markdown("\n".join(f"- {escape(name, 200)}" for name in names))
    with st.expander("Manifest", icon=":material/data_object:"):
        st.json(manifest, expanded=1)


def preview(chosen: tuple[str, ...], source: Source) -> None:
    """Before the zip is built: the methods paragraph so far, and the manifest's main entries."""
    from vaeviz.reports import manifest
    from vaeviz.reports.methods import methods_text

    models = [source.model] if source.model is not None and "model" in chosen else []
    cohorts = bundled(source) if "cohort" in chosen else ()
    with st.expander("Methods paragraph, so far", expanded=True, icon=":material/article:"):
        st.caption("Figures of compression join it when the zip is built.")
        st.markdown(_without_title(methods_text(source.panel, models, None, cohorts)))
    with st.expander("Manifest, so far", icon=":material/data_object:"):
        entries: manifest.Json = {
            **manifest.versions(),
            "panel": manifest.panel_entry(source.panel),
            "models": [manifest.model_entry(m, "models/") for m in models],
            "cohorts": [manifest.cohort_entry(c, "cohorts/") for c in cohorts],
            "genotypes_included": GENOTYPES in chosen,
        }
        st.json(manifest.to_json(entries), expanded=1)


def cohort_allowed(chosen: tuple[str, ...], source: Source) -> bool:
    """Whether near copies, if there are any, were acknowledged."""
    if "cohort" not in chosen or source.kept is None:
        return True
    return simulate_view.copies_accepted(source.kept)


def _without_title(methods: str) -> str:
    """The methods text without headings, which would be larger than the page's own."""
    lines = methods.splitlines()
    lines = [line for line in lines if not line.startswith("# ")]
    return "\n".join(line.replace("## ", "##### ") for line in lines)
