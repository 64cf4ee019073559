"""The measures of diversity that are averaged over sites: names, units, and values per site."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray
from scipy.special import entr

from vaeviz.analysis.site_means import ratio

BITS = 1 / np.log(2)
"""Bits in a nat."""


@dataclasses.dataclass(frozen=True)
class Quantity:
    """One measure: how it is called, and its columns in the table of groups.

    Attributes
    ----------
    key : str
        Short name, as in addresses.
    title, unit : str
        For people; `title` starts with a capital letter.
    column, low, high : str
        Mean over sites and its 95 % interval.
    """

    key: str
    title: str
    unit: str
    column: str
    low: str
    high: str


PLUG_IN = Quantity(
    "plug-in", "Allele entropy, plug-in", "bits per site", "mean_entropy_bits", "ci_low", "ci_high"
)


def _named(key: str, title: str, unit: str, stem: str, tail: str) -> Quantity:
    return Quantity(key, title, unit, f"{stem}{tail}", f"{stem}_low{tail}", f"{stem}_high{tail}")


QUANTITIES: dict[str, Quantity] = {
    quantity.key: quantity
    for quantity in (
        PLUG_IN,
        _named(
            "miller-madow",
            "Allele entropy, Miller-Madow",
            "bits per site",
            "miller_madow_entropy",
            "_bits",
        ),
        _named(
            "equal-size",
            "Allele entropy, equal sample size",
            "bits per site",
            "rarefied_entropy",
            "_bits",
        ),
        _named("genotype", "Genotype entropy", "bits per site", "genotype_entropy", "_bits"),
        _named(
            "genotype-miller-madow",
            "Genotype entropy, Miller-Madow",
            "bits per site",
            "genotype_miller_madow_entropy",
            "_bits",
        ),
        _named(
            "expected-heterozygosity",
            "Expected heterozygosity",
            "share of sites",
            "expected_heterozygosity",
            "",
        ),
        _named(
            "observed-heterozygosity",
            "Observed heterozygosity",
            "share of sites",
            "mean_heterozygosity",
            "",
        ),
    )
}


def miller_madow_bits(
    entropy_bits: NDArray[np.float64], alt: NDArray[np.int32], called: NDArray[np.int32]
) -> NDArray[np.float64]:
    """Plug-in entropy plus (m - 1) / (2 n ln 2) bits, with m alleles seen among n called ones.

    Miller 1955 (Information Theory in Psychology, p. 95). A polymorphic site has m = 2, so it
    gains 1 / (2 n ln 2) and may come over 1 bit; others gain nothing.
    """
    gain = (alt > 0) & (alt < called)
    return entropy_bits + gain * BITS / (2 * np.maximum(called, 1))


def genotype_entropy_bits(
    het: NDArray[np.int32], hom_alt: NDArray[np.int32], genotypes: NDArray[np.int32]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Entropy of the genotype (REF twice, one of each, ALT twice) per site, and Miller-Madow's.

    Returns
    -------
    plug_in, miller_madow : float64, in the shape of the counts
        NaN where no genotype is called. The plug-in is at most log2 3 = 1.58 bits; Miller-Madow
        adds (m - 1) / (2 n ln 2) for m genotypes seen among n people.
    """
    classes = np.stack([genotypes - het - hom_alt, het, hom_alt])
    share = ratio(classes, np.broadcast_to(genotypes, classes.shape))
    plug_in = entr(share).sum(axis=0) * BITS
    seen = (classes > 0).sum(axis=0)
    corrected = plug_in + np.maximum(seen - 1, 0) * BITS / (2 * np.maximum(genotypes, 1))
    return plug_in, corrected


def expected_heterozygosity(
    alt: NDArray[np.int32], called: NDArray[np.int32]
) -> NDArray[np.float64]:
    """Unbiased chance that two alleles differ: 2 p q n / (n - 1), n called alleles.

    Nei 1978, Genetics 89:583. NaN where fewer than two alleles are called.
    """
    a, n = alt.astype(np.float64), called.astype(np.float64)
    pairs = n * (n - 1)
    return np.where(called > 1, 2 * a * (n - a) / np.maximum(pairs, 1), np.nan)


def observed_heterozygosity(
    het: NDArray[np.int32], genotypes: NDArray[np.int32]
) -> NDArray[np.float64]:
    """Share of a group's called genotypes that are heterozygous, per site."""
    return ratio(het, genotypes)
