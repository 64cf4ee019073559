"""Three-way split of samples: stratified, by person, relatives on one side."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vaeviz.data.panel import Panel
from vaeviz.errors import ModelError

TRAIN, VALIDATION, TEST, NEW = "train", "validation", "test", "new"
PARTS = (TRAIN, VALIDATION, TEST)
MIN_SAMPLES = 4
KINSHIP_THRESHOLD = 0.088
MIN_WINDOWS = 500
"""1-Mb windows with a site below which kinship cannot be told from shared haplotypes."""


def split_samples(
    panel: Panel, seed: int, train_fraction: float = 0.8, validation_fraction: float = 0.1
) -> NDArray[np.object_]:
    """Give every sample a part: 'train', 'validation' or 'test'.

    Stratified by population (superpopulation where there is none). Relatives (KING-robust
    kinship over .088) stay together when the panel spans enough of the genome to tell them.

    Raises
    ------
    ModelError
        Fewer than four samples.
    """
    n = panel.n_samples
    if n < MIN_SAMPLES:
        raise ModelError(
            f"Training needs at least {MIN_SAMPLES} samples; this panel has {n}.",
            "Choose a larger panel.",
        )
    rng = np.random.default_rng([seed, 1])
    family = family_of(panel)
    parts = np.full(n, TRAIN, dtype=object)
    debt = {VALIDATION: 0.0, TEST: 0.0}
    for members in _strata(panel):
        _assign(parts, members, family, (train_fraction, validation_fraction), debt, rng)
    _fill_empty(parts, rng)
    return parts


def spans_genome(panel: Panel) -> bool:
    """Whether sites lie in enough 1-Mb windows for kinship to mean relatedness."""
    window = panel.sites["chrom"].astype(str) + ":" + (panel.sites["pos"] // 1_000_000).map(str)
    return int(window.nunique()) >= MIN_WINDOWS


def family_of(panel: Panel) -> NDArray[np.int64]:
    """Number of each sample's family; everybody alone where kinship cannot be told."""
    if not spans_genome(panel):
        return np.arange(panel.n_samples)
    from vaeviz.data.relatedness import families

    return families(panel, KINSHIP_THRESHOLD)


def _strata(panel: Panel) -> list[NDArray[np.int64]]:
    level = "population" if panel.has_labels("population") else "superpopulation"
    codes, _ = pd.factorize(panel.labels(level), sort=True)
    return [np.flatnonzero(codes == code) for code in np.unique(codes)]


def _assign(
    parts: NDArray[np.object_],
    members: NDArray[np.int64],
    family: NDArray[np.int64],
    fractions: tuple[float, float],
    debt: dict[str, float],
    rng: np.random.Generator,
) -> None:
    """Hand whole families of one stratum to test, then validation, until each has its share.

    `debt` carries what rounding took from a part over to the next stratum.
    """
    shares = {TEST: 1.0 - sum(fractions), VALIDATION: fractions[1]}
    units = [members[family[members] == f] for f in np.unique(family[members])]
    order = [units[i] for i in rng.permutation(len(units))]
    for part, share in shares.items():
        want = share * len(members) + debt[part]
        taken = 0
        while order and taken + len(order[-1]) / 2 <= want and len(order) > 1:
            unit = order.pop()
            parts[unit] = part
            taken += len(unit)
        debt[part] = want - taken


def _fill_empty(parts: NDArray[np.object_], rng: np.random.Generator) -> None:
    for part in (TEST, VALIDATION):
        if not (parts == part).any():
            parts[rng.choice(np.flatnonzero(parts == TRAIN))] = part
