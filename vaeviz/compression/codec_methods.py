"""The methods that a comparison of codecs runs, under one face."""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from vaeviz.compression.codec.choice import NEEDS_REFERENCE
from vaeviz.compression.codec.file import CodecOptions, compress
from vaeviz.compression.codec_input import CodecInput, no_reference
from vaeviz.compression.peers import ALONE, PEERS, Outcome, Peer, run_peer
from vaeviz.errors import CodecError
from vaeviz.progress import Progress

OwnName = Literal["ae", "copying", "mix"]
OWN: dict[OwnName, str] = {
    "ae": "autoencoder",
    "copying": "copying model",
    "mix": "copying models, mixed",
}
"""Title by name of the methods of this program."""


@dataclasses.dataclass(frozen=True)
class Method:
    """A way to code genotypes: its title, and what encodes, decodes and compares."""

    title: str
    run: Callable[[CodecInput, Progress], Outcome]


def _own(name: OwnName) -> Method:
    """A method of this program: a real file, which `compress` decodes before it is kept."""

    def run(given: CodecInput, progress: Progress) -> Outcome:
        needs_reference = name in NEEDS_REFERENCE
        if needs_reference and given.reference is None:
            raise no_reference()
        reference = given.reference if needs_reference else None
        options = CodecOptions(method=name)
        with tempfile.TemporaryDirectory(prefix="vaeviz-") as folder:
            path = Path(folder) / "genotypes.vaez"
            report = compress(
                given.model, given.target, path, options, reference, given.tune, progress
            )
        return Outcome(
            report.genotype_bytes,
            report.encode_s,
            report.verify_s,
            reads_model=report.model_bytes is not None,
            reads_panel=report.reference_bytes is not None,
            note=f"The file holds xz: {report.reason}." if report.reason else "",
        )

    return Method(OWN[name], run)


def _peer(peer: Peer) -> Method:
    """Another compressor."""

    def run(given: CodecInput, _: Progress) -> Outcome:
        if not peer.available:
            raise CodecError(f"{peer.library} is not installed.", "Install it.")
        return run_peer(peer, given.target, given.context if peer.reads_panel else ALONE)

    return Method(peer.title, run)


METHODS: dict[str, Method] = {
    **{name: _own(name) for name in OWN},
    **{peer.name: _peer(peer) for peer in PEERS},
}
"""By name, those of this program first."""
