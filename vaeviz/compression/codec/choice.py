"""Methods by name, and who may not be in a reference."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from vaeviz.data.panel import Panel
from vaeviz.errors import CodecError

if TYPE_CHECKING:
    from vaeviz.compression.codec.methods import Method
    from vaeviz.training.model import TrainedModel

Coded = Literal["ae", "copying", "mix"]
NEEDS_MODEL: tuple[Coded, ...] = ("ae",)
NEEDS_REFERENCE: tuple[Coded, ...] = ("copying", "mix")
MIN_HETEROZYGOUS = 100
"""Heterozygous genotypes from which on two equal people are one: none of the 2,504 of the 1000
Genomes are equal at 2,461 common sites of one region, nor at 1,000 sites across it."""


def build_method(
    name: Coded,
    model: TrainedModel | None,
    reference: Panel | None,
    tune: Panel | None = None,
) -> Method:
    """A fresh method; `tune` are people to fit it on, which only encoding needs.

    Raises
    ------
    CodecError
        What the method needs is not there.
    """
    if name in NEEDS_MODEL and model is None:
        raise CodecError(f"The method {name!r} needs a model.", "Give the model (--model).")
    if name in NEEDS_REFERENCE and reference is None:
        raise CodecError(
            f"The method {name!r} needs a reference panel.", "Give one with --reference."
        )
    if name == "ae":
        assert model is not None
        from vaeviz.compression.codec.autoencoder import AutoencoderMethod

        return AutoencoderMethod(model)
    assert reference is not None
    if name == "copying":
        from vaeviz.compression.codec.copying import CopyingMethod

        return CopyingMethod(reference, tune)
    from vaeviz.compression.codec.mixing import MixMethod

    return MixMethod(reference, tune)


def check_overlap(panel: Panel, reference: Panel) -> None:
    """Refuse to code people who are in the reference: their size would say nothing.

    A person is taken as found when the reference has the same sample ID, or somebody with the
    same genotypes (phase aside) at all shared sites, `MIN_HETEROZYGOUS` or more of them
    heterozygous.

    Raises
    ------
    CodecError
        Says how many were found.
    """
    found = np.isin(panel.sample_ids, reference.sample_ids) | _twins(panel, reference)
    if found.any():
        raise CodecError(
            f"{int(found.sum()):,} of {panel.n_samples:,} people to compress are in the reference.",
            "Give a reference of other people, or add --allow-overlap.",
        )


def _twins(panel: Panel, reference: Panel) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    from vaeviz.data.align import align_sites, aligned_counts

    alignment = align_sites(reference, panel.sites)
    shared = alignment.index >= 0
    theirs = aligned_counts(reference.as_dosages(), alignment)[:, shared]
    known = {row.tobytes() for row in theirs}
    mine = np.ascontiguousarray(panel.as_dosages().counts[:, shared])
    telling = (mine == 1).sum(axis=1) >= MIN_HETEROZYGOUS
    return telling & np.array([row.tobytes() in known for row in mine], bool)
