"""One person among the others: nearest people, and bits along the genome."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import gammaln

from vaeviz.data.align import aligned_counts
from vaeviz.data.panel import MISSING, Panel

if TYPE_CHECKING:
    from vaeviz.training.model import TrainedModel


def nearest_people(
    points: ArrayLike, samples: pd.DataFrame, person: int, n: int = 10
) -> pd.DataFrame:
    """The people whose points are nearest to one person's, by Euclidean distance.

    Parameters
    ----------
    points
        Shape (n_people, n_dimensions).
    samples
        One row a person; its columns come back.
    person
        Row of the person, who is left out.
    n
        How many at most; people whose place is not known are no neighbours.

    Returns
    -------
    DataFrame
        The rows of `samples` with the column distance, the nearest first.
    """
    array = np.asarray(points, dtype=np.float64)
    distance = np.linalg.norm(array - array[person], axis=1)
    distance[person] = np.nan
    order = np.argsort(distance, kind="stable")[:n]
    order = order[np.isfinite(distance[order])]
    return samples.iloc[order].assign(distance=distance[order]).reset_index(drop=True)


def site_bits(model: TrainedModel, panel: Panel, person: int) -> pd.DataFrame:
    """How many bits the model needs for a person's genotypes, site by site.

    At the person's posterior means; for the latent itself there are no bits here, which belong to
    no site. Where the rows are people, x copies of ALT of 2 at probability p cost
    -log2 [C(2, x) p^x (1 - p)^(2 - x)]; where they are haplotypes, each costs -log2 p or
    -log2 (1 - p), and the two are added.

    Parameters
    ----------
    model
        A map.
    panel
        The panel of the person.
    person
        Integer index of the person.

    Returns
    -------
    DataFrame
        chrom, pos, id (of the model's sites), bits_per_allele, n_alleles; only sites where the
        person has a called allele.
    """
    alone = panel.take_samples([person]).model_rows(model.config.rows)
    counts = aligned_counts(alone, model.align(alone)).astype(np.int64)
    p = model.probabilities(model.encode(alone).mean, model.condition_of(alone))
    p = np.clip(p, 1e-12, 1 - 1e-12)
    x, ploidy = np.maximum(counts, 0), alone.ploidy
    ways = gammaln(ploidy + 1) - gammaln(x + 1) - gammaln(ploidy - x + 1)
    nats = -(ways + x * np.log(p) + (ploidy - x) * np.log1p(-p))
    called = counts != MISSING
    n_alleles = ploidy * called.sum(axis=0)
    bits = np.where(called, nats, 0).sum(axis=0) / np.log(2)
    table = model.sites[["chrom", "pos", "id"]].reset_index(drop=True)
    table = table.assign(bits_per_allele=bits / np.maximum(n_alleles, 1), n_alleles=n_alleles)
    return table[n_alleles > 0].reset_index(drop=True)
