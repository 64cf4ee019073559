"""What a reader of the compression table has to know beside its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from vaeviz.compression.aligned import AlignedPanel
    from vaeviz.compression.baselines import PcaCoder

SMALL_GROUP = 5
"""Groups under this size are flagged."""

_WHOM = {
    "test": "held-out test people",
    "validation": "validation people, on whom training was stopped early",
    "train": "people the model was trained on",
    "new": "people who were not part of the model's training panel",
    "all": "all people, those the model was trained on included: not held out",
}


def notes_for(
    data: AlignedPanel,
    groups: pd.DataFrame,
    coder: PcaCoder | None,
    *,
    split: str,
    part: str,
    level: str,
) -> list[str]:
    """Sentences on who was scored, the definitions, and what is missing or doubtful.

    Parameters
    ----------
    data : AlignedPanel
    groups : DataFrame
        Rows of the compression table; the last is the total.
    coder : PcaCoder or None
    split, part : str
        Whom the user asked for, and who was scored.
    level : str
        Sample column behind the label baseline, '' for none.
    """
    return [
        *_who(data, int(groups["n_samples"].iloc[-1]), split, part),
        *_definitions(data, coder, level),
        *_small_groups(groups.iloc[:-1]),
    ]


def _who(data: AlignedPanel, n: int, split: str, part: str) -> list[str]:
    notes = [f"Scored: {n:,} {_WHOM[part]}; {data.n_sites:,} sites shared by model and panel."]
    if part != split:
        notes.append(f"This panel holds nobody of the model's {split} part.")
    if part in ("train", "all"):
        notes.append("These figures flatter the model: it has seen these people.")
    return notes


def _definitions(data: AlignedPanel, coder: PcaCoder | None, level: str) -> list[str]:
    notes = [
        "Model bits are (reconstruction + KL) / ln 2; the size of the model itself is not counted.",
        "Missing genotypes cost nothing, and are no residual in the paper's factor.",
    ]
    if data.ploidy == 2:
        notes += [
            "Unphased dosages: bits per genotype / 2, with the binomial coefficient in the model "
            "and in every baseline, so phase is not coded; never compare with phased figures.",
            "The factor on dosages is not the paper's definition: raw is 2 bits a genotype, and "
            "runs are counted over residuals from -2 to 2.",
        ]
    if not len(data.samples_in("train")):
        notes.append(
            "No training person of this model is in the panel: no label frequencies and no PCA."
        )
    elif not level:
        notes.append("The panel has no labels, so there are no label frequencies to compare with.")
    elif level != "superpopulation":
        notes.append("The label frequencies are those of the groups shown, not superpopulations.")
    return notes + _pca_notes(data, coder)


def _pca_notes(data: AlignedPanel, coder: PcaCoder | None) -> list[str]:
    if coder is None:
        return []
    chooser = "validation" if len(data.samples_in("validation")) else "training"
    return [
        f"PCA: {coder.components.n_components} components of the training people, mean kept, "
        f"frequencies clipped to [{coder.clip:g}, {1 - coder.clip:g}] (chosen on {chooser} "
        f"people). Its scores would cost {coder.score_bits} bits more a row (32 a score), told "
        "separately."
    ]


def _small_groups(groups: pd.DataFrame) -> list[str]:
    n_small = int((groups["n_samples"] < SMALL_GROUP).sum())
    if not n_small:
        return []
    word = "group has" if n_small == 1 else "groups have"
    return [f"{n_small} {word} fewer than {SMALL_GROUP} people: their figures are unreliable."]
