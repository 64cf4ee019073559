"""The zip of the export page: built on a button, kept for the session, and shown."""

from __future__ import annotations

import dataclasses
import json
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from vaeviz.data.panel import Panel
from vaeviz.escape import escape, file_stem
from vaeviz.progress import Progress
from vaeviz.ui import workspace
from vaeviz.ui.export.export_parts import Source
from vaeviz.ui.export.export_view import GENOTYPES, PARTS
from vaeviz.ui.waiting import named_steps

if TYPE_CHECKING:
    from vaeviz.reports.contents import BundleContents, BundledCohort

KEPT_ZIPS = 3
"""Zips that stay in the workspace, the newest."""

ANALYSIS_SEED = 1
"""Of the bootstraps and posterior draws behind the figures."""

_BUILT = "vaeviz_export"


def contents_of(
    chosen: tuple[str, ...], source: Source, folder: Path, progress: Progress
) -> BundleContents:
    """Compute what was ticked; the model files are written into `folder`."""
    from vaeviz.reports.contents import BundleContents
    from vaeviz.reports.standard import model_files

    names = [name for name in chosen if name in PARTS]
    pieces = []
    for done, name in enumerate(names):
        progress.update(done, len(names), PARTS[name].label)
        pieces.append(PARTS[name].build(source))
    models = model_files(source.models, folder) if "model" in chosen else ()
    return BundleContents(
        panel=source.panel,
        charts=tuple(chart for piece in pieces for chart in piece.charts),
        tables={name: table for piece in pieces for name, table in piece.tables.items()},
        models=models,
        cohorts=bundled(source) if "cohort" in chosen else (),
        compression=next((p.compression for p in pieces if p.compression is not None), None),
        include_genotypes=GENOTYPES in chosen,
        seed=ANALYSIS_SEED,
    )


def bundled(source: Source) -> tuple[BundledCohort, ...]:
    """The session's cohort as a bundle takes it."""
    from vaeviz.reports.contents import BundledCohort

    return () if source.kept is None else (BundledCohort(source.kept.cohort, source.kept.report),)


def build(chosen: tuple[str, ...], source: Source, images: bool, acknowledged: bool) -> Path:
    """Write the zip into the workspace and remember it for this session.

    `acknowledged`: near copies in a cohort may leave.

    Raises
    ------
    VaevizError
        A part cannot be computed or drawn; an earlier zip stays.
    """
    from vaeviz.reports.bundle import write_bundle

    path = workspace.new_path("exports", ".zip")
    with named_steps("Collecting") as progress, tempfile.TemporaryDirectory() as folder:
        contents = contents_of(chosen, source, Path(folder), progress)
        cohorts = tuple(
            dataclasses.replace(cohort, acknowledged=acknowledged) for cohort in contents.cohorts
        )
        contents = dataclasses.replace(contents, cohorts=cohorts)
        write_bundle(path, contents, images, progress)
    for old in sorted(path.parent.glob("*.zip"), key=lambda p: p.stat().st_mtime)[:-KEPT_ZIPS]:
        old.unlink(missing_ok=True)
    st.session_state[_BUILT] = (export_key(chosen, source, images), path)
    return path


def export_key(chosen: tuple[str, ...], source: Source, images: bool) -> tuple[object, ...]:
    """What a built zip depends on."""
    models = tuple(model.digest for model in source.models)
    cohort = source.kept.cohort.panel.digest if source.kept is not None else ""
    selection = source.selection.sample_ids if source.selection is not None else ()
    look = (source.by, source.theme, images)
    return (chosen, source.panel.digest, models, cohort, hash(selection), *look)


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

    models = source.models if "model" in chosen else []
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


def _without_title(methods: str) -> str:
    """The methods text without headings, which would be larger than the page's own."""
    lines = methods.splitlines()
    lines = [line for line in lines if not line.startswith("# ")]
    return "\n".join(line.replace("## ", "##### ") for line in lines)
