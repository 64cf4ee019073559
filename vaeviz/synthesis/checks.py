"""Checks of a synthetic cohort, each beside the same figure between two sets of real people."""

from __future__ import annotations

import dataclasses
import math
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vaeviz.data.panel import Panel
from vaeviz.errors import PanelError
from vaeviz.synthesis.neighbours import NeighbourDistances

Verdict = Literal["good", "fair", "poor", "not judged"]

LD_MAX_BP = 100_000
LD_BINS = 10
LD_MIN_PEOPLE = 10
LD_MIN_PAIRS = 30


@dataclasses.dataclass(frozen=True)
class Check:
    """One figure of the report.

    Attributes
    ----------
    check : str
        What is compared.
    value, reference : float
        Of the cohort, and of real people against real people.
    unit : str
    verdict : 'good', 'fair', 'poor' or 'not judged'
    explanation : str
    """

    check: str
    value: float
    reference: float
    unit: str
    verdict: Verdict
    explanation: str


def judge(excess: float, good: float, fair: float) -> Verdict:
    """'good' up to `good`, 'fair' up to `fair`, else 'poor'; NaN is not judged."""
    if math.isnan(excess):
        return "not judged"
    return "good" if excess <= good else "fair" if excess <= fair else "poor"


def alt_frequencies(panel: Panel) -> NDArray[np.float64]:
    """ALT frequency a site among called alleles, shape (n_sites,); NaN where none is called."""
    masked = np.ma.masked_less(panel.counts, 0)
    return np.asarray((masked.mean(0, dtype=np.float64) / panel.ploidy).filled(np.nan))


def frequency_checks(synthetic: Panel, other: Panel, held_out: Panel) -> list[Check]:
    """Correlation and root mean square difference of allele frequencies.

    `synthetic` and `other` (real) should hold equally many people: both figures depend on it.
    """
    target = alt_frequencies(held_out)
    r, rmse = _agreement(alt_frequencies(synthetic), target)
    real_r, real_rmse = _agreement(alt_frequencies(other), target)
    return [
        Check(
            "Allele-frequency correlation",
            r,
            real_r,
            "r",
            judge(real_r - r, 0.01, 0.04),
            "Over sites, between the cohort and held-out real people; 1 is equal.",
        ),
        Check(
            "Allele-frequency difference",
            rmse,
            real_rmse,
            "RMSE",
            judge(rmse / real_rmse if real_rmse else math.nan, 1.25, 2.0),
            "Root mean square over sites; the reference is what sampling alone gives.",
        ),
    ]


def _agreement(a: NDArray[np.float64], b: NDArray[np.float64]) -> tuple[float, float]:
    seen = np.isfinite(a) & np.isfinite(b)
    rmse = float(np.sqrt(np.mean((a[seen] - b[seen]) ** 2))) if seen.any() else math.nan
    if seen.sum() < 2 or not (np.ptp(a[seen]) and np.ptp(b[seen])):
        return math.nan, rmse
    return float(np.corrcoef(a[seen], b[seen])[0, 1]), rmse


def heterozygosity_checks(
    synthetic: NDArray[np.float64], other: NDArray[np.float64], held_out: NDArray[np.float64]
) -> list[Check]:
    """Ratio of means and Kolmogorov-Smirnov distance of people's heterozygosity."""
    from scipy.stats import ks_2samp

    synthetic, other, held_out = (x[np.isfinite(x)] for x in (synthetic, other, held_out))
    ratio, real_ratio = (_ratio(x.mean(), held_out.mean()) for x in (synthetic, other))
    distance = float(ks_2samp(synthetic, held_out).statistic)
    real_distance = float(ks_2samp(other, held_out).statistic)
    return [
        Check(
            "Mean heterozygosity",
            ratio,
            real_ratio,
            "synthetic / real",
            judge(abs(ratio - 1) - abs(real_ratio - 1), 0.03, 0.10),
            "Share of heterozygous genotypes a person; 1 is equal.",
        ),
        Check(
            "Spread of heterozygosity",
            distance,
            real_distance,
            "KS distance",
            judge(distance - real_distance, 0.10, 0.25),
            "Largest gap between the two distributions; 0 is equal.",
        ),
    ]


def _ratio(a: float, b: float) -> float:
    return float(a / b) if b else math.nan


def ld_table(panels: dict[str, Panel], seed: int) -> pd.DataFrame:
    """Mean r2 by distance over the same pairs of sites in every panel.

    Parameters
    ----------
    panels : dict of kind to Panel
        Of the same sites and, since r2 is inflated by about one over their number, of equally
        many people. Pairs are of sites that are common in the first one.
    seed : int
        Of the choice of pairs.

    Returns
    -------
    DataFrame
        kind, distance_bp, r2, n_pairs; no rows where no two sites are near each other.
    """
    from vaeviz.analysis.popgen import ld_decay, site_pairs

    columns = ["kind", "distance_bp", "r2", "n_pairs"]
    try:
        pairs = site_pairs(next(iter(panels.values())), LD_MAX_BP, seed)
    except PanelError:
        return pd.DataFrame(columns=columns)
    parts = [
        ld_decay(panel, LD_MAX_BP, LD_BINS, seed, pairs).assign(kind=kind)
        for kind, panel in panels.items()
    ]
    return pd.concat(parts, ignore_index=True)[columns]


def ld_check(table: pd.DataFrame, n_people: int) -> Check:
    """Mean relative error of r2 over bins of distance, against held-out people."""
    value = reference = math.nan
    if n_people >= LD_MIN_PEOPLE:
        enough = table[table["n_pairs"] >= LD_MIN_PAIRS]
        by_kind = enough.pivot(index="distance_bp", columns="kind", values="r2").dropna()
        if len(by_kind):
            error = by_kind.sub(by_kind["real"], axis=0).abs().div(by_kind["real"], axis=0).mean()
            value, reference = float(error["synthetic"]), float(error["training"])
    return Check(
        "LD by distance",
        value,
        reference,
        "relative error of r²",
        judge(value - reference, 0.05, 0.15),
        f"Pairs of sites up to {LD_MAX_BP // 1000} kb apart, {n_people} people each. The model "
        "draws sites independently given the latent position, so LD between neighbours is not "
        "reproduced: use no cohort of this kind for haplotype or association methods.",
    )


def neighbour_checks(distances: NeighbourDistances) -> list[Check]:
    """Distance to the nearest known row, and the share of near copies."""
    median, real_median = float(np.nanmedian(distances.synthetic)), distances.typical
    close, expected = distances.share_close(), distances.expected_share
    gap = abs(math.log(median / real_median)) if median and real_median else math.nan
    return [
        Check(
            "Nearest real neighbour",
            median,
            real_median,
            "median share of mismatching alleles",
            judge(gap, math.log(1.25), math.log(2)),
            "To training people and the region's own; the reference is real people to others. "
            "Far above it people look unlike anybody real, far below they copy.",
        ),
        Check(
            "Near copies",
            close,
            expected,
            "share of rows",
            judge(close - expected, 0.02, 0.08),
            f"Rows within {distances.threshold:.1%} of alleles of a known one, as the closest 1 % "
            "of real rows are; the reference is what further real people would give. Where all "
            "real people are about equally far apart, that is far from a copy.",
        ),
    ]


def inside_check(share: float) -> Check:
    """Share of people whose genotypes encode into the region again."""
    return Check(
        "Encodes into the region",
        share,
        0.99,
        "share of people",
        judge(0.99 - share, 0.09, 0.29),
        "Within the radius that holds 99 % of the region's own people.",
    )
