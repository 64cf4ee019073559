"""Quality control: filters that are applied only when asked for, with a waterfall of sizes."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from vaeviz.config import FilterConfig
from vaeviz.data.chromosomes import autosome_mask
from vaeviz.data.panel import UNLABELLED, Panel
from vaeviz.data.relatedness import kinship_pairs
from vaeviz.errors import FilterError

MIN_HWE_SAMPLES = 20
LD_WINDOW_SITES = 100
LD_STEP_SITES = 20
SMALL_PANEL = 200
MANY_SITES = 20_000
NO_LONGER_UNFILTERED = "no longer marked as unfiltered sequence"
WATERFALL_COLUMNS = (
    "filter",
    "sites_before",
    "sites_after",
    "samples_before",
    "samples_after",
)

Filter = Callable[[Panel], Panel]


@dataclasses.dataclass(frozen=True)
class FilterResult:
    """A filtered panel and how it came to be.

    Attributes
    ----------
    panel : Panel
        What is left, with a provenance step for each filter.
    waterfall : DataFrame
        `WATERFALL_COLUMNS`, one row a filter in the order of use.
    kinship : DataFrame or None
        Pairs over the kinship limit (see `kinship_pairs`); None when relatives were not looked
        for.
    """

    panel: Panel
    waterfall: pd.DataFrame
    kinship: pd.DataFrame | None


def allele_frequencies(
    panel: Panel, sample_index: ArrayLike | None = None
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """ALT alleles and called alleles of each site, among all samples or some.

    Returns
    -------
    alt_count, n_called : int64, shape (n_sites,)
        In alleles, so that alt_count / n_called is the frequency for both ploidies.
    """
    counts = panel.counts
    if sample_index is not None:
        counts = counts[panel.row_index(sample_index)]
    alt_count = np.maximum(counts, 0).sum(axis=0, dtype=np.int64)
    return alt_count, panel.ploidy * (counts >= 0).sum(axis=0, dtype=np.int64)


def minor_allele_frequency(panel: Panel) -> NDArray[np.float64]:
    """Frequency of the rarer allele among called alleles; 0 where nothing is called."""
    alt_count, n_called = allele_frequencies(panel)
    frequency = alt_count / np.maximum(n_called, 1)
    return np.minimum(frequency, 1 - frequency) * (n_called > 0)


def missingness(panel: Panel) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Share of missing calls of each site and of each sample: float64, two arrays."""
    missing = panel.counts < 0
    by_row = missing.mean(axis=1)
    return missing.mean(axis=0), by_row.reshape(panel.n_samples, -1).mean(axis=1)


def hardy_weinberg_p(panel: Panel) -> NDArray[np.float64]:
    """Smallest Hardy-Weinberg p-value of each site over populations of 20 people or more.

    Chi-square with one degree of freedom within each population (structure between populations
    is no departure): n F^2 with F = 1 - observed / expected heterozygosity. Without labels all
    people are one population.

    Returns
    -------
    float64, shape (n_sites,)
        1 where no population can be tested.
    """
    from scipy.stats import chi2

    person = panel.as_dosages()
    labels = panel.labels("population")
    known = labels[labels != UNLABELLED]
    groups = pd.unique(known) if len(known) else [UNLABELLED]
    largest = np.zeros(panel.n_sites)
    for group in groups:
        members = labels == group
        if members.sum() >= MIN_HWE_SAMPLES:
            np.maximum(largest, _hwe_chi_square(person.counts[members]), out=largest)
    return chi2.sf(largest, df=1)


def _hwe_chi_square(dosages: NDArray[np.int8]) -> NDArray[np.float64]:
    n_called = np.maximum((dosages >= 0).sum(axis=0), 1)
    frequency = np.maximum(dosages, 0).sum(axis=0, dtype=np.int64) / (2 * n_called)
    observed = (dosages == 1).sum(axis=0) / n_called
    expected = 2 * frequency * (1 - frequency)
    departure = 1 - np.divide(observed, expected, out=np.ones_like(expected), where=expected > 0)
    return n_called * departure**2


def unlinked_sites(panel: Panel, max_r2: float) -> NDArray[np.bool_]:
    """Sites left by LD pruning: bool, shape (n_sites,).

    scikit-allel's `locate_unlinked` (Rogers and Huff r2 of dosages) along each chromosome in
    order of position, in windows of 100 sites that move by 20.
    """
    import allel

    dosages = panel.as_dosages().counts
    position = panel.sites["pos"].to_numpy()
    keep = np.ones(panel.n_sites, dtype=bool)
    for index in panel.sites.groupby("chrom", sort=False).indices.values():
        if len(index) > 1:
            ordered = index[np.argsort(position[index], kind="stable")]
            by_site = np.ascontiguousarray(dosages[:, ordered].T)
            keep[ordered] = allel.locate_unlinked(
                by_site, size=LD_WINDOW_SITES, step=LD_STEP_SITES, threshold=max_r2
            )
    return keep


