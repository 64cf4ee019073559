"""Compress a panel into a file that is known to decode, and decompress it."""

from __future__ import annotations

import dataclasses
import logging
import os
import secrets
import tempfile
import time
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from vaeviz.compression.codec import fallback
from vaeviz.compression.codec.choice import (
    NEEDS_MODEL,
    NEEDS_REFERENCE,
    Coded,
    build_method,
    check_overlap,
)
from vaeviz.compression.codec.container import Header, write_container
from vaeviz.compression.codec.frame import pack_frame
from vaeviz.compression.codec.missing import pack_missing
from vaeviz.compression.codec.reading import decompress, inspect, read_embedded_model
from vaeviz.compression.codec.report import (
    FRAME,
    GENOTYPES,
    MISSING,
    MODEL,
    OWN_PARTS,
    CodecOptions,
    CodecReport,
)
from vaeviz.compression.codec.rows import encode_rows
from vaeviz.errors import CodecError, ModelError, PanelError
from vaeviz.escape import plain
from vaeviz.progress import Part, Progress, Silent

if TYPE_CHECKING:
    from vaeviz.compression.codec.methods import Parts
    from vaeviz.data.panel import Panel
    from vaeviz.training.model import TrainedModel

__all__ = ["CodecOptions", "CodecReport", "Header", "compress", "decompress", "inspect"]

logger = logging.getLogger(__name__)

ENCODE, VERIFY, WHOLE = 50.0, 50.0, 100.0
MAX_MODEL_NAME = 200


def compress(
    model: TrainedModel,
    panel: Panel,
    path: Path,
    options: CodecOptions | None = None,
    reference: Panel | None = None,
    tune: Panel | None = None,
    progress: Progress | None = None,
) -> CodecReport:
    """Write a panel as a compressed file, decode the file again, and only then put it in place.

    The same arguments give the same bytes. Where the method's genotypes do not decode to the
    same, or take more room than xz, the file holds xz and says why.

    Parameters
    ----------
    reference : Panel, optional
        Phased people that the decoder has too; none of them may be in `panel`.
    tune : Panel, optional
        People of neither, to fit the methods that read the reference.

    Raises
    ------
    CodecError
        People are in the reference, or the method asked for cannot code this panel.
    ModelError, PanelError
        The model cannot read the panel, and the method asked for needs it.
    Cancelled
        `progress` asked to stop; nothing was written.
    """
    options, progress, path = options or CodecOptions(), progress or Silent(), Path(path)
    if reference is not None and not options.allow_overlap:
        check_overlap(panel, reference)
    job = _Job(model, panel, path, options, reference, tune, progress)
    return job.run()


@dataclasses.dataclass(frozen=True)
class _Encoded:
    """Genotypes as one method writes them."""

    method: str
    parts: Parts
    reason: str = ""
    fit_s: float = 0.0
    encode_s: float = 0.0


