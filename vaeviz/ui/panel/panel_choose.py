"""Ways to a panel: built-in ones, files of the visitor's own, and those kept in the workspace."""

from __future__ import annotations

import shutil

import pandas as pd
import streamlit as st

from vaeviz.config import Environment
from vaeviz.data.catalogue import BUILT_IN, BuiltIn
from vaeviz.data.samples import SampleColumns, guess_columns, read_sample_sheet
from vaeviz.errors import VaevizError
from vaeviz.escape import escape, plain
from vaeviz.jobs.status import Limits
from vaeviz.ui import jobs, library, state, steps, uploading, workspace
from vaeviz.ui.errors import show_error, shown_errors
from vaeviz.ui.panel import panel_sequence
from vaeviz.ui.tables import show_frame

NONE = "(none)"
UPLOAD_TYPES = ["vcf", "gz", "bgz", "bcf", "bed", "bim", "fam", "tsv", "csv", "txt"]
PRIVACY = (
    "Files stay on this machine: they are copied to your private workspace folder and sent "
    "nowhere. Check that you may use these genotypes, and that IDs are pseudonyms."
)
_PATH, _SHEET_PATH = "import_path", "import_sheet_path"


def built_in_cards() -> None:
    """One card a built-in panel, with a button to open it."""
    grid = st.grid(2, min_column_width=300)
    for entry in BUILT_IN.values():
        with grid.cell():
            _card(entry)


def own_files() -> None:
    """Upload or path, then the sample sheet's columns, then the import as a job."""
    running = jobs.active("import")
    if running is not None:
        importing(running.name)
        return
    _last_failure()
    waiting = uploading.pending()
    if waiting is None:
        _uploader()
        _path_field()
        st.caption(PRIVACY)
    else:
        _confirm(waiting)


def kept_panels() -> None:
    """Panels imported earlier, to open again or delete."""
    cards = library.cards("panels")
    if not cards:
        st.caption("Panels that you import or filter are kept here.")
    for card in cards:
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{escape(card.name)}**  \n{escape(card.detail)} · {card.created[:16]}")
            st.space("stretch")
            is_open = card.ref == state.get().panel_ref
            key = card.ref.replace("/", "_")
            st.button(
                "Open" if not is_open else "Opened",
                key=f"open_{key}",
                on_click=_open,
                args=(card.ref,),
                disabled=is_open,
            )
            st.button(
                "Delete",
                key=f"delete_{key}",
                on_click=library.remove,
                args=(card.ref,),
                disabled=is_open,
                type="tertiary",
            )


def importing(name: str) -> None:
    """Progress of the import; when it ends the whole page runs again and takes the panel over."""
    jobs.live_card("import", name, "the open panel stays as it is until this ends")


def start_import(upload: uploading.Upload, sheet_arguments: list[str]) -> None:
    """Callback of the Import button: parse the files in a process of their own."""
    output = workspace.new_path("panels", ".vcz")
    arguments = ["import", str(upload.genotypes), f"--name={upload.name or 'panel'}"]
    try:
        jobs.begin(
            "import",
            [*arguments, *sheet_arguments, "-o", str(output)],
            f"Import of {plain(upload.name, 40)}",
            import_limits(),
        )
    except VaevizError as error:
        show_error(error)
        return
    uploading.set_pending(None)


def import_limits() -> Limits:
    """Memory and time that reading a visitor's file may take."""
    environment = Environment()
    return Limits(memory_gb=environment.upload_memory_gb, minutes=environment.upload_minutes)


def _open(ref: str) -> None:
    state.set_panel(ref)
    steps.lead_to(steps.PANEL, steps.LOOK)


