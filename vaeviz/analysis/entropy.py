"""Per-site Shannon entropy of allele frequencies, in bits, per group.

H(p) = -p log2 p - (1 - p) log2 (1 - p), with p the ALT frequency among a group's called alleles:
0 where the group is fixed, 1 at a frequency of one half (Geleta et al. 2026).
"""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from vaeviz.analysis.counts import GroupCounts, group_counts
from vaeviz.analysis.populations import is_admixed
from vaeviz.analysis.quantities import (
    QUANTITIES,
    expected_heterozygosity,
    genotype_entropy_bits,
    miller_madow_bits,
    observed_heterozygosity,
)
from vaeviz.analysis.rarefaction import (
    binary_entropy_bits,
    common_size,
    rarefied_entropy_bits,
)
from vaeviz.analysis.site_means import block_intervals, mean_over_sites, ratio
from vaeviz.analysis.sites import genome_order
from vaeviz.data.panel import Panel
from vaeviz.errors import PanelError

_EXACT = 1e-12
"""Slack in comparing frequencies with a cut: a site at the cut is kept."""


@dataclasses.dataclass(frozen=True, eq=False)
class SiteEntropy:
    """Allele frequency and entropy of each group at each site.

    Attributes
    ----------
    groups : tuple of str
    n_samples : int64, shape (n_groups,)
    alt_count, n_called : int32, shape (n_groups, n_sites)
        Copies of ALT among the called alleles.
    het_count, hom_alt_count, n_genotypes : int32, shape (n_groups, n_sites)
        Heterozygotes and samples with ALT twice, among those with both alleles called.
    frequency, entropy_bits : float64, shape (n_groups, n_sites)
        NaN where no allele of the group is called.
    """

    groups: tuple[str, ...]
    n_samples: NDArray[np.int64]
    alt_count: NDArray[np.int32]
    n_called: NDArray[np.int32]
    het_count: NDArray[np.int32]
    hom_alt_count: NDArray[np.int32]
    n_genotypes: NDArray[np.int32]
    frequency: NDArray[np.float64]
    entropy_bits: NDArray[np.float64]

    @property
    def minor_frequency(self) -> NDArray[np.float64]:
        """Frequency of the rarer allele among all samples together, shape (n_sites,); 0 if none."""
        alt, called = self.alt_count.sum(axis=0), self.n_called.sum(axis=0)
        return np.minimum(alt, called - alt) / np.maximum(called, 1)

    def take_sites(self, index: ArrayLike) -> SiteEntropy:
        """The same groups at some of the sites (integer index or mask), in that order."""
        chosen = np.asarray(index)
        names = [f.name for f in dataclasses.fields(self)[2:]]
        return dataclasses.replace(self, **{name: getattr(self, name)[:, chosen] for name in names})

    def common(self, maf: float) -> NDArray[np.bool_]:
        """Sites whose minor allele is at least as frequent as `maf` among all samples."""
        return self.minor_frequency >= maf - _EXACT

    def above(self, maf: float) -> SiteEntropy:
        """The `common` sites alone.

        Raises
        ------
        PanelError
            There is none.
        """
        if maf <= 0:
            return self
        common = self.common(maf)
        if not common.any():
            raise PanelError(
                f"No site has a minor allele frequency of {maf:g} or more (the highest is "
                f"{self.minor_frequency.max():.3g}).",
                "Choose a lower cut.",
            )
        return self.take_sites(common)


def site_entropy(panel: Panel, by: str) -> SiteEntropy:
    """Plug-in entropy per group and site.

    Parameters
    ----------
    panel : Panel
        Use it unpruned: pruning and frequency cuts change the mean.
    by : str
        Sample column with the labels.

    Raises
    ------
    PanelError
        The panel has no such column.
    """
    return entropy_of_counts(group_counts(panel, by))


