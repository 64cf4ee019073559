"""Diversity within groups: heterozygosity, inbreeding, and what only whole sequences tell.

Every statistic is made from sums over sites, so that blocks of sites can be drawn anew for its
interval.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import digamma, zeta

from vaeviz.analysis.counts import GroupCounts, group_counts
from vaeviz.analysis.populations import is_admixed
from vaeviz.analysis.private_alleles import private_alleles, rarefied_private_alleles
from vaeviz.analysis.rarefaction import common_size
from vaeviz.data.panel import Panel

N_BLOCKS = 100
MIN_SEGREGATING = 3
MIN_HAPLOTYPES = 4
"""Tajima's D of fewer segregating sites or haplotypes says nothing."""

NOT_SEQUENCE = (
    "The panel is not marked as unfiltered sequence. Arrays, frequency filters and thinning leave "
    "out rare alleles, and these statistics count them: they would say how sites were chosen, and "
    "not how diverse people are. If the file holds every SNP that sequencing found, mark it on "
    "the Panel page under History, or import it with --unfiltered-sequence."
)
SYNTHETIC = (
    "The genotypes are synthetic: a model drew them from the sites of another panel, and rare "
    "alleles are what it learns least well."
)


@dataclasses.dataclass(frozen=True)
class Statistic:
    """One column of the diversity table.

    Attributes
    ----------
    name, title, axis : str
        Column, name for people, axis title with its unit.
    what : str
        What it is, with its source.
    sequence_only : bool
        Whether it needs a panel that is marked as unfiltered sequence.
    """

    name: str
    title: str
    axis: str
    what: str
    sequence_only: bool = False


STATISTICS = (
    Statistic(
        "expected_heterozygosity",
        "Expected heterozygosity",
        "expected heterozygosity (mean over sites)",
        "Chance that two alleles drawn from the group differ, mean over the listed sites "
        "(Nei 1978, unbiased).",
    ),
    Statistic(
        "observed_heterozygosity",
        "Observed heterozygosity",
        "observed heterozygosity (mean over sites)",
        "Share of called people who are heterozygous, mean over the listed sites.",
    ),
    Statistic(
        "inbreeding_coefficient",
        "F = 1 − Ho/He",
        "F = 1 − observed / expected heterozygosity",
        "Fewer heterozygotes than random mating within the group gives: inbreeding, or a group "
        "of several populations (Wahlund effect).",
    ),
    Statistic(
        "polymorphic_sites",
        "Polymorphic sites",
        "polymorphic sites",
        "Listed sites at which the group has both alleles. Larger groups have more.",
    ),
    Statistic(
        "segregating_sites",
        "Segregating sites",
        "segregating sites S",
        "Sites at which the group has both alleles, of all that sequencing found.",
        sequence_only=True,
    ),
    Statistic(
        "private_alleles",
        "Private alleles",
        "private alleles",
        "Alleles that no other group of this panel has. Larger groups have more.",
        sequence_only=True,
    ),
    Statistic(
        "rarefied_private_alleles",
        "Private alleles, equal sizes",
        "private alleles expected at equal sample sizes",
        "Private alleles expected when as many haplotypes of every group are looked at "
        "(Kalinowski 2004; ADZE, Szpiech et al. 2008).",
        sequence_only=True,
    ),
    Statistic(
        "nucleotide_diversity_per_site",
        "π per listed site",
        "nucleotide diversity π per listed site",
        "Mean number of differences of two haplotypes, per listed site and not per base pair: "
        "the file does not tell how many bases were sequenced without a variant.",
        sequence_only=True,
    ),
    Statistic(
        "watterson_theta_per_site",
        "Watterson's θ per listed site",
        "Watterson's θ per listed site",
        "Segregating sites over the harmonic number of the haplotypes called there, per listed "
        "site (Watterson 1975).",
        sequence_only=True,
    ),
    Statistic(
        "tajima_d",
        "Tajima's D",
        "Tajima's D",
        "π against Watterson's θ (Tajima 1989): below 0 many rare alleles (growth, selection), "
        "above 0 few (shrinking, mixture).",
        sequence_only=True,
    ),
)


