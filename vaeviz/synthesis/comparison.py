"""A cohort and the real people beside whom it is judged, at the same sites."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vaeviz.data.align import aligned_counts
from vaeviz.data.panel import LEVELS, UNLABELLED, Panel
from vaeviz.synthesis.people import Index, People, missing_like
from vaeviz.synthesis.reference import Reference

if TYPE_CHECKING:
    from vaeviz.synthesis.generate import Cohort
    from vaeviz.training.model import TrainedModel

MIN_LABELLED = 10
LABEL_PEOPLE = 200
MEMBERS_SHARE = 0.05


@dataclasses.dataclass(frozen=True, eq=False)
class Comparison:
    """Who is compared with whom.

    Attributes
    ----------
    synthetic : People
        Everybody drawn, with calls hidden as they are missing among real people.
    drawn : People
        The same with every call.
    everyone : People
        The whole panel.
    sites : DataFrame
        chrom, pos, ...: those of the cohort that the panel has.
    split : object array, shape (n_samples,)
        Part of every sample of the panel.
    reference : Reference
        Held-out people of the region, and other real ones.
    known, donors : int64 arrays
        Samples whom the cohort could copy, and those whom it was drawn around.
    """

    synthetic: People
    drawn: People
    everyone: People
    sites: pd.DataFrame
    split: NDArray[np.object_]
    reference: Reference
    known: Index
    donors: Index

    @property
    def held_out(self) -> People:
        """Whom the cohort is compared with."""
        return self.everyone.some(self.reference.held_out)

    @property
    def other(self) -> People:
        """Real people who are compared in the cohort's place."""
        return self.everyone.some(self.reference.other)

    @property
    def members(self) -> Index:
        """Donors who trained the model."""
        return self.donors[self.split[self.donors] == "train"]

    @property
    def strangers(self) -> Index:
        """Held-out people of the region who had no part in the cohort."""
        return np.setdiff1d(self.reference.held_out, self.known)

    def part(self, *names: str) -> Index:
        """Samples of some parts of the split; everybody where there are too few."""
        found = np.flatnonzero(np.isin(self.split.astype(str), names))
        return found if len(found) >= MIN_LABELLED else np.arange(len(self.split))


def compare(
    model: TrainedModel, panel: Panel, cohort: Cohort, reference: Reference, seed: int
) -> Comparison:
    """Bring panel and cohort to the same sites and to the cohort's kind of rows.

    Raises
    ------
    ModelError
        Model and panel share too few sites.
    PanelError
        The cohort is phased and the panel is not.
    """
    alignment = model.align(panel)
    shared = np.flatnonzero(alignment.index >= 0)
    rows = panel.model_rows("haplotype" if cohort.panel.ploidy == 1 else "person")
    everyone = People(aligned_counts(rows, alignment)[:, shared], cohort.panel.ploidy)
    drawn = People(cohort.panel.counts[:, shared], cohort.panel.ploidy)
    split = model.split_of(panel)
    return Comparison(
        synthetic=missing_like(drawn, everyone.some(reference.held_out), seed),
        drawn=drawn,
        everyone=everyone,
        sites=cohort.panel.sites.iloc[shared].reset_index(drop=True),
        split=split,
        reference=reference,
        known=np.union1d(np.flatnonzero(split == "train"), cohort.donors),
        donors=np.asarray(cohort.donors, np.int64),
    )


@dataclasses.dataclass(frozen=True, eq=False)
class Labelled:
    """Real people by label, to train and to test classifiers of labels.

    Attributes
    ----------
    train, test : dict of label to int64 sample indices
    of_region : set of str
        Labels that 5 % or more of the region's people carry.
    """

    train: dict[str, Index]
    test: dict[str, Index]
    of_region: set[str]


def labelled(
    panel: Panel, members: Index, region_label: str | None, comparison: Comparison
) -> Labelled | None:
    """People of labels with at least 10 training people; None without two such labels.

    Parameters
    ----------
    panel : Panel
    members : int64 array
        The region's people.
    region_label : str or None
        Of a population; it says which level of labels is meant.
    comparison : Comparison
    """
    for level in LEVELS if region_label is not None else LEVELS[::-1]:
        labels = panel.labels(level)
        if region_label is not None and region_label not in labels:
            continue
        train = _by_label(labels, comparison.part("train"), LABEL_PEOPLE)
        if len(train) >= 2:
            test = _by_label(labels, comparison.part("test", "validation"), None)
            shares = pd.Series(labels[members]).value_counts(normalize=True)
            carried = {str(x) for x in shares.index[shares >= MEMBERS_SHARE]} & set(train)
            both = {label: test[label] for label in train if label in test}
            return Labelled(train, both, carried) if carried else None
    return None


def _by_label(labels: NDArray[np.object_], people: Index, at_most: int | None) -> dict[str, Index]:
    """People of each label, thinned to at most so many; labels with under 10 are left out."""
    found = {}
    for label in sorted({str(x) for x in labels[people]} - {UNLABELLED}):
        index = people[labels[people] == label]
        if len(index) >= MIN_LABELLED:
            n = len(index) if at_most is None else min(at_most, len(index))
            found[label] = index[np.linspace(0, len(index) - 1, n).astype(np.int64)]
    return found
