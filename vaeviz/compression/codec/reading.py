"""Compressed files back to panels; everything is checked, and a doubt is an error."""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from vaeviz.compression.codec import fallback
from vaeviz.compression.codec.choice import (
    NEEDS_MODEL,
    NEEDS_REFERENCE,
    build_method,
)
from vaeviz.compression.codec.container import Header, read_container
from vaeviz.compression.codec.frame import unpack_frame
from vaeviz.compression.codec.missing import unpack_missing
from vaeviz.compression.codec.packing import damaged
from vaeviz.compression.codec.report import FRAME, GENOTYPES, MISSING, MODEL, OWN_PARTS
from vaeviz.compression.codec.rows import decode_rows
from vaeviz.data.limits import check_memory
from vaeviz.data.panel import Panel
from vaeviz.errors import CheckpointError, CodecError, PanelError
from vaeviz.escape import plain
from vaeviz.progress import Progress, Silent

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from vaeviz.compression.codec.methods import Frame, Parts
    from vaeviz.training.model import TrainedModel

logger = logging.getLogger(__name__)

_NONSENSE = (ArithmeticError, AssertionError, LookupError, TypeError, ValueError)
"""What array code raises on numbers that no encoder writes."""


def inspect(path: Path) -> Header:
    """What a compressed file says of itself, once its checksum is right.

    Raises
    ------
    CodecError
        Not such a file, truncated or altered.
    """
    return read_container(Path(path))[0]


def decompress(
    path: Path,
    model: TrainedModel | None = None,
    reference: Panel | None = None,
    progress: Progress | None = None,
) -> Panel:
    """The panel of a compressed file, bit for bit.

    Parameters
    ----------
    model : TrainedModel, optional
        Needed by "ae" and "mix" unless the file holds its model, which is then taken.
    reference : Panel, optional
        Needed by "copying" and "mix".

    Raises
    ------
    CodecError
        Not such a file, truncated, altered, or the model or reference is absent or another one.
    ReadError
        The genotypes do not fit into memory.
    """
    header, parts = read_container(Path(path))
    try:
        return _decode(header, parts, model, reference, progress or Silent())
    except PanelError as error:
        raise damaged(f"it holds no panel ({error.message})") from None
    except _NONSENSE as error:
        logger.info("file cannot be decoded: %s", type(error).__name__)
        raise damaged("its parts cannot be decoded") from error


def read_embedded_model(data: bytes) -> TrainedModel:
    """The model inside a compressed file.

    Raises
    ------
    CodecError
        It is no model.
    """
    from vaeviz.training.model import load_model

    with tempfile.TemporaryDirectory(prefix="vaeviz-") as folder:
        path = Path(folder) / "embedded.vaeviz"
        path.write_bytes(data)
        try:
            return load_model(path)
        except CheckpointError as error:
            raise damaged(f"the model in it cannot be read ({error.message})") from None


def _decode(
    header: Header,
    parts: Parts,
    model: TrainedModel | None,
    reference: Panel | None,
    progress: Progress,
) -> Panel:
    shape = (header.n_rows, header.n_sites)
    check_memory(*shape, None)
    absent = {FRAME, MISSING, GENOTYPES} - parts.keys()
    if absent:
        raise damaged(f"it lacks the part {min(absent)!r}")
    model = _model_of(header, parts, model)
    _check_reference(header, reference)
    unpacked = unpack_frame(parts[FRAME])
    frame = unpacked.frame
    if (len(frame.samples), frame.n_sites, frame.ploidy) != (
        header.n_samples,
        header.n_sites,
        header.ploidy,
    ):
        raise damaged("its tables have other sizes than its header says")
    missing = unpack_missing(parts[MISSING], shape)
    counts = _counts(header, parts, frame, missing, model, reference, progress)
    panel = Panel.create(counts, frame.ploidy, frame.samples, frame.sites, unpacked.info)
    if (panel.digest, panel.sites_digest) != (header.panel_digest, header.sites_digest):
        raise CodecError(
            "The file does not decode to what was compressed: its second checksum is wrong.",
            "Nothing was written. Decompress it with the version of VAEviz that wrote it "
            f"({plain(header.written_by)}).",
        )
    return panel


def _counts(
    header: Header,
    parts: Parts,
    frame: Frame,
    missing: NDArray[np.bool_] | None,
    model: TrainedModel | None,
    reference: Panel | None,
    progress: Progress,
) -> NDArray[np.int8]:
    shape = (header.n_rows, header.n_sites)
    sent = {name: data for name, data in parts.items() if name not in OWN_PARTS}
    if header.method == fallback.NAME:
        if sent:
            raise damaged(f"xz has no part {min(sent)!r}")
        return fallback.unpack_genotypes(parts[GENOTYPES], header.ploidy, missing, shape)
    predictor = build_method(header.method, model, reference).for_decoding(sent, frame)
    return decode_rows(parts[GENOTYPES], header.ploidy, missing, shape, predictor, progress)


def _model_of(header: Header, parts: Parts, given: TrainedModel | None) -> TrainedModel | None:
    """The model that the file was coded with; None where it needs none."""
    if header.method not in NEEDS_MODEL:
        return None
    name = f"{plain(header.model_name)!r} (digest {header.model_digest})"
    embedded = MODEL in parts
    model = read_embedded_model(parts[MODEL]) if embedded else given
    if model is None:
        raise CodecError(
            f"The file was compressed with the model {name}, which decoding needs.",
            "Give the model (--model).",
        )
    if model.digest != header.model_digest:
        if embedded:
            raise damaged("it holds another model than its header says")
        raise CodecError(
            f"The file was compressed with the model {name}; the model given is "
            f"{plain(model.name)!r} (digest {model.digest}).",
            "Give the model that the file was compressed with.",
        )
    return model


def _check_reference(header: Header, reference: Panel | None) -> None:
    if header.method not in NEEDS_REFERENCE:
        return
    what = (
        f"The file was compressed against a reference of {header.reference_samples:,} people "
        f"(digest {header.reference_digest})"
    )
    if reference is None:
        raise CodecError(f"{what}, which decoding needs.", "Give it with --reference.")
    if reference.digest != header.reference_digest:
        raise CodecError(
            f"{what}; the one given has {reference.n_samples:,} people (digest "
            f"{reference.digest}).",
            "Give the reference that the file was compressed against.",
        )
