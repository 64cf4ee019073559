"""Latents and residual as plain arrays, for people with a compressor of their own.

Genotypes are the thresholded reconstruction at the stored latents plus the residual, as in the
paper's pipeline. Probabilities are floating point, so another machine may compute the last digit
differently; thresholds therefore lie in the widest gap between probabilities near one half, and
a reader whose probabilities are within `margin` of ours gets the same genotypes. Double precision
errs by less than 1e-12, and the digest of the genotypes tells.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from pydantic import Field

from vaeviz import __version__
from vaeviz.compression.aligned import row_blocks
from vaeviz.compression.codec.packing import damaged
from vaeviz.compression.codec.stream_files import (
    LATENTS,
    RESIDUAL,
    StreamCodec,
    read_arrays,
    read_info,
    write_streams,
)
from vaeviz.config import Settings
from vaeviz.data.align import aligned_counts
from vaeviz.data.limits import check_memory
from vaeviz.data.panel import MISSING
from vaeviz.errors import Cancelled, CodecError, ConfigError
from vaeviz.escape import plain
from vaeviz.progress import Progress, Silent

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from vaeviz.data.panel import Panel
    from vaeviz.training.model import TrainedModel

NOT_CALLED = -128
"""In the residual: the genotype is missing, or the panel lacks the site."""
ZONE = 1e-3
"""How far a threshold may be moved to where probabilities leave a gap."""

Size = Annotated[int, Field(ge=1, le=2**31, strict=True)]


class StreamsInfo(Settings):
    """What `streams.json` says.

    Attributes
    ----------
    thresholds : tuple of float
        A row's count is the number of thresholds that its probability exceeds.
    margin : float
        Distance from a threshold to the nearest probability.
    condition : tuple of str or None
        Label of every row, where the model takes one.
    n_sites_left_out : int
        Sites of the panel that the model does not know, which are not in the streams.
    counts_digest : str
        blake2b-16 of the genotypes: int8, rows x sites of the model, -1 missing.
    """

    format: Literal[1] = 1
    written_by: str = Field(f"VAEviz {__version__}", max_length=100)
    codec: StreamCodec
    rows: Literal["haplotype", "person"]
    n_rows: Size
    n_sites: Size
    n_codes: Size
    thresholds: tuple[float, ...] = Field(min_length=1, max_length=2)
    margin: float
    model_digest: str = Field(pattern="^[0-9a-f]{32}$")
    model_name: str = Field(max_length=200)
    condition: tuple[str, ...] | None
    samples: tuple[str, ...]
    n_sites_left_out: Annotated[int, Field(ge=0)]
    counts_digest: str = Field(pattern="^[0-9a-f]{32}$")


@dataclasses.dataclass(frozen=True)
class Streams:
    """Streams that were read and checked.

    Attributes
    ----------
    info : StreamsInfo
    latents : float32, shape (n_rows, n_codes)
    residual : int8, shape (n_rows, n_sites)
    counts : int8, shape (n_rows, n_sites)
        Genotypes at the model's sites; -1 missing.
    """

    info: StreamsInfo
    latents: NDArray[np.float32]
    residual: NDArray[np.int8]
    counts: NDArray[np.int8]


def export_streams(
    model: TrainedModel,
    panel: Panel,
    path: Path,
    codec: StreamCodec = "zstd",
    progress: Progress | None = None,
) -> StreamsInfo:
    """Write latents (posterior means) and residual as .npy, packed as asked, with a JSON file.

    Parameters
    ----------
    path : Path
        A zip when it ends in .zip, else a folder that does not exist yet.
    codec : 'zstd', 'blosc2' or 'none'

    Raises
    ------
    ModelError, PanelError
        The model cannot read the panel.
    CodecError
        The folder exists, or cannot be written.
    Cancelled
        `progress` asked to stop.
    """
    progress = progress or Silent()
    alignment = model.align(panel)
    rows = panel.model_rows(model.config.rows)
    counts = aligned_counts(rows, alignment)
    latents = model.encode(panel).mean.astype(np.float32)
    condition = model.condition_of(panel)
    decoded = _Decoded(model, latents, condition)
    thresholds, margin = _thresholds(decoded, rows.ploidy, progress)
    residual = decoded.residual(counts, thresholds)
    info = StreamsInfo.make(
        codec=codec,
        rows=model.config.rows,
        n_rows=counts.shape[0],
        n_sites=counts.shape[1],
        n_codes=latents.shape[1],
        thresholds=thresholds,
        margin=margin,
        model_digest=model.digest,
        model_name=plain(model.name, 200),
        condition=None if condition is None else tuple(map(str, condition)),
        samples=tuple(panel.sample_ids),
        n_sites_left_out=panel.n_sites - len(np.unique(alignment.index[alignment.index >= 0])),
        counts_digest=_digest(counts),
    )
    write_streams(Path(path), info.to_json(), {LATENTS: latents, RESIDUAL: residual}, codec)
    return info


def read_streams(path: Path, model: TrainedModel) -> Streams:
    """Read a zip or folder of streams and rebuild its genotypes.

    Raises
    ------
    CodecError
        No streams, damaged, of another model, or this machine rebuilds other genotypes.
    ReadError
        The genotypes do not fit into memory.
    """
    path = Path(path)
    try:
        info = StreamsInfo.from_json(read_info(path))
    except ConfigError as error:
        raise damaged(f"streams.json is not usable ({error.message[:300]})") from None
    if info.model_digest != model.digest:
        raise CodecError(
            f"The streams are of the model {plain(info.model_name)!r} (digest "
            f"{info.model_digest}); the one given has digest {model.digest}.",
            "Give the model that the streams were written with.",
        )
    check_memory(info.n_rows, info.n_sites + 4 * info.n_codes, None)
    shapes = {LATENTS: (info.n_rows, info.n_codes), RESIDUAL: (info.n_rows, info.n_sites)}
    if shapes[LATENTS][1] != model.config.n_codes or shapes[RESIDUAL][1] != model.config.n_sites:
        raise damaged("its streams do not fit the model")
    if info.condition is not None and len(info.condition) != info.n_rows:
        raise damaged("it does not have a label a row")
    arrays = read_arrays(path, shapes, info.codec)
    latents, residual = arrays[LATENTS].astype(np.float32), arrays[RESIDUAL].astype(np.int8)
    condition = None if info.condition is None else list(info.condition)
    counts = _Decoded(model, latents, condition).counts(residual, info.thresholds)
    if _digest(counts) != info.counts_digest:
        raise CodecError(
            "The streams do not rebuild the genotypes that were exported.",
            "Copy them again; if they are whole, this machine computes differently: use "
            "compress, which is exact everywhere.",
        )
    return Streams(info, latents, residual, counts)


class _Decoded:
    """ALT probabilities at stored latents, some rows at a time."""

    def __init__(
        self, model: TrainedModel, latents: NDArray[np.float32], condition: list[str] | None
    ) -> None:
        self.model, self.latents, self.condition = model, latents, condition

    def blocks(self) -> Iterator[tuple[slice, NDArray[np.float64]]]:
        for part in row_blocks(len(self.latents)):
            labels = None if self.condition is None else self.condition[part]
            yield part, self.model.probabilities(self.latents[part], labels)

    def residual(self, counts: NDArray[np.int8], thresholds: tuple[float, ...]) -> NDArray[np.int8]:
        residual = np.empty_like(counts)
        for part, p in self.blocks():
            difference = counts[part] - _rebuilt(p, thresholds)
            residual[part] = np.where(counts[part] < 0, NOT_CALLED, difference)
        return residual

    def counts(self, residual: NDArray[np.int8], thresholds: tuple[float, ...]) -> NDArray[np.int8]:
        counts = np.empty_like(residual)
        for part, p in self.blocks():
            total = _rebuilt(p, thresholds) + residual[part]
            counts[part] = np.where(residual[part] == NOT_CALLED, MISSING, total)
        return counts


def _rebuilt(p: NDArray[np.float64], thresholds: tuple[float, ...]) -> NDArray[np.int8]:
    """Number of thresholds that each probability exceeds."""
    rebuilt = np.zeros(p.shape, np.int8)
    for threshold in thresholds:
        rebuilt += p > threshold
    return rebuilt


def _thresholds(
    decoded: _Decoded, ploidy: int, progress: Progress
) -> tuple[tuple[float, ...], float]:
    """Middles of the widest gaps near 1/2 (haplotypes) or 1/4 and 3/4, and half the least gap."""
    wanted = [(2 * k + 1) / (2 * ploidy) for k in range(ploidy)]
    near: list[list[NDArray[np.float64]]] = [[] for _ in wanted]
    for part, p in decoded.blocks():
        if progress.cancelled():
            raise Cancelled("Stopped before the streams were written.", "Nothing was written.")
        progress.update(part.stop, len(decoded.latents), "Reconstructing")
        for place, found in zip(wanted, near, strict=True):
            found.append(p[np.abs(p - place) < ZONE])
    chosen, margins = [], []
    for place, found in zip(wanted, near, strict=True):
        ends = np.array([place - ZONE, place + ZONE])
        values = np.sort(np.concatenate([*found, ends]))
        widest = int(np.argmax(np.diff(values)))
        chosen.append(float(values[widest] / 2 + values[widest + 1] / 2))
        margins.append(float(np.diff(values)[widest] / 2))
    return tuple(chosen), min(margins)


def _digest(counts: NDArray[np.int8]) -> str:
    return hashlib.blake2b(np.ascontiguousarray(counts).data, digest_size=16).hexdigest()
