"""What may be asked of the codec, and what it tells of a file it wrote."""

from __future__ import annotations

import dataclasses
from typing import Literal

from vaeviz.compression.codec.container import Header, MethodName
from vaeviz.config import Settings

FRAME, MISSING, GENOTYPES, MODEL = "frame", "missing", "genotypes", "model"
OWN_PARTS = frozenset({FRAME, MISSING, GENOTYPES, MODEL})
"""Parts of every file; the others belong to the method."""


class CodecOptions(Settings):
    """How to compress.

    Attributes
    ----------
    method : "auto", "ae", "copying" or "mix"
        Autoencoder, copying model over a reference, or both. Auto takes the best of what is
        there: the autoencoder, or with a reference what predicts it best.
    embed_model : bool
        Put the model into the file, which then decodes by itself. With "auto" the model counts
        when the fall-back, which needs none, is compared.
    allow_overlap : bool
        Also compress people who are in the reference.
    """

    method: Literal["auto", "ae", "copying", "mix"] = "auto"
    embed_model: bool = False
    allow_overlap: bool = False


@dataclasses.dataclass(frozen=True)
class CodecReport:
    """Sizes and times of one compressed file.

    Attributes
    ----------
    method : str
        What codes the genotypes: "ae", "copying", "mix", or "xz", the fall-back.
    reason : str or None
        Why it is the fall-back.
    header : Header
        Of the file.
    file_bytes : int
    model_bytes : int or None
        Of the model file that decoding needs; not in the file unless embedded. None: no model.
    reference_bytes : int or None
        Of the reference's genotypes in a fast xz; never in the file. None: no reference.
    fit_s, encode_s, verify_s : float
        Making the method; coding; decoding the finished file again.
    """

    header: Header
    file_bytes: int
    model_bytes: int | None
    reference_bytes: int | None
    fit_s: float
    encode_s: float
    verify_s: float

    @property
    def method(self) -> MethodName:
        """What codes the genotypes."""
        return self.header.method

    @property
    def reason(self) -> str | None:
        """Why it is the fall-back."""
        return self.header.reason or None

    @property
    def parts(self) -> dict[str, int]:
        """Bytes of every part of the file."""
        return self.header.sizes

    @property
    def n_alleles(self) -> int:
        """Called alleles."""
        return self.header.n_alleles

    @property
    def genotype_bytes(self) -> int:
        """Bytes that stand for genotypes: coded ones, what the method sends, what is missing."""
        return sum(n for name, n in self.parts.items() if name not in (FRAME, MODEL))

    @property
    def bits_per_allele(self) -> float:
        """`genotype_bytes` in bits, over called alleles; NaN where none is called."""
        return 8 * self.genotype_bytes / self.n_alleles if self.n_alleles else float("nan")

    @property
    def alleles_per_s_encode(self) -> float:
        """Called alleles coded a second."""
        return self.n_alleles / max(self.encode_s, 1e-9)

    @property
    def alleles_per_s_decode(self) -> float:
        """Called alleles decoded a second, everything else in the file included."""
        return self.n_alleles / max(self.verify_s, 1e-9)

    def to_dict(self) -> dict[str, object]:
        """All of it as plain values."""
        return {
            "method": self.method,
            "reason": self.reason,
            "parts": self.parts,
            "n_samples": self.header.n_samples,
            "n_sites": self.header.n_sites,
            "n_alleles": self.n_alleles,
            "bits_per_allele": self.bits_per_allele,
            "genotype_bytes": self.genotype_bytes,
            "file_bytes": self.file_bytes,
            "model_bytes": self.model_bytes,
            "model_embedded": MODEL in self.parts,
            "reference_bytes": self.reference_bytes,
            "fit_s": self.fit_s,
            "encode_s": self.encode_s,
            "verify_s": self.verify_s,
            "alleles_per_s_encode": self.alleles_per_s_encode,
            "alleles_per_s_decode": self.alleles_per_s_decode,
            "panel_digest": self.header.panel_digest,
            "model_digest": self.header.model_digest,
            "reference_digest": self.header.reference_digest,
        }