def sequence_reason(panel: Panel) -> str:
    """Why statistics of unfiltered sequences are not given for this panel; empty when they are."""
    if panel.info.synthetic:
        return SYNTHETIC
    return "" if panel.info.unfiltered_sequence else NOT_SEQUENCE


def available(panel: Panel) -> list[Statistic]:
    """Statistics that this panel can give."""
    closed = bool(sequence_reason(panel))
    return [s for s in STATISTICS if not (closed and s.sequence_only)]


def diversity_table(panel: Panel, by: str, n_bootstrap: int = 200, seed: int = 1) -> pd.DataFrame:
    """Diversity of every group, the most heterozygous first.

    Parameters
    ----------
    panel : Panel
    by : str
        Sample column with the labels.
    n_bootstrap : int
        Draws of blocks of neighbouring sites.
    seed : int
        Of the bootstrap.

    Returns
    -------
    DataFrame
        group, n_samples, n_sites (with two called alleles and a called genotype of the group);
        of each `available` statistic its value and the ends _low and _high of its 95 % interval
        over sites, not over people; rarefied_haplotypes on marked panels; admixed. NaN where a
        group is too small.

    Raises
    ------
    PanelError
        The panel has no such column.
    """
    counts = group_counts(panel, by)
    size = common_size(counts.called)
    closed = bool(sequence_reason(panel))
    totals, numbers = _block_sums(_site_terms(counts, size, closed), panel.sites)
    found = _statistics(totals.sum(axis=-1), numbers.sum(axis=-1))
    drawn = _draws(totals.shape[-1], n_bootstrap, seed)
    again = _statistics(totals @ drawn.T, numbers @ drawn.T)
    table = pd.DataFrame({"group": counts.groups, "n_samples": counts.n_samples})
    table["n_sites"] = numbers[_TERMS.index("expected")].sum(axis=-1).astype(np.int64)
    one_person = counts.n_samples < 2
    for statistic in available(panel):
        low, high = _bounds(again[statistic.name])
        for suffix, values in (("", found[statistic.name]), ("_low", low), ("_high", high)):
            # Of one person's two alleles the expectation is what was observed.
            alone = one_person & (statistic.name == "inbreeding_coefficient")
            table[statistic.name + suffix] = np.where(alone, np.nan, values)
    if not closed:
        table["rarefied_haplotypes"] = size
    table["admixed"] = [is_admixed(group, panel) for group in counts.groups]
    return table.sort_values(
        "expected_heterozygosity", ascending=False, kind="stable", ignore_index=True
    )


_TERMS = ("expected", "observed", "polymorphic", "private", "rarefied", "theta", "haplotypes")


def _site_terms(counts: GroupCounts, size: int, closed: bool) -> NDArray[np.float64]:
    """What is summed over sites, shape (n_terms, n_groups, n_sites); NaN takes no part."""
    alt, called = counts.alt.astype(float), counts.called.astype(float)
    listed = (called >= 2) & (counts.genotypes > 0)
    pairs = np.where(listed, called * (called - 1) / 2, np.nan)
    polymorphic = (alt > 0) & (alt < called)
    some = np.where(listed & polymorphic, called, np.nan)
    nothing = np.full(alt.shape, np.nan)
    terms = {
        # Share of the pairs of called alleles that differ: 2n / (2n - 1) (1 - sum p^2).
        "expected": alt * (called - alt) / pairs,
        "observed": np.where(listed, counts.het / np.maximum(counts.genotypes, 1), np.nan),
        "polymorphic": np.where(listed, polymorphic, np.nan),
        "private": nothing if closed else private_alleles(counts),
        "rarefied": nothing if closed else rarefied_private_alleles(counts, size),
        "theta": 1 / _harmonic(some),
        "haplotypes": some,
    }
    return np.stack([terms[name] for name in _TERMS])