@dataclasses.dataclass(frozen=True)
class _Job:
    """One panel on its way into one file."""

    model: TrainedModel
    panel: Panel
    path: Path
    options: CodecOptions
    reference: Panel | None
    tune: Panel | None
    progress: Progress

    def run(self) -> CodecReport:
        common = {FRAME: pack_frame(self.panel), MISSING: pack_missing(self.panel.counts < 0)}
        temporary = self.path.with_name(f".{secrets.token_hex(6)}.tmp")
        try:
            encoded = self._smaller(self._encode())
            header, seconds = self._write(encoded, common, temporary)
            if seconds is None and encoded.method != fallback.NAME:
                encoded = self._fall_back(f"{encoded.method} did not decode to the same genotypes")
                header, seconds = self._write(encoded, common, temporary)
            if seconds is None:
                raise CodecError(
                    "The compressed file does not decode to the same panel.",
                    "Nothing was written; please report this.",
                )
            n_bytes = temporary.stat().st_size
            os.replace(temporary, self.path)
        finally:
            temporary.unlink(missing_ok=True)
        return self._report(encoded, header, n_bytes, seconds)

    @cached_property
    def model_file(self) -> bytes:
        """The model file, byte for byte as `TrainedModel.save` writes it."""
        with tempfile.TemporaryDirectory(prefix="vaeviz-") as folder:
            path = Path(folder) / "model.vaeviz"
            self.model.save(path)
            return path.read_bytes()

    def _encode(self) -> _Encoded:
        """Genotypes by the first method that can; xz when none can."""
        problems = []
        for name in self._candidates():
            try:
                return self._encode_with(name)
            except (CodecError, ModelError, PanelError) as error:
                if name == self.options.method:
                    raise
                problems.append(f"{name}: {error.message}")
        return self._fall_back(" ".join(problems))

    def _candidates(self) -> list[Coded]:
        """Methods to try, the best first."""
        if self.options.method != "auto":
            return [self.options.method]
        return ["ae"] if self.reference is None else ["mix", "copying", "ae"]

    def _encode_with(self, name: Coded) -> _Encoded:
        started = time.perf_counter()
        self.progress.update(0, WHOLE, "Preparing")
        method = build_method(name, self.model, self.reference, self.tune)
        if self.options.method == "auto" and not getattr(method, "wins", True):
            raise CodecError("it does not win on the people it was tuned on.")
        made = time.perf_counter()
        parts, predictor = method.for_encoding(self.panel)
        if name in NEEDS_REFERENCE:
            # Most of it is the fit of a copying model to its reference.
            made = time.perf_counter()
        if OWN_PARTS & parts.keys():
            raise CodecError(f"The method {name!r} sends a part that is not its own.")
        listener = Part(self.progress, 0, ENCODE, WHOLE)
        coded = encode_rows(self.panel.counts, self.panel.ploidy, predictor, listener)
        done = time.perf_counter()
        return _Encoded(name, {**parts, GENOTYPES: coded}, "", made - started, done - made)

    def _smaller(self, encoded: _Encoded) -> _Encoded:
        """What a method wrote, or xz where that needs less room.

        An embedded model counts, unless a method was asked for by name: a model is mostly larger
        than the genotypes, and who wants both gets both.
        """
        if encoded.method == fallback.NAME:
            return encoded
        n_bytes = sum(map(len, encoded.parts.values()))
        if self._embeds(encoded) and self.options.method == "auto":
            n_bytes += len(self.model_file)
        if not fallback.might_win(self.panel.counts, self.panel.ploidy, n_bytes):
            return encoded
        plan_b = self._fall_back("")
        n_xz = len(plan_b.parts[GENOTYPES])
        if n_xz >= n_bytes:
            return encoded
        reason = f"{encoded.method} needs {n_bytes:,} bytes, xz {n_xz:,}"
        return dataclasses.replace(plan_b, reason=reason)

    def _embeds(self, encoded: _Encoded) -> bool:
        return self.options.embed_model and encoded.method in NEEDS_MODEL

    def _fall_back(self, reason: str) -> _Encoded:
        self.progress.update(ENCODE, WHOLE, "Trying xz")
        started = time.perf_counter()
        packed = fallback.pack_genotypes(self.panel.counts, self.panel.ploidy)
        seconds = time.perf_counter() - started
        return _Encoded(fallback.NAME, {GENOTYPES: packed}, reason[:2_000], 0.0, seconds)

    def _write(self, encoded: _Encoded, common: Parts, path: Path) -> tuple[Header, float | None]:
        """Write the file and decode it: the seconds that took, None when it is not the same."""
        parts = {**common, **encoded.parts}
        if self._embeds(encoded):
            parts[MODEL] = self.model_file
        write_container(path, self._header(encoded), parts)
        header = inspect(path)
        # The model as others will read it, not the one that encoded.
        model = read_embedded_model(self.model_file) if encoded.method in NEEDS_MODEL else None
        started = time.perf_counter()
        try:
            back = decompress(
                path, model, self.reference, Part(self.progress, ENCODE, VERIFY, WHOLE)
            )
        except CodecError as error:
            logger.warning("what was written does not decode: %s", error.message)
            return header, None
        seconds = time.perf_counter() - started
        same = back.digest == self.panel.digest and pack_frame(back) == common[FRAME]
        return header, seconds if same else None

    def _header(self, encoded: _Encoded) -> Header:
        panel, reads_model = self.panel, encoded.method in NEEDS_MODEL
        reference = self.reference if encoded.method in NEEDS_REFERENCE else None
        return Header.make(
            method=encoded.method,
            reason=encoded.reason,
            ploidy=panel.ploidy,
            n_samples=panel.n_samples,
            n_sites=panel.n_sites,
            n_alleles=int((panel.counts >= 0).sum()) * panel.ploidy,
            panel_digest=panel.digest,
            sites_digest=panel.sites_digest,
            model_digest=self.model.digest if reads_model else None,
            model_name=plain(self.model.name, MAX_MODEL_NAME) if reads_model else "",
            reference_digest=None if reference is None else reference.digest,
            reference_samples=0 if reference is None else reference.n_samples,
            parts=(),
        )

    def _report(
        self, encoded: _Encoded, header: Header, n_bytes: int, verify_s: float
    ) -> CodecReport:
        reference = self.reference if encoded.method in NEEDS_REFERENCE else None
        return CodecReport(
            header=header,
            file_bytes=n_bytes,
            model_bytes=len(self.model_file) if encoded.method in NEEDS_MODEL else None,
            reference_bytes=None
            if reference is None
            else fallback.quick_bytes(reference.counts, reference.ploidy),
            fit_s=encoded.fit_s,
            encode_s=encoded.encode_s,
            verify_s=verify_s,
        )
