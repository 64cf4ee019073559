"""Files that a visitor brings: copied to the workspace at once, never parsed in the server."""

from __future__ import annotations

import dataclasses
import shutil
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, Protocol, cast

import pandas as pd
import streamlit as st

from vaeviz.data.samples import SampleColumns, guess_columns
from vaeviz.errors import ReadError
from vaeviz.escape import file_stem
from vaeviz.ui import jobs, workspace

GENOTYPE_SUFFIXES = (".vcf.gz", ".vcf.bgz", ".vcf", ".bcf", ".bed")
PARTNER_SUFFIXES = (".bim", ".fam")
SHEET_SUFFIXES = (".tsv", ".csv", ".txt")
FIELDS = ("sample", "population", "superpopulation", "latitude", "longitude")
_ROUND = "upload_round"
_PENDING = "pending_upload"


class NamedFile(Protocol):
    """What the uploader widget gives: a name and a readable body."""

    name: str


@dataclasses.dataclass(frozen=True)
class Upload:
    """Files ready for the import job: genotypes, and a sample sheet where one was given."""

    genotypes: Path
    name: str
    sheet: Path | None = None


def uploader_key() -> str:
    """Key of the uploader; a new one after every copy, so that the widget lets go of the bytes."""
    return f"uploader_{st.session_state.get(_ROUND, 0)}"


def pending() -> Upload | None:
    """Files that wait for the import to be started."""
    upload: Upload | None = st.session_state.get(_PENDING)
    return upload


def set_pending(upload: Upload | None) -> None:
    """Offer these files for import, or none."""
    st.session_state[_PENDING] = upload


def take_uploaded(files: Sequence[NamedFile]) -> None:
    """Copy uploaded files to the workspace and empty the uploader.

    Raises
    ------
    ReadError
        No genotype file, or more than one, is among them.
    """
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
    set_pending(store(files))


def store(files: Sequence[NamedFile]) -> Upload:
    """Copy files to a new random folder of the workspace, under harmless names."""
    genotypes, sheet = classify([file.name for file in files])
    sweep()
    folder = workspace.new_path("uploads", "")
    folder.mkdir(mode=0o700)
    for file in files:
        with (folder / safe_name(file.name)).open("wb") as target:
            shutil.copyfileobj(cast(BinaryIO, file), target, 1 << 20)
    return Upload(
        folder / safe_name(genotypes),
        genotypes.removesuffix(_suffix(genotypes)),
        folder / safe_name(sheet) if sheet else None,
    )


def sweep() -> None:
    """Delete earlier uploads, unless an import may still be reading one (also as a query)."""
    folder = workspace.folder() / "uploads"
    reading = jobs.active("import") or jobs.active("query")
    if reading is None and folder.is_dir():
        shutil.rmtree(folder)


def classify(names: Sequence[str]) -> tuple[str, str | None]:
    """Which of the files holds genotypes, and which, if any, is the sample sheet.

    Raises
    ------
    ReadError
        Not exactly one genotype file, or more than one sheet.
    """
    genotypes = [n for n in names if _suffix(n) in GENOTYPE_SUFFIXES]
    sheets = [n for n in names if _suffix(n) in SHEET_SUFFIXES]
    others = [n for n in names if n not in genotypes and n not in sheets]
    if not genotypes:
        partners = [n for n in others if _suffix(n) in PARTNER_SUFFIXES]
        if len(sheets) == 1 and not partners:
            return sheets[0], None
        raise ReadError(
            f"None of the {len(names)} files holds genotypes.",
            "Give one .vcf, .vcf.gz, .bcf, or .bed together with its .bim and .fam.",
        )
    if len(genotypes) > 1 or len(sheets) > 1:
        raise ReadError(
            f"There are {len(genotypes)} genotype files and {len(sheets)} sample sheets; one of "
            "each can be imported.",
            "Join the genotype files first (for example with bcftools concat), or import one.",
        )
    return genotypes[0], sheets[0] if sheets else None


def local_file(text: str) -> Path:
    """An existing ordinary file from a path typed by the user of this machine.

    Raises
    ------
    ReadError
        A URL, a device, a folder that is no VCF Zarr, or nothing at all.
    """
    path = Path(text.strip().strip("'\"")).expanduser()
    if "://" in text or not path.is_absolute():
        raise ReadError(
            "This is no path on this machine.", "Give a full path, such as /data/x.bed."
        )
    try:
        mode = path.stat().st_mode
    except OSError:
        raise ReadError(
            f"There is no file {path.name[:60]!r} at this path.", "Check the spelling."
        ) from None
    if not stat.S_ISREG(mode) and not (stat.S_ISDIR(mode) and path.suffix == ".vcz"):
        raise ReadError(
            f"{path.name[:60]!r} is not an ordinary file.", "Give a .vcf, .vcf.gz, .bcf or .bed."
        )
    return path


def confirmed_sheet(table: pd.DataFrame, columns: SampleColumns) -> Path:
    """Write a sheet whose columns have the names that the user confirmed; returns the file."""
    chosen = {getattr(columns, f): f for f in FIELDS if getattr(columns, f) is not None}
    extra = [c for c in table.columns if c not in chosen and c not in FIELDS]
    renamed = table[[*chosen, *extra]].rename(columns=chosen)
    # The import guesses what it is not told; a field that the user left open must stay open.
    guessed = set(guess_columns(renamed).model_dump().values()) - set(chosen.values())
    renamed = renamed[[c for c in renamed.columns if c not in guessed]]
    path = workspace.new_path("uploads", ".tsv")
    renamed.to_csv(path, sep="\t", index=False)
    return path


def safe_name(name: str) -> str:
    """File name of letters, digits, dash and underscore with its known suffix kept."""
    suffix = _suffix(name)
    return file_stem(name[: len(name) - len(suffix)]) + suffix


def _suffix(name: str) -> str:
    known = (*GENOTYPE_SUFFIXES, *PARTNER_SUFFIXES, *SHEET_SUFFIXES)
    return next((s for s in known if name.lower().endswith(s)), "")
