"""Compressed files in the workspace: the jobs that write and read them."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

import numpy as np
import streamlit as st

from vaeviz.config import Environment
from vaeviz.data.panel import Panel
from vaeviz.errors import ReadError
from vaeviz.escape import file_stem, plain
from vaeviz.jobs.status import Limits
from vaeviz.training.split import TEST, TRAIN
from vaeviz.ui import jobs, model_choice, state, workspace
from vaeviz.ui.uploading import NamedFile
from vaeviz.ui.widgets import choice

if TYPE_CHECKING:
    from vaeviz.training.model import TrainedModel

COMPRESS, DECOMPRESS, STREAMS = "compress", "decompress", "streams"
PEOPLE = {"all": "Everybody", "test": "Held-out test people"}
FOLDER = "vaez"
SUFFIX, MODEL_SUFFIX = ".vaez", ".vaeviz"
LIBRARIES_GB = 3.0
"""Addresses that libraries of models reserve and do not use; a limit of memory counts them."""

_PENDING = "vaez_pending"
_ROUND = "vaez_round"


@dataclasses.dataclass(frozen=True)
class Plan:
    """What to compress and how.

    Attributes
    ----------
    samples : "all" or "test"
        Everybody, or the people held out when the model was trained.
    method : str
        As the command line calls it.
    with_reference : bool
        Code with the training people beside the model; the decoder needs them, too.
    embed_model : bool
        Put the model into the file.
    """

    samples: str
    method: str
    with_reference: bool
    embed_model: bool


@dataclasses.dataclass(frozen=True)
class Incoming:
    """A compressed file that a visitor brought, and a model file where one came with it."""

    path: Path
    name: str
    model: Path | None = None


def start_compress(model: TrainedModel, panel: Panel, plan: Plan) -> None:
    """Compress people of the open panel in a process of its own.

    Raises
    ------
    JobError
        One is under way already, or the process cannot be started.
    """
    sweep()
    output = _new_folder() / f"{file_stem(panel.info.name)}{SUFFIX}"
    arguments = [*_command(COMPRESS, model, plan.samples), f"--method={plan.method}"]
    people = training_people(model, panel) if plan.with_reference else None
    if people is not None:
        arguments += ["--reference", str(as_file(people))]
    if plan.embed_model:
        arguments.append("--embed-model")
    label = f"Compression of {plain(panel.info.name, 40)}"
    jobs.begin(COMPRESS, [*arguments, "-o", str(output)], label)


def start_streams(model: TrainedModel, panel: Panel, samples: str, packing: str) -> None:
    """Write latents and residual as plain arrays, in a process of its own.

    Raises
    ------
    JobError
        One is under way already, or the process cannot be started.
    """
    sweep()
    output = _new_folder() / f"{file_stem(panel.info.name)}_streams.zip"
    arguments = [*_command(STREAMS, model, samples), f"--codec={packing}"]
    label = f"Streams of {plain(panel.info.name, 40)}"
    jobs.begin(STREAMS, [*arguments, "-o", str(output)], label)


def start_decompress(incoming: Incoming, model: Path | None, reference: Path | None) -> None:
    """Decode a file to a panel of the workspace, in a process of its own.

    Raises
    ------
    JobError
        One is under way already, or the process cannot be started.
    """
    arguments = [DECOMPRESS, str(incoming.path)]
    if model is not None:
        arguments += ["--model", str(model)]
    if reference is not None:
        arguments += ["--reference", str(reference)]
    output = workspace.new_path("panels", ".vcz")
    label = f"Decompression of {plain(incoming.name, 40)}"
    jobs.begin(DECOMPRESS, [*arguments, "-o", str(output)], label, _limits())


def people_choice(model: TrainedModel, panel: Panel, key: str) -> str:
    """Let the user choose whom to write, as ``--samples`` calls them: 'all' or 'test'."""
    sizes = {"all": panel.n_samples}
    held_out = int(np.count_nonzero(model.split_of(panel) == TEST))
    if held_out:
        sizes["test"] = held_out
    return choice("People", list(sizes), key, shown=lambda x: f"{PEOPLE[x]} ({sizes[x]:,})")


def training_people(model: TrainedModel, panel: Panel) -> Panel | None:
    """The people of a phased panel whom the model was trained on; None without any."""
    index = np.flatnonzero(model.split_of(panel) == TRAIN)
    return panel.take_samples(index) if panel.phased and len(index) else None


def as_file(people: Panel) -> Path:
    """A file of the workspace that holds these people, for a job to read."""
    path = workspace.folder() / FOLDER / f"{people.digest[:32]}.vcz"
    if not path.exists():
        from vaeviz.data.vcz import save_panel

        path.parent.mkdir(mode=0o700, exist_ok=True)
        save_panel(people, path)
    return path


def uploader_key() -> str:
    """Key of the uploader; a new one after every copy, so that the widget lets go of the bytes."""
    return f"vaez_files_{st.session_state.get(_ROUND, 0)}"


def pending() -> Incoming | None:
    """The file that was brought and not yet put away."""
    incoming: Incoming | None = st.session_state.get(_PENDING)
    return incoming if incoming is not None and incoming.path.is_file() else None


def put_away() -> None:
    """Forget the file that was brought."""
    st.session_state.pop(_PENDING, None)
    sweep()


def written(kind: str) -> Path | None:
    """The file that the newest job of a kind left behind."""
    job = jobs.latest(kind)
    path = jobs.output_of(job) if job is not None else None
    return path if path is not None and path.is_file() else None


def take_uploaded(files: Sequence[NamedFile]) -> None:
    """Copy a .vaez, and the model that came with it, to the workspace; empty the uploader.

    Raises
    ------
    ReadError
        Not exactly one .vaez, or more than one model.
    """
    coded = [file for file in files if file.name.lower().endswith(SUFFIX)]
    models = [file for file in files if file.name.lower().endswith(MODEL_SUFFIX)]
    if len(coded) != 1 or len(models) > 1:
        raise ReadError(
            f"There are {len(coded)} .vaez files and {len(models)} models; one file, and at most "
            "one model, can be decoded at a time.",
            "Choose one .vaez and, where it needs one, its .vaeviz.",
        )
    sweep()
    folder = _new_folder()
    stem = file_stem(coded[0].name[: -len(SUFFIX)])
    path = _copy(coded[0], folder / f"{stem}{SUFFIX}")
    model = _copy(models[0], folder / f"model{MODEL_SUFFIX}") if models else None
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
    st.session_state[_PENDING] = Incoming(path, plain(coded[0].name), model)


def sweep() -> None:
    """Delete files that no page shows any more, unless a job may still be reading or writing."""
    folder = workspace.folder() / FOLDER
    if any(jobs.active(kind) is not None for kind in (COMPRESS, DECOMPRESS, STREAMS)):
        return
    incoming = pending()
    shown = (written(COMPRESS), written(STREAMS), None if incoming is None else incoming.path)
    kept = [path.parent for path in shown if path is not None]
    for path in folder.iterdir() if folder.is_dir() else ():
        if path not in kept:
            shutil.rmtree(path, ignore_errors=True)


def _command(command: str, model: TrainedModel, samples: str) -> list[str]:
    """Start of a command line on the current model and the open panel."""
    return [
        command,
        str(workspace.file_of(model_choice.reference_of(model))),
        workspace.panel_argument(str(state.get().panel_ref)),
        f"--samples={samples}",
    ]


def _limits() -> Limits:
    """Memory and time that decoding a visitor's file may take."""
    environment = Environment()
    memory_gb = environment.upload_memory_gb + LIBRARIES_GB
    return Limits(memory_gb=memory_gb, minutes=environment.upload_minutes)


def _new_folder() -> Path:
    folder = workspace.new_path(FOLDER, "")
    folder.mkdir(mode=0o700)
    return folder


def _copy(file: NamedFile, target: Path) -> Path:
    with target.open("wb") as stream:
        shutil.copyfileobj(cast(BinaryIO, file), stream, 1 << 20)
    return target
