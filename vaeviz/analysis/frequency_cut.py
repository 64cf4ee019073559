"""What a cut on the minor allele frequency does to mean entropies and to their order."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import pandas as pd

from vaeviz.analysis.entropy import SiteEntropy
from vaeviz.analysis.site_means import mean_over_sites

CUTS = (0.0, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1)


@dataclasses.dataclass(frozen=True)
class OrderChange:
    """Order of groups by a measure, on all sites and above a cut.

    Attributes
    ----------
    before, after : tuple of str
        Groups in falling order, without those that stand apart.
    moved : tuple of str
        Groups whose rank differs, in the order of `before`.
    """

    before: tuple[str, ...]
    after: tuple[str, ...]
    moved: tuple[str, ...]


def cut_table(entropy: SiteEntropy, cuts: Sequence[float] = CUTS) -> pd.DataFrame:
    """Mean plug-in entropy of every group on the sites that pass each cut.

    Parameters
    ----------
    entropy : SiteEntropy
    cuts : sequence of float
        Least frequency of the minor allele among all samples; 0 keeps every site.

    Returns
    -------
    DataFrame
        maf_cut, group, n_sites (that pass), mean_entropy_bits. Cuts that no site passes are
        left out.
    """
    parts = []
    for cut in cuts:
        common = entropy.common(cut)
        if common.any():
            means = mean_over_sites(entropy.entropy_bits[:, common])
            part = pd.DataFrame({"maf_cut": float(cut), "group": entropy.groups})
            parts.append(part.assign(n_sites=int(common.sum()), mean_entropy_bits=means))
    return pd.concat(parts, ignore_index=True)


def lowest_frequency(entropy: SiteEntropy) -> float:
    """Least frequency of the minor allele among variable sites: the panel's own cut, 0 if none."""
    frequency = entropy.minor_frequency
    variable = frequency[frequency > 0]
    return float(variable.min()) if len(variable) else 0.0


def order_change(before: pd.Series, after: pd.Series, apart: Sequence[str] = ()) -> OrderChange:
    """How the order of groups at a cut differs from that on all sites.

    Parameters
    ----------
    before, after : Series
        A measure of each group (index: group) on all sites and above a cut. Groups without a
        value in either are not ranked.
    apart : sequence of str
        Groups that are not ranked, such as admixed ones.
    """
    ranked = before.dropna().index.intersection(after.dropna().index).difference(list(apart))
    first, second = (_falling(values.loc[ranked]) for values in (before, after))
    moved = tuple(a for a, b in zip(first, second, strict=True) if a != b)
    return OrderChange(first, second, moved)


def _falling(values: pd.Series) -> tuple[str, ...]:
    return tuple(values.sort_values(ascending=False, kind="stable").index)
