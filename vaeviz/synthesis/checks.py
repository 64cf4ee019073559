"""What is checked of a cohort, how it is judged, and the verdict in plain words."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable
from typing import Literal

Verdict = Literal["good", "fair", "poor", "not judged"]
Level = Literal["good", "usable with care", "do not use"]
Group = Literal["frequencies", "haplotypes", "structure", "likeness", "privacy"]
Relation = Literal["alone", "times", "plus"]

USES: dict[Group, str] = {
    "frequencies": "studies of allele frequencies or diversity",
    "haplotypes": "methods that rest on LD or haplotypes (imputation, phasing, association)",
    "structure": "studies of ancestry or population structure",
    "likeness": "work in which synthetic people have to pass for real ones",
    "privacy": "sharing with anybody who may not see the source data",
}
"""What a cohort is unfit for that fails a check of the group."""


@dataclasses.dataclass(frozen=True)
class Definition:
    """One figure, and where it should lie.

    Attributes
    ----------
    key, title, unit, explanation : str
    group : what the figure speaks about
    ideal : what it would be without sampling and without a generator's faults
    good, fair : lowest and highest value of that verdict
    relation : how those follow from the reference: not at all, times it, or added to it
    """

    key: str
    title: str
    group: Group
    unit: str
    ideal: float
    good: tuple[float, float]
    fair: tuple[float, float]
    relation: Relation
    explanation: str

    def bounds(self, reference: float, wanted: tuple[float, float]) -> tuple[float, float]:
        """Lowest and highest value of a verdict, given the reference."""
        low, high = wanted
        if self.relation == "times":
            return low * reference, high * reference
        if self.relation == "plus":
            return low + reference, high + reference
        return low, high

    def judge(self, value: float, reference: float) -> Verdict:
        """Good within its bounds, or as near the ideal as real people are; NaN is not judged."""
        if math.isnan(value) or (math.isnan(reference) and self.relation != "alone"):
            return "not judged"
        if abs(value - self.ideal) <= abs(reference - self.ideal):
            return "good"
        for verdict, wanted in (("good", self.good), ("fair", self.fair)):
            low, high = self.bounds(reference, wanted)
            if low <= value <= high:
                return "good" if verdict == "good" else "fair"
        return "poor"


INF = math.inf

DEFINITIONS: tuple[Definition, ...] = (
    Definition(
        "af_r", "Allele-frequency correlation", "frequencies", "r", 1,
        (-0.01, INF), (-0.04, INF), "plus",
        "Over sites, between the cohort and held-out real people; 1 is equal.",
    ),
    Definition(
        "af_rmse", "Allele-frequency difference", "frequencies", "RMSE", 0,
        (0, 1.25), (0, 2), "times",
        "Root mean square over sites; the reference is what sampling alone gives.",
    ),
    Definition(
        "het_ratio", "Mean heterozygosity", "frequencies", "synthetic / real", 1,
        (0.95, 1.05), (0.9, 1.1), "alone",
        "Share of heterozygous genotypes a person; 1 is equal.",
    ),
    Definition(
        "het_ks", "Spread of heterozygosity", "frequencies", "KS distance", 0,
        (-INF, 0.1), (-INF, 0.25), "plus",
        "Largest gap between the distributions over people; 0 is equal.",
    ),
    Definition(
        "sfs", "Site-frequency spectrum", "frequencies", "total variation", 0,
        (-INF, 0.03), (-INF, 0.08), "plus",
        "Share of sites that lie in another bin of minor-allele frequency; 0 is equal.",
    ),
    Definition(
        "ld", "LD by distance", "haplotypes", "relative error of r²", 0,
        (0, 0.1), (0, 0.25), "alone",
        "Over bins of distance up to 200 kb, the same pairs of common sites and as many people.",
    ),
    Definition(
        "pair_distances", "Distances between people", "haplotypes", "share of the mean", 0,
        (-INF, 0.03), (-INF, 0.1), "plus",
        "Wasserstein distance between the distributions of mismatches over pairs of rows.",
    ),
    Definition(
        "pc_distance", "Place on the principal components", "structure", "sd", 0,
        (0, 1.25), (0, 2), "times",
        "Sliced Wasserstein distance on the first six components of the panel's training people.",
    ),
    Definition(
        "latent_distance", "Place in latent space", "structure", "sd", 0,
        (0, 1.25), (0, 2), "times",
        "The same in the latent space of the map, after encoding again.",
    ),
    Definition(
        "inside", "Encodes into the region", "structure", "share of people", 1,
        (0.9, 1), (0.7, 1), "alone",
        "Within the radius that holds 99 % of the region's own people, or the region's own bounds.",
    ),
    Definition(
        "labels", "Called as the region's people are", "structure", "share of people", 1,
        (-0.05, INF), (-0.15, INF), "plus",
        "By a classifier trained on real people; the reference is held-out people of the region.",
    ),
    Definition(
        "tstr", "Labels learned from the cohort", "structure", "balanced accuracy", 1,
        (-0.05, INF), (-0.15, INF), "plus",
        "Of held-out real people, by a classifier that saw the cohort in place of the region's "
        "training people; the reference saw those. Judged for populations with others beside.",
    ),
    Definition(
        "aa_truth", "Real people's nearest neighbour", "likeness", "share, .5 is ideal", 0.5,
        (0.4, 0.65), (0.3, 0.8), "alone",
        "Half of the adversarial accuracy (Yelmen 2021): how often a real row is nearer to "
        "another real one than to any synthetic one. High: unlike real people; low: copied.",
    ),
    Definition(
        "aa_syn", "Synthetic people's nearest neighbour", "likeness", "share, .5 is ideal", 0.5,
        (0.4, 0.65), (0.3, 0.8), "alone",
        "The other half: how often a synthetic row is nearer to another synthetic one. Low where "
        "synthetic rows lie among real ones but far from each other.",
    ),
    Definition(
        "auc", "Told from real people", "likeness", "AUC, .5 is ideal", 0.5,
        (0, 0.6), (0, 0.75), "alone",
        "Boosted trees on components, rare alleles and changes along the genome, cross-validated.",
    ),
    Definition(
        "nn_ratio", "Nearest real neighbour", "privacy", "median distance over real", 1,
        (1, 1.5), (0.9, 2), "alone",
        "To training people, over that of held-out people. Below 1 people are copied, far above "
        "they look unlike anybody.",
    ),
    Definition(
        "near_copies", "Near copies", "privacy", "share of rows", 0,
        (0, 0.01), (0, 0.03), "alone",
        "Rows as close to a known one as the closest 1 % of real rows are; the reference is what "
        "further real people would give.",
    ),
    Definition(
        "mia_distance", "Membership by distance", "privacy", "AUC, .5 is ideal", 0.5,
        (0, 0.6), (0, 0.7), "alone",
        "How well an attacker with the whole cohort tells training people from others of the "
        "region by the nearest synthetic row; it grows with the size of the cohort.",
    ),
    Definition(
        "mia_windows", "Membership by windows", "privacy", "AUC, .5 is ideal", 0.5,
        (0, 0.65), (0, 0.75), "alone",
        "The same in windows of 256 sites: sees what was copied in pieces.",
    ),
    Definition(
        "tracts", "Long shared tracts", "privacy", "share of rows", 0,
        (0, 0.1), (0, 0.25), "alone",
        "Rows whose longest stretch identical to a training row is longer than that of 95 % of "
        "held-out rows.",
    ),
)  # fmt: skip
"""In the order in which they are shown."""


@dataclasses.dataclass(frozen=True)
class Check:
    """One figure of the report.

    Attributes
    ----------
    definition : Definition
    value, reference : float
        Of the cohort, and of real people against real people; NaN where it could not be had.
    """

    definition: Definition
    value: float
    reference: float

    @property
    def verdict(self) -> Verdict:
        """As its definition judges it."""
        return self.definition.judge(self.value, self.reference)

    def row(self) -> dict[str, str | float]:
        """As a row of a table."""
        told = self.definition
        low, high = told.bounds(self.reference, told.good)
        return {
            "key": told.key,
            "title": told.title,
            "group": told.group,
            "value": self.value,
            "reference": self.reference,
            "low": low,
            "high": high,
            "unit": told.unit,
            "verdict": self.verdict,
            "explanation": told.explanation,
        }


def all_checks(values: dict[str, float], references: dict[str, float]) -> list[Check]:
    """A check of every definition; what is absent is NaN."""
    nan = math.nan
    return [Check(d, values.get(d.key, nan), references.get(d.key, nan)) for d in DEFINITIONS]


def level_of(checks: Iterable[Check]) -> Level:
    """'do not use' with a poor check, 'usable with care' with a fair one, else 'good'."""
    found = {check.verdict for check in checks}
    if "poor" in found:
        return "do not use"
    return "usable with care" if "fair" in found else "good"


def in_words(checks: list[Check]) -> list[str]:
    """The verdict: a sentence on what the cohort is fit for, then which checks say so."""
    words = {
        "poor": "Unlike real people",
        "fair": "Roughly as in real people",
        "good": "As close to held-out people as other real people are, or within the bounds",
        "not judged": "Not judged, for want of people, labels or variation",
    }
    lines = [_headline(checks)]
    for verdict, phrase in words.items():
        names = [check.definition.title for check in checks if check.verdict == verdict]
        if names:
            lines.append(f"{phrase}: {', '.join(names)}.")
    return lines


def _headline(checks: list[Check]) -> str:
    level = level_of(checks)
    if level == "good":
        return "Good: every check that could be judged is within its bounds."
    groups = dict.fromkeys(c.definition.group for c in checks if c.verdict == "poor")
    if level == "do not use":
        return f"Do not use for {'; '.join(USES[group] for group in groups)}."
    groups = dict.fromkeys(c.definition.group for c in checks if c.verdict == "fair")
    return f"Usable with care, most of all in {'; '.join(USES[group] for group in groups)}."
