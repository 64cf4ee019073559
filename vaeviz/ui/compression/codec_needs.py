"""What a compressed file needs to be decoded, and where this workspace has it."""

from __future__ import annotations

import contextlib
import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

from vaeviz.data.panel import Panel
from vaeviz.errors import VaevizError
from vaeviz.ui import cache, library, state, workspace
from vaeviz.ui.cache import remembered
from vaeviz.ui.compression import codec_job

if TYPE_CHECKING:
    from vaeviz.compression.codec.container import Header

MODEL_PART = "model"
"""Part of a file that holds its model."""


@dataclasses.dataclass(frozen=True)
class Needs:
    """Files to decode with; None where none is needed, or where it is `missing`."""

    model: Path | None
    reference: Path | None
    missing: tuple[str, ...]


def header_of(path: Path) -> Header:
    """What a file says of itself, after the sum over all its bytes was checked.

    Raises
    ------
    CodecError
        It is no such file, or it is damaged.
    """

    def compute() -> Header:
        from vaeviz.compression.codec.file import inspect

        return inspect(path)

    return remembered("vaez_header", (), compute, (str(path), path.stat().st_mtime_ns))


def find(header: Header, incoming: codec_job.Incoming, panel: Panel | None) -> Needs:
    """Look for the model and the reference of a file; `panel` is the open one."""
    missing = []
    model = reference = None
    if header.model_digest is not None and MODEL_PART not in header.sizes:
        model = incoming.model or _model(header.model_digest)
        if model is None:
            name = f" {header.model_name}" if header.model_name else ""
            missing.append(f"the model{name} ({header.model_digest[:8]})")
    if header.reference_digest is not None:
        reference = _reference(header.reference_digest, panel)
        if reference is None:
            missing.append(
                f"the reference panel of {header.reference_samples:,} people "
                f"({header.reference_digest[:8]})"
            )
    return Needs(model, reference, tuple(missing))


def _model(digest: str) -> Path | None:
    """File of the current, demo or kept model with this digest."""
    now = state.get()
    current = [now.model_for(purpose) for purpose in now.purposes]
    kept = [card.ref for card in library.cards("models")]
    for ref in dict.fromkeys([*current, workspace.demo_model(str(now.panel_ref)), *kept]):
        if ref is not None and _digest_of(ref) == digest:
            return workspace.file_of(ref)
    return None


def _digest_of(ref: str) -> str:
    """Digest of a model; '' of one that cannot be read."""
    try:
        path = workspace.file_of(ref)
        stamp = (str(path), path.stat().st_mtime_ns)
        return remembered("model_digest", (), lambda: cache.model(ref).digest, stamp)
    except VaevizError:
        return ""


def _reference(digest: str, panel: Panel | None) -> Path | None:
    """A kept panel with this digest, or the training people of a current model."""
    for card in library.cards("panels"):
        if card.panel_digest == digest:
            return workspace.file_of(card.ref)
    if panel is None:
        return None
    now = state.get()
    for purpose in now.purposes:
        with contextlib.suppress(VaevizError):
            model = cache.model(str(now.model_for(purpose)))
            people = codec_job.training_people(model, panel)
            if people is not None and people.digest == digest:
                return codec_job.as_file(people)
    return None
