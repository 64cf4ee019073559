"""The figures of a report: of the cohort, and of real people in its place."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pandas as pd

from vaeviz.synthesis.comparison import Comparison, Labelled
from vaeviz.synthesis.fidelity import (
    Axes,
    PairDistances,
    blocks,
    frequency_agreement,
    heterozygosity_agreement,
    sliced_wasserstein,
    spectrum_distance,
)
from vaeviz.synthesis.linkage import SitePairs, ld_by_distance, ld_error, site_pairs
from vaeviz.synthesis.neighbours import NeighbourDistances, nearest_mismatch
from vaeviz.synthesis.people import Floats, Index, People
from vaeviz.synthesis.privacy import longest_tracts, membership_auc, tract_starts
from vaeviz.synthesis.telling_apart import Labeller, boosted_auc

Figures = dict[str, float]
BLOCKS = 3
PAIRED_PEOPLE = 400
"""People in a block at most: distances of all pairs and classifiers are for no more."""
MIN_LD_PEOPLE = 10
MIN_THRESHOLD_ROWS = 100
ATTACKED_PEOPLE = 300
TRACT_QUANTILE = 0.95


@dataclasses.dataclass(frozen=True, eq=False)
class Ruler:
    """What both the cohort and real people in its place are measured with.

    Attributes
    ----------
    held_out : People
    same_size : People
        As many of them as a block holds.
    axes : Axes
    pairs : SitePairs
    frequencies : float64, shape (n_sites,)
        Of the region's other real people.
    """

    held_out: People
    same_size: People
    axes: Axes
    pairs: SitePairs
    frequencies: Floats

    @classmethod
    def make(cls, comparison: Comparison, seed: int) -> Ruler:
        """Components of the panel's training people, pairs of sites common among the region's."""
        everyone, other = comparison.everyone, comparison.other
        training = everyone.some(comparison.part("train"))
        held_out = everyone.some(comparison.part("test", "validation", "new"))
        n = block_size(comparison)
        return cls(
            comparison.held_out,
            comparison.held_out.sample(n, np.random.default_rng(seed)),
            Axes.fit(training, held_out, seed),
            site_pairs(other, comparison.sites, seed),
            other.frequencies,
        )

    def figures(self, people: People) -> Figures:
        """Every figure of fidelity of one block of people against held-out ones."""
        r, rmse = frequency_agreement(people, self.held_out)
        ratio, ks = heterozygosity_agreement(people, self.held_out)
        distances = PairDistances.of(people, self.same_size)
        truth, syn = distances.adversarial()
        places = self.axes.places
        found = {
            "af_r": r,
            "af_rmse": rmse,
            "het_ratio": ratio,
            "het_ks": ks,
            "sfs": spectrum_distance(people, self.held_out),
            "pair_distances": distances.spread(),
            "pc_distance": sliced_wasserstein(places(people), places(self.held_out)),
            "aa_truth": truth,
            "aa_syn": syn,
            "auc": boosted_auc(people, self.held_out, self.frequencies),
        }
        if people.n_people >= MIN_LD_PEOPLE:
            found["ld"] = ld_error(self.ld(people), self.ld(self.same_size))
        return found

    def ld(self, people: People) -> pd.DataFrame:
        """r2 by distance of a block of people."""
        return ld_by_distance(people, self.pairs)


def block_size(comparison: Comparison) -> int:
    """People in a block: as many as every side has, at most 400."""
    sides = (comparison.synthetic, comparison.held_out, comparison.other)
    return min(PAIRED_PEOPLE, *(side.n_people for side in sides))


def block_means(measure: Callable[[People], Figures], people: People, n: int, seed: int) -> Figures:
    """Means over up to three disjoint blocks of `n` people."""
    found = [measure(block) for block in blocks(people, n, BLOCKS, seed)]
    return {str(k): float(v) for k, v in pd.DataFrame(found).mean().items()}


def label_figures(
    comparison: Comparison, labels: Labelled, population: str | None, seed: int
) -> tuple[Figures, Figures]:
    """Labels called for the cohort and, of a population, learned from it; with the references."""
    everyone = comparison.everyone
    train = {label: everyone.some(index) for label, index in labels.train.items()}
    real = Labeller.fit(train)
    called, reference = (
        float(np.isin(real.call(people), sorted(labels.of_region)).mean())
        for people in (comparison.synthetic, comparison.held_out)
    )
    values, references = {"labels": called}, {"labels": reference}
    if population in train and len(labels.test) >= 2:
        rng = np.random.default_rng(seed)
        n = min(comparison.synthetic.n_people, train[population].n_people)
        test = {label: everyone.some(index) for label, index in labels.test.items()}
        for into, people in (
            (values, comparison.synthetic),
            (references, train[population]),
        ):
            learned = Labeller.fit(train | {population: people.sample(n, rng)})
            into["tstr"] = learned.balanced_accuracy(test)
    return values, references


def neighbour_distances(comparison: Comparison, members: Index) -> NeighbourDistances:
    """Distances to whom the cohort could copy: of the cohort, and of real people.

    Real distances are of held-out people; of all the region's people, each to everybody else,
    where those are too few for a first percentile.
    """
    everyone, known = comparison.everyone, comparison.known
    real = comparison.reference.held_out
    if len(everyone.rows(real)) < MIN_THRESHOLD_ROWS:
        real = members
    rows, known_rows = everyone.rows(real), everyone.rows(known)
    k, ploidy = everyone.rows_per_person, everyone.ploidy
    counts, known_counts = everyone.counts[rows], everyone.counts[known_rows]
    return NeighbourDistances(
        synthetic=nearest_mismatch(comparison.drawn.counts, known_counts, ploidy),
        real=nearest_mismatch(counts, known_counts, ploidy, rows // k, known_rows // k),
    )


def attack_figures(comparison: Comparison, seed: int) -> tuple[Figures, Figures]:
    """Membership attacks and long shared tracts, with the references."""
    everyone, drawn = comparison.everyone, comparison.drawn
    rng = np.random.default_rng(seed)
    members, strangers = everyone.some(comparison.members), everyone.some(comparison.strangers)
    distance, windows = membership_auc(
        members.sample(ATTACKED_PEOPLE, rng), strangers.sample(ATTACKED_PEOPLE, rng), drawn
    )
    values = {"mia_distance": distance, "mia_windows": windows}
    references = {"mia_distance": 0.5, "mia_windows": 0.5, "tracts": 1 - TRACT_QUANTILE}
    if strangers.n_people >= MIN_LD_PEOPLE:
        known, starts = everyone.some(comparison.known), tract_starts(comparison.sites)
        usual = np.quantile(longest_tracts(strangers, known, starts, seed), TRACT_QUANTILE)
        values["tracts"] = float((longest_tracts(drawn, known, starts, seed) > usual).mean())
    return values, references