def _card(entry: BuiltIn) -> None:
    is_open = state.get().panel_ref == entry.name
    with st.container(border=True):
        told = "simulated" in entry.title
        badge = " :orange-badge[simulated]" if entry.simulated and not told else ""
        st.markdown(f"**{escape(entry.title)}**{badge}")
        st.caption(escape(entry.description, 600))
        st.button(
            "Opened" if is_open else "Open",
            key=f"open_{entry.name}",
            on_click=_open,
            args=(entry.name,),
            disabled=is_open,
            type="primary" if not is_open else "secondary",
        )


def _uploader() -> None:
    files = st.file_uploader(
        "Genotypes (.vcf, .vcf.gz, .bcf, or .bed with .bim and .fam) and, if you have one, a "
        "sample sheet (.tsv, .csv)",
        type=UPLOAD_TYPES,
        accept_multiple_files=True,
        key=uploading.uploader_key(),
    )
    if files and st.button("Use these files", key="use_files", type="primary"):
        with shown_errors():
            uploading.take_uploaded(files)
            st.rerun()


def _path_field() -> None:
    with (
        st.expander("Larger files: read them where they are", icon=":material/folder:"),
        st.form("path_form", border=False),
    ):
        st.text_input("Full path of the genotypes", key=_PATH, placeholder="/data/cohort.vcf.gz")
        st.text_input("Full path of a sample sheet (optional)", key=_SHEET_PATH)
        if st.form_submit_button("Use this file"):
            with shown_errors():
                _take_path()
                st.rerun()


def _take_path() -> None:
    path = uploading.local_file(st.session_state[_PATH])
    sheet_text = st.session_state[_SHEET_PATH].strip()
    sheet = uploading.local_file(sheet_text) if sheet_text else None
    uploading.set_pending(uploading.Upload(path, path.name.split(".")[0], sheet))


def _confirm(upload: uploading.Upload) -> None:
    st.markdown(f"**{escape(upload.name)}** is ready to be imported.")
    arguments: list[str] = []
    table = None
    if upload.sheet is not None:
        with shown_errors():
            table = read_sample_sheet(upload.sheet)
    columns = _column_boxes(table) if table is not None else None
    if st.checkbox(panel_sequence.LABEL, key="import_unfiltered", help=panel_sequence.MEANING):
        arguments.append("--unfiltered-sequence")
    with st.container(horizontal=True):
        if st.button("Import", key="start_import", type="primary"):
            with shown_errors():
                if table is not None and columns is not None:
                    sheet = uploading.confirmed_sheet(table, columns)
                    arguments += ["--samples", str(sheet)]
                start_import(upload, arguments)
                st.rerun()
        st.button("Choose other files", key="drop_upload", on_click=_drop, args=(upload,))


def _column_boxes(table: pd.DataFrame) -> SampleColumns:
    guess = guess_columns(table)
    st.markdown("Which columns of the sample sheet are these? (guessed; please check)")
    names = [str(column) for column in table.columns]
    chosen: dict[str, str | None] = {}
    grid = st.grid(len(uploading.FIELDS), min_column_width=140)
    for field in uploading.FIELDS:
        options = names if field == "sample" else [NONE, *names]
        guessed = getattr(guess, field)
        index = options.index(guessed) if guessed in options else 0
        with grid.cell():
            pick = st.selectbox(
                field.capitalize() if field != "sample" else "Sample ID",
                options,
                index=index,
                key=f"map_{field}",
                format_func=plain,
            )
        chosen[field] = None if pick == NONE else pick
    show_frame(table.head(5), "sheet_preview")
    return SampleColumns.make(**chosen)


def _drop(upload: uploading.Upload) -> None:
    folder = upload.genotypes.parent
    if folder.parent == workspace.folder() / "uploads":
        shutil.rmtree(folder, ignore_errors=True)
    uploading.set_pending(None)


def _last_failure() -> None:
    job = jobs.latest("import")
    if job is not None and job.status().state in ("failed", "lost", "cancelled"):
        st.markdown(f"**{escape(job.request.label)}** did not end well; nothing was changed.")
        jobs.ended_card(job, "import")
