"""What a user would compress genotypes with instead: each verified by decoding, and timed."""

from __future__ import annotations

import dataclasses
import importlib.util
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vaeviz.compression import peer_streams as streams
from vaeviz.compression.codec.methods import Frame
from vaeviz.compression.peer_packing import LAYOUTS, Layout, n_planes, pack, unpack
from vaeviz.compression.peer_pgen import pgen, un_pgen
from vaeviz.errors import CodecError

if TYPE_CHECKING:
    from vaeviz.data.panel import Panel

Counts = NDArray[np.int8]
Squeeze = Callable[[bytes], bytes]
SqueezeGiven = Callable[[bytes, bytes], bytes]
ALONE: Counts = np.empty((0, 0), np.int8)
"""The context of a peer that reads none."""


@dataclasses.dataclass(frozen=True)
class Peer:
    """A compressor of genotypes.

    Attributes
    ----------
    name, title : str
    library : str
        The Python package it needs.
    encode : (panel, context, layout) -> bytes
        The context is counts of other people at the panel's sites, which both sides have.
    decode : (bytes, frame, context, layout) -> counts
    layouts : tuple of Layout
        Those worth trying; the first alone matters to formats with a layout of their own.
    reads_panel : bool
        Whether it needs a context.
    """

    name: str
    title: str
    library: str
    encode: Callable[[Panel, Counts, Layout], bytes]
    decode: Callable[[bytes, Frame, Counts, Layout], Counts]
    layouts: tuple[Layout, ...] = LAYOUTS
    reads_panel: bool = False

    @property
    def available(self) -> bool:
        """Whether its package is installed."""
        return importlib.util.find_spec(self.library) is not None


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What a compressor made of a panel.

    Attributes
    ----------
    n_bytes : int
        Of the genotypes: sites and names are not among them.
    encode_s, decode_s : float
        Wall seconds, packing of bits included.
    reads_model, reads_panel : bool
        What a decoder needs beside the bytes.
    note : str
        What a reader has to know.
    """

    n_bytes: int
    encode_s: float
    decode_s: float
    reads_model: bool = False
    reads_panel: bool = False
    note: str = ""


def run_peer(peer: Peer, panel: Panel, context: Counts = ALONE) -> Outcome:
    """Encode in every layout, decode again, and keep the smallest, and its time.

    Parameters
    ----------
    context : int8 array, shape (n_other_rows, n_sites)
        For peers that read a panel.

    Raises
    ------
    CodecError
        The peer cannot hold these genotypes, or does not give them back.
    """
    tried = [_run(peer, panel, context, layout) for layout in peer.layouts]
    return min(tried, key=lambda outcome: outcome.n_bytes)


def _run(peer: Peer, panel: Panel, context: Counts, layout: Layout) -> Outcome:
    start = time.perf_counter()
    data = peer.encode(panel, context, layout)
    middle = time.perf_counter()
    back = peer.decode(data, Frame.of(panel), context, layout)
    end = time.perf_counter()
    if not np.array_equal(back, panel.counts):
        raise CodecError(f"{peer.title} did not give the genotypes back.", "Leave this method out.")
    return Outcome(len(data), middle - start, end - middle, reads_panel=peer.reads_panel)


def _packed(panel: Panel, layout: Layout) -> bytes:
    return pack(panel.counts, panel.ploidy, layout, n_planes(panel.counts, panel.ploidy))


def _stream(name: str, title: str, library: str, squeeze: Squeeze, undo: Squeeze) -> Peer:
    """A compressor of bytes on packed bits."""

    def encode(panel: Panel, _: Counts, layout: Layout) -> bytes:
        return squeeze(_packed(panel, layout))

    def decode(data: bytes, frame: Frame, _: Counts, layout: Layout) -> Counts:
        return unpack(undo(data), (frame.n_rows, frame.n_sites), frame.ploidy, layout)

    return Peer(name, title, library, encode, decode)


def _stream_given(
    name: str, title: str, library: str, squeeze: SqueezeGiven, undo: SqueezeGiven
) -> Peer:
    """A compressor that looks back into the panel: row by row, two bits where one side needs them.

    The number of planes goes before the stream, since the context is packed alike.
    """

    def encode(panel: Panel, context: Counts, layout: Layout) -> bytes:
        planes = max(n_planes(x, panel.ploidy) for x in (panel.counts, context))
        own, other = (pack(x, panel.ploidy, layout, planes) for x in (panel.counts, context))
        return bytes([planes]) + squeeze(own, other)

    def decode(data: bytes, frame: Frame, context: Counts, layout: Layout) -> Counts:
        other = pack(context, frame.ploidy, layout, data[0])
        shape = (frame.n_rows, frame.n_sites)
        return unpack(undo(data[1:], other), shape, frame.ploidy, layout)

    return Peer(name, title, library, encode, decode, ("rows",), reads_panel=True)


def _pgen(name: str, title: str, squeeze: Squeeze, undo: Squeeze) -> Peer:
    """PLINK 2, and what a compressor of bytes makes of its file."""

    def encode(panel: Panel, _: Counts, layout: Layout) -> bytes:
        return squeeze(pgen(panel))

    def decode(data: bytes, frame: Frame, _: Counts, layout: Layout) -> Counts:
        return un_pgen(undo(data), frame)

    return Peer(name, title, "pgenlib", encode, decode, ("sites",))


PEERS: tuple[Peer, ...] = (
    _stream("xz", "xz -9e", "lzma", streams.xz, streams.un_xz),
    _stream("zstd", "zstd -19", "zstandard", streams.zstd, streams.un_zstd),
    _stream("brotli", "brotli 11", "brotli", streams.brotli, streams.un_brotli),
    _stream("blosc2", "blosc2 (zstd 9)", "blosc2", streams.blosc2, streams.un_blosc2),
    _pgen("pgen", "PLINK 2 .pgen", bytes, bytes),
    _pgen("pgen-xz", ".pgen + xz -9e", streams.xz, streams.un_xz),
    _stream_given(
        "zstd-panel",
        "zstd -19 given the panel",
        "zstandard",
        streams.zstd_given,
        streams.un_zstd_given,
    ),
    _stream_given(
        "xz-panel", "xz -9e given the panel", "lzma", streams.xz_given, streams.un_xz_given
    ),
)