def entropy_of_counts(counts: GroupCounts) -> SiteEntropy:
    """Plug-in entropy per group and site, from counts at hand."""
    frequency = ratio(counts.alt, counts.called)
    return SiteEntropy(
        groups=counts.groups,
        n_samples=counts.n_samples,
        alt_count=counts.alt,
        n_called=counts.called,
        het_count=counts.het,
        hom_alt_count=counts.hom_alt,
        n_genotypes=counts.genotypes,
        frequency=frequency,
        entropy_bits=binary_entropy_bits(frequency),
    )


def entropy_table(
    panel: Panel,
    by: str,
    n_bootstrap: int = 200,
    seed: int = 1,
    entropy: SiteEntropy | None = None,
    maf: float = 0.0,
) -> pd.DataFrame:
    """Mean entropy over sites of each group, in falling order, and the measures beside it.

    Parameters
    ----------
    panel : Panel
    by : str
        Sample column with the labels.
    n_bootstrap : int
        Draws of the block bootstrap over sites.
    seed : int
        Of the bootstrap.
    entropy : SiteEntropy, optional
        `site_entropy(panel, by)` where it is at hand already.
    maf : float
        Only sites whose minor allele is at least so frequent among all samples.

    Returns
    -------
    DataFrame
        group, n_samples, n_sites (with a called allele of the group); for each of `QUANTITIES`
        the mean over sites and its interval (95 %, over blocks of sites, not over people);
        rarefied_haplotypes (drawn from each group in the expectation at equal sample size; NaN
        for groups with fewer), maf_cut, admixed.

    Raises
    ------
    PanelError
        The panel has no such column, or no site is frequent enough.
    """
    entropy = _along_genome(entropy or site_entropy(panel, by), panel).above(maf)
    size = common_size(entropy.n_called)
    columns: dict[str, object] = {
        "group": entropy.groups,
        "n_samples": entropy.n_samples,
        "n_sites": (entropy.n_called > 0).sum(axis=1),
    }
    for key, quantity in QUANTITIES.items():
        values = site_values(entropy, key, size)
        columns[quantity.column] = mean_over_sites(values)
        columns[quantity.low], columns[quantity.high] = block_intervals(values, n_bootstrap, seed)
    columns |= {
        "rarefied_haplotypes": size,
        "maf_cut": float(maf),
        "admixed": [is_admixed(group, panel) for group in entropy.groups],
    }
    table = pd.DataFrame(columns)
    return table.sort_values("mean_entropy_bits", ascending=False, kind="stable", ignore_index=True)


def site_values(entropy: SiteEntropy, key: str, size: int) -> NDArray[np.float64]:
    """One of `QUANTITIES` per group and site, float64, shape (n_groups, n_sites).

    Parameters
    ----------
    entropy : SiteEntropy
    key : str
        Of `QUANTITIES`.
    size : int
        Haplotypes to which 'equal-size' rarefies.
    """
    alt, called = entropy.alt_count, entropy.n_called
    het, genotypes = entropy.het_count, entropy.n_genotypes
    if key == "plug-in":
        return entropy.entropy_bits
    if key == "miller-madow":
        return miller_madow_bits(entropy.entropy_bits, alt, called)
    if key == "equal-size":
        pairs = zip(alt, called, strict=True)
        return np.stack([rarefied_entropy_bits(a, n, size) for a, n in pairs])
    if key == "expected-heterozygosity":
        return expected_heterozygosity(alt, called)
    if key == "observed-heterozygosity":
        return observed_heterozygosity(het, genotypes)
    plug_in, corrected = genotype_entropy_bits(het, entropy.hom_alt_count, genotypes)
    return {"genotype": plug_in, "genotype-miller-madow": corrected}[key]


def _along_genome(entropy: SiteEntropy, panel: Panel) -> SiteEntropy:
    """Sites in the order of the genome, so that blocks of the bootstrap hold neighbours."""
    order = genome_order(panel.sites)
    return entropy if (np.diff(order) == 1).all() else entropy.take_sites(order)
