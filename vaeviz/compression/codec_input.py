"""Whose genotypes a comparison of codecs codes, and what both sides have beforehand."""

from __future__ import annotations

import dataclasses
import tempfile
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from vaeviz.compression.codec.choice import check_overlap
from vaeviz.compression.peer_packing import n_planes, pack
from vaeviz.compression.peer_streams import xz
from vaeviz.data.align import align_sites, aligned_counts
from vaeviz.errors import CodecError, PanelError

if TYPE_CHECKING:
    from vaeviz.data.panel import Panel
    from vaeviz.training.model import TrainedModel

ALL = "all"
PARTS = ("test", "validation", "new", ALL)


@dataclasses.dataclass(frozen=True, eq=False)
class CodecInput:
    """What every codec of a comparison is given.

    Attributes
    ----------
    model : TrainedModel
    target : Panel
        The people to code.
    reference : Panel or None
        People that encoder and decoder have, none of them in the target; phased.
    tune : Panel or None
        People in neither, for methods that fit a few numbers.
    """

    model: TrainedModel
    target: Panel
    reference: Panel | None
    tune: Panel | None

    @property
    def n_alleles(self) -> int:
        """Alleles to code: missing ones cost nothing and are not counted."""
        return int((self.target.counts >= 0).sum()) * self.target.ploidy

    @cached_property
    def model_bytes(self) -> int:
        """Size of the model's file."""
        with tempfile.TemporaryDirectory(prefix="vaeviz-") as folder:
            path = Path(folder) / "model.vaeviz"
            self.model.save(path)
            return path.stat().st_size

    @cached_property
    def panel_bytes(self) -> int:
        """What it takes to send the reference: its genotypes, bit-packed, `xz -9e`."""
        if self.reference is None:
            return 0
        counts, ploidy = self.reference.counts, self.reference.ploidy
        return len(xz(pack(counts, ploidy, "rows", n_planes(counts, ploidy))))

    @cached_property
    def context(self) -> NDArray[np.int8]:
        """Counts of the reference at the target's sites, absent ones 0; (n_rows, n_sites).

        Raises
        ------
        CodecError
            There is no reference.
        """
        if self.reference is None:
            raise no_reference()
        alignment = align_sites(self.reference, self.target.sites)
        return np.maximum(aligned_counts(self.reference, alignment), 0)

    def only(self, level: str, label: str) -> Self:
        """The same with those people of the target who carry a label."""
        index = np.flatnonzero(self.target.labels(level) == label)
        return dataclasses.replace(self, target=self.target.take_samples(index))


def no_reference() -> CodecError:
    """The refusal of a method that needs other people's haplotypes."""
    return CodecError(
        "This method needs a reference of other people, and there is none.",
        "Give a phased reference panel, or a panel that holds the model's training people.",
    )


def codec_input(
    model: TrainedModel, panel: Panel, reference: Panel | None = None, split: str = "test"
) -> tuple[CodecInput, list[str]]:
    """Cut a panel into who is coded, who is known, and who tunes; with notes for a reader.

    Parameters
    ----------
    reference : Panel, optional
        By default the model's training people in the panel, unless they are coded themselves.
    split : {'test', 'validation', 'new', 'all'}
        Whom to code. Without a person of that part: people the model never saw, else all.

    Raises
    ------
    PanelError
        No such part.
    CodecError
        People who are coded are in the reference.
    """
    if split not in PARTS:
        raise PanelError(
            f"There is no part {split[:40]!r} to code.", f"Use one of: {', '.join(PARTS)}."
        )
    parts = model.split_of(panel)
    part = next((x for x in (split, "new") if (parts == x).any()), ALL)
    coded = np.ones(len(parts), bool) if part == ALL else np.asarray(parts == part)
    if reference is None and panel.phased:
        reference = _people(panel, (parts == "train") & ~coded)
    tune = _people(panel, (parts == "validation") & ~coded)
    target = panel.take_samples(coded)
    if reference is not None:
        check_overlap(target, reference)
    return CodecInput(model, target, reference, tune), _notes(target, reference, split, part)


def _people(panel: Panel, chosen: NDArray[np.bool_]) -> Panel | None:
    return panel.take_samples(chosen) if chosen.any() else None


def _notes(target: Panel, reference: Panel | None, split: str, part: str) -> list[str]:
    whom = {"all": "all people, those the model was trained on included", "new": "new people"}
    notes = [
        f"Coded: {target.n_samples:,} people ({whom.get(part, f'{part} people')}), "
        f"{target.n_sites:,} sites, genotypes alone: sites and names cost the same under all."
    ]
    if part != split:
        notes.append(f"This panel holds nobody of the model's {split} part.")
    if part == ALL:
        notes.append("These figures flatter the model: it has seen these people.")
    if reference is None:
        notes.append("Methods that read a reference panel are left out: there is none.")
    else:
        notes.append(f"Reference panel: {reference.n_samples:,} people, none of them coded.")
    return notes