def _block_sums(
    terms: NDArray[np.float64], sites: pd.DataFrame
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Sums and numbers of terms in blocks of neighbouring sites: (n_terms, n_groups, n_blocks)."""
    chrom = pd.factorize(sites["chrom"])[0]
    order = np.lexsort((sites["pos"].to_numpy(), chrom))
    n_sites = len(order)
    starts = np.linspace(0, n_sites, min(N_BLOCKS, n_sites), endpoint=False).astype(int)
    ordered = terms[..., order]
    known = np.isfinite(ordered)
    totals = np.add.reduceat(np.where(known, ordered, 0.0), starts, axis=-1)
    return totals, np.add.reduceat(known.astype(np.float64), starts, axis=-1)


def _draws(n_blocks: int, n_bootstrap: int, seed: int) -> NDArray[np.int64]:
    rng = np.random.default_rng(seed)
    return rng.multinomial(n_blocks, np.full(n_blocks, 1 / n_blocks), size=n_bootstrap)


def _statistics(
    totals: NDArray[np.float64], numbers: NDArray[np.float64]
) -> dict[str, NDArray[np.float64]]:
    """Statistics from sums over sites; any shape behind the first axis, which is the terms."""
    total = dict(zip(_TERMS, totals, strict=True))
    number = dict(zip(_TERMS, numbers, strict=True))
    expected = _ratio(total["expected"], number["expected"])
    observed = _ratio(total["observed"], number["observed"])
    sites = np.where(number["polymorphic"] > 0, total["polymorphic"], np.nan)
    return {
        "expected_heterozygosity": expected,
        "observed_heterozygosity": observed,
        "inbreeding_coefficient": 1 - _ratio(observed, expected),
        "polymorphic_sites": sites,
        "segregating_sites": sites,
        "private_alleles": np.where(number["private"] > 0, total["private"], np.nan),
        "rarefied_private_alleles": np.where(number["rarefied"] > 0, total["rarefied"], np.nan),
        "nucleotide_diversity_per_site": expected,
        "watterson_theta_per_site": _ratio(total["theta"], number["expected"]),
        "tajima_d": tajima_d(
            total["expected"],
            total["theta"],
            total["polymorphic"],
            _ratio(total["haplotypes"], number["haplotypes"]),
        ),
    }


def tajima_d(
    pi: ArrayLike, theta: ArrayLike, n_segregating: ArrayLike, n_haplotypes: ArrayLike
) -> NDArray[np.float64]:
    """Tajima's D (Tajima 1989, Genetics 123:585, eq. 38), broadcasting.

    Parameters
    ----------
    pi : array
        Sum over sites of the share of pairs that differ, at each site of the called haplotypes.
    theta : array
        Sum over segregating sites of 1 / a1, with a1 of the haplotypes called there.
    n_segregating : array
    n_haplotypes : array
        Mean number called at segregating sites, for the variance. With nothing missing all this
        is Tajima's own D; with missing genotypes each site counts with what is called there.

    Returns
    -------
    float64
        NaN under 3 segregating sites or 4 haplotypes.
    """
    n, s = np.asarray(n_haplotypes, float), np.asarray(n_segregating, float)
    enough = (s >= MIN_SEGREGATING) & (n >= MIN_HAPLOTYPES)
    n = np.where(enough, n, MIN_HAPLOTYPES)
    a1, a2 = _harmonic(n), zeta(2) - zeta(2, n)
    c1 = (n + 1) / (3 * (n - 1)) - 1 / a1
    c2 = 2 * (n**2 + n + 3) / (9 * n * (n - 1)) - (n + 2) / (a1 * n) + a2 / a1**2
    variance = c1 / a1 * s + c2 / (a1**2 + a2) * s * (s - 1)
    difference = np.asarray(pi, float) - np.asarray(theta, float)
    return np.where(enough, difference / np.sqrt(np.where(enough, variance, 1.0)), np.nan)


def _harmonic(n: NDArray[np.float64]) -> NDArray[np.float64]:
    """1 + 1/2 + ... + 1 / (n - 1), also between whole numbers."""
    return np.asarray(digamma(n) + np.euler_gamma)


def _ratio(top: NDArray[np.float64], bottom: NDArray[np.float64]) -> NDArray[np.float64]:
    """Quotient; NaN where the divisor is 0 or unknown."""
    divisor = np.where(bottom > 0, bottom, np.nan)
    return np.asarray(top / divisor)


def _bounds(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """95 % percentile interval over the last axis; NaN where nothing is known."""
    known = np.isfinite(values).any(axis=-1)
    bounds = np.full((2, len(values)), np.nan)
    if known.any():
        bounds[:, known] = np.nanpercentile(values[known], [2.5, 97.5], axis=-1)
    return bounds[0], bounds[1]