def apply_filters(panel: Panel, config: FilterConfig) -> FilterResult:
    """Apply the filters that are set, in a fixed order, each to what the one before left.

    Order: autosomes, site missingness, sample missingness (so that bad sites do not cost
    people), relatives, MAF, Hardy-Weinberg, LD pruning, site cap.

    Raises
    ------
    FilterError
        A filter leaves no site or no sample; it is named with what it had.
    """
    kinship: list[pd.DataFrame] = []
    rows = []
    for name, apply in _filters(config, kinship):
        before, panel = panel, apply(panel)
        unmarked = before.info.unfiltered_sequence and not panel.info.unfiltered_sequence
        panel = panel.with_step(f"{name}; {NO_LONGER_UNFILTERED}" if unmarked else name, before)
        sizes = (before.n_sites, panel.n_sites, before.n_samples, panel.n_samples)
        rows.append((name, *sizes))
    waterfall = pd.DataFrame(rows, columns=list(WATERFALL_COLUMNS))
    return FilterResult(panel, waterfall, kinship[0] if kinship else None)


def _filters(config: FilterConfig, kinship: list[pd.DataFrame]) -> list[tuple[str, Filter]]:
    """Name and function of each filter that is set; pairs of relatives go to `kinship`."""
    chosen: list[tuple[str, Filter]] = []

    def sites(name: str, mask: Callable[[Panel], NDArray[np.bool_]]) -> None:
        chosen.append((name, lambda panel: panel.take_sites(_some(mask(panel), name, "sites"))))

    def samples(name: str, mask: Callable[[Panel], NDArray[np.bool_]]) -> None:
        chosen.append((name, lambda panel: panel.take_samples(_some(mask(panel), name, "samples"))))

    c = config
    if c.autosomes:
        chosen.append(("autosomes", _autosomes))
    if (most := c.max_site_missing) is not None:
        sites(f"site missingness <= {most:g}", lambda p: missingness(p)[0] <= most)
    if (worst := c.max_sample_missing) is not None:
        samples(f"sample missingness <= {worst:g}", lambda p: missingness(p)[1] <= worst)
    if (limit := c.max_kinship) is not None:
        samples(f"kinship <= {limit:g}", lambda p: _unrelated(p, limit, kinship))
    if (maf := c.maf) is not None:
        sites(f"MAF >= {maf:g}", lambda p: minor_allele_frequency(p) >= maf)
    if (hwe := c.hwe_p) is not None:
        sites(f"Hardy-Weinberg p >= {hwe:g}", lambda p: hardy_weinberg_p(p) >= hwe)
    if (r2 := c.prune_ld_r2) is not None:
        sites(f"LD pruning r2 <= {r2:g}", lambda p: unlinked_sites(p, r2))
    if (cap := c.max_sites) is not None:
        sites(f"at most {cap:,} sites (seed {c.seed})", lambda p: _capped(p.n_sites, cap, c.seed))
    return chosen


def _autosomes(panel: Panel) -> Panel:
    """Autosomes of the panel. The choice does not look at frequencies: a mark as sequence stays."""
    mask = autosome_mask(panel.sites["chrom"], panel.info.species)
    kept = panel.take_sites(_some(mask, "autosomes", "sites"))
    return kept.with_info(unfiltered_sequence=panel.info.unfiltered_sequence)


def _some(mask: NDArray[np.bool_], name: str, what: str) -> NDArray[np.bool_]:
    if not mask.any():
        raise FilterError(
            f"The filter {name!r} leaves none of the {len(mask):,} {what} it was given.",
            "Relax this filter or switch it off.",
        )
    return mask


def _unrelated(panel: Panel, limit: float, kinship: list[pd.DataFrame]) -> NDArray[np.bool_]:
    """Samples left when of every pair over the limit one goes, those in most pairs first."""
    pairs = kinship_pairs(panel, limit)
    kinship.append(pairs)
    removed: set[str] = set()
    open_pairs = pairs
    while len(open_pairs):
        both = pd.concat([open_pairs["sample_1"], open_pairs["sample_2"]])
        worst = both.value_counts(sort=False).idxmax()
        removed.add(worst)
        involved = (open_pairs["sample_1"] == worst) | (open_pairs["sample_2"] == worst)
        open_pairs = open_pairs[~involved]
    return np.array([i not in removed for i in panel.sample_ids], dtype=bool)


def _capped(n_sites: int, cap: int, seed: int) -> NDArray[np.bool_]:
    mask = np.zeros(n_sites, dtype=bool)
    chosen = np.random.default_rng(seed).choice(n_sites, min(cap, n_sites), replace=False)
    mask[chosen] = True
    return mask


def propose_filters(panel: Panel) -> FilterConfig:
    """Filters that suit a panel, to be shown and confirmed; nothing is applied here.

    LD pruning and the site cap are for maps only and are proposed above 20,000 sites.
    """
    site_missing, sample_missing = missingness(panel)
    off = not autosome_mask(panel.sites["chrom"], panel.info.species).all()
    many = panel.n_sites > MANY_SITES
    return FilterConfig(
        autosomes=off,
        maf=0.05 if panel.n_samples < SMALL_PANEL else 0.01,
        max_site_missing=0.05 if site_missing.any() else None,
        max_sample_missing=0.1 if sample_missing.any() else None,
        prune_ld_r2=0.2 if many else None,
        max_sites=MANY_SITES if many else None,
    )
