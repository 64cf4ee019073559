"""Whom to compress, and whom to tune on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from vaeviz.errors import CodecError
from vaeviz.training.split import TEST, VALIDATION

if TYPE_CHECKING:
    from vaeviz.data.panel import Panel
    from vaeviz.training.model import TrainedModel

ALL = "all"


def people_to_compress(model: TrainedModel, panel: Panel, samples: str | Path = ALL) -> Panel:
    """Everybody, the test people of a model, or the people whom a file lists.

    Parameters
    ----------
    samples : 'all', 'test', or the path of a list of IDs or of a saved selection

    Raises
    ------
    CodecError
        The panel has no test people of this model.
    RegionError
        The file is no list, or lists people who are not in the panel.
    """
    if samples == ALL:
        return panel
    if samples != TEST:
        from vaeviz.data.selection import read_selection

        return panel.take_samples(read_selection(Path(samples)).index(panel))
    held_out = model.split_of(panel) == TEST
    if not held_out.any():
        raise CodecError(
            "None of the panel's people is in the test part of this model.",
            "Take the panel that the model was trained on, or --samples all.",
        )
    return panel.take_samples(held_out)


def people_to_tune(
    model: TrainedModel, panel: Panel, coded: Panel, reference: Panel
) -> Panel | None:
    """Validation people of a model who are neither coded nor in the reference; None if none."""
    taken = np.concatenate([coded.sample_ids, reference.sample_ids])
    free = (model.split_of(panel) == VALIDATION) & ~np.isin(panel.sample_ids, taken)
    return panel.take_samples(free) if free.any() else None
